/* Tests of the relay between a person's terminal and a tool: interrupts, lost terminals, settings that come back. */
#include "person.h"

static struct relay_result result;

#define INTERRUPTED 1
#define GAVE_UP 2
#define EXIT_0 4
#define STAGE(n) ((n) << 3)

static int relay(struct fixture *f, const struct door_order *order)
{
	if (door_act(&f->setup, f->journal, order, &result, &f->err) != 0)
		return 99;
	return (result.interrupted ? INTERRUPTED : 0) | (result.gave_up ? GAVE_UP : 0)
	       | (result.end.exited && result.end.exit == 0 ? EXIT_0 : 0) | STAGE(signals_stage());
}

/* What the person's process does; the outcome is told by its exit status. */
static int relay_within(struct fixture *f, const struct relay_times *times)
{
	struct door_order order = {
		.argv = fixture_disable,
		.relay = { .terminal = true, .person = true, .screen = 1, .seconds = 20, .times = times },
	};
	return relay(f, &order);
}

static int relay_to_person(struct fixture *f)
{
	return relay_within(f, &fixture_times);
}

/* The same where one password may be typed. */
static int relay_one_password(struct fixture *f)
{
	struct door_order order = {
		.argv = fixture_disable,
		.relay = { .terminal = true,
		           .person = true,
		           .screen = 1,
		           .seconds = 20,
		           .passwords = 1,
		           .times = &fixture_times },
	};
	int outcome = relay(f, &order);
	return outcome | (result.too_many && result.hidden == 1 ? 64 : 0);
}

/* How many passwords were typed. */
static int relay_and_count(struct fixture *f)
{
	int outcome = relay_to_person(f);
	return outcome == EXIT_0 ? (int)result.hidden : 99;
}

/* The same with a tool that is given time to end after the second interrupt. */
static int relay_patiently(struct fixture *f)
{
	struct relay_times times = fixture_times;
	times.interrupt_end = 10;
	return relay_within(f, &times);
}

/* The same where an answer is soon forgotten. */
static int relay_forgetfully(struct fixture *f)
{
	struct relay_times times = fixture_times;
	times.forget = 0.2;
	return relay_within(f, &times);
}

/* The same with a tool that asks nothing and may be stopped: a download. */
static int relay_a_download(struct fixture *f)
{
	struct door_order order = {
		.argv = fixture_disable,
		.relay = { .screen = 1, .seconds = 20, .stoppable = true, .times = &fixture_times },
	};
	return relay(f, &order);
}

/* The same with a bar before the tool's lines. */
static int relay_framed(struct fixture *f)
{
	struct door_order order = {
		.argv = fixture_disable,
		.relay = { .terminal = true, .person = true, .screen = 1, .seconds = 20, .bar = "| ", .times = &fixture_times },
	};
	return relay(f, &order);
}

/* The same with a tool that has no terminal. */
static int relay_framed_pipe(struct fixture *f)
{
	struct door_order order = {
		.argv = fixture_disable,
		.relay = { .screen = 1, .seconds = 20, .bar = "| ", .times = &fixture_times },
	};
	return relay(f, &order);
}

/* Has the person's process relay a tool, and waits for a text on the screen. */
static void begin(struct person *p, struct fixture *f, const char *script, const char *seen)
{
	fixture_script(f, script);
	person_start(p, relay_to_person, f);
	assert_true(person_sees(p, seen));
}

static void a_person_answers(void **state)
{
	struct fixture *f = *state;
	struct person p;
	begin(&p, f,
	      "stty size; printf 'Name: '; read x; stty -echo; printf 'Password:'; read y; stty echo;"
	      "echo; echo \"$x/$y\" >$root/typed; exit 0",
	      "30 100\r\n");
	assert_true(person_sees(&p, "Name: "));
	struct termios during = person_settings(&p);
	assert_true(is_raw(&during));
	person_types(&p, "joe\r");
	assert_true(person_sees(&p, "joe\r\n"));
	assert_true(person_sees(&p, "Password:"));
	person_types(&p, "hunter2\r");
	person_ends(&p, EXIT_0);
	assert_null(strstr(p.seen, "hunter2"));
	assert_string_equal(fixture_text(f, "typed"), "joe/hunter2\n");
}

