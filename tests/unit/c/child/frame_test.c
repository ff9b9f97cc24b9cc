/* Tests of the bar before a tool's lines: whole and unfinished ones, progress, wide characters, narrow screens. */
#include "child/frame.h"
#include "child/screen.h"
#include "fixture.h"

static struct screen screen;
static struct frame frame;
static int ends[2];
static char seen[65536];

/* A frame on a screen of so many columns; 0: lines are not broken. */
static void open_frame(const char *bar, size_t columns)
{
	frame_open(&frame, &screen, bar);
	frame.columns = columns;
}

static int open_pipe(void **state)
{
	(void)state;
	if (pipe(ends) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
		return -1;
	screen_open(&screen, ends[1], 2);
	open_frame("| ", 0);
	return 0;
}

static int close_pipe(void **state)
{
	(void)state;
	(void)close(ends[0]);
	return close(ends[1]);
}

/* What the screen got since the last look. */
static const char *shown(void)
{
	size_t length = 0;
	ssize_t n;
	while (length < sizeof seen - 1 && (n = read(ends[0], seen + length, sizeof seen - 1 - length)) > 0)
		length += (size_t)n;
	seen[length] = '\0';
	return seen;
}

static const char *framed(const char *text)
{
	frame_put(&frame, text, strlen(text));
	return shown();
}

static void each_line_has_a_bar(void **state)
{
	(void)state;
	assert_string_equal(framed("one\n\ntwo\n"), "| one\n|\n| two\n");
}

static void an_unfinished_line_is_shown_at_once_and_goes_on(void **state)
{
	(void)state;
	assert_string_equal(framed("Password: "), "| Password: ");
	assert_string_equal(framed("x"), "x");
	assert_string_equal(framed("\nthanks"), "\n| thanks");
}

static void a_line_drawn_anew_gets_its_bar_anew(void **state)
{
	(void)state;
	assert_string_equal(framed("10 %\r20 %\r"), "| 10 %\r| 20 %\r");
	assert_string_equal(framed("\nend\r\n"), "\n| end\r\n");
	assert_string_equal(framed("\r\033[Kwiped"), "\r| \033[Kwiped");
}

static void a_backspace_stays_behind_the_bar(void **state)
{
	(void)state;
	assert_string_equal(framed("a\b\b\b \b"), "| a\b \b");
}

static void a_long_line_is_broken_and_goes_on_behind_a_bar(void **state)
{
	(void)state;
	open_frame("| ", 20);
	assert_string_equal(framed("abcdefghijklmnopqr"), "| abcdefghijklmnopqr");
	assert_string_equal(framed("\n"), "\n"); /* it fits: no line is left empty */
	assert_string_equal(framed("abcdefghijklmnopqrstuvw\n"), "| abcdefghijklmnopqr\n| stuvw\n");
	assert_string_equal(framed("a\tb\tcdefg"), "| a\tb\tcdef\n| g");
}

static void wide_and_combining_characters_are_counted(void **state)
{
	(void)state;
	open_frame("│ ", 20);
	assert_string_equal(framed("日本日本日本日本日本"), "│ 日本日本日本日本日\n│ 本");
	open_frame("| ", 20);
	assert_string_equal(framed("abcdefghijklmnopq日"), "| abcdefghijklmnopq\n| 日");
	open_frame("| ", 20);
	assert_string_equal(framed("abcdefghijklmnopqe\u0301"), "| abcdefghijklmnopqe\u0301");
}

static void a_character_in_pieces_is_put_together(void **state)
{
	(void)state;
	assert_string_equal(framed("\xe6\x97"), "");
	assert_string_equal(framed("\xa5"), "| \xe6\x97\xa5");
	assert_string_equal(framed("\xe6x\n"), "\xe6x\n"); /* no UTF-8: it passes as it is */
	assert_string_equal(framed("\xff\n"), "| \xff\n");
}

static void what_steers_a_terminal_is_taken_away(void **state)
{
	(void)state;
	assert_string_equal(framed("\033[1;31mred\033[0m \033[2J\033[H\033[1K\033(Bend\n"), "| red end\n");
	assert_string_equal(framed("\033]0;title\007a\033]52;c;eA==\033\\b\033P1$q\033\\c\033cd\n"), "| abcd\n");
	assert_string_equal(framed("\016\017\001\177x\302\2332Jy\u202ez\u2067\u200f\u061c\233\n"), "| x2Jyz\n");
	assert_string_equal(framed("a\340\202\2332Jb\360\200\202\233c\n"), "| a2Jbc\n"); /* written too long */
}

static void what_begins_a_sequence_and_never_ends_hides_no_further_line(void **state)
{
	(void)state;
	assert_string_equal(framed("\033]0;no end\nPassword: "), "|\n| Password: ");
	assert_string_equal(framed("\n\033[12;\nPassword: "), "\n|\n| Password: ");
	assert_string_equal(framed("\n\033\033[1mx"), "\n| x");
}

static void sequences_take_no_columns(void **state)
{
	(void)state;
	open_frame("| ", 20);
	assert_string_equal(framed("\033[1;31mabcdefghijklmnopqr\033[0m"), "| abcdefghijklmnopqr");
	open_frame("| ", 20);
	assert_string_equal(framed("abcdefghijklmnopqr\033[K"), "| abcdefghijklmnopqr\033[K");
}

static void what_others_begin_is_begun_anew(void **state)
{
	(void)state;
	assert_string_equal(framed("installing..."), "| installing...");
	frame_break(&frame);
	assert_string_equal(framed(" done\n"), "|  done\n");
}

static void without_a_bar_only_what_steers_is_taken_away(void **state)
{
	(void)state;
	open_frame(NULL, 0);
	assert_string_equal(framed("one\n\n\xe6\x97\xa5"), "one\n\n\xe6\x97\xa5");
	assert_string_equal(framed("\rabcdefghijklmnopqrstuvwxyz\033[2J\r\n"), "\rabcdefghijklmnopqrstuvwxyz\r\n");
}

/* No byte becomes more than the relay reckons with. */
static void output_grows_no_more_than_is_said(void **state)
{
	static const char *const worst[] = { "\n", "x\n", "x\r", "x", "\t", "日", "\033[m\n" };
	(void)state;
	for (size_t i = 0; i < sizeof worst / sizeof worst[0]; i++) {
		char text[512];
		size_t used = 0;
		for (int times = 0; times < 40; times++)
			used += (size_t)snprintf(text + used, sizeof text - used, "%s", worst[i]);
		open_frame("1234567 ", 20);
		assert_true(strlen(framed(text)) <= FRAME_GROWTH * strlen(text));
	}
}

static void a_flood_arrives_whole(void **state)
{
	char text[9001];
	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i % 10 == 9 ? '\n' : 'x';
	frame_put(&frame, text, sizeof text - 1);
	assert_int_equal(strlen(shown()), 9000 + 2 * 900);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_pipe, close_pipe)
	const struct CMUnitTest tests[] = {
		TEST(each_line_has_a_bar),
		TEST(an_unfinished_line_is_shown_at_once_and_goes_on),
		TEST(a_line_drawn_anew_gets_its_bar_anew),
		TEST(a_backspace_stays_behind_the_bar),
		TEST(a_long_line_is_broken_and_goes_on_behind_a_bar),
		TEST(wide_and_combining_characters_are_counted),
		TEST(a_character_in_pieces_is_put_together),
		TEST(what_steers_a_terminal_is_taken_away),
		TEST(what_begins_a_sequence_and_never_ends_hides_no_further_line),
		TEST(sequences_take_no_columns),
		TEST(what_others_begin_is_begun_anew),
		TEST(without_a_bar_only_what_steers_is_taken_away),
		TEST(output_grows_no_more_than_is_said),
		TEST(a_flood_arrives_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
