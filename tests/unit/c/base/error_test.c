/* Tests of the error type. */
#include "base/error.h"
#include "fixture.h"

static void an_error_has_a_code_and_a_sentence(void **state)
{
	struct error err;
	(void)state;
	assert_int_equal(error_set(&err, "refused", "will not %s %d", "do", 7), -1);
	assert_string_equal(err.code, "refused");
	assert_string_equal(err.text, "will not do 7");
}

static void the_systems_words_stand_behind(void **state)
{
	struct error err;
	(void)state;
	assert_int_equal(error_system(&err, ENOENT, "cannot open %s", "/x"), -1);
	assert_string_equal(err.code, "ENOENT");
	assert_string_equal(err.text, "cannot open /x: No such file or directory");
	assert_int_equal(error_system(&err, 4711, "cannot"), -1);
	assert_string_equal(err.code, "unknown");
}

static void what_is_too_long_is_cut(void **state)
{
	char text[2 * sizeof((struct error *)0)->text];
	struct error err;
	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	(void)error_system(&err, EIO, "%s", text);
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
	(void)error_set(&err, text, "%s", text);
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
	assert_int_equal(strlen(err.code), sizeof err.code - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_has_a_code_and_a_sentence),
		cmocka_unit_test(the_systems_words_stand_behind),
		cmocka_unit_test(what_is_too_long_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
