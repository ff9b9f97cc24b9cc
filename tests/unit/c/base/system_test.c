/* Tests of what the process and the clock say. */
#include "base/system.h"
#include "fixture.h"

static void the_running_program_is_known(void **state)
{
	char path[PATH_MAX];
	struct error err;
	(void)state;
	assert_int_equal(system_executable(path, &err), 0);
	assert_int_equal(path[0], '/');
	assert_string_equal(strrchr(path, '/'), "/system_test");
}

static void moments_are_written_in_utc(void **state)
{
	char text[32];
	(void)state;
	assert_int_equal(setenv("TZ", "America/New_York", 1), 0);
	system_utc(1795428900, text);
	assert_string_equal(text, "2026-11-23T10:15:00Z");
	system_utc(0, text);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	system_utc(INT64_MAX, text);
	assert_string_equal(text, "");
}

static void only_known_variables_are_read(void **state)
{
	(void)state;
	assert_int_equal(setenv("TERM", "vt100", 1), 0);
	assert_int_equal(setenv("SECRET_OF_OURS", "1", 1), 0);
	assert_string_equal(system_environment("TERM"), "vt100");
	assert_null(system_environment("SECRET_OF_OURS"));
	assert_int_equal(unsetenv("TERM"), 0);
	assert_null(system_environment("TERM"));
}

/* In a process of its own: what it closes stays closed. */
static int outlive(bool closes)
{
	int status = 0, mine = open("/dev/null", O_RDONLY);
	pid_t child = fork();
	assert_true(mine >= 0 && child >= 0);
	if (child == 0) {
		system_outlive(closes);
		(void)raise(SIGHUP);
		_exit(fcntl(mine, F_GETFD) < 0 ? 3 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	(void)close(mine);
	return status;
}

static void a_tool_may_outlive_its_terminal(void **state)
{
	(void)state;
	assert_int_equal(outlive(false), 0);
	assert_int_equal(outlive(true), 3 << 8);
}

static void processes_are_there_or_not(void **state)
{
	int status = 0;
	(void)state;
	assert_true(system_has_process(getpid()));
	assert_true(system_has_process(1));
	pid_t child = fork();
	if (child == 0)
		_exit(0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_false(system_has_process(child));
	assert_false(system_has_process(0));
	assert_false(system_has_process(-1));
	assert_false(system_has_process(1L << 40));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_running_program_is_known),  cmocka_unit_test(moments_are_written_in_utc),
		cmocka_unit_test(only_known_variables_are_read), cmocka_unit_test(a_tool_may_outlive_its_terminal),
		cmocka_unit_test(processes_are_there_or_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
