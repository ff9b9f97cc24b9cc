/* Tests of the bar, with a clock and sizes that are made up: when it is drawn, how wide, and that nothing is left. */
#include "person.h"
#include "terminal/progress_bar.h"

#define MIB ((uint64_t)1 << 20)
#define DRAWN "\r\033[K"
#define WHOLE DRAWN "Copied 123 of 205 MiB,  60 % [####....]"

static struct progress_bar bar;

static void at(double now, const char *what, uint64_t done, uint64_t total)
{
	bar.meter.what = what;
	bar.meter.done = done;
	bar.meter.total = total;
	progress_bar_show(&bar, now);
}

static void say(const char *text)
{
	assert_int_equal(write(1, text, strlen(text)), (ssize_t)strlen(text));
}

static void set_columns(unsigned short columns)
{
	struct winsize size = { .ws_row = 24, .ws_col = columns };
	assert_int_equal(ioctl(1, TIOCSWINSZ, &size), 0);
}

static void begin(double now)
{
	memset(&bar, 0, sizeof bar);
	progress_bar_open(&bar, 1);
	at(now, "Copied", 0, 205 * MIB);
}

/* Runs the work on a terminal. Everything that it writes there is this, up to its "<end>". */
static void assert_writes(struct fixture *f, int (*work)(struct fixture *), const char *expected)
{
	struct person p;
	char all[2048];
	(void)snprintf(all, sizeof all, "%s<end>", expected);
	person_start(&p, work, f);
	for (int i = 0; i < 1000 && strstr(p.seen, "<end>") == NULL; i++)
		person_look(&p, 50);
	assert_string_equal(p.seen, all);
	person_ends(&p, 0);
}

static int last_two_seconds(struct fixture *f)
{
	(void)f;
	begin(100);
	at(100.99, "Copied", 100 * MIB, 205 * MIB);
	say("<a second>");
	at(101, "Copied", 123 * MIB, 205 * MIB);
	at(101.2, "Copied", 124 * MIB, 205 * MIB);
	at(101.25, "Copied", 205 * MIB, 205 * MIB);
	at(102, NULL, 205 * MIB, 205 * MIB);
	at(102, NULL, 0, 0);
	say("<end>");
	return 0;
}

static void it_comes_after_a_second_and_goes_at_the_end(void **state)
{
	assert_writes(*state, last_two_seconds, "<a second>" WHOLE DRAWN "Copied 205 of 205 MiB, 100 % [########]" DRAWN);
}

static int last_a_moment_each(struct fixture *f)
{
	(void)f;
	for (int i = 0; i < 5; i++) {
		begin(i);
		at(i + 0.9, "Copied", 204 * MIB, 205 * MIB);
		at(i + 0.9, NULL, 205 * MIB, 205 * MIB);
	}
	say("<end>");
	return 0;
}

static void short_work_shows_nothing(void **state)
{
	assert_writes(*state, last_a_moment_each, "");
}

static int draw_at_sizes(struct fixture *f)
{
	static const unsigned short columns[] = { 200, 80, 40, 36, 30, 20, 1 };
	(void)f;
	begin(0);
	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
		set_columns(columns[i]);
		at((double)i + 1, "Copied", 123 * MIB, 205 * MIB);
	}
	say("<end>");
	return 0;
}

static void it_fits_every_width_and_outlives_a_narrower_window(void **state)
{
	assert_writes(*state, draw_at_sizes,
	              WHOLE WHOLE WHOLE DRAWN "Copied 123 of 205 MiB,  60 % [##..]" DRAWN
	                                      "Copied 123 of 205 MiB,  60 %" DRAWN "Copied 123 of 205 M" DRAWN);
}

static int draw_odd_amounts(struct fixture *f)
{
	(void)f;
	begin(0);
	at(1, "Read", 5 * MIB, 10 * MIB - 1);
	at(2, "Read", 2047 * MIB, 2048 * MIB);
	at(3, "Read", 12 * MIB, 10 * MIB); /* it has grown meanwhile */
	at(4, "Read", 12 * MIB, 0);        /* nobody knows */
	say("<end>");
	return 0;
}