static void a_bar_stands_before_the_lines_of_the_tool(void **state)
{
	struct fixture *f = *state;
	struct person p;
	fixture_script(f, "stty size; printf 'Name: '; read x; printf 'updating...'; " UNTIL_GO "echo \"done $x\"; exit 0");
	person_start(&p, relay_framed, f);
	assert_true(person_sees(&p, "| 30 98\r\n| Name: "));
	person_types(&p, "joe\r");
	assert_true(person_sees(&p, "joe\r\n| updating..."));
	person_types(&p, "\003");
	assert_true(person_sees(&p, "\r\nThe running tool finishes first"));
	fixture_go(f);
	assert_true(person_sees(&p, "| done joe\r\n"));
	person_ends(&p, EXIT_0 | STAGE(1));
}

/* So that what draws a line again and again, as curl does, stays in it. */
static void a_tool_without_a_terminal_is_told_the_width_beside_the_bar(void **state)
{
	struct fixture *f = *state;
	struct person p;
	fixture_script(f, "echo \"[$COLUMNS]\"; exit 0");
	person_start(&p, relay_framed_pipe, f);
	assert_true(person_sees(&p, "| [97]\r\n"));
	person_ends(&p, EXIT_0);
	person_start(&p, relay_a_download, f);
	assert_true(person_sees(&p, "[]\r\n"));
	person_ends(&p, EXIT_0);
}

static void ctrl_c_gets_out_of_a_question(void **state)
{
	struct person p;
	begin(&p, *state, "printf 'Sure? [y/n]: '; read x; exit 0", "Sure? [y/n]: ");
	person_types(&p, "\003");
	person_ends(&p, STAGE(1));
}

static void ctrl_c_lets_a_working_tool_finish(void **state)
{
	struct person p;
	begin(&p, *state, "printf 'updating local machine policy...'; " UNTIL_GO "echo done; exit 0", "policy...");
	person_types(&p, "\003");
	assert_true(person_sees(&p, "The running tool finishes first"));
	fixture_go(*state);
	assert_true(person_sees(&p, "done"));
	person_ends(&p, EXIT_0 | STAGE(1));
}

static void a_second_ctrl_c_leaves(void **state)
{
	struct person p;
	begin(&p, *state, "trap '' HUP INT TERM; echo working; sleep 60", "working\r\n");
	person_types(&p, "\003");
	assert_true(person_sees(&p, "Ctrl-C again leaves now"));
	person_types(&p, "\003");
	person_ends(&p, INTERRUPTED | STAGE(2));
}

static void ctrl_c_stops_a_download(void **state)
{
	struct fixture *f = *state;
	struct person p;
	fixture_script(f, "echo working; sleep 60; exit 0");
	person_start(&p, relay_a_download, f);
	assert_true(person_sees(&p, "working\r\n"));
	person_types(&p, "\003");
	assert_true(person_sees(&p, "Stopping it."));
	person_ends(&p, STAGE(1));
}

static void a_terminate_signal_lets_a_working_tool_finish(void **state)
{
	struct person p;
	begin(&p, *state, "echo working; " UNTIL_GO "echo done; exit 0", "working");
	assert_int_equal(kill(p.child, SIGTERM), 0);
	fixture_go(*state);
	assert_true(person_sees(&p, "done"));
	person_ends(&p, EXIT_0 | STAGE(1));
}

static void a_hangup_signal_hangs_a_question_up(void **state)
{
	struct person p;
	begin(&p, *state, "printf 'Sure? [y/n]: '; read x; exit 0", "Sure? [y/n]: ");
	assert_int_equal(kill(p.child, SIGHUP), 0);
	person_ends(&p, GAVE_UP | STAGE(1));
}

/* A work whose terminal is gone tells its outcome by a file. */
static int relay_and_tell(struct fixture *f)
{
	char text[16];
	int length = snprintf(text, sizeof text, "%d", relay_to_person(f));
	return replace_file(fixture_path(f, "outcome"), text, (size_t)length, 0600, &f->err);
}

