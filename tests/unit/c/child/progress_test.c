/* Tests of the waiting line, with a clock that is made up: when it is drawn, how wide, and that it is wiped. */
#include "child/progress.h"
#include "child/screen.h"
#include "fixture.h"

static const struct progress_times times = { .first = 2, .redraw = 1, .plain = 30 };
#define WORDS_OF(what, more) ((struct progress_words){ what, more })

static struct screen screen;
static int master, slave;
static char seen[4096];

/* What was written since the last look. */
static const char *written(void)
{
	size_t length = 0;
	struct pollfd fd = { .fd = master, .events = POLLIN };
	while (length < sizeof seen - 1 && poll(&fd, 1, 20) > 0) {
		ssize_t n = read(master, seen + length, sizeof seen - 1 - length);
		if (n <= 0)
			break;
		length += (size_t)n;
	}
	seen[length] = '\0';
	return seen;
}

static int open_terminal(void **state)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	struct termios raw;
	(void)state;
	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
		return -1;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	if (slave < 0 || tcgetattr(slave, &raw) != 0 || ioctl(slave, TIOCSWINSZ, &size) != 0)
		return -1;
	raw.c_oflag &= ~(tcflag_t)OPOST;
	screen_open(&screen, slave, 2);
	return tcsetattr(slave, TCSANOW, &raw) == 0 && setenv("TERM", "xterm", 1) == 0 ? 0 : -1;
}

static int close_terminal(void **state)
{
	(void)state;
	screen_finish(&screen);
	(void)close(slave);
	return close(master);
}

static void it_comes_after_two_seconds_and_then_every_second(void **state)
{
	struct progress p;
	(void)state;
	progress_begin(&p, &times, WORDS_OF("kernel", ". Wait"), &screen, 100);
	assert_true(p.live);
	progress_show(&p, 100, false);
	progress_show(&p, 101.9, false);
	assert_string_equal(written(), "");
	progress_show(&p, 102, false);
	assert_string_equal(written(), "\r\033[Kkernel: 2 s. Wait");
	progress_show(&p, 102.9, false);
	assert_string_equal(written(), "");
	progress_show(&p, 103, false);
	assert_string_equal(written(), "\r\033[Kkernel: 3 s. Wait");
	progress_show(&p, 725.5, false);
	assert_string_equal(written(), "\r\033[Kkernel: 10 min 25 s. Wait");
	progress_clear(&p);
	assert_string_equal(written(), "\r\033[K");
	progress_clear(&p);
	assert_string_equal(written(), "");
}

static void it_takes_a_line_of_its_own(void **state)
{
	struct progress p;
	(void)state;
	progress_begin(&p, &times, WORDS_OF("it", ""), &screen, 0);
	progress_show(&p, 2, true);
	assert_string_equal(written(), "\n\r\033[Kit: 2 s");
	progress_show(&p, 3, true);
	assert_string_equal(written(), "\r\033[Kit: 3 s");
}

static void nothing_to_wait_for_shows_nothing(void **state)
{
	struct progress p;
	(void)state;
	progress_begin(&p, &times, WORDS_OF(NULL, NULL), &screen, 0);
	progress_show(&p, 1000, true);
	progress_clear(&p);
	assert_string_equal(written(), "");
	screen_finish(&screen);
	progress_begin(&p, &times, WORDS_OF("it", ""), &screen, 0);
	progress_show(&p, 1000, true);
	progress_clear(&p);
	assert_string_equal(written(), "");
}

/* One line every half minute, and no escape sequence. */
static void assert_plain(struct screen *on)
{
	struct progress p;
	progress_begin(&p, &times, WORDS_OF("it", ""), on, 0);
	assert_false(p.live);
	progress_show(&p, 29.9, false);
	assert_string_equal(written(), "");
	progress_show(&p, 30, false);
	assert_string_equal(written(), "it: 30 s\n");
	progress_show(&p, 59, true);
	assert_string_equal(written(), "");
	progress_show(&p, 61, true);
	assert_string_equal(written(), "\nit: 1 min 1 s\n");
	progress_clear(&p);
	assert_string_equal(written(), "");
}

static void a_dumb_terminal_gets_plain_lines(void **state)
{
	(void)state;
	assert_int_equal(setenv("TERM", "dumb", 1), 0);
	assert_plain(&screen);
}

static void what_is_no_terminal_gets_plain_lines(void **state)
{
	static struct screen other;
	int ends[2], terminal = master;
	(void)state;
	assert_int_equal(pipe(ends), 0);
	master = ends[0];
	screen_open(&other, ends[1], 2);
	assert_plain(&other);
	screen_finish(&other);
	master = terminal;
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void an_unknown_terminal_is_drawn_on(void **state)
{
	struct progress p;
	(void)state;
	assert_int_equal(setenv("TERM", "no-such-terminal", 1), 0);
	progress_begin(&p, &times, WORDS_OF("it", ""), &screen, 0);
	assert_true(p.live);
	assert_int_equal(unsetenv("TERM"), 0);
	progress_begin(&p, &times, WORDS_OF("it", ""), &screen, 0);
	assert_true(p.live);
}

/* The width is the program's own terminal's; here there may be none, so the line is held against its own limit. */
static void a_long_line_is_cut(void **state)
{
	struct progress p;
	char text[1000];
	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	progress_begin(&p, &times, WORDS_OF(text, ""), &screen, 0);
	progress_show(&p, 2, false);
	assert_true(strlen(written()) < 256 + 4);
	assert_null(strchr(seen, '\n'));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_terminal, close_terminal)
	const struct CMUnitTest tests[] = {
		TEST(it_comes_after_two_seconds_and_then_every_second),
		TEST(it_takes_a_line_of_its_own),
		TEST(nothing_to_wait_for_shows_nothing),
		TEST(a_dumb_terminal_gets_plain_lines),
		TEST(what_is_no_terminal_gets_plain_lines),
		TEST(an_unknown_terminal_is_drawn_on),
		TEST(a_long_line_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