static void it_never_says_more_than_all(void **state)
{
	assert_writes(*state, draw_odd_amounts,
	              DRAWN "Read 5120 of 10239 KiB,  50 % [###....]" DRAWN "Read 2047 of 2048 MiB,  99 % [#######.]" DRAWN
	                    "Read 10 of 10 MiB, 100 % [##########]");
}

static int be_interrupted(struct fixture *f)
{
	(void)f;
	begin(0);
	at(1, "Copied", 123 * MIB, 205 * MIB);
	signals_note();
	at(2, "Copied", 124 * MIB, 205 * MIB);
	say("<interrupted>");
	at(3, "Copied", 125 * MIB, 205 * MIB);
	at(3, NULL, 205 * MIB, 205 * MIB);
	say("<end>");
	return 0;
}

static void an_interrupt_takes_it_away_at_once(void **state)
{
	assert_writes(*state, be_interrupted, WHOLE DRAWN "<interrupted>");
}

static int work_unseen(struct fixture *f)
{
	int ends[2];
	char byte;
	(void)f;
	if (setenv("TERM", "dumb", 1) != 0 || pipe(ends) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
		return 1;
	begin(0);
	at(1, "Copied", 123 * MIB, 205 * MIB);
	at(2, NULL, 0, 0);
	(void)setenv("TERM", "xterm", 1);
	begin(0);
	bar.screen = ends[1];
	at(1, "Copied", 123 * MIB, 205 * MIB);
	at(2, NULL, 0, 0);
	say("<end>");
	return read(ends[0], &byte, 1) == -1 && errno == EAGAIN ? 0 : 1;
}

static void a_dumb_terminal_and_a_pipe_get_nothing(void **state)
{
	assert_writes(*state, work_unseen, "");
}

/* Whoever has the terminal meanwhile is drawn on neither by the bar nor by its end. */
static int go_to_the_background(struct fixture *f)
{
	(void)f;
	begin(0);
	at(1, "Copied", 123 * MIB, 205 * MIB);
	pid_t other = fork();
	if (other == 0) {
		(void)signal(SIGTTOU, SIG_IGN);
		(void)setpgid(0, 0);
		_exit(tcsetpgrp(1, getpgrp()) == 0 ? 0 : 1);
	}
	int status = 1;
	if (waitpid(other, &status, 0) != other || status != 0)
		return 1;
	at(2, "Copied", 124 * MIB, 205 * MIB);
	at(3, NULL, 205 * MIB, 205 * MIB);
	say("<end>");
	return 0;
}

static void in_the_background_nothing_is_drawn(void **state)
{
	assert_writes(*state, go_to_the_background, WHOLE);
}

static int draw_while_it_stands_still(struct fixture *f)
{
	begin(0);
	if (tcflow(1, TCOOFF) != 0)
		return 1;
	for (int i = 1; i < 1000; i++)
		at(i, "Copied", 123 * MIB, 205 * MIB);
	if (tcflow(1, TCOON) != 0)
		return 1;
	at(1000, NULL, 205 * MIB, 205 * MIB);
	say("<end>");
	return f == NULL;
}

static void a_terminal_that_stands_still_is_passed_over(void **state)
{
	assert_writes(*state, draw_while_it_stands_still, "");
}

static int usual_terminal(void **state)
{
	return setenv("TERM", "xterm", 1) != 0 ? -1 : fixture_make(state);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, usual_terminal, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(it_comes_after_a_second_and_goes_at_the_end),
		TEST(short_work_shows_nothing),
		TEST(it_fits_every_width_and_outlives_a_narrower_window),
		TEST(it_never_says_more_than_all),
		TEST(an_interrupt_takes_it_away_at_once),
		TEST(a_dumb_terminal_and_a_pipe_get_nothing),
		TEST(in_the_background_nothing_is_drawn),
		TEST(a_terminal_that_stands_still_is_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
