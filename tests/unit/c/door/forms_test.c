/* Tests of the form matcher. What single tools are never told is tested with the allowlist. */
#include "door/forms.h"
#include "fixture.h"

#define UUID "01234567-89AB-cdef-0123-456789abcdef"

static void words_fit_as_they_are(void **state)
{
	(void)state;
	assert_true(forms_fit("", WORDS(NULL)));
	assert_true(forms_fit("apfs list", WORDS("apfs", "list")));
	assert_false(forms_fit("apfs list", WORDS("apfs")));
	assert_false(forms_fit("apfs list", WORDS("apfs", "list", "more")));
	assert_false(forms_fit("apfs list", WORDS("apfs", "lists")));
	assert_false(forms_fit("apfs list", WORDS("apfs list")));
	assert_false(forms_fit("", WORDS("")));
}

static void a_word_is_no_option(void **state)
{
	(void)state;
	assert_true(forms_fit("show <word>", WORDS("show", "a=b")));
	assert_true(forms_fit("show <word>", WORDS("show", "two words")));
	assert_false(forms_fit("show <word>", WORDS("show", "-x")));
	assert_false(forms_fit("show <word>", WORDS("show", "")));
	assert_true(forms_fit("<name>", WORDS("kern.version")));
	assert_false(forms_fit("<name>", WORDS("a=b")));
	assert_false(forms_fit("<name>", WORDS("-a")));
}

static void a_uuid_and_a_flag_have_their_shape(void **state)
{
	(void)state;
	assert_true(forms_fit("-v <uuid>", WORDS("-v", UUID)));
	assert_false(forms_fit("-v <uuid>", WORDS("-v", UUID "0")));
	assert_false(forms_fit("-v <uuid>", WORDS("-v", "01234567-89AB-cdef-0123_456789abcdef")));
	assert_false(forms_fit("-v <uuid>", WORDS("-v", "")));
	assert_true(forms_fit("<flag>", WORDS("-v")));
	assert_true(forms_fit("<flag>", WORDS("--buildVersion")));
	assert_false(forms_fit("<flag>", WORDS("-")));
	assert_false(forms_fit("<flag>", WORDS("--")));
	assert_false(forms_fit("<flag>", WORDS("v")));
	assert_false(forms_fit("<flag>", WORDS("--with=x")));
}

static void dots_take_whatever_follows(void **state)
{
	(void)state;
	assert_true(forms_fit("...", WORDS(NULL)));
	assert_true(forms_fit("mount ...", WORDS("mount", "-x", "")));
	assert_true(forms_fit("mount ...", WORDS("mount")));
	assert_false(forms_fit("mount ...", WORDS("unmount")));
}

static void a_plain_path_names_what_is_read_in_it(void **state)
{
	static const char *const plain[] = { "/a", "/a/b", "/.a/b..", "/...", "/a/.../b", "/..a", "/a b/c", "/a/..b/.c" };
	static const char *const others[] = { "",      "a",     "./a",    "../a",    "/",   "//",   "//a",
		                                  "/a//b", "/a/",   "/a//",   "/.",      "/..", "/./a", "/../a",
		                                  "/a/.",  "/a/..", "/a/./b", "/a/../b", "/./", "/../" };
	(void)state;
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
		assert_true(forms_path_is_plain(plain[i]));
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		assert_false(forms_path_is_plain(others[i]));
}

static void one_of_several_is_enough(void **state)
{
	static const char *const forms[4] = { "a", "b <word>" };
	(void)state;
	assert_true(forms_any_fits(forms, 4, WORDS("b", "x")));
	assert_false(forms_any_fits(forms, 4, WORDS("c")));
	assert_false(forms_any_fits(forms, 0, WORDS("a")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_fit_as_they_are),
		cmocka_unit_test(a_word_is_no_option),
		cmocka_unit_test(a_uuid_and_a_flag_have_their_shape),
		cmocka_unit_test(dots_take_whatever_follows),
		cmocka_unit_test(a_plain_path_names_what_is_read_in_it),
		cmocka_unit_test(one_of_several_is_enough),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
