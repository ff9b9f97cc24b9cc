/* Tests of the terminal given to a tool and of the person's own: questions, passwords, interrupts, and that settings come back. */
#include "c/fixture.h"
#include "pty.h"

static const char *const disable[] = { "/usr/bin/csrutil", "disable", NULL };
static struct relay_result result;

static void use_script(struct fixture *f, const char *script)
{
	fixture_tool(f, "/usr/bin/csrutil", script);
	fixture_intend(f, disable);
}

/* --- answers by the plan ------------------------------------------------------------------------------ */

struct plan {
	const char *line;   /* answered only at this line, "" for any */
	enum { SAY_NOTHING, SAY_TEXT, SAY_SECRET, SAY_STOP, SAY_FAILED } what;
	const char *text;
	struct secret *secret;
	int calls, echoed;  /* how often asked, and how often while the terminal echoed */
	char last[256];
};

static void answer(void *context, const struct relay_line *line, bool echo, struct relay_answer *given)
{
	struct plan *plan = context;
	plan->calls++;
	plan->echoed += echo;
	(void)snprintf(plan->last, sizeof plan->last, "%.*s", (int)line->length, line->text);
	if (strcmp(plan->line, "") != 0 && strcmp(plan->line, plan->last) != 0)
		return;
	if (plan->what == SAY_TEXT) {
		given->kind = RELAY_TYPE;
		given->length = strlen(plan->text);
		memcpy(given->text, plan->text, given->length);
	} else if (plan->what == SAY_SECRET) {
		given->kind = RELAY_SECRET;
		given->secret = plan->secret;
	} else if (plan->what == SAY_STOP) {
		given->kind = RELAY_GIVE_UP;
	} else if (plan->what == SAY_FAILED) {
		given->kind = RELAY_FAILED;
	}
}

static char *act(struct fixture *f, struct plan *plan, double silence)
{
	struct door_order order = { .argv = disable, .terminal = true, .screen = -1, .silence = silence, .seconds = 20 };
	order.calls.context = plan;
	order.calls.answer = plan != NULL ? answer : NULL;
	assert_int_equal(door_act(&f->setup, f->journal, &order, &result, &f->err), 0);
	return fixture_output(&result);
}

static void the_tool_has_the_terminal_as_its_own(void **state)
{
	struct fixture *f = *state;
	use_script(f, "tty; echo to-the-terminal >/dev/tty; stty size; ps -o sid= -p $$ >$root/session; echo $$ >$root/pid");
	char *output = act(f, NULL, 0);
	assert_int_equal(strncmp(output, "/dev/", 5), 0);
	assert_non_null(strstr(output, "\nto-the-terminal\n24 80\n"));
	assert_int_equal(strtol(fixture_text(f, "session"), NULL, 10), strtol(fixture_text(f, "pid"), NULL, 10));
	free(output);
}

static void a_question_is_answered(void **state)
{
	struct fixture *f = *state;
	struct plan plan = { .line = "Sure? [y/n]: ", .what = SAY_TEXT, .text = "y\n" };
	use_script(f, "echo first; printf 'Sure? [y/n]: '; read x; echo \"got $x\"; exit 2");
	char *output = act(f, &plan, 5);
	assert_string_equal(output, "first\nSure? [y/n]: y\ngot y\n");
	assert_int_equal(result.end.exit, 2);
	assert_true(plan.calls >= 1 && plan.echoed == plan.calls);
	free(output);
}

static void a_password_is_typed_when_the_echo_is_off(void **state)
{
	struct fixture *f = *state;
	struct plan plan = { .line = "Password:", .what = SAY_SECRET };
	plan.secret = secret_from_text("hunter2 ", 8, &f->err);
	/* The question comes well before the echo goes off: typing at once would show the password. */
	use_script(f, "printf 'Password:'; sleep 0.5; stty -echo; IFS= read -r x; stty echo; echo; echo \"[$x]\" >$root/typed; echo done");
	char *output = act(f, &plan, 5);
	assert_string_equal(output, "Password:\ndone\n");
	assert_string_equal(fixture_text(f, "typed"), "[hunter2 ]\n");
	assert_true(plan.echoed >= 1);
	secret_release(plan.secret);
	free(output);
}