static void a_lost_terminal_lets_a_working_tool_finish(void **state)
{
	struct fixture *f = *state;
	struct person p;
	fixture_script(f, "echo working; " UNTIL_GO "echo more; echo x >$root/finished; exit 0");
	person_start(&p, relay_and_tell, f);
	assert_true(person_sees(&p, "working"));
	person_leaves(&p);
	fixture_go(f);
	assert_int_equal(person_waits(&p), 0);
	assert_string_equal(fixture_text(f, "finished"), "x\n");
	assert_string_equal(fixture_text(f, "outcome"), "12"); /* EXIT_0 and stage 1 */
}

static void a_lost_terminal_hangs_a_question_up(void **state)
{
	struct fixture *f = *state;
	struct person p;
	fixture_script(f, "printf 'Sure? '; read x; echo x >$root/finished; exit 0");
	person_start(&p, relay_and_tell, f);
	assert_true(person_sees(&p, "Sure? "));
	person_leaves(&p);
	assert_int_equal(person_waits(&p), 0);
	assert_string_equal(fixture_text(f, "finished"), "");
	assert_string_equal(fixture_text(f, "outcome"), "10"); /* GAVE_UP and stage 1 */
}

static void the_size_follows_the_window(void **state)
{
	struct person p;
	struct winsize size = { .ws_row = 10, .ws_col = 40 };
	begin(&p, *state, "trap 'stty size; exit 0' WINCH; echo ready; while :; do sleep 0.02; done", "ready");
	assert_int_equal(ioctl(p.master, TIOCSWINSZ, &size), 0);
	assert_true(person_sees(&p, "10 40"));
	person_ends(&p, EXIT_0);
}

static void a_stop_gives_the_terminal_back_and_a_continuation_takes_it(void **state)
{
	struct person p;
	int status;
	begin(&p, *state, "echo ready; " UNTIL_GO "exit 0", "ready");
	assert_true(person_sees_raw(&p, true));
	assert_int_equal(kill(p.child, SIGTSTP), 0);
	assert_int_equal(waitpid(p.child, &status, WUNTRACED), p.child);
	assert_true(WIFSTOPPED(status));
	assert_true(person_sees_raw(&p, false));
	assert_int_equal(kill(p.child, SIGCONT), 0);
	assert_true(person_sees_raw(&p, true));
	fixture_go(*state);
	person_ends(&p, EXIT_0);
}

/* Checks that a signal ended the person's process, and the terminal. */
static void ends_by(struct person *p, int number)
{
	assert_int_equal(WTERMSIG(person_waits(p)), number);
	person_finds_all_as_before(p);
}

/* Fatal signals do not let the program go on, but the terminal comes back. */
static void a_fatal_signal_restores_the_terminal(void **state)
{
	static const int numbers[] = { SIGQUIT, SIGABRT, SIGBUS, SIGTRAP };
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		struct person p;
		begin(&p, *state, "echo ready; sleep 3", "ready");
		assert_true(person_sees_raw(&p, true));
		assert_int_equal(kill(p.child, numbers[i]), 0);
		ends_by(&p, numbers[i]);
	}
}

static void the_third_signal_ends_the_program(void **state)
{
	struct fixture *f = *state;
	struct person p;
	/* Nobody ends this tool: it goes on until its own file goes with the fixture's folder. */
	fixture_script(f, "trap '' HUP INT TERM; echo ready; " UNTIL_THE_END);
	person_start(&p, relay_patiently, f);
	assert_true(person_sees(&p, "ready"));
	assert_true(person_sees_raw(&p, true));
	assert_int_equal(kill(p.child, SIGTERM), 0);
	assert_true(person_sees(&p, "leaves now"));
	assert_int_equal(kill(p.child, SIGTERM), 0);
	assert_true(person_sees_raw(&p, false));
	assert_int_equal(kill(p.child, SIGTERM), 0);
	ends_by(&p, SIGTERM);
}

/* A tool that works on after its password has been typed is not at a question, though the echo is still off. */
static void a_typed_password_is_an_answer(void **state)
{
	struct fixture *f = *state;
	struct person p;
	begin(&p, f,
	      "stty -echo; printf 'Password:'; read y; echo x >$root/typed; " UNTIL_GO "stty echo; echo; echo done; exit 0",
	      "Password:");
	person_types(&p, "hunter2\r");
	assert_true(fixture_await(f, "typed", 5));
	assert_int_equal(kill(p.child, SIGTERM), 0);
	assert_true(person_sees(&p, "The running tool finishes first"));
	fixture_go(f);
	assert_true(person_sees(&p, "done"));
	person_ends(&p, EXIT_0 | STAGE(1));
}

