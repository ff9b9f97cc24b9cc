/* Tests of the sources inside the program. */
#include "fixture.h"
#include "lua/embed.h"

static void a_source_is_found_by_its_name(void **state)
{
	struct embed_text text;
	size_t length;
	char *bytes;
	struct error err;
	(void)state;
	assert_true(embed_find("scripts/sip.lua", &text));
	assert_null(text.owned);
	assert_int_equal(file_read("scripts/sip.lua", 1 << 20, &bytes, &length, &err), 0);
	assert_int_equal(text.length, length);
	assert_memory_equal(text.bytes, bytes, length);
	free(bytes);
}

static void nothing_else_is_found(void **state)
{
	static const char *const names[] = { "", "stdlib", "stdlib/cli/main", "stdlib/cli/main.lua2", "/etc/passwd", "zz" };
	struct embed_text text;
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_false(embed_find(names[i], &text));
}

static void every_name_is_there_in_order(void **state)
{
	struct embed_text text;
	(void)state;
	assert_true(embed_total() > 100);
	for (size_t i = 0; i < embed_total(); i++) {
		assert_true(embed_find(embed_name(i), &text));
		assert_true(i == 0 || strcmp(embed_name(i - 1), embed_name(i)) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_is_found_by_its_name),
		cmocka_unit_test(nothing_else_is_found),
		cmocka_unit_test(every_name_is_there_in_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
