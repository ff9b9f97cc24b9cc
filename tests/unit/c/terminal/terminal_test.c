/* Tests of what is read from a terminal. */
#include "person.h"
#include "race.h"
#include "terminal/terminal.h"

/* Writes what was read, so that the test sees it: as the exit status cannot hold a text. */
static int tell(struct fixture *f, enum terminal_read result, const char *text)
{
	char line[TERMINAL_LONGEST_LINE + 16];
	static const char *const names[] = { "line", "eof", "interrupted" };
	int length = snprintf(line, sizeof line, "%s:%s", names[result], result == TERMINAL_LINE ? text : "");
	return replace_file(fixture_path(f, "read"), line, (size_t)length, 0600, &f->err);
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

static int read_key(struct fixture *f)
{
	char key[2];
	return tell(f, terminal_read_key("key> ", key), key);
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

static void a_key_counts_at_once_and_is_not_shown(void **state)
{
	check(*state, read_key, "key> ", "q", "line:q");
	check(*state, read_key, "key> ", " ", "line: ");
	check(*state, read_key, "key> ", "\033", "line:\033");
	check(*state, read_key, "key> ", "\003", "interrupted:");
	check(*state, read_key, "key> ", "\004", "eof:");
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

/* ^S would look like a program that hangs; macOS has more of that kind. */
static void only_the_usual_keys_are_special_at_a_question(void **state)
{
	struct fixture *f = *state;
	struct person p;
	person_start(&p, read_line, f);
	assert_true(person_sees(&p, "name> "));
	struct termios during = person_settings(&p);
	assert_int_equal(during.c_cc[VINTR], 3);
	assert_int_equal(during.c_cc[VEOF], 4);
	assert_int_equal(during.c_cc[VSTOP], _POSIX_VDISABLE);
	assert_int_equal(during.c_cc[VSUSP], _POSIX_VDISABLE);
	assert_int_equal(during.c_cc[VLNEXT], _POSIX_VDISABLE);
	person_types(&p, "\023joe\r");
	person_ends(&p, 0);
	assert_string_equal(fixture_text(f, "read"), "line:\023joe");
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
		TEST(a_line_an_end_and_an_interrupt_are_told_apart), TEST(a_hidden_line_is_not_shown),
		TEST(a_key_counts_at_once_and_is_not_shown),         TEST(what_is_typed_at_once_is_hidden),
		TEST(only_the_usual_keys_are_special_at_a_question), TEST(an_interrupt_just_before_the_read_is_not_lost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
