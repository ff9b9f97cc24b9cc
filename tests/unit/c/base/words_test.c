/* Tests of lists of words. */
#include "base/words.h"
#include "fixture.h"

static void a_copy_stands_by_itself(void **state)
{
	char first[] = "one";
	const char *const words[] = { first, "", "three", NULL };
	(void)state;
	char **copy = words_copy(words);
	assert_non_null(copy);
	first[0] = 'x';
	assert_string_equal(copy[0], "one");
	assert_string_equal(copy[1], "");
	assert_string_equal(copy[2], "three");
	assert_null(copy[3]);
	free(copy);
	copy = words_copy(WORDS(NULL));
	assert_null(copy[0]);
	free(copy);
}

static void lists_are_equal_word_by_word(void **state)
{
	(void)state;
	assert_true(words_equal(WORDS("a", "b"), WORDS("a", "b")));
	assert_true(words_equal(WORDS(NULL), WORDS(NULL)));
	assert_false(words_equal(WORDS("a", "b"), WORDS("a")));
	assert_false(words_equal(WORDS("a"), WORDS("a", "")));
	assert_false(words_equal(WORDS("a b"), WORDS("a", "b")));
	assert_false(words_equal(WORDS("a"), WORDS("A")));
}

static void a_word_is_found_whole(void **state)
{
	(void)state;
	assert_true(words_hold(WORDS("a", "bc"), "bc"));
	assert_false(words_hold(WORDS("a", "bc"), "b"));
	assert_false(words_hold(WORDS(NULL), "a"));
}

static void becomes(const char *word, const char *json)
{
	char out[64];
	char *end = words_json(out, word);
	*end = '\0';
	assert_string_equal(out, json);
	assert_true(strlen(json) <= words_json_size(word));
}

static void a_word_becomes_a_json_string(void **state)
{
	(void)state;
	becomes("", "\"\"");
	becomes("plain word", "\"plain word\"");
	becomes("a\"b\\c", "\"a\\\"b\\\\c\"");
	becomes("\n\x1f", "\"\\u000a\\u001f\"");
	becomes("h\xc3\xa9", "\"h\xc3\xa9\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_stands_by_itself),
		cmocka_unit_test(lists_are_equal_word_by_word),
		cmocka_unit_test(a_word_is_found_whole),
		cmocka_unit_test(a_word_becomes_a_json_string),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