/* It waits for a second line as one does that has thrown the first one away. */
#define TAKES_TWO "stty -echo; printf 'Password:'; read x; echo x >$root/typed; read y; echo x >$root/finished; exit 0"

/* Lines typed while nothing is shown, an end of input among them; not what is shown. */
static void typed_passwords_are_counted(void **state)
{
	static const char *const prompts[] = { "Name: ", "Password:", "Again:", "Last:" };
	static const char *const keys[] = { "joe\r", "hunter1\r", "hunter2\n", "\004" };
	struct fixture *f = *state;
	struct person p;
	fixture_script(f, "printf 'Name: '; read n; stty -echo; printf 'Password:'; read x; printf 'Again:'; read y; "
	                  "printf 'Last:'; read z; exit 0");
	person_start(&p, relay_and_count, f);
	for (size_t i = 0; i < 4; i++) {
		assert_true(person_sees(&p, prompts[i]));
		person_types(&p, keys[i]);
	}
	person_ends(&p, 3);
}

/* At one too many the tool is given up, and does not get its end. */
static void one_password_too_many_is_not_typed(void **state)
{
	struct fixture *f = *state;
	struct person p;
	fixture_script(
		f,
		"stty -echo; printf 'Password:'; read x; echo $x >$root/typed; printf 'Again:'; read y; echo $y >$root/finished");
	person_start(&p, relay_one_password, f);
	assert_true(person_sees(&p, "Password:"));
	person_types(&p, "hunter1\r");
	assert_true(person_sees(&p, "Again:"));
	person_types(&p, "hunter2\r");
	person_ends(&p, GAVE_UP | 64);
	assert_string_equal(fixture_text(f, "typed"), "hunter1\n");
	assert_string_equal(fixture_text(f, "finished"), "");
}

static void an_answer_that_was_thrown_away_is_forgotten(void **state)
{
	struct fixture *f = *state;
	struct person p;
	fixture_script(f, TAKES_TWO);
	person_start(&p, relay_forgetfully, f);
	assert_true(person_sees(&p, "Password:"));
	person_types(&p, "hunter2\r");
	assert_true(fixture_await(f, "typed", 5));
	assert_int_equal(kill(p.child, SIGTERM), 0); /* hangs up at questions: after a while it is one again */
	person_ends(&p, GAVE_UP | STAGE(1));
	assert_string_equal(fixture_text(f, "finished"), "");
}

static void a_lost_terminal_forgets_the_answer(void **state)
{
	struct fixture *f = *state;
	struct person p;
	fixture_script(f, TAKES_TWO);
	person_start(&p, relay_and_tell, f);
	assert_true(person_sees(&p, "Password:"));
	person_types(&p, "hunter2\r");
	assert_true(fixture_await(f, "typed", 5));
	person_leaves(&p);
	assert_int_equal(person_waits(&p), 0);
	assert_string_equal(fixture_text(f, "finished"), "");
	assert_string_equal(fixture_text(f, "outcome"), "10"); /* GAVE_UP and stage 1 */
}

static void a_screen_that_stands_still_does_not_hold_up_the_tool(void **state)
{
	struct fixture *f = *state;
	struct person p;
	int status;
	fixture_script(f, "head -c 1000000 /dev/zero | tr '\\0' x; echo x >$root/finished; exit 0");
	person_start(&p, relay_to_person, f);
	assert_true(fixture_await(f, "finished", 10));
	while (waitpid(p.child, &status, WNOHANG) == 0) {
		person_look(&p, 10);
		p.length = p.length > sizeof p.seen / 2 ? 0 : p.length;
	}
	assert_int_equal(status, EXIT_0 << 8);
	person_finds_all_as_before(&p);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(a_person_answers),
		TEST(a_bar_stands_before_the_lines_of_the_tool),
		TEST(a_tool_without_a_terminal_is_told_the_width_beside_the_bar),
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
		TEST(typed_passwords_are_counted),
		TEST(one_password_too_many_is_not_typed),
		TEST(an_answer_that_was_thrown_away_is_forgotten),
		TEST(a_lost_terminal_forgets_the_answer),
		TEST(a_screen_that_stands_still_does_not_hold_up_the_tool),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