static void a_password_is_never_typed_where_it_would_show(void **state)
{
	struct fixture *f = *state;
	struct plan plan = { .line = "", .what = SAY_SECRET };
	plan.secret = secret_from_text("hunter2", 7, &f->err);
	use_script(f, "printf 'Password:'; read x; echo \"$x\" >$root/typed");
	char *output = act(f, &plan, 1);
	assert_true(result.silent);
	assert_null(strstr(output, "hunter2"));
	assert_string_equal(fixture_text(f, "typed"), "");
	secret_release(plan.secret);
	free(output);
}

static void giving_up_ends_a_tool_at_its_question(void **state)
{
	struct fixture *f = *state;
	struct plan plan = { .line = "", .what = SAY_STOP };
	use_script(f, "trap 'echo hung up; exit 9' HUP INT; printf 'Sure? '; read x; echo never");
	double before = system_monotonic();
	char *output = act(f, &plan, 0);
	assert_true(result.gave_up);
	assert_true(system_monotonic() - before < 4);
	assert_null(strstr(output, "never"));
	free(output);
}

static void a_call_back_that_fails_ends_the_tool(void **state)
{
	struct fixture *f = *state;
	struct plan plan = { .line = "", .what = SAY_FAILED };
	use_script(f, "trap '' HUP INT TERM; printf 'Sure? '; while :; do sleep 60; done");
	double before = system_monotonic();
	char *output = act(f, &plan, 0);
	assert_true(result.failed);
	assert_int_equal(result.end.signal, SIGKILL);
	assert_int_equal(plan.calls, 1);
	assert_true(system_monotonic() - before < 5);
	free(output);
}

static void a_line_is_asked_about_once(void **state)
{
	struct fixture *f = *state;
	struct plan plan = { .line = "", .what = SAY_NOTHING };
	use_script(f, "printf 'working'; sleep 0.8; printf '...'; sleep 0.5");
	char *output = act(f, &plan, 0);
	assert_int_equal(plan.calls, 2);
	assert_string_equal(plan.last, "working...");
	free(output);
}

/* kmutil ends one of its questions with a newline (reference §3.1). */
static void a_question_may_end_with_a_newline(void **state)
{
	struct fixture *f = *state;
	struct plan plan = { .line = "Are you sure? (enter y or n)", .what = SAY_TEXT, .text = "y\n" };
	use_script(f, "echo 'Are you sure? (enter y or n)'; read x; echo \"got $x\"");
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
		given->again = 0.5;
	} else if (asked[1] == 0) {
		asked[1] = system_monotonic();
		given->kind = RELAY_GIVE_UP;
	}
}

static void a_plan_may_want_to_be_asked_later(void **state)
{
	struct fixture *f = *state;
	double asked[2] = { 0, 0 };
	use_script(f, "echo done?; read x");
	struct door_order order = { .argv = disable, .terminal = true, .screen = -1, .seconds = 20, .calls = { .context = asked, .answer = ask_later } };
	assert_int_equal(door_act(&f->setup, f->journal, &order, &result, &f->err), 0);
	assert_true(result.gave_up);
	assert_true(asked[1] - asked[0] >= 0.49 && asked[1] - asked[0] < 2);
}

static void output_just_before_the_end_is_not_lost(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 20; i++) {
		use_script(f, "seq 1 3000; printf end");
		char *output = act(f, NULL, 0);
		assert_int_equal(strlen(output), 13893 + 3);
		assert_string_equal(output + 13893, "end");
		free(output);
	}
}

static void memory_does_not_grow_with_output(void **state)
{
	struct fixture *f = *state;
	struct rusage before, after;
	use_script(f, "exec head -c 20000000 /dev/zero");
	free(act(f, NULL, 0));
	assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
	use_script(f, "exec head -c 300000000 /dev/zero");
	char *output = act(f, NULL, 0);
	assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
	assert_int_equal(result.total, 300000000);
	assert_true(after.ru_maxrss - before.ru_maxrss < 1024); /* KiB */
	free(output);
}

