/* Tests of the terminal given to a tool: that it is the tool's own, questions and passwords answered by the plan, its
 * limits. */
#include "child/secret.h"
#include "door/allowlist.h"
#include "fixture.h"

static struct relay_result result;

struct plan {
	const char *line; /* answered only at this line; NULL: at any */
	struct relay_answer answer;
	int calls, echoed; /* how often asked, and how often while the terminal echoed */
	char last[256];
	struct fixture *f;
};

/* Answers, and tells the script by a file how often it was asked. */
static void answer(void *context, const struct relay_line *line, bool echo, struct relay_answer *given)
{
	struct plan *plan = context;
	char name[16];
	(void)snprintf(name, sizeof name, "asked.%d", ++plan->calls);
	assert_int_equal(replace_file(fixture_path(plan->f, name), "", 0, 0600, &plan->f->err), 0);
	plan->echoed += echo;
	(void)snprintf(plan->last, sizeof plan->last, "%.*s", (int)line->length, line->text);
	if (line->finished && plan->answer.kind == RELAY_SECRET)
		return; /* an answered question stands there still */
	if (plan->line == NULL || strcmp(plan->line, plan->last) == 0)
		*given = plan->answer;
}

static struct relay_answer say(const char *text)
{
	struct relay_answer answer = { .kind = RELAY_TYPE, .length = strlen(text) };
	memcpy(answer.text, text, answer.length);
	return answer;
}

static char *act(struct fixture *f, struct plan *plan, double silence)
{
	struct door_order order = {
		.argv = fixture_disable,
		.relay = { .terminal = true, .screen = -1, .silence = silence, .seconds = 20, .times = &fixture_times },
	};
	order.relay.calls.context = plan;
	order.relay.calls.answer = plan != NULL ? answer : NULL;
	if (plan != NULL)
		plan->f = f;
	assert_int_equal(door_act(&f->setup, f->journal, &order, &result, &f->err), 0);
	return fixture_output(&result);
}

static void the_tool_has_the_terminal_as_its_own(void **state)
{
	struct fixture *f = *state;
	fixture_script(
		f, "tty; echo to-the-terminal >/dev/tty; stty size; ps -o sid= -p $$ >$root/session; echo $$ >$root/pid");
	char *output = act(f, NULL, 0);
	assert_int_equal(strncmp(output, "/dev/", 5), 0);
	assert_non_null(strstr(output, "\nto-the-terminal\n24 80\n"));
	assert_int_equal(strtol(fixture_text(f, "session"), NULL, 10), strtol(fixture_text(f, "pid"), NULL, 10));
	free(output);
}

static void only_the_usual_keys_are_special(void **state)
{
	static const char *const keys[] = { "intr = ^C;",       "quit = ^\\;",       "erase = ^?;",     "kill = ^U;",
		                                "eof = ^D;",        "susp = <undef>;",   "stop = <undef>;", "start = <undef>;",
		                                "lnext = <undef>;", "werase = <undef>;", "rprnt = <undef>;" };
	struct fixture *f = *state;
	fixture_script(f, "stty -a");
	char *output = act(f, NULL, 0);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		assert_non_null(strstr(output, keys[i]));
	free(output);
}

static void a_question_is_answered(void **state)
{
	struct fixture *f = *state;
	struct plan plan = { .line = "Sure? [y/n]: ", .answer = say("y\n") };
	fixture_script(f, "echo first; printf 'Sure? [y/n]: '; read x; echo \"got $x\"; exit 2");
	char *output = act(f, &plan, 5);
	assert_string_equal(output, "first\nSure? [y/n]: y\ngot y\n");
	assert_int_equal(result.end.exit, 2);
	assert_true(plan.calls >= 1 && plan.echoed == plan.calls);
	free(output);
}

static void a_password_is_typed_when_the_echo_is_off(void **state)
{
	struct fixture *f = *state;
	struct plan plan = { .line = "Password:", .answer = { .kind = RELAY_SECRET } };
	struct secret *secret = secret_from_text("hunter2 ", 8, &f->err);
	plan.answer.secret = secret;
	/* The question comes well before the echo goes off: typing at once would show the password. */
	fixture_script(
		f,
		"printf 'Password:'; until [ -e $root/asked.1 ]; do sleep 0.02; done; stty -echo; IFS= read -r x; stty echo; echo; echo \"[$x]\" >$root/typed; echo done");
	char *output = act(f, &plan, 5);
	assert_string_equal(output, "Password:\ndone\n");
	assert_string_equal(fixture_text(f, "typed"), "[hunter2 ]\n");
	assert_true(plan.echoed >= 1);
	assert_int_equal(result.hidden, 1);
	secret_release(secret);
	free(output);
}

