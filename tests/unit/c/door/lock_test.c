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

static bool is_free(struct fixture *f)
{
	char holder[64];
	struct lock *lock = lock_take(f->root, "new", 3, holder, sizeof holder, &f->err);
	lock_release(lock);
	return lock != NULL;
}

/* Has a tool started that leaves a child behind, which has what the tool had open. Returns whether that keeps the lock.
 */
static bool leaves_it_held(struct fixture *f, const char *const *argv)
{
	static struct relay_result result;
	char holder[64];
	(void)unlink(fixture_path(f, "left"));
	fixture_tool(f, argv[0],
	             "sh -c 'echo $$ > left.new; mv left.new left; exec sleep 20' >/dev/null 2>&1 </dev/null & exit 0");
	assert_int_equal(chdir(f->root), 0);
	struct lock *lock = lock_take(f->root, "us", 2, holder, sizeof holder, &f->err);
	struct door_order order = { .argv = argv, .relay = { .screen = -1 }, .lock = lock };
	fixture_intend(f, argv);
	assert_int_equal(door_act(&f->setup, f->journal, &order, &result, &f->err), 0);
	lock_release(lock);
	assert_true(fixture_await(f, "left", 5));
	bool held = !is_free(f);
	assert_int_equal(kill((pid_t)strtol(fixture_text(f, "left"), NULL, 10), SIGKILL), 0);
	assert_true(fixture_is_gone(f, "left"));
	return held;
}

static void a_tool_that_writes_the_policy_holds_it_too(void **state)
{
	struct fixture *f = *state;
	assert_true(leaves_it_held(f, WORDS("/usr/bin/csrutil", "disable")));
	assert_true(leaves_it_held(f, WORDS("/usr/bin/bputil", "-g", "-v", "8F5D6C7B-1A2B-4C3D-9E4F-506172839405")));
	assert_true(leaves_it_held(f, WORDS("/usr/bin/kmutil", "configure-boot", "-v", "/Volumes/Mac")));
	assert_true(leaves_it_held(f, WORDS("/usr/sbin/nvram", "-s")));
}

static void no_other_tool_holds_it(void **state)
{
	struct fixture *f = *state;
	assert_false(leaves_it_held(f, WORDS("/usr/bin/kmutil", "create", "-n", "boot")));
	assert_false(leaves_it_held(f, WORDS("/usr/sbin/diskutil", "mount", "disk3s5")));
	assert_false(leaves_it_held(f, WORDS("/usr/bin/hdiutil", "attach", "x.dmg")));
}

static void a_holder_may_say_more(void **state)
{
	struct fixture *f = *state;
	char holder[64];
	struct lock *lock = lock_take(f->root, "a long text", 11, holder, sizeof holder, &f->err);
	assert_int_equal(lock_write(lock, "short", 5, &f->err), 0);
	assert_null(lock_take(f->root, "x", 1, holder, sizeof holder, &f->err));
	assert_string_equal(holder, "short");
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
		TEST(a_tool_that_writes_the_policy_holds_it_too),
		TEST(no_other_tool_holds_it),
		TEST(a_holder_may_say_more),
		TEST(a_folder_that_is_not_there_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