static void no_descriptor_is_left_open(void **state)
{
	struct fixture *f = *state;
	int before = dup(0);
	(void)close(before);
	for (int i = 0; i < 10; i++) {
		use_script(f, "exit 0");
		free(act(f, NULL, 0));
	}
	int after = dup(0);
	(void)close(after);
	assert_int_equal(before, after);
}

/* --- a person ------------------------------------------------------------------------------------------ */

/* What the person's process does; the outcome is told by its exit status. */
static int relay_to_person(struct fixture *f)
{
	struct door_order order = { .argv = disable, .terminal = true, .person = true, .screen = 1, .seconds = 20 };
	if (door_act(&f->setup, f->journal, &order, &result, &f->err) != 0)
		return 99;
	return (result.interrupted ? 1 : 0) | (result.gave_up ? 2 : 0) | (result.end.exited && result.end.exit == 0 ? 4 : 0)
	     | signals_stage() << 3;
}
#define INTERRUPTED 1
#define GAVE_UP 2
#define EXIT_0 4
#define STAGE(n) ((n) << 3)

static bool same_settings(const struct termios *a, const struct termios *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_lflag == b->c_lflag && memcmp(a->c_cc, b->c_cc, sizeof a->c_cc) == 0;
}

/* Checks the end of the person's work and that their terminal is as it was. */
static void assert_end(struct person *p, const struct termios *before, int status)
{
	int end = person_waits(p);
	struct termios after = person_settings(p);
	assert_true(same_settings(before, &after));
	assert_int_equal(end, status << 8);
	person_leaves(p);
}

static void a_person_answers(void **state)
{
	struct fixture *f = *state;
	struct person p;
	use_script(f, "stty size; printf 'Name: '; read x; printf 'Password:'; stty -echo; read y; stty echo; echo; echo \"$x/$y\" >$root/typed; exit 0");
	person_start(&p, relay_to_person, f);
	struct termios before = person_settings(&p);
	assert_true(person_sees(&p, "30 100\r\n"));
	assert_true(person_sees(&p, "Name: "));
	struct termios during = person_settings(&p);
	assert_true(is_raw(&during));
	person_types(&p, "joe\r");
	assert_true(person_sees(&p, "joe\r\n"));
	assert_true(person_sees(&p, "Password:"));
	(void)usleep(100000);
	person_types(&p, "hunter2\r");
	assert_end(&p, &before, EXIT_0);
	assert_null(strstr(p.seen, "hunter2"));
	assert_string_equal(fixture_text(f, "typed"), "joe/hunter2\n");
}

static void ctrl_c_gets_out_of_a_question(void **state)
{
	struct fixture *f = *state;
	struct person p;
	use_script(f, "printf 'Sure? [y/n]: '; read x; exit 0");
	person_start(&p, relay_to_person, f);
	struct termios before = person_settings(&p);
	assert_true(person_sees(&p, "Sure? [y/n]: "));
	(void)usleep(300000);
	person_types(&p, "\003");
	assert_end(&p, &before, STAGE(1));
}

static void ctrl_c_lets_a_working_tool_finish(void **state)
{
	struct fixture *f = *state;
	struct person p;
	use_script(f, "printf 'updating local machine policy...'; sleep 1; echo done; exit 0");
	person_start(&p, relay_to_person, f);
	struct termios before = person_settings(&p);
	assert_true(person_sees(&p, "policy..."));
	(void)usleep(300000);
	person_types(&p, "\003");
	assert_true(person_sees(&p, "The running tool finishes first"));
	assert_true(person_sees(&p, "done"));
	assert_end(&p, &before, EXIT_0 | STAGE(1));
}

static void a_second_ctrl_c_leaves(void **state)
{
	struct fixture *f = *state;
	struct person p;
	use_script(f, "trap '' HUP INT TERM; echo working; while :; do sleep 60; done");
	person_start(&p, relay_to_person, f);
	struct termios before = person_settings(&p);
	assert_true(person_sees(&p, "working\r\n"));
	person_types(&p, "\003");
	assert_true(person_sees(&p, "Ctrl-C again leaves now"));
	person_types(&p, "\003");
	assert_end(&p, &before, INTERRUPTED | STAGE(2));
}

