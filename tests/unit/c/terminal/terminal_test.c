/* Tests of what is read from a terminal, and of the width of text. */
#include "person.h"
#include "race.h"
#include "terminal/terminal.h"

static void widths_are_counted_in_columns(void **state)
{
	(void)state;
	assert_int_equal(terminal_width("plain", 5), 5);
	assert_int_equal(terminal_width("h\xc3\xa9llo", 6), 5);
	assert_int_equal(terminal_width("e\xcc\x81", 3), 1);
	assert_int_equal(terminal_width("\xe6\x97\xa5\xe6\x9c\xac", 6), 4);
	assert_int_equal(terminal_width("\xf0\x9f\x98\x80", 4), 2);
	assert_int_equal(terminal_width("\xff\xe6\x97", 3), 3);
	assert_int_equal(terminal_width("\xe0\x80\x80\xed\xa0\x80", 6), 6);
	assert_int_equal(terminal_width("\xf4\x90\x80\x80\xfb\x90\xa0\x80", 8), 8);
	assert_int_equal(terminal_width("\xee\x80\x80\xf4\x8f\xbf\xbd\xf0\x90\x80\x80", 11), 3);
	assert_int_equal(terminal_width("", 0), 0);
	assert_int_equal(terminal_width("\t\n", 2), 0);
}

/* Writes what was read, so that the test sees it: as the exit status cannot hold a text. */
static int tell(struct fixture *f, enum terminal_read result, const char *text)
{
	char line[TERMINAL_LONGEST_LINE + 16];
	static const char *const names[] = { "line", "eof", "interrupted" };
	int length = snprintf(line, sizeof line, "%s:%s", names[result], result == TERMINAL_LINE ? text : "");
	return file_write_atomic(fixture_path(f, "read"), line, (size_t)length, 0600, &f->err);
}

static int read_line(struct fixture *f)
{
	char line[TERMINAL_LONGEST_LINE];
	return tell(f, terminal_read_line("name> ", line), line);
}

static int read_hidden(struct fixture *f)
{
	char line[TERMINAL_LONGEST_LINE];
	(void)close(0); /* it is the terminal that is asked, not standard input */
	return tell(f, terminal_read_hidden("Password:", line), line);
}

static void check(struct fixture *f, int (*work)(struct fixture *), const char *prompt, const char *typed,
                  const char *expected)
{
	struct person p;
	person_start(&p, work, f);
	assert_true(person_sees(&p, prompt));
	person_types(&p, typed);
	person_ends(&p, 0);
	assert_string_equal(fixture_text(f, "read"), expected);
	if (work == read_hidden)
		assert_null(strstr(p.seen, typed));
}

static void a_line_an_end_and_an_interrupt_are_told_apart(void **state)
{
	check(*state, read_line, "name> ", "joe doe\r", "line:joe doe");
	check(*state, read_line, "name> ", "\r", "line:");
	check(*state, read_line, "name> ", "\004", "eof:");
	check(*state, read_line, "name> ", "\003", "interrupted:");
	check(*state, read_line, "name> ", "joe\004\004", "line:joe");
}

static void a_hidden_line_is_not_shown(void **state)
{
	check(*state, read_hidden, "Password:", "hunter2\r", "line:hunter2");
	check(*state, read_hidden, "Password:", "\003", "interrupted:");
}

/* The prompt comes when the echo is off, so that an answer typed at once is neither seen nor thrown away. */
static void what_is_typed_at_once_is_hidden(void **state)
{
	struct fixture *f = *state;
	struct person p;
	person_start(&p, read_hidden, f);
	assert_true(person_sees(&p, "Password:"));
	struct termios during = person_settings(&p);
	assert_int_equal(during.c_lflag & ECHO, 0);
	person_types(&p, "hunter2\r");
	person_ends(&p, 0);
	assert_string_equal(fixture_text(f, "read"), "line:hunter2");
}

static int read_line_after_a_signal(struct fixture *f)
{
	race_signal = SIGTERM;
	return read_line(f);
}

static int read_hidden_after_a_signal(struct fixture *f)
{
	race_signal = SIGINT;
	return read_hidden(f);
}

static void an_interrupt_just_before_the_read_is_not_lost(void **state)
{
	check(*state, read_line_after_a_signal, "name> ", "", "interrupted:");
	check(*state, read_hidden_after_a_signal, "Password:", "", "interrupted:");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(widths_are_counted_in_columns),
		TEST(a_line_an_end_and_an_interrupt_are_told_apart),
		TEST(a_hidden_line_is_not_shown),
		TEST(what_is_typed_at_once_is_hidden),
		TEST(an_interrupt_just_before_the_read_is_not_lost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
