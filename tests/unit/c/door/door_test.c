/* Tests of the door: nothing passes without a durable open intent with its words; what passes is looked after. */
#include "door/allowlist.h"
#include "fixture.h"

static bool sync_fails;

int fsync(int fd)
{
	(void)fd;
	if (sync_fails)
		errno = EIO;
	return sync_fails ? -1 : 0;
}

static struct relay_result result;

static int act(struct fixture *f, const char *const *argv)
{
	struct door_order order = { .argv = argv, .relay = { .screen = -1, .times = &fixture_times } };
	return door_act(&f->setup, f->journal, &order, &result, &f->err);
}

static void assert_refused(struct fixture *f, const char *const *argv)
{
	assert_int_equal(act(f, argv), -1);
	assert_string_equal(f->err.code, "refused");
	assert_string_equal(fixture_text(f, "ran"), "");
}

static int with_tool(void **state)
{
	if (fixture_make(state) != 0)
		return -1;
	fixture_tool(*state, "/usr/bin/csrutil", "echo \"$*\" >> $root/ran; echo out; echo err >&2; exit 4");
	return 0;
}

static void it_opens_once_for_the_open_intent(void **state)
{
	struct fixture *f = *state;
	fixture_intend(f, fixture_disable);
	assert_int_equal(act(f, fixture_disable), 0);
	assert_true(result.end.exited);
	assert_int_equal(result.end.exit, 4);
	assert_string_equal(fixture_text(f, "ran"), "disable\n");
	char *output = fixture_output(&result);
	assert_string_equal(output, "out\nerr\n");
	free(output);
	assert_int_equal(act(f, fixture_disable), -1);
	assert_string_equal(f->err.code, "refused");
	assert_string_equal(fixture_text(f, "ran"), "disable\n");
}

static void it_stays_shut_without_an_intent(void **state)
{
	assert_refused(*state, fixture_disable);
}

static void it_stays_shut_without_a_journal(void **state)
{
	struct fixture *f = *state;
	struct door_order order = { .argv = fixture_disable, .relay = { .screen = -1 } };
	assert_int_equal(door_act(&f->setup, NULL, &order, &result, &f->err), -1);
	assert_string_equal(f->err.code, "refused");
}

static void it_stays_shut_for_other_words(void **state)
{
	struct fixture *f = *state;
	fixture_intend(f, fixture_disable);
	assert_refused(f, WORDS("/usr/bin/csrutil", "enable"));
	assert_refused(f, WORDS("/usr/bin/csrutil", "disable", "--with", "kext"));
	assert_refused(f, WORDS("/usr/bin/csrutil"));
	assert_int_equal(act(f, fixture_disable), 0); /* asking for something else does not use it up */
}

static void it_stays_shut_if_the_intent_is_not_durable(void **state)
{
	struct fixture *f = *state;
	sync_fails = true;
	assert_int_equal(journal_intent(f->journal, fixture_disable, "{}", 2, &f->err), 0);
	sync_fails = false;
	assert_refused(f, fixture_disable);
}

static void it_stays_shut_if_the_disk_was_full(void **state)
{
	struct fixture *f = *state;
	struct rlimit before, limit;
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = 20;
	(void)setrlimit(RLIMIT_FSIZE, &limit);
	uint64_t sequence = journal_intent(f->journal, fixture_disable, "{}", 2, &f->err);
	(void)setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(sequence, 0);
	assert_refused(f, fixture_disable);
}

static void it_stays_shut_for_forms_never_used(void **state)
{
	struct fixture *f = *state;
	fixture_tool(f, "/usr/sbin/nvram", "echo ran > $root/ran");
	fixture_tool(f, "/bin/rm", "echo ran > $root/ran");
	static const char *const forms[][4] = {
		{ "/usr/sbin/nvram", "-c" },
		{ "/usr/sbin/nvram", "-d", "boot-args" },
		{ "/usr/bin/csrutil", "authenticated-root", "disable" },
		{ "/bin/rm", "x" },
	};
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		fixture_intend(f, forms[i]);
		assert_refused(f, forms[i]);
	}
}