static void a_terminate_signal_lets_a_working_tool_finish(void **state)
{
	struct fixture *f = *state;
	struct person p;
	use_script(f, "echo working; sleep 1; echo done; exit 0");
	person_start(&p, relay_to_person, f);
	struct termios before = person_settings(&p);
	assert_true(person_sees(&p, "working"));
	assert_int_equal(kill(p.child, SIGTERM), 0);
	assert_true(person_sees(&p, "done"));
	assert_end(&p, &before, EXIT_0 | STAGE(1));
}

static void a_hangup_signal_hangs_a_question_up(void **state)
{
	struct fixture *f = *state;
	struct person p;
	use_script(f, "printf 'Sure? [y/n]: '; read x; exit 0");
	person_start(&p, relay_to_person, f);
	struct termios before = person_settings(&p);
	assert_true(person_sees(&p, "Sure? [y/n]: "));
	assert_int_equal(kill(p.child, SIGHUP), 0);
	assert_end(&p, &before, GAVE_UP | STAGE(1));
}

/* Waits for the sum of what a work whose terminal is gone wrote as its last act. */
static int relay_and_tell(struct fixture *f)
{
	int outcome = relay_to_person(f);
	char text[16];
	int length = snprintf(text, sizeof text, "%d", outcome);
	return file_write_atomic(fixture_path(f, "outcome"), text, (size_t)length, 0600, &f->err);
}

static void a_lost_terminal_lets_a_working_tool_finish(void **state)
{
	struct fixture *f = *state;
	struct person p;
	use_script(f, "echo working; sleep 0.7; echo more; echo x >$root/finished; exit 0");
	person_start(&p, relay_and_tell, f);
	assert_true(person_sees(&p, "working"));
	person_leaves(&p);
	assert_int_equal(person_waits(&p), 0);
	assert_string_equal(fixture_text(f, "finished"), "x\n");
	assert_string_equal(fixture_text(f, "outcome"), "12"); /* EXIT_0 and stage 1 */
}

static void a_lost_terminal_hangs_a_question_up(void **state)
{
	struct fixture *f = *state;
	struct person p;
	use_script(f, "printf 'Sure? '; read x; echo x >$root/finished; exit 0");
	person_start(&p, relay_and_tell, f);
	assert_true(person_sees(&p, "Sure? "));
	person_leaves(&p);
	assert_int_equal(person_waits(&p), 0);
	assert_string_equal(fixture_text(f, "finished"), "");
	assert_string_equal(fixture_text(f, "outcome"), "10"); /* GAVE_UP and stage 1 */
}

static void the_size_follows_the_window(void **state)
{
	struct fixture *f = *state;
	struct person p;
	struct winsize size = { .ws_row = 10, .ws_col = 40 };
	use_script(f, "trap 'stty size; exit 0' WINCH; echo ready; while :; do sleep 0.1; done");
	person_start(&p, relay_to_person, f);
	struct termios before = person_settings(&p);
	assert_true(person_sees(&p, "ready"));
	assert_int_equal(ioctl(p.master, TIOCSWINSZ, &size), 0);
	assert_true(person_sees(&p, "10 40"));
	assert_end(&p, &before, EXIT_0);
}

/* Waits until the settings are raw, or are not. */
static bool settings_become(const struct person *p, bool raw)
{
	for (int i = 0; i < 300; i++) {
		struct termios now = person_settings(p);
		if (is_raw(&now) == raw)
			return true;
		(void)usleep(10000);
	}
	return false;
}

static void a_stop_gives_the_terminal_back_and_a_continuation_takes_it(void **state)
{
	struct fixture *f = *state;
	struct person p;
	int status;
	use_script(f, "echo ready; while [ ! -e $root/go ]; do sleep 0.1; done; exit 0");
	person_start(&p, relay_to_person, f);
	struct termios before = person_settings(&p);
	assert_true(person_sees(&p, "ready"));
	assert_true(settings_become(&p, true));
	assert_int_equal(kill(p.child, SIGTSTP), 0);
	assert_int_equal(waitpid(p.child, &status, WUNTRACED), p.child);
	assert_true(WIFSTOPPED(status));
	assert_true(settings_become(&p, false));
	assert_int_equal(kill(p.child, SIGCONT), 0);
	assert_true(settings_become(&p, true));
	assert_int_equal(file_write_atomic(fixture_path(f, "go"), "", 0, 0600, &f->err), 0);
	assert_end(&p, &before, EXIT_0);
}

