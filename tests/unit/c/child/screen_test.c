/* Tests of the screen's buffer: nothing waits for a screen that stands still, and nothing is lost on a slow one. */
#include "child/screen.h"
#include "fixture.h"

static struct screen screen;
static int ends[2];
static char line[1024];

static int open_pipe(void **state)
{
	(void)state;
	memset(line, 'x', sizeof line);
	line[sizeof line - 1] = '\n';
	if (pipe(ends) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
		return -1;
	screen_open(&screen, ends[1], 0.2);
	return 0;
}

static int close_pipe(void **state)
{
	(void)state;
	(void)close(ends[0]);
	return close(ends[1]);
}

/* Reads all that is there. Returns how much; the last of it stands, terminated, in `last`. */
static size_t taken(char last[4097])
{
	size_t total = 0;
	ssize_t n;
	while ((n = read(ends[0], last, 4096)) > 0) {
		total += (size_t)n;
		last[n] = '\0';
	}
	return total;
}

/* Puts lines until the buffer takes no more. Returns their bytes. */
static size_t put_until_full(void)
{
	size_t total = 0;
	while (screen_room(&screen) >= sizeof line) {
		screen_put(&screen, line, sizeof line);
		total += sizeof line;
	}
	return total;
}

static void output_is_shown_at_once(void **state)
{
	char last[4097];
	(void)state;
	screen_put(&screen, "hello\n", 6);
	assert_int_equal(taken(last), 6);
	assert_string_equal(last, "hello\n");
	assert_int_equal(screen_wants(&screen), -1);
}

static void a_slow_screen_loses_nothing(void **state)
{
	char last[4097];
	(void)state;
	size_t put = put_until_full(), seen = 0;
	assert_true(put > SCREEN_BUFFER); /* what the pipe holds, and what the buffer does */
	assert_int_equal(screen_wants(&screen), ends[1]);
	while (screen_wants(&screen) >= 0) {
		seen += taken(last);
		screen_move(&screen);
	}
	seen += taken(last);
	assert_int_equal(seen, put);
}

static void a_screen_that_stands_still_is_left_behind(void **state)
{
	char last[4097];
	(void)state;
	size_t put = put_until_full(), seen = 0;
	assert_true(screen_room(&screen) < sizeof line);
	(void)usleep(250000);
	assert_int_equal(screen_room(&screen), SCREEN_BUFFER);
	screen_put(&screen, line, sizeof line);
	screen_put(&screen, line, sizeof line);
	while (screen_wants(&screen) >= 0) {
		seen += taken(last);
		screen_move(&screen);
	}
	seen += taken(last);
	const char *told = "\n[the screen stood still: 2048 bytes are not shown]\n";
	assert_int_equal(seen, put + strlen(told));
	assert_string_equal(last + strlen(last) - strlen(told), told);
	screen_put(&screen, "again\n", 6);
	assert_int_equal(taken(last), 6);
}

static void a_screen_that_is_gone_takes_everything(void **state)
{
	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	(void)close(ends[0]);
	screen_put(&screen, "hello\n", 6);
	assert_int_equal(screen.fd, -1);
	assert_int_equal(screen_room(&screen), SCREEN_BUFFER);
	screen_put(&screen, "more\n", 5);
	assert_int_equal(screen_wants(&screen), -1);
}

/* The descriptor that we were given may be the shell's as well: it must not become one that does not block. */
static void a_terminal_is_not_changed(void **state)
{
	char name[128], seen[16];
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	(void)state;
	assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	(void)snprintf(name, sizeof name, "%s", ptsname(master));
	int slave = open(name, O_RDWR | O_NOCTTY);
	screen_open(&screen, slave, 0.2);
	assert_true(screen.own >= 0);
	assert_int_equal(fcntl(slave, F_GETFL) & O_NONBLOCK, 0);
	screen_put(&screen, "hello", 5);
	assert_int_equal(read(master, seen, sizeof seen), 5);
	int own = screen.own;
	screen_finish(&screen);
	assert_int_equal(fcntl(own, F_GETFD), -1);
	(void)close(slave);
	(void)close(master);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_pipe, close_pipe)
	const struct CMUnitTest tests[] = {
		TEST(output_is_shown_at_once),
		TEST(a_slow_screen_loses_nothing),
		TEST(a_screen_that_stands_still_is_left_behind),
		TEST(a_screen_that_is_gone_takes_everything),
		TEST(a_terminal_is_not_changed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
