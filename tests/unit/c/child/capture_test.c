/* Tests of the capture of a password, and of a secret that is filled key by key. */
#include "child/capture.h"
#include "child/secret.h"
#include "fixture.h"

struct keys {
	struct secret *secret;
	struct capture capture;
};

static struct keys begin(void)
{
	struct error err;
	struct keys k = { .secret = secret_new(&err) };
	assert_non_null(k.secret);
	k.capture = (struct capture){ .secret = k.secret, .on = true };
	return k;
}

/* Types all keys; what the last one gave. */
static enum capture_step types(struct keys *k, const char *keys)
{
	enum capture_step step = CAPTURE_MORE;
	for (; *keys != '\0'; keys++) {
		assert_int_equal(step, CAPTURE_MORE);
		step = capture_key(&k->capture, (unsigned char)*keys);
	}
	return step;
}

static void assert_holds(const struct keys *k, const char *text)
{
	size_t length;
	const char *bytes = secret_bytes(k->secret, &length);
	assert_int_equal(length, strlen(text));
	assert_memory_equal(bytes, text, length + 1); /* nothing that was taken back lies behind it */
}

static void enter_ends_it(void **state)
{
	static const char *const ends[] = { "hunter2\r", "hunter2\n" };
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct keys k = begin();
		assert_int_equal(types(&k, "hunter2"), CAPTURE_MORE);
		assert_true(k.capture.on);
		assert_int_equal(types(&k, ends[i] + 7), CAPTURE_DONE);
		assert_false(k.capture.on);
		assert_holds(&k, "hunter2");
		secret_release(k.secret);
	}
}

static void beginning_again_forgets_the_first_try(void **state)
{
	(void)state;
	struct keys k = begin();
	assert_int_equal(types(&k, "wrong\r"), CAPTURE_DONE);
	capture_begin(&k.capture);
	assert_true(k.capture.on);
	assert_int_equal(types(&k, "right\r"), CAPTURE_DONE);
	assert_holds(&k, "right");
	secret_release(k.secret);
}

static void enter_alone_is_nothing(void **state)
{
	static const char *const ways[] = { "\r", "\n", "a\b\r", "ab\025\r", "\b\b\r", "\t\r", "\033\r", "\025\025\n" };
	(void)state;
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		struct keys k = begin();
		assert_int_equal(types(&k, ways[i]), CAPTURE_EMPTY);
		assert_false(k.capture.on);
		assert_holds(&k, "");
		secret_release(k.secret);
	}
}

static void keys_edit(void **state)
{
	static const struct {
		const char *keys, *left;
	} cases[] = {
		{ "ab\bc", "ac" },
		{ "ab\177c", "ac" },
		{ "abc\b\b\bd", "d" },
		{ "abc\025d", "d" },
		{ "\b\ba", "a" },
		{ " a ", " a " },
		{ "a\tb", "ab" },
		{ "a\001\032\033b", "ab" }, /* control keys are no part of a password */
		{ "\303\251", "\303\251" },
		{ "a\303\251\bb", "ab" },
		{ "\346\227\245\346\234\254\b", "\346\227\245" },
		{ "x\360\237\224\221\177", "x" },
		{ "\303\251\b\b\b", "" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct keys k = begin();
		assert_int_equal(types(&k, cases[i].keys), CAPTURE_MORE);
		assert_holds(&k, cases[i].left);
		secret_release(k.secret);
	}
}

static void what_does_not_fit_is_dropped(void **state)
{
	size_t length;
	struct keys k = begin();
	(void)state;
	for (int i = 0; i < SECRET_LONGEST + 50; i++)
		assert_int_equal(capture_key(&k.capture, i < SECRET_LONGEST ? 'a' : 'b'), CAPTURE_MORE);
	const char *bytes = secret_bytes(k.secret, &length);
	assert_int_equal(length, SECRET_LONGEST);
	assert_null(memchr(bytes, 'b', length));
	assert_int_equal(types(&k, "\bc\r"), CAPTURE_DONE);
	(void)secret_bytes(k.secret, &length);
	assert_int_equal(length, SECRET_LONGEST);
	assert_int_equal(bytes[SECRET_LONGEST - 1], 'c');
	secret_release(k.secret);
}

static void giving_up_leaves_nothing(void **state)
{
	size_t length;
	struct keys k = begin();
	(void)state;
	(void)types(&k, "hunter2");
	const char *bytes = secret_bytes(k.secret, &length);
	capture_cancel(&k.capture);
	assert_false(k.capture.on);
	for (int i = 0; i <= SECRET_LONGEST; i++)
		assert_int_equal(bytes[i], 0);
	assert_holds(&k, "");
	secret_release(k.secret);
}

static void a_continuation_without_a_beginning_is_taken_back_too(void **state)
{
	struct keys k = begin();
	(void)state;
	(void)types(&k, "\251\251\b");
	assert_holds(&k, "");
	secret_release(k.secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enter_ends_it),
		cmocka_unit_test(beginning_again_forgets_the_first_try),
		cmocka_unit_test(enter_alone_is_nothing),
		cmocka_unit_test(keys_edit),
		cmocka_unit_test(what_does_not_fit_is_dropped),
		cmocka_unit_test(giving_up_leaves_nothing),
		cmocka_unit_test(a_continuation_without_a_beginning_is_taken_back_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
