/* Tests of the relay's two additions: a password typed once after Tab, and the line that shows that a tool is waited
 * for. */
#include "child/secret.h"
#include "person.h"

static struct relay_result result;

#define ASKS                                                                                                           \
	"stty -echo; printf 'Password:'; IFS= read -r y; stty echo; echo; echo \"$y\" >$root/typed; echo over; exit 0"
#define KEPT 1
#define STAGE_1 4

/* Tells the test that the relay knows of the question, and leaves it to the person. */
static void leave_to_person(void *context, const struct relay_line *line, bool echo, struct relay_answer *answer)
{
	struct fixture *f = context;
	(void)line;
	(void)echo;
	(void)answer;
	(void)replace_file(fixture_path(f, "asked"), "", 0, 0600, &f->err);
}

static int relay(struct fixture *f, const struct relay_order *options)
{
	struct door_order order = { .argv = fixture_disable, .relay = *options };
	order.relay.terminal = order.relay.person = true;
	order.relay.screen = 1;
	order.relay.seconds = 20;
	order.relay.calls.context = f;
	order.relay.calls.answer = leave_to_person;
	if (door_act(&f->setup, f->journal, &order, &result, &f->err) != 0)
		return 99;
	return (result.remembered ? KEPT : 0) | (result.interrupted ? 2 : 0) | (signals_stage() > 0 ? STAGE_1 : 0);
}

/* What the secret holds when the tool is over goes into a file that only this test has. */
static int offers(struct fixture *f)
{
	size_t length;
	struct secret *keep = secret_new(&f->err);
	int outcome = relay(f, &(struct relay_order){ .remember = keep, .secret_note = "(kept)", .times = &fixture_times });
	const char *bytes = secret_bytes(keep, &length);
	if (replace_file(fixture_path(f, "secret"), bytes, length, 0600, &f->err) != 0)
		outcome = 97;
	secret_release(keep);
	return outcome;
}

static int offers_nothing(struct fixture *f)
{
	return relay(f, &(struct relay_order){ .times = &fixture_times });
}

static int waits(struct fixture *f)
{
	return relay(f, &(struct relay_order){ .waiting = "it", .waiting_more = ". Wait", .times = &fixture_times });
}

static int waits_as_usual(struct fixture *f)
{
	return relay(f, &(struct relay_order){ .waiting = "it", .waiting_more = ". Wait" });
}

static bool note_typed(void *context, unsigned lines, bool open)
{
	struct fixture *f = context;
	char text[32];
	int length = snprintf(text, sizeof text, "%u %d", lines, open);
	return replace_file(fixture_path(f, "told"), text, (size_t)length, 0600, &f->err) == 0;
}

static int tells_of_keys(struct fixture *f)
{
	return relay(f, &(struct relay_order){ .times = &fixture_times, .calls.typed = note_typed });
}

struct talk {
	const char *script, *prompt;
	int (*work)(struct fixture *);
	const char *keys[4]; /* one after the other, with a pause between */
	int status;
	const char *typed, *secret; /* what the tool read, and what is kept; NULL: not looked at */
};

static void type_in_turn(struct person *p, const char *const keys[4])
{
	for (size_t i = 0; i < 4 && keys[i] != NULL; i++) {
		person_types(p, keys[i]);
		if (i < 3 && keys[i + 1] != NULL)
			person_pauses(p);
	}
}

/* Has a tool asked and answered; checks the end, the terminal, and that no password stood on the screen. */
static void hold(struct fixture *f, const struct talk *t)
{
	struct person p;
	fixture_script(f, t->script);
	person_start(&p, t->work, f);
	assert_true(person_sees(&p, t->prompt));
	assert_true(fixture_await(f, "asked", 5));
	type_in_turn(&p, t->keys);
	person_ends(&p, t->status);
	assert_null(strstr(p.seen, "hunter2"));
	if (t->typed != NULL)
		assert_string_equal(fixture_text(f, "typed"), t->typed);
	if (t->secret != NULL)
		assert_string_equal(fixture_text(f, "secret"), t->secret);
}

static void tab_keeps_what_is_typed(void **state)
{
	hold(*state, &(struct talk){ ASKS, "Password:", offers, { "\t", "hunter2\r" }, KEPT, "hunter2\n", "hunter2" });
}

static void that_it_is_kept_is_said_in_its_place(void **state)
{
	struct fixture *f = *state;
	struct person p;
	fixture_script(f, ASKS);
	person_start(&p, offers, f);
	assert_true(person_sees(&p, "Password:"));
	assert_true(fixture_await(f, "asked", 5));
	type_in_turn(&p, (const char *const[4]){ "\t", "hunter2\r" });
	assert_true(person_sees(&p, " (kept)\r\n"));
	person_ends(&p, KEPT);
}

static void keys_edit_what_is_kept(void **state)
{
	hold(*state,
	     &(struct talk){
			 ASKS, "Password:", offers, { "\t", "wrong\025hunx\177", "ter2", "\r" }, KEPT, "hunter2\n", "hunter2" });
}

static void without_tab_nothing_is_kept(void **state)
{
	hold(*state, &(struct talk){ ASKS, "Password:", offers, { "hunter2\r" }, 0, "hunter2\n", "" });
}

