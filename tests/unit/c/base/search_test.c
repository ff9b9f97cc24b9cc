/* Tests of searching bytes that come in pieces. */
#include "base/digest.h"
#include "base/search.h"
#include "fixture.h"

/* The same places, into whatever pieces the bytes are cut. */
static void assert_found(const char *bytes, const char *text, uint64_t from, const uint64_t *wanted, size_t count)
{
	struct search search;
	size_t length = strlen(bytes);
	for (size_t piece = 1; piece <= length; piece++) {
		search_begin(&search, text, strlen(text), from);
		for (size_t at = 0; at < length; at += piece)
			search_add(&search, bytes + at, length - at < piece ? length - at : piece);
		assert_int_equal(search.count, count);
		for (size_t i = 0; i < count; i++)
			assert_int_equal(search.places[i], wanted[i]);
	}
}

static void a_text_is_found_in_pieces_of_any_size(void **state)
{
	(void)state;
	assert_found("abcabcabcab", "abc", 0, (uint64_t[]){ 0, 3, 6 }, 3);
	assert_found("abcabcabcab", "abc", 1, (uint64_t[]){ 3, 6 }, 2);
	assert_found("aaaaa", "aa", 0, (uint64_t[]){ 0, 1, 2, 3 }, 4);
	assert_found("xxabab", "ab", 0, (uint64_t[]){ 2, 4 }, 2);
	assert_found("aab", "b", 0, (uint64_t[]){ 2 }, 1);
	assert_found("ababab", "abac", 0, NULL, 0);
	assert_found("ab", "abc", 0, NULL, 0);
	assert_found("--Darwin Kernel Version 2", "Darwin Kernel Version ", 0, (uint64_t[]){ 2 }, 1);
}

static void only_the_first_places_are_kept(void **state)
{
	struct search search;
	char bytes[SEARCH_PLACES + 10];
	(void)state;
	memset(bytes, 'a', sizeof bytes);
	search_begin(&search, "a", 1, 0);
	search_add(&search, bytes, sizeof bytes);
	assert_int_equal(search.count, SEARCH_PLACES);
	assert_int_equal(search.places[SEARCH_PLACES - 1], SEARCH_PLACES - 1);
}

static void sum(struct fixture *f, struct search *search, char hex[DIGEST_HEX])
{
	int fd = open(fixture_path(f, "long"), O_RDONLY);
	assert_int_equal(digest_file(fd, -1, "long", search, NULL, hex, &f->err), 0);
	(void)close(fd);
}

static void a_file_is_summed_and_searched_by_one_reading(void **state)
{
	struct fixture *f = *state;
	struct search search;
	char alone[DIGEST_HEX], both[DIGEST_HEX];
	size_t length = 600000, across = 128 * 1024 - 2;
	char *bytes = calloc(1, length);
	assert_non_null(bytes);
	memcpy(bytes + across, "needle", 6);
	memcpy(bytes + length - 6, "needle", 6);
	assert_int_equal(replace_file(fixture_path(f, "long"), bytes, length, 0644, &f->err), 0);
	search_begin(&search, "needle", 6, 0);
	sum(f, &search, both);
	sum(f, NULL, alone);
	assert_string_equal(both, alone);
	assert_int_equal(search.count, 2);
	assert_int_equal(search.places[0], across);
	assert_int_equal(search.places[1], length - 6);
	free(bytes);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(a_text_is_found_in_pieces_of_any_size),
		TEST(only_the_first_places_are_kept),
		TEST(a_file_is_summed_and_searched_by_one_reading),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
