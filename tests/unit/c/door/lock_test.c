/* Tests of the lock: one holder at a time, who is named, and who loses it when it dies. */
#include "door/lock.h"
#include "fixture.h"

static void a_second_taker_is_told_who_holds_it(void **state)
{
	struct fixture *f = *state;
	char holder[64];
	struct lock *lock = lock_take(f->root, "pid 7", 5, holder, sizeof holder, &f->err);
	assert_non_null(lock);
	assert_null(lock_take(f->root, "pid 8", 5, holder, sizeof holder, &f->err));
	assert_string_equal(f->err.code, "held");
	assert_string_equal(holder, "pid 7");
	lock_release(lock);
	lock = lock_take(f->root, "p", 1, holder, sizeof holder, &f->err);
	assert_non_null(lock);
	assert_string_equal(fixture_text(f, "lock"), "p");
	lock_release(lock);
	lock_release(NULL);
}

static void a_holder_that_dies_loses_it(void **state)
{
	struct fixture *f = *state;
	char holder[64];
	int status;
	pid_t child = fork();
	if (child == 0) {
		if (lock_take(f->root, "child", 5, holder, sizeof holder, &f->err) != NULL)
			(void)file_append(fixture_path(f, "taken"), "x", 1, 0600, &f->err);
		for (;;)
			(void)pause();
	}
	assert_true(fixture_await(f, "taken", 5));
	assert_null(lock_take(f->root, "us", 2, holder, sizeof holder, &f->err));
	assert_string_equal(holder, "child");
	(void)kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	struct lock *lock = lock_take(f->root, "us", 2, holder, sizeof holder, &f->err);
	assert_non_null(lock);
	lock_release(lock);
}

static void a_tool_does_not_inherit_it(void **state)
{
	struct fixture *f = *state;
	struct probe_result result;
	char holder[64];
	fixture_tool(f, "/usr/bin/sw_vers", "(" UNTIL_THE_END " >/dev/null 2>&1 &) ; exit 0");
	struct lock *lock = lock_take(f->root, "us", 2, holder, sizeof holder, &f->err);
	assert_int_equal(door_probe(&f->setup, WORDS("/usr/bin/sw_vers"), 5, &result, &f->err), 0);
	probe_release(&result);
	lock_release(lock);
	lock = lock_take(f->root, "us", 2, holder, sizeof holder, &f->err);
	assert_non_null(lock);
	lock_release(lock);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
	struct fixture *f = *state;
	char holder[64];
	assert_null(lock_take(fixture_path(f, "none"), "us", 2, holder, sizeof holder, &f->err));
	assert_string_equal(f->err.code, "ENOENT");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(a_second_taker_is_told_who_holds_it),
		TEST(a_holder_that_dies_loses_it),
		TEST(a_tool_does_not_inherit_it),
		TEST(a_folder_that_is_not_there_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