static void enter_alone_after_tab_is_an_empty_answer(void **state)
{
	hold(*state, &(struct talk){ ASKS, "Password:", offers, { "\t", "\r" }, 0, "\n", "" });
}

static void a_tab_within_a_password_is_the_tools(void **state)
{
	hold(*state, &(struct talk){ ASKS, "Password:", offers, { "hun\tter2\r" }, 0, "hun\tter2\n", "" });
}

static void a_pasted_tab_is_the_tools(void **state)
{
	hold(*state, &(struct talk){ ASKS, "Password:", offers, { "\thunter2\r" }, 0, "\thunter2\n", "" });
}

static void without_an_offer_tab_is_the_tools(void **state)
{
	hold(*state, &(struct talk){ ASKS, "Password:", offers_nothing, { "\t", "x\r" }, 0, "\tx\n", NULL });
}

static void where_it_would_be_shown_tab_is_the_tools(void **state)
{
	static const char script[] = "printf 'Name: '; IFS= read -r y; echo \"$y\" >$root/typed; exit 0";
	hold(*state, &(struct talk){ script, "Name: ", offers, { "\t", "x\r" }, 0, "\tx\n", "" });
}

/* It hung up on the question, so the tool does what it does at the end of its input; what was typed is gone. */
static void ctrl_c_forgets_what_was_typed(void **state)
{
	hold(*state, &(struct talk){ ASKS, "Password:", offers, { "\t", "hunter2", "\003" }, STAGE_1, "", "" });
}

/* --- the waiting line ------------------------------------------------------------------------------ */

static void a_silent_tool_is_seen_to_be_waited_for(void **state)
{
	struct fixture *f = *state;
	struct person p;
	(void)setenv("TERM", "xterm", 1);
	fixture_script(f, "echo begun; " UNTIL_GO "echo over; exit 0");
	person_start(&p, waits, f);
	assert_true(person_sees(&p, "begun\r\n"));
	assert_true(person_sees(&p, "\r\033[Kit: 0 s. Wait"));
	assert_true(person_sees(&p, "\r\033[Kit: 1 s. Wait"));
	fixture_go(f);
	assert_true(person_sees(&p, "\r\033[Kover\r\n"));
	assert_int_equal(person_waits(&p), 0);
	assert_null(strstr(p.seen, " s. Wait"));
	person_leaves(&p);
}

static void a_quick_tool_is_not_waited_for(void **state)
{
	struct fixture *f = *state;
	struct person p;
	fixture_script(f, "echo begun; sleep 0.2; echo over; exit 0");
	person_start(&p, waits_as_usual, f);
	assert_int_equal(person_waits(&p), 0);
	assert_null(strstr(p.seen, " s. Wait"));
	person_leaves(&p);
}

static void hold_undrawn(struct fixture *f, const char *script, const char *prompt)
{
	struct person p;
	fixture_script(f, script);
	person_start(&p, waits, f);
	assert_true(person_sees(&p, prompt));
	for (int turns = 0; turns < 10; turns++)
		person_look(&p, 50);
	assert_int_equal(p.length, 0);
	person_types(&p, "y\r");
	assert_int_equal(person_waits(&p), 0);
	person_leaves(&p);
}

static void a_question_is_never_drawn_over(void **state)
{
	hold_undrawn(*state, "printf 'Sure? [y/n]: '; read x; exit 0", "[y/n]: ");
	hold_undrawn(*state, "stty -echo; printf 'Password:'; read x; stty echo; exit 0", "Password:");
}

static void keys_that_are_echoed_are_told_of(void **state)
{
	static const char *const TALKS[][2] = { { "y\r", "1 0" }, { "ab\ry\rc", "2 1" } };
	for (size_t i = 0; i < 2; i++) {
		struct person p;
		fixture_script(*state, "printf 'Sure? [y/n]: '; read x; exit 0");
		person_start(&p, tells_of_keys, *state);
		assert_true(person_sees(&p, "[y/n]: "));
		person_types(&p, TALKS[i][0]);
		person_ends(&p, 0);
		assert_string_equal(fixture_text(*state, "told"), TALKS[i][1]);
	}
}

static void a_hidden_password_is_not_told_of(void **state)
{
	struct person p;
	fixture_script(*state, ASKS);
	person_start(&p, tells_of_keys, *state);
	assert_true(person_sees(&p, "Password:"));
	assert_true(fixture_await(*state, "asked", 5));
	person_types(&p, "hunter2\r");
	person_ends(&p, 0);
	assert_false(fixture_await(*state, "told", 0));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(tab_keeps_what_is_typed),
		TEST(that_it_is_kept_is_said_in_its_place),
		TEST(keys_edit_what_is_kept),
		TEST(without_tab_nothing_is_kept),
		TEST(enter_alone_after_tab_is_an_empty_answer),
		TEST(a_tab_within_a_password_is_the_tools),
		TEST(a_pasted_tab_is_the_tools),
		TEST(without_an_offer_tab_is_the_tools),
		TEST(where_it_would_be_shown_tab_is_the_tools),
		TEST(ctrl_c_forgets_what_was_typed),
		TEST(a_silent_tool_is_seen_to_be_waited_for),
		TEST(a_quick_tool_is_not_waited_for),
		TEST(a_question_is_never_drawn_over),
		TEST(keys_that_are_echoed_are_told_of),
		TEST(a_hidden_password_is_not_told_of),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