/* Fatal signals do not let the program go on, but the terminal comes back. */
static void a_fatal_signal_restores_the_terminal(void **state)
{
	static const int numbers[] = { SIGQUIT, SIGABRT, SIGBUS };
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		struct person p;
		use_script(f, "echo ready; sleep 3");
		person_start(&p, relay_to_person, f);
		struct termios before = person_settings(&p);
		assert_true(person_sees(&p, "ready"));
		assert_true(settings_become(&p, true));
		assert_int_equal(kill(p.child, numbers[i]), 0);
		int status = person_waits(&p);
		assert_int_equal(WTERMSIG(status), numbers[i]);
		struct termios after = person_settings(&p);
		assert_true(same_settings(&before, &after));
		person_leaves(&p);
	}
}

static void the_third_signal_ends_the_program(void **state)
{
	struct fixture *f = *state;
	struct person p;
	use_script(f, "trap '' HUP INT TERM; echo ready; while :; do sleep 60; done");
	person_start(&p, relay_to_person, f);
	struct termios before = person_settings(&p);
	assert_true(person_sees(&p, "ready"));
	for (int i = 0; i < 3; i++) {
		assert_int_equal(kill(p.child, SIGTERM), 0);
		(void)usleep(50000);
	}
	int status = person_waits(&p);
	assert_int_equal(WTERMSIG(status), SIGTERM);
	struct termios after = person_settings(&p);
	assert_true(same_settings(&before, &after));
	person_leaves(&p);
}

/* A tool that works on after its password has been typed is not at a question, though the echo is still off. */
static void a_typed_password_is_an_answer(void **state)
{
	struct fixture *f = *state;
	struct person p;
	use_script(f, "printf 'Password:'; stty -echo; read y; echo x >$root/typed; sleep 1; stty echo; echo; echo done; exit 0");
	person_start(&p, relay_to_person, f);
	struct termios before = person_settings(&p);
	assert_true(person_sees(&p, "Password:"));
	(void)usleep(200000);
	person_types(&p, "hunter2\r");
	assert_true(fixture_await(f, "typed", 5));
	assert_int_equal(kill(p.child, SIGTERM), 0);
	assert_true(person_sees(&p, "done"));
	assert_end(&p, &before, EXIT_0 | STAGE(1));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(the_tool_has_the_terminal_as_its_own), TEST(a_question_is_answered), TEST(a_password_is_typed_when_the_echo_is_off),
		TEST(a_password_is_never_typed_where_it_would_show), TEST(giving_up_ends_a_tool_at_its_question),
		TEST(a_call_back_that_fails_ends_the_tool), TEST(a_line_is_asked_about_once), TEST(a_question_may_end_with_a_newline), TEST(a_plan_may_want_to_be_asked_later), TEST(output_just_before_the_end_is_not_lost),
		TEST(memory_does_not_grow_with_output), TEST(no_descriptor_is_left_open), TEST(a_person_answers),
		TEST(ctrl_c_gets_out_of_a_question), TEST(ctrl_c_lets_a_working_tool_finish), TEST(a_second_ctrl_c_leaves),
		TEST(a_terminate_signal_lets_a_working_tool_finish), TEST(a_hangup_signal_hangs_a_question_up),
		TEST(a_lost_terminal_lets_a_working_tool_finish), TEST(a_lost_terminal_hangs_a_question_up), TEST(the_size_follows_the_window),
		TEST(a_stop_gives_the_terminal_back_and_a_continuation_takes_it), TEST(a_fatal_signal_restores_the_terminal),
		TEST(the_third_signal_ends_the_program), TEST(a_typed_password_is_an_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