static void it_stays_shut_before_the_mac_is_settled(void **state)
{
	struct fixture *f = *state;
	struct door_setup none = { 0 };
	struct door_order order = { .argv = fixture_disable, .relay = { .screen = -1 } };
	fixture_intend(f, fixture_disable);
	struct probe_result looked;
	assert_int_equal(door_act(&none, f->journal, &order, &result, &f->err), -1);
	assert_string_equal(f->err.code, "refused");
	assert_int_equal(door_probe(&none, WORDS("/usr/bin/csrutil", "status"), 5, &looked, &f->err), -1);
	assert_string_equal(f->err.code, "refused");
}

static void a_dry_run_starts_nothing(void **state)
{
	struct fixture *f = *state;
	f->setup.dry_run = true;
	fixture_intend(f, fixture_disable);
	assert_int_equal(act(f, fixture_disable), 1);
	struct door_order order = { .argv = fixture_disable, .relay = { .screen = -1 } };
	assert_int_equal(door_act(&f->setup, NULL, &order, &result, &f->err), 1);
	assert_refused(f, WORDS("/usr/sbin/nvram", "-c"));
	assert_string_equal(fixture_text(f, "ran"), "");
}

static void a_probe_only_reads(void **state)
{
	struct fixture *f = *state;
	struct probe_result looked;
	fixture_tool(f, "/bin/rm", "echo ran > $root/ran");
	assert_int_equal(door_probe(&f->setup, fixture_disable, 5, &looked, &f->err), -1);
	assert_string_equal(f->err.code, "refused");
	assert_int_equal(door_probe(&f->setup, WORDS("/bin/rm", "x"), 5, &looked, &f->err), -1);
	assert_string_equal(f->err.code, "refused");
	assert_string_equal(fixture_text(f, "ran"), "");
	assert_int_equal(door_probe(&f->setup, WORDS("/usr/bin/csrutil", "status"), 5, &looked, &f->err), 0);
	assert_string_equal(fixture_text(f, "ran"), "status\n");
	probe_release(&looked);
}

static void a_tool_that_cannot_start_uses_the_intent_up(void **state)
{
	struct fixture *f = *state;
	const char *const *argv = WORDS("/usr/bin/kmutil", "configure-boot");
	fixture_intend(f, argv);
	assert_int_equal(act(f, argv), -1);
	assert_string_equal(f->err.code, "ENOENT");
	assert_int_equal(act(f, argv), -1);
	assert_string_equal(f->err.code, "refused");
}

/* Runs the script with such limits. Returns the seconds that it took. */
static double act_within(struct fixture *f, double seconds, double silence)
{
	struct relay_order relay = { .screen = -1, .seconds = seconds, .silence = silence, .times = &fixture_times };
	struct door_order order = { .argv = fixture_disable, .relay = relay };
	double before = system_monotonic();
	assert_int_equal(door_act(&f->setup, f->journal, &order, &result, &f->err), 0);
	return system_monotonic() - before;
}

static void a_limit_ends_the_whole_group(void **state)
{
	struct fixture *f = *state;
	fixture_script(f, "trap '' TERM HUP INT; sleep 60 & echo $! > $root/pid; echo begun; sleep 60");
	double seconds = act_within(f, 0.3, 0);
	assert_true(seconds >= 0.3 + fixture_times.soft_end - 0.01 && seconds < fixture_seconds(6));
	assert_true(result.timed_out);
	assert_int_equal(result.end.signal, SIGKILL);
	assert_true(fixture_is_gone(f, "pid"));
}

static void silence_has_a_limit_of_its_own(void **state)
{
	struct fixture *f = *state;
	fixture_script(f, "for i in 1 2 3 4 5; do echo $i; sleep 0.15; done; exec sleep 60");
	(void)act_within(f, 0, 0.6);
	assert_true(result.silent);
	assert_false(result.timed_out);
	assert_int_equal(result.total, 10);
	assert_int_equal(result.end.signal, SIGHUP);
}

