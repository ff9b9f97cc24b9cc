/* Tests of how children are started: what they get, and what they do not get. Probes tell what the children see. */
#include "fixture.h"

static struct probe_result result;

static int probe(struct fixture *f, const char *const *argv, double seconds)
{
	return probe_run(f->root, argv, seconds, &result, &f->err);
}

static void a_missing_tool_is_ENOENT(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(probe(f, WORDS("/usr/bin/csrutil", "status"), 5), -1);
	assert_string_equal(f->err.code, "ENOENT");
	assert_non_null(strstr(f->err.text, "/usr/bin/csrutil: No such file"));
	assert_int_equal(folder_make(fixture_path(f, "usr/bin/csrutil"), 0755, &f->err), 0);
	assert_int_equal(probe(f, WORDS("/usr/bin/csrutil", "status"), 5), -1);
	assert_string_equal(f->err.code, "EACCES");
}

static void the_environment_is_clean(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(setenv("SECRET_OF_OURS", "1", 1), 0);
	assert_int_equal(setenv("DYLD_INSERT_LIBRARIES", "x", 1), 0);
	assert_int_equal(setenv("TERM", "vt100", 1), 0);
	fixture_tool(f, "/usr/bin/sw_vers", "env | grep -v -e ^PWD= -e ^_= | sort");
	assert_int_equal(probe(f, WORDS("/usr/bin/sw_vers"), 5), 0);
	const char *home = geteuid() == 0 ? "/var/root" : getenv("HOME");
	char expected[PATH_MAX];
	(void)snprintf(expected, sizeof expected, "HOME=%s\nLANG=C\nPATH=/usr/bin:/bin:/usr/sbin:/sbin\nTERM=vt100\n",
	               home);
	assert_int_equal(result.outputs[0].length, strlen(expected));
	assert_memory_equal(result.outputs[0].bytes, expected, strlen(expected));
	probe_release(&result);
}

/* Apple's tools know by it that they run in recovery. */
static void recoverys_own_variable_is_handed_on(void **state)
{
	struct fixture *f = *state;
	fixture_tool(f, "/usr/bin/sw_vers", "echo \"[$__OSINSTALL_ENVIRONMENT]\"");
	assert_int_equal(setenv("__OSINSTALL_ENVIRONMENT", "1 2", 1), 0);
	assert_int_equal(probe(f, WORDS("/usr/bin/sw_vers"), 5), 0);
	assert_memory_equal(result.outputs[0].bytes, "[1 2]\n", 6);
	probe_release(&result);
	assert_int_equal(unsetenv("__OSINSTALL_ENVIRONMENT"), 0);
	fixture_tool(f, "/usr/bin/sw_vers", "env | grep -c __OSINSTALL");
	assert_int_equal(probe(f, WORDS("/usr/bin/sw_vers"), 5), 0);
	assert_memory_equal(result.outputs[0].bytes, "0\n", 2);
	probe_release(&result);
}

static void only_three_descriptors_are_passed_on(void **state)
{
	struct fixture *f = *state;
	int inherited = dup(0); /* such as --password-fd's: without close-on-exec */
	fixture_tool(f, "/usr/bin/sw_vers", "ls /proc/$$/fd; readlink /proc/$$/fd/0");
	assert_int_equal(probe(f, WORDS("/usr/bin/sw_vers"), 5), 0);
	/* 10 or 255 may be the shell's own hold on its script. */
	assert_true(result.outputs[0].length >= 16 && result.outputs[0].length < 24);
	assert_memory_equal(result.outputs[0].bytes, "0\n1\n", 4);
	result.outputs[0].bytes[result.outputs[0].length - 1] = '\0';
	assert_null(strstr(result.outputs[0].bytes, "\n3\n"));
	assert_non_null(strstr(result.outputs[0].bytes, "/dev/null"));
	probe_release(&result);
	(void)close(inherited);
}

static void a_child_has_no_terminal_but_the_one_given(void **state)
{
	struct fixture *f = *state;
	fixture_tool(f, "/usr/bin/sw_vers", "if (: </dev/tty) 2>/dev/null; then echo yes; else echo no; fi");
	assert_int_equal(probe(f, WORDS("/usr/bin/sw_vers"), 5), 0);
	assert_memory_equal(result.outputs[0].bytes, "no\n", 3);
	probe_release(&result);
}

static void signals_reach_a_child_with_their_defaults(void **state)
{
	struct fixture *f = *state;
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGUSR1, SIG_IGN);
	fixture_tool(f, "/usr/bin/sw_vers", "grep -E '^Sig(Blk|Ign)' /proc/self/status | cut -f 2");
	assert_int_equal(probe(f, WORDS("/usr/bin/sw_vers"), 5), 0);
	assert_int_equal(result.outputs[0].length, 34);
	/* The higher bits are libc's own signals. */
	assert_memory_equal(result.outputs[0].bytes, "0000000000000000\n", 17);
	assert_memory_equal(result.outputs[0].bytes + 17 + 9, "0000000\n", 8);
	probe_release(&result);
	(void)signal(SIGUSR1, SIG_DFL);
}

static void an_exit_status_is_not_lost_where_children_are_ignored(void **state)
{
	struct fixture *f = *state;
	fixture_tool(f, "/usr/bin/sw_vers", "exit 3");
	(void)signal(SIGCHLD, SIG_IGN);
	assert_int_equal(probe(f, WORDS("/usr/bin/sw_vers"), 5), 0);
	assert_true(result.end.exited);
	assert_int_equal(result.end.exit, 3);
	probe_release(&result);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(a_missing_tool_is_ENOENT),
		TEST(the_environment_is_clean),
		TEST(recoverys_own_variable_is_handed_on),
		TEST(only_three_descriptors_are_passed_on),
		TEST(a_child_has_no_terminal_but_the_one_given),
		TEST(signals_reach_a_child_with_their_defaults),
		TEST(an_exit_status_is_not_lost_where_children_are_ignored),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