/* The first line is read and dropped, as by a tool that flushes its input after the prompt. */
static void a_password_that_was_thrown_away_is_typed_once_more(void **state)
{
	struct fixture *f = *state;
	struct plan plan = { .line = "Password:", .answer = { .kind = RELAY_SECRET } };
	struct secret *secret = secret_from_text("hunter2", 7, &f->err);
	struct relay_times times = fixture_times;
	times.forget = 0.2;
	plan.answer.secret = secret;
	plan.f = f;
	fixture_script(
		f,
		"stty -echo echonl; printf 'Password:'; read x; read y; echo \"[$y]\" >$root/typed; read z; echo $z >$root/third");
	struct relay_order relay = { .terminal = true, .screen = -1, .silence = 1, .times = &times };
	relay.calls = (struct relay_calls){ .context = &plan, .answer = answer };
	struct door_order order = { .argv = fixture_disable, .relay = relay };
	assert_int_equal(door_act(&f->setup, f->journal, &order, &result, &f->err), 0);
	assert_string_equal(fixture_text(f, "typed"), "[hunter2]\n");
	assert_string_equal(fixture_text(f, "third"), ""); /* not for ever */
	assert_true(result.silent);
	assert_int_equal(result.hidden, 1); /* what was thrown away was not refused */
	secret_release(secret);
}

/* A program that is none of Apple's is told nothing, whatever the plan calls it. */
static void another_program_is_told_nothing(void **state)
{
	static const enum relay_answer_kind kinds[] = { RELAY_TYPE, RELAY_SECRET };
	static const char *const argv[] = { "/opt/kit", NULL };
	struct fixture *f = *state;
	struct secret *secret = secret_from_text("hunter2", 7, &f->err);
	assert_int_equal(allowlist_declare(&f->setup.declared, f->setup.root, argv[0], WORDS("look"), &f->err), 0);
	fixture_tool(f, argv[0], "stty -echo; printf 'Password:'; read x; echo \"$x\" >$root/typed");
	for (size_t i = 0; i < 2; i++) {
		struct plan plan = { .answer = { .kind = kinds[i], .text = "y\n", .length = 2, .secret = secret }, .f = f };
		struct relay_order relay = { .terminal = true, .screen = -1, .seconds = 5, .times = &fixture_times };
		relay.calls = (struct relay_calls){ .context = &plan, .answer = answer };
		struct door_order order = { .argv = argv, .relay = relay };
		fixture_intend(f, argv);
		assert_int_equal(door_act(&f->setup, f->journal, &order, &result, &f->err), 0);
		assert_true(result.gave_up);
		assert_string_equal(fixture_text(f, "typed"), "");
	}
	secret_release(secret);
}

static void a_password_is_never_typed_where_it_would_show(void **state)
{
	struct fixture *f = *state;
	struct plan plan = { .answer = { .kind = RELAY_SECRET } };
	struct secret *secret = secret_from_text("hunter2", 7, &f->err);
	plan.answer.secret = secret;
	fixture_script(f, "printf 'Password:'; read x; echo \"$x\" >$root/typed");
	char *output = act(f, &plan, 0.3);
	assert_true(result.silent);
	assert_null(strstr(output, "hunter2"));
	assert_string_equal(fixture_text(f, "typed"), "");
	secret_release(secret);
	free(output);
}

static void giving_up_ends_a_tool_at_its_question(void **state)
{
	struct fixture *f = *state;
	struct plan plan = { .answer = { .kind = RELAY_GIVE_UP } };
	fixture_script(f, "trap 'echo hung up; exit 9' HUP INT; printf 'Sure? '; read x; echo never");
	double before = system_monotonic();
	char *output = act(f, &plan, 0);
	assert_true(result.gave_up);
	assert_true(system_monotonic() - before < fixture_seconds(4));
	assert_null(strstr(output, "never"));
	free(output);
}

static void a_call_back_that_fails_ends_the_tool(void **state)
{
	struct fixture *f = *state;
	struct plan plan = { .answer = { .kind = RELAY_FAILED } };
	fixture_script(f, "trap '' HUP INT TERM; printf 'Sure? '; sleep 60");
	double before = system_monotonic();
	char *output = act(f, &plan, 0);
	assert_true(result.failed);
	assert_int_equal(result.end.signal, SIGKILL);
	assert_int_equal(plan.calls, 1);
	assert_true(system_monotonic() - before < fixture_seconds(5));
	free(output);
}

