/* Tests of the relay between a person's terminal and a tool: interrupts, lost terminals, and that settings come back. */
#include "fixture.h"

static const char *const disable[] = { "/usr/bin/csrutil", "disable", NULL };
static struct relay_result result;

static void use_script(struct fixture *f, const char *script)
{
	fixture_tool(f, "/usr/bin/csrutil", script);
	fixture_intend(f, disable);
}

static int relay(struct fixture *f, const struct door_order *order)
{
	if (door_act(&f->setup, f->journal, order, &result, &f->err) != 0)
		return 99;
	return (result.interrupted ? 1 : 0) | (result.gave_up ? 2 : 0) | (result.end.exited && result.end.exit == 0 ? 4 : 0)
	       | signals_stage() << 3;
}

/* What the person's process does; the outcome is told by its exit status. */
static int relay_to_person(struct fixture *f)
{
	struct door_order order = { .argv = disable,
		                        .relay = { .terminal = true, .person = true, .screen = 1, .seconds = 20 } };
	return relay(f, &order);
}

/* The same with a tool that asks nothing and may be stopped: a download. */
static int relay_a_download(struct fixture *f)
{
	struct door_order order = { .argv = disable, .relay = { .screen = 1, .seconds = 20, .stoppable = true } };
	return relay(f, &order);
}

#define INTERRUPTED 1
#define GAVE_UP 2
#define EXIT_0 4
#define STAGE(n) ((n) << 3)

static bool same_settings(const struct termios *a, const struct termios *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_lflag == b->c_lflag
	       && memcmp(a->c_cc, b->c_cc, sizeof a->c_cc) == 0;
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
	use_script(
		f,
		"stty size; printf 'Name: '; read x; printf 'Password:'; stty -echo; read y; stty echo; echo; echo \"$x/$y\" >$root/typed; exit 0");
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

static void ctrl_c_stops_a_download(void **state)
{
	struct fixture *f = *state;
	struct person p;
	use_script(f, "echo working; sleep 60; exit 0");
	person_start(&p, relay_a_download, f);
	struct termios before = person_settings(&p);
	assert_true(person_sees(&p, "working"));
	person_types(&p, "\003");
	assert_true(person_sees(&p, "Stopping it."));
	assert_end(&p, &before, STAGE(1));
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
	use_script(
		f, "printf 'Password:'; stty -echo; read y; echo x >$root/typed; sleep 1; stty echo; echo; echo done; exit 0");
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
		TEST(a_person_answers),
		TEST(ctrl_c_gets_out_of_a_question),
		TEST(ctrl_c_lets_a_working_tool_finish),
		TEST(a_second_ctrl_c_leaves),
		TEST(ctrl_c_stops_a_download),
		TEST(a_terminate_signal_lets_a_working_tool_finish),
		TEST(a_hangup_signal_hangs_a_question_up),
		TEST(a_lost_terminal_lets_a_working_tool_finish),
		TEST(a_lost_terminal_hangs_a_question_up),
		TEST(the_size_follows_the_window),
		TEST(a_stop_gives_the_terminal_back_and_a_continuation_takes_it),
		TEST(a_fatal_signal_restores_the_terminal),
		TEST(the_third_signal_ends_the_program),
		TEST(a_typed_password_is_an_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
