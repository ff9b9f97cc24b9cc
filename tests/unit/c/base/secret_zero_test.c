/* Test of the overwriting of secrets. That the compiler keeps it is looked for in the object code (tests/mach_o). */
#include "base/secret_zero.h"
#include "fixture.h"

static void exactly_the_bytes_named_are_overwritten(void **state)
{
	char bytes[] = "before-secret-after";
	(void)state;
	secret_zero(bytes + 7, 6);
	assert_memory_equal(bytes, "before-\0\0\0\0\0\0-after", sizeof bytes);
	secret_zero(bytes, 0);
	assert_int_equal(bytes[0], 'b');
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(exactly_the_bytes_named_are_overwritten) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