static void the_end_of_long_output_is_kept(void **state)
{
	struct fixture *f = *state;
	fixture_script(f, "seq 1 200000");
	assert_int_equal(act(f, fixture_disable), 0);
	char *output = fixture_output(&result);
	assert_int_equal(strlen(output), RELAY_TAIL);
	assert_string_equal(output + RELAY_TAIL - 7, "200000\n");
	assert_int_equal(result.total, 1288895);
	free(output);
}

static bool count(void *context, const char *bytes, size_t length)
{
	(void)bytes;
	*(size_t *)context += length;
	return true;
}

static bool refuse(void *context, const char *bytes, size_t length)
{
	(void)bytes;
	(void)length;
	++*(size_t *)context;
	return false;
}

static void output_is_handed_on_whole(void **state)
{
	struct fixture *f = *state;
	size_t total = 0;
	fixture_script(f, "seq 1 200000");
	struct door_order order = { .argv = fixture_disable,
		                        .relay = { .screen = -1, .calls = { .context = &total, .output = count } } };
	assert_int_equal(door_act(&f->setup, f->journal, &order, &result, &f->err), 0);
	assert_int_equal(total, 1288895);
}

static void a_call_back_that_fails_ends_the_tool(void **state)
{
	struct fixture *f = *state;
	size_t calls = 0;
	fixture_script(f, "echo a; sleep 0.2; echo b; exec sleep 60");
	struct door_order order = { .argv = fixture_disable,
		                        .relay = { .screen = -1, .calls = { .context = &calls, .output = refuse } } };
	assert_int_equal(door_act(&f->setup, f->journal, &order, &result, &f->err), 0);
	assert_true(result.failed);
	assert_int_equal(calls, 1);
	assert_int_equal(result.end.signal, SIGHUP);
}

static void the_second_interrupt_leaves_at_once(void **state)
{
	struct fixture *f = *state;
	fixture_script(f, "trap '' TERM HUP INT; kill -TERM $PPID; sleep 0.1; kill -TERM $PPID; sleep 60");
	signals_install();
	double before = system_monotonic();
	int outcome = act(f, fixture_disable);
	fixture_signals_default();
	assert_int_equal(outcome, 0);
	assert_true(result.interrupted);
	assert_true(system_monotonic() - before < fixture_seconds(4));
}

static void the_first_interrupt_lets_it_finish(void **state)
{
	struct fixture *f = *state;
	fixture_script(f, "kill -TERM $PPID; sleep 0.1; echo finished; exit 0");
	signals_install();
	int outcome = act(f, fixture_disable);
	int stage = signals_stage();
	fixture_signals_default();
	assert_int_equal(outcome, 0);
	assert_int_equal(stage, 1);
	assert_false(result.interrupted);
	assert_true(result.end.exited && result.end.exit == 0);
	char *output = fixture_output(&result);
	assert_string_equal(output, "finished\n");
	free(output);
}

/* A plan's tool that says that it was started; csrutil is there, too. */
static void declare_look(struct fixture *f)
{
	fixture_tool(f, "/opt/look", "echo started >> $root/log");
	assert_int_equal(allowlist_declare(&f->setup.declared, f->root, "/opt/look", WORDS("now", "disable"), &f->err), 0);
}

static void a_plans_own_tool_is_withheld(void **state)
{
	struct fixture *f = *state;
	struct probe_result looked;
	declare_look(f);
	f->setup.withhold = true;
	assert_int_equal(door_probe(&f->setup, WORDS("/opt/look", "now"), 5, &looked, &f->err), -1);
	assert_string_equal(f->err.code, "withheld");
	assert_string_equal(fixture_text(f, "log"), "");
	f->setup.withhold = false;
	assert_int_equal(door_probe(&f->setup, WORDS("/opt/look", "now"), 5, &looked, &f->err), 0);
	assert_string_equal(fixture_text(f, "log"), "started\n");
	probe_release(&looked);
}

