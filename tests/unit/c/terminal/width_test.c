/* Tests of the columns that text takes. */
#include "fixture.h"
#include "terminal/width.h"

/* A text and its columns. */
static void takes(const char *text, size_t columns)
{
	assert_int_equal(width_columns(text, strlen(text)), columns);
}

static void letters_take_one(void **state)
{
	(void)state;
	takes("", 0);
	takes("plain", 5);
	takes("h\xc3\xa9llo", 5);
	takes("a\xc2\xad"
	      "b",
	      3); /* the soft hyphen is shown */
}

static void wide_ones_take_two(void **state)
{
	(void)state;
	takes("\xe6\x97\xa5\xe6\x9c\xac", 4);
	takes("\xf0\x9f\x98\x80", 2); /* U+1F600 */
	takes("\xf0\x9f\x9b\xb8", 2); /* U+1F6F8 */
	takes("\xe2\x8c\x9a", 2);     /* U+231A */
	takes("\xea\xb0\x80", 2);     /* U+AC00 */
	takes("\xef\xbc\xa1", 2);     /* U+FF21 */
}

static void what_joins_another_takes_none(void **state)
{
	(void)state;
	takes("e\xcc\x81", 1);
	takes("\xd7\x90\xd6\xb8", 1); /* Hebrew with a point */
	takes("\xe2\x80\x8b", 0);     /* U+200B */
	takes("\xe3\x80\xaa", 0);     /* U+302A: combining, though wide */
	takes("\t\n\x7f\xc2\x85", 0);
}

static void bytes_that_are_no_utf8_take_one_each(void **state)
{
	(void)state;
	takes("\xff\xe6\x97", 3);
	takes("\xe0\x80\x80\xed\xa0\x80", 6);
	takes("\xf4\x90\x80\x80\xf8\x80\x80\x80", 8);
	takes("\xee\x80\x80\xf4\x8f\xbf\xbd\xf0\x90\x80\x80", 3);
	takes("\xc3", 1);
	takes("\xc3(", 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_take_one),
		cmocka_unit_test(wide_ones_take_two),
		cmocka_unit_test(what_joins_another_takes_none),
		cmocka_unit_test(bytes_that_are_no_utf8_take_one_each),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
