/* Tests of waiting and of interrupts: one that comes between the look at the stage and the wait is not lost. */
#include "fixture.h"
#include "race.h"

static int interrupts_begin(void **state)
{
	(void)state;
	signals_install();
	(void)alarm((unsigned)fixture_seconds(10)); /* a lost signal would make the test wait for ever */
	return 0;
}

static int interrupts_end(void **state)
{
	(void)state;
	(void)alarm(0);
	fixture_signals_default();
	return 0;
}

/* A pipe whose reading end has nothing to give and whose writing end takes nothing more. */
static void make_full(int ends[2])
{
	char bytes[4096] = { 0 };
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	while (write(ends[1], bytes, sizeof bytes) > 0)
		;
}

static void close_both(const int ends[2])
{
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void an_interrupt_before_a_wait_for_input_ends_it(void **state)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	int ends[2];
	(void)state;
	assert_int_equal(pipe(ends), 0);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		signals_reset();
		race_signal = numbers[i];
		assert_false(signals_await_input(ends[0]));
		assert_int_equal(signals_stage(), 1);
	}
	close_both(ends);
}

static void an_interrupt_before_a_wait_for_room_ends_the_second_time(void **state)
{
	int ends[2];
	(void)state;
	make_full(ends);
	(void)raise(SIGINT);
	race_signal = SIGTERM;
	assert_false(signals_await_output(ends[1]));
	assert_int_equal(signals_stage(), 2);
	close_both(ends);
}

static void an_interrupt_before_a_sleep_ends_it(void **state)
{
	double before = system_monotonic();
	(void)state;
	race_signal = SIGTERM;
	system_sleep(60);
	assert_true(system_monotonic() - before < fixture_seconds(5));
}

static void a_sleep_lasts_its_time(void **state)
{
	double before = system_monotonic();
	(void)state;
	race_signal = SIGCONT; /* no interrupt */
	system_sleep(0.2);
	assert_true(system_monotonic() - before >= 0.19);
}

static void after_an_interrupt_nothing_is_waited_for(void **state)
{
	int ends[2];
	(void)state;
	make_full(ends);
	(void)raise(SIGINT);
	assert_false(signals_await_input(ends[0])); /* though there is something to read */
	system_sleep(60);
	close_both(ends);
}

static void what_is_ready_is_told(void **state)
{
	int ends[2], null = open("/dev/null", O_RDWR);
	(void)state;
	make_full(ends);
	assert_true(signals_await_input(ends[0]));
	assert_true(signals_await_input(null));
	assert_true(signals_await_output(null));
	assert_true(signals_await_input(-1)); /* the read that follows tells what is wrong */
	assert_true(signals_await_input(1000));
	assert_true(signals_await_input(FD_SETSIZE));
	(void)close(null);
	close_both(ends);
}

static void the_mask_is_put_back(void **state)
{
	sigset_t after;
	(void)state;
	system_sleep(0.01);
	(void)sigprocmask(SIG_SETMASK, NULL, &after);
	assert_false(sigismember(&after, SIGINT) || sigismember(&after, SIGTERM) || sigismember(&after, SIGHUP));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, interrupts_begin, interrupts_end)
	const struct CMUnitTest tests[] = {
		TEST(an_interrupt_before_a_wait_for_input_ends_it),
		TEST(an_interrupt_before_a_wait_for_room_ends_the_second_time),
		TEST(an_interrupt_before_a_sleep_ends_it),
		TEST(a_sleep_lasts_its_time),
		TEST(after_an_interrupt_nothing_is_waited_for),
		TEST(what_is_ready_is_told),
		TEST(the_mask_is_put_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