/* Puts a link to csrutil in the tool's place after it was declared: it is not started, to look or to act. */
static void a_link_is_what_it_leads_to(void **state, int (*make)(const char *, const char *))
{
	struct fixture *f = *state;
	struct probe_result looked;
	declare_look(f);
	fixture_script(f, "echo csrutil >> $root/log");
	assert_int_equal(unlink(fixture_path(f, "opt/look")), 0);
	assert_int_equal(make(fixture_path(f, "usr/bin/csrutil"), fixture_path(f, "opt/look")), 0);
	assert_int_equal(door_probe(&f->setup, WORDS("/opt/look", "disable"), 5, &looked, &f->err), -1);
	assert_string_equal(f->err.code, "refused");
	assert_int_equal(act(f, WORDS("/opt/look", "disable")), -1);
	assert_int_equal(make(fixture_path(f, "usr/bin/csrutil"), fixture_path(f, "opt/other")), 0);
	assert_int_equal(allowlist_declare(&f->setup.declared, f->root, "/opt/other", WORDS("disable"), &f->err), -1);
	assert_string_equal(fixture_text(f, "log"), "");
}

static void a_hard_link_is_what_it_leads_to(void **state)
{
	a_link_is_what_it_leads_to(state, link);
}

static void a_soft_link_is_what_it_leads_to(void **state)
{
	a_link_is_what_it_leads_to(state, symlink);
}

/* To a shell, or to a tool that lies elsewhere: the name behind the link counts. */
static void a_link_to_a_name_is_not_declarable(void **state)
{
	struct fixture *f = *state;
	fixture_tool(f, "/opt/copy/NVRAM", "exit 0");
	fixture_tool(f, "/opt/dash", "exit 0");
	assert_int_equal(symlink("copy/NVRAM", fixture_path(f, "opt/a")), 0);
	assert_int_equal(symlink("dash", fixture_path(f, "opt/b")), 0);
	assert_int_equal(allowlist_declare(&f->setup.declared, f->root, "/opt/a", WORDS("-p"), &f->err), -1);
	assert_non_null(strstr(f->err.text, "forms are fixed"));
	assert_int_equal(allowlist_declare(&f->setup.declared, f->root, "/opt/b", WORDS("-c"), &f->err), -1);
	assert_non_null(strstr(f->err.text, "starts other programs"));
	assert_int_equal(allowlist_declare(&f->setup.declared, f->root, "/opt/missing", WORDS("x"), &f->err), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, with_tool, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(it_opens_once_for_the_open_intent),
		TEST(it_stays_shut_without_an_intent),
		TEST(it_stays_shut_without_a_journal),
		TEST(it_stays_shut_for_other_words),
		TEST(it_stays_shut_if_the_intent_is_not_durable),
		TEST(it_stays_shut_if_the_disk_was_full),
		TEST(it_stays_shut_for_forms_never_used),
		TEST(it_stays_shut_before_the_mac_is_settled),
		TEST(a_dry_run_starts_nothing),
		TEST(a_probe_only_reads),
		TEST(a_tool_that_cannot_start_uses_the_intent_up),
		TEST(a_limit_ends_the_whole_group),
		TEST(silence_has_a_limit_of_its_own),
		TEST(the_end_of_long_output_is_kept),
		TEST(output_is_handed_on_whole),
		TEST(a_call_back_that_fails_ends_the_tool),
		TEST(the_second_interrupt_leaves_at_once),
		TEST(the_first_interrupt_lets_it_finish),
		TEST(a_plans_own_tool_is_withheld),
		TEST(a_hard_link_is_what_it_leads_to),
		TEST(a_soft_link_is_what_it_leads_to),
		TEST(a_link_to_a_name_is_not_declarable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
