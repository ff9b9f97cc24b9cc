/* Tests of probes: their outputs, their ends, their limits. */
#include "fixture.h"

static struct probe_result result;

static int probe(struct fixture *f, const char *const *argv, double seconds)
{
	return probe_run(f->root, argv, seconds, &result, &f->err);
}

static void outputs_and_exit_status_are_taken_apart(void **state)
{
	struct fixture *f = *state;
	fixture_tool(f, "/usr/bin/csrutil", "echo out $0 $1; echo err >&2; exit 3");
	assert_int_equal(probe(f, WORDS("/usr/bin/csrutil", "status"), 5), 0);
	assert_true(result.end.exited);
	assert_int_equal(result.end.exit, 3);
	char expected[PATH_MAX + 64];
	int length = snprintf(expected, sizeof expected, "out %s/usr/bin/csrutil status\n", f->root);
	assert_int_equal(result.outputs[0].length, length);
	assert_memory_equal(result.outputs[0].bytes, expected, (size_t)length);
	assert_int_equal(result.outputs[1].length, 4);
	assert_false(result.timed_out || result.truncated);
	probe_release(&result);
}

static void a_signal_is_told_from_an_exit(void **state)
{
	struct fixture *f = *state;
	fixture_tool(f, "/usr/bin/sw_vers", "kill -9 $$");
	assert_int_equal(probe(f, WORDS("/usr/bin/sw_vers"), 5), 0);
	assert_false(result.end.exited);
	assert_int_equal(result.end.signal, SIGKILL);
	probe_release(&result);
}

static void at_the_limit_the_whole_group_is_killed(void **state)
{
	struct fixture *f = *state;
	fixture_tool(f, "/usr/bin/sw_vers",
	             "trap '' TERM HUP INT; sleep 60 & echo $! > $root/grandchild; echo begun; wait; sleep 60");
	double before = system_monotonic();
	assert_int_equal(probe(f, WORDS("/usr/bin/sw_vers"), 0.3), 0);
	assert_true(system_monotonic() - before < fixture_seconds(5));
	assert_true(result.timed_out);
	assert_int_equal(result.end.signal, SIGKILL);
	assert_memory_equal(result.outputs[0].bytes, "begun\n", 6);
	assert_true(fixture_is_gone(f, "grandchild"));
	probe_release(&result);
}

static void a_left_behind_child_does_not_hold_a_probe(void **state)
{
	struct fixture *f = *state;
	fixture_tool(f, "/usr/bin/sw_vers", "sleep 60 & echo $! > $root/grandchild; echo done");
	double before = system_monotonic();
	assert_int_equal(probe(f, WORDS("/usr/bin/sw_vers"), 30), 0);
	assert_true(system_monotonic() - before < fixture_seconds(5));
	assert_false(result.timed_out);
	assert_true(result.end.exited);
	assert_memory_equal(result.outputs[0].bytes, "done\n", 5);
	assert_true(fixture_is_gone(f, "grandchild"));
	probe_release(&result);
}

static void a_closed_output_is_not_an_end(void **state)
{
	struct fixture *f = *state;
	fixture_tool(f, "/usr/bin/sw_vers", "exec >&- 2>&-; sleep 0.1; exit 5");
	assert_int_equal(probe(f, WORDS("/usr/bin/sw_vers"), 30), 0);
	assert_int_equal(result.end.exit, 5);
	probe_release(&result);
}

static void output_beyond_the_cap_ends_the_probe(void **state)
{
	struct fixture *f = *state;
	fixture_tool(f, "/usr/bin/sw_vers", "exec cat /dev/zero");
	assert_int_equal(probe(f, WORDS("/usr/bin/sw_vers"), 30), 0);
	assert_true(result.truncated);
	assert_false(result.timed_out);
	assert_int_equal(result.outputs[0].length, PROBE_OUTPUT_CAP);
	assert_int_equal(result.end.signal, SIGKILL);
	probe_release(&result);
}

static void both_outputs_may_be_large(void **state)
{
	struct fixture *f = *state;
	fixture_tool(f, "/usr/bin/sw_vers", "head -c 1000000 /dev/zero >&2; head -c 2000000 /dev/zero");
	assert_int_equal(probe(f, WORDS("/usr/bin/sw_vers"), 30), 0);
	assert_int_equal(result.outputs[0].length, 2000000);
	assert_int_equal(result.outputs[1].length, 1000000);
	probe_release(&result);
}

static void the_second_interrupt_leaves_a_probe(void **state)
{
	struct fixture *f = *state;
	fixture_tool(f, "/usr/bin/sw_vers", "kill -TERM $PPID; sleep 0.1; kill -TERM $PPID; sleep 60");
	signals_install();
	double before = system_monotonic();
	int outcome = probe(f, WORDS("/usr/bin/sw_vers"), 30);
	probe_release(&result);
	assert_int_equal(signals_stage(), 2);
	fixture_signals_default();
	assert_int_equal(outcome, -1);
	assert_string_equal(f->err.code, "interrupted");
	assert_true(system_monotonic() - before < fixture_seconds(5));
}

static void no_descriptor_is_left_open(void **state)
{
	struct fixture *f = *state;
	fixture_tool(f, "/usr/bin/sw_vers", "exit 0");
	int before = fixture_free_descriptor();
	for (int i = 0; i < 20; i++) {
		assert_int_equal(probe(f, WORDS("/usr/bin/sw_vers"), 5), 0);
		probe_release(&result);
		assert_int_equal(probe(f, WORDS("/usr/bin/csrutil", "status"), 5), -1);
	}
	assert_int_equal(fixture_free_descriptor(), before);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(outputs_and_exit_status_are_taken_apart),
		TEST(a_signal_is_told_from_an_exit),
		TEST(at_the_limit_the_whole_group_is_killed),
		TEST(a_left_behind_child_does_not_hold_a_probe),
		TEST(a_closed_output_is_not_an_end),
		TEST(output_beyond_the_cap_ends_the_probe),
		TEST(both_outputs_may_be_large),
		TEST(the_second_interrupt_leaves_a_probe),
		TEST(no_descriptor_is_left_open),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