static void a_line_is_asked_about_once(void **state)
{
	struct fixture *f = *state;
	struct plan plan = { .line = NULL };
	fixture_script(f, "printf 'working'; until [ -e $root/asked.1 ]; do sleep 0.02; done; sleep 0.1; printf '...'; "
	                  "until [ -e $root/asked.2 ]; do sleep 0.02; done; sleep 0.1");
	char *output = act(f, &plan, 0);
	assert_int_equal(plan.calls, 2);
	assert_string_equal(plan.last, "working...");
	free(output);
}

/* kmutil ends one of its questions with a newline (reference §3.1). */
static void a_question_may_end_with_a_newline(void **state)
{
	struct fixture *f = *state;
	struct plan plan = { .line = "Are you sure? (enter y or n)", .answer = say("y\n") };
	fixture_script(f, "echo 'Are you sure? (enter y or n)'; read x; echo \"got $x\"");
	char *output = act(f, &plan, 5);
	assert_string_equal(output, "Are you sure? (enter y or n)\ny\ngot y\n");
	free(output);
}

static void ask_later(void *context, const struct relay_line *line, bool echo, struct relay_answer *given)
{
	double *asked = context;
	(void)line;
	(void)echo;
	if (asked[0] == 0) {
		asked[0] = system_monotonic();
		given->again = 0.2;
	} else if (asked[1] == 0) {
		asked[1] = system_monotonic();
		given->kind = RELAY_GIVE_UP;
	}
}

static void a_plan_may_want_to_be_asked_later(void **state)
{
	struct fixture *f = *state;
	double asked[2] = { 0, 0 };
	fixture_script(f, "echo done?; read x");
	struct door_order order = {
		.argv = fixture_disable,
		.relay = { .terminal = true, .screen = -1, .seconds = 20, .calls = { .context = asked, .answer = ask_later } },
	};
	assert_int_equal(door_act(&f->setup, f->journal, &order, &result, &f->err), 0);
	assert_true(result.gave_up);
	assert_true(asked[1] - asked[0] >= 0.19 && asked[1] - asked[0] < fixture_seconds(2));
}

static void output_just_before_the_end_is_not_lost(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 10; i++) {
		fixture_script(f, "seq 1 3000; printf end");
		char *output = act(f, NULL, 0);
		assert_int_equal(strlen(output), 13893 + 3);
		assert_string_equal(output + 13893, "end");
		free(output);
	}
}

/* The end of its terminal is not the tool's: what comes after that is read, too. */
static void a_tool_may_close_its_terminal_and_open_it_again(void **state)
{
	struct fixture *f = *state;
	fixture_script(f, "echo first; exec 0<&- 1>&- 2>&-; sleep 0.1; seq 1 20000 >/dev/tty; exit 5");
	char *output = act(f, NULL, 0);
	assert_int_equal(result.total, 6 + 108894);
	assert_string_equal(output + strlen(output) - 6, "20000\n");
	assert_int_equal(result.end.exit, 5);
	free(output);
}

static void memory_does_not_grow_with_output(void **state)
{
	struct fixture *f = *state;
	struct rusage before, after;
	fixture_script(f, "exec head -c 3000000 /dev/zero");
	free(act(f, NULL, 0));
	assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
	fixture_script(f, "exec head -c 20000000 /dev/zero");
	char *output = act(f, NULL, 0);
	assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
	assert_int_equal(result.total, 20000000);
	assert_true(after.ru_maxrss - before.ru_maxrss < 1024); /* KiB */
	free(output);
}

static void no_descriptor_is_left_open(void **state)
{
	struct fixture *f = *state;
	int before = fixture_free_descriptor();
	for (int i = 0; i < 10; i++) {
		fixture_script(f, "exit 0");
		free(act(f, NULL, 0));
	}
	assert_int_equal(fixture_free_descriptor(), before);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(the_tool_has_the_terminal_as_its_own),
		TEST(only_the_usual_keys_are_special),
		TEST(a_question_is_answered),
		TEST(a_password_is_typed_when_the_echo_is_off),
		TEST(a_password_that_was_thrown_away_is_typed_once_more),
		TEST(another_program_is_told_nothing),
		TEST(a_password_is_never_typed_where_it_would_show),
		TEST(giving_up_ends_a_tool_at_its_question),
		TEST(a_call_back_that_fails_ends_the_tool),
		TEST(a_line_is_asked_about_once),
		TEST(a_question_may_end_with_a_newline),
		TEST(a_plan_may_want_to_be_asked_later),
		TEST(output_just_before_the_end_is_not_lost),
		TEST(a_tool_may_close_its_terminal_and_open_it_again),
		TEST(memory_does_not_grow_with_output),
		TEST(no_descriptor_is_left_open),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
