/* Tests of SHA-384: the examples of FIPS 180-4, parts of files, files that end too early. */
#include "base/sha384.h"
#include "fixture.h"

static const struct sha384_part no_file = { NULL, 0, -1, NULL };

static void texts_have_the_known_sums(void **state)
{
	struct fixture *f = *state;
	char hex[SHA384_HEX];
	assert_int_equal(sha384("abc", 3, &no_file, hex, &f->err), 0);
	assert_string_equal(hex, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	                         "8086072ba1e7cc2358baeca134c825a7");
	assert_int_equal(sha384("", 0, &no_file, hex, &f->err), 0);
	assert_string_equal(hex, "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da"
	                         "274edebfe76f65fbd51ad2f14898b95b");
}

static void a_part_of_a_file_counts_behind_the_text(void **state)
{
	struct fixture *f = *state;
	char hex[SHA384_HEX], other[SHA384_HEX];
	assert_int_equal(replace_file(fixture_path(f, "part"), "xxbcyy", 6, 0644, &f->err), 0);
	struct sha384_part part = { fixture_path(f, "part"), 2, 2, NULL };
	assert_int_equal(sha384("a", 1, &part, hex, &f->err), 0);
	assert_int_equal(sha384("abc", 3, &no_file, other, &f->err), 0);
	assert_string_equal(hex, other);
	part.length = -1;
	assert_int_equal(sha384("a", 1, &part, hex, &f->err), 0);
	assert_int_equal(sha384("abcyy", 5, &no_file, other, &f->err), 0);
	assert_string_equal(hex, other);
}

static void a_file_that_ends_too_early_has_no_sum(void **state)
{
	struct fixture *f = *state;
	char hex[SHA384_HEX];
	assert_int_equal(replace_file(fixture_path(f, "short"), "abc", 3, 0644, &f->err), 0);
	struct sha384_part part = { fixture_path(f, "short"), 1, 3, NULL };
	assert_int_equal(sha384("", 0, &part, hex, &f->err), -1);
	assert_string_equal(f->err.code, "short");
	part.path = fixture_path(f, "none");
	assert_int_equal(sha384("", 0, &part, hex, &f->err), -1);
	assert_string_equal(f->err.code, "ENOENT");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(texts_have_the_known_sums),
		TEST(a_part_of_a_file_counts_behind_the_text),
		TEST(a_file_that_ends_too_early_has_no_sum),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
