/* Tests of secrets: what can be one, that it is wiped, that it lies where no core file reaches. */
#include "child/secret.h"
#include "fixture.h"
#include "race.h"

static struct secret *from_pipe(const char *bytes, size_t length, struct error *err, char *rest)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], bytes, length), (ssize_t)length);
	(void)close(ends[1]);
	struct secret *secret = secret_from_fd(ends[0], err);
	ssize_t n = read(ends[0], rest, 15);
	rest[n > 0 ? n : 0] = '\0';
	(void)close(ends[0]);
	return secret;
}

static void the_first_line_is_the_secret(void **state)
{
	struct error err;
	char rest[16];
	size_t length;
	(void)state;
	struct secret *secret = from_pipe("  hunter 2 \nmore", 16, &err, rest);
	assert_non_null(secret);
	const char *bytes = secret_bytes(secret, &length);
	assert_int_equal(length, 11);
	assert_memory_equal(bytes, "  hunter 2 ", 11);
	assert_string_equal(rest, "more");
	secret_release(secret);
	secret = from_pipe("no newline", 10, &err, rest);
	assert_non_null(secret);
	(void)secret_bytes(secret, &length);
	assert_int_equal(length, 10);
	secret_release(secret);
}

static void what_cannot_be_typed_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *why;
	} cases[] = {
		{ "\n", 1, "it is empty" }, { "", 0, "it is empty" },   { "a\003b\n", 4, "control" },
		{ "a\0b\n", 4, "control" }, { "a\tb\n", 4, "control" }, { "a\x7f\n", 3, "control" },
		{ "a\r\n", 3, "control" },
	};
	struct error err;
	char rest[16], longest[SECRET_LONGEST + 2];
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_null(from_pipe(cases[i].bytes, cases[i].length, &err, rest));
		assert_string_equal(err.code, "EINVAL");
		assert_non_null(strstr(err.text, cases[i].why));
	}
	memset(longest, 'x', sizeof longest);
	assert_null(from_pipe(longest, sizeof longest, &err, rest));
	assert_non_null(strstr(err.text, "longer than 1023 bytes"));
	struct secret *secret = from_pipe(longest, SECRET_LONGEST, &err, rest);
	assert_non_null(secret);
	secret_release(secret);
	assert_null(secret_from_text(longest, sizeof longest, &err));
	assert_null(secret_from_fd(1000, &err));
	assert_string_equal(err.code, "EBADF");
}

static void an_interrupt_ends_the_wait_for_a_password(void **state)
{
	struct error err;
	int ends[2];
	(void)state;
	assert_int_equal(pipe(ends), 0);
	signals_install();
	race_signal = SIGTERM;
	struct secret *secret = secret_from_fd(ends[0], &err);
	fixture_signals_default();
	assert_null(secret);
	assert_string_equal(err.code, "EINTR");
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void wiping_leaves_nothing(void **state)
{
	struct error err;
	size_t length;
	(void)state;
	struct secret *secret = secret_from_text("hunter2", 7, &err);
	assert_non_null(secret);
	const char *bytes = secret_bytes(secret, &length);
	assert_memory_equal(bytes, "hunter2", 7);
	secret_wipe(secret);
	for (int i = 0; i <= SECRET_LONGEST; i++)
		assert_int_equal(bytes[i], 0);
	(void)secret_bytes(secret, &length);
	assert_int_equal(length, 0);
	secret_release(secret);
	secret_wipe(NULL);
	secret_release(NULL);
}

static void no_core_file_and_no_child_gets_it(void **state)
{
	struct error err;
	struct rlimit limit;
	size_t length;
	(void)state;
	struct secret *secret = secret_from_text("hunter2", 7, &err);
	assert_non_null(secret);
	assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
	assert_int_equal(limit.rlim_cur, 0);
	const char *bytes = secret_bytes(secret, &length);
	pid_t child = fork();
	if (child == 0) {
		char out;
		int ends[2];
		/* A page that is not there makes the write fail instead of the program. */
		_exit(pipe(ends) == 0 && write(ends[1], bytes, 1) == 1 && read(ends[0], &out, 1) == 1);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	secret_release(secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_line_is_the_secret),
		cmocka_unit_test(what_cannot_be_typed_is_refused),
		cmocka_unit_test(an_interrupt_ends_the_wait_for_a_password),
		cmocka_unit_test(wiping_leaves_nothing),
		cmocka_unit_test(no_core_file_and_no_child_gets_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
