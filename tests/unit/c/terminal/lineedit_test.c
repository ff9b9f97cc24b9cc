/* Tests of the editable prompt: editing, history, completion, interrupts, and that the terminal comes back. */
#include "person.h"
#include "race.h"
#include "terminal/lineedit.h"

static void complete(void *context, const char *before, size_t length, struct lineedit_completion *completion)
{
	(void)context;
	if (length == 3 && memcmp(before, "sta", 3) == 0)
		(void)snprintf(completion->insert, sizeof completion->insert, "tus");
	else
		(void)snprintf(completion->show, sizeof completion->show, "status step");
}

/* Reads lines until the end and keeps what came. */
static int read_lines(struct fixture *f)
{
	static const char *const names[] = { "line", "eof", "interrupted" };
	struct lineedit *edit = lineedit_open(complete, NULL, &f->err);
	for (;;) {
		char text[128];
		const char *line = "";
		size_t length = 0;
		enum terminal_read result = lineedit_read(edit, "vmq> ", &line, &length);
		int size = snprintf(text, sizeof text, "%s:%.*s\n", names[result], (int)length, line);
		if (file_append(fixture_path(f, "lines"), text, (size_t)size, 0600, &f->err) != 0)
			return 1;
		if (result == TERMINAL_EOF)
			break;
		(void)snprintf(text, sizeof text, "%.*s", (int)length, line);
		if (result == TERMINAL_LINE)
			lineedit_remember(edit, text);
		signals_reset();
	}
	lineedit_close(edit);
	return 0;
}

static void lines_are_edited_completed_and_remembered(void **state)
{
	static const char *const typed[] = { "plan\r",   "sta\t\r", "x\177\033[A\033[A\r", "x\t", "y\r", "h\xc3\xa9\r",
		                                 "half\003", "\004" };
	struct fixture *f = *state;
	struct person p;
	person_start(&p, read_lines, f);
	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
		assert_true(person_sees(&p, "vmq> "));
		person_types(&p, typed[i]);
		if (typed[i][0] == 'x' && typed[i][1] == '\t')
			assert_true(person_sees(&p, "status step"));
	}
	person_ends(&p, 0);
	assert_string_equal(fixture_text(f, "lines"),
	                    "line:plan\nline:status\nline:plan\nline:xy\nline:h\xc3\xa9\ninterrupted:\neof:\n");
}

/* Who answers a prompt at once finds a terminal that takes single keys: Ctrl-D is then a key, not the end of a file. */
static void the_prompt_comes_when_keys_are_taken(void **state)
{
	struct fixture *f = *state;
	struct person p;
	person_start(&p, read_lines, f);
	for (int i = 0; i < 3; i++) {
		assert_true(person_sees(&p, "vmq> "));
		struct termios during = person_settings(&p);
		assert_int_equal(during.c_lflag & (ICANON | ECHO), 0);
		person_types(&p, i < 2 ? "x\r" : "\004");
	}
	person_ends(&p, 0);
}

static int read_lines_after_a_signal(struct fixture *f)
{
	race_signal = SIGTERM;
	return read_lines(f);
}

static void an_interrupt_just_before_the_read_is_not_lost(void **state)
{
	struct fixture *f = *state;
	struct person p;
	person_start(&p, read_lines_after_a_signal, f);
	assert_true(person_sees(&p, "vmq> "));
	assert_true(person_sees(&p, "vmq> "));
	person_types(&p, "\004");
	person_ends(&p, 0);
	assert_string_equal(fixture_text(f, "lines"), "interrupted:\neof:\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(lines_are_edited_completed_and_remembered),
		TEST(the_prompt_comes_when_keys_are_taken),
		TEST(an_interrupt_just_before_the_read_is_not_lost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
