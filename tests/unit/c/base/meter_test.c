/* Tests of what a meter hears of a reading: where it begins, each piece, and its end. */
#include "base/digest.h"
#include "base/meter.h"
#include "base/sha384.h"
#include "fixture.h"

#define PIECES 3
#define SIZE ((size_t)PIECES * 128 * 1024)

/* A meter that notes what it hears. */
struct heard {
	struct meter meter;
	size_t begun, pieces, ended;
	uint64_t done, total;
	const char *what;
};

static void hear(struct meter *meter)
{
	struct heard *heard = (struct heard *)meter;
	if (meter->what == NULL) {
		heard->ended++;
	} else if (meter->done == 0) {
		heard->begun++;
		heard->what = meter->what;
		heard->total = meter->total;
	} else {
		heard->pieces++;
		heard->done = meter->done;
	}
}

static void assert_heard(const struct heard *heard, const char *what, size_t pieces, uint64_t bytes)
{
	assert_int_equal(heard->begun, 1);
	assert_string_equal(heard->what, what);
	assert_int_equal(heard->pieces, pieces);
	assert_int_equal(heard->done, bytes);
	assert_int_equal(heard->total, bytes);
	assert_true(heard->ended >= 1);
	assert_null(heard->meter.what);
}

static const char *put_file(struct fixture *f, const char *name)
{
	static char bytes[SIZE];
	const char *path = fixture_path(f, name);
	assert_int_equal(replace_file(path, bytes, sizeof bytes, 0600, &f->err), 0);
	return path;
}

static void sum(struct fixture *f, struct meter *meter, off_t from, int64_t left)
{
	char hex[DIGEST_HEX];
	int fd = open(put_file(f, "summed"), O_RDONLY);
	assert_true(fd >= 0 && lseek(fd, from, SEEK_SET) == from);
	assert_int_equal(digest_file(fd, left, "summed", NULL, meter, hex, &f->err), 0);
	(void)close(fd);
}

static void a_sum_tells_each_piece_of_all_and_of_a_part(void **state)
{
	struct heard all = { .meter.tell = hear }, rest = all, part = all, silent = { .begun = 0 };
	sum(*state, &all.meter, 0, -1);
	assert_heard(&all, "Read", PIECES, SIZE);
	sum(*state, &rest.meter, 1000, -1);
	assert_heard(&rest, "Read", PIECES, SIZE - 1000);
	sum(*state, &part.meter, 10, 20);
	assert_heard(&part, "Read", 1, 20);
	sum(*state, &silent.meter, 0, -1);
	sum(*state, NULL, 0, -1);
	assert_int_equal(silent.begun + silent.pieces + silent.ended, 0);
}

static void a_sum_of_an_image_tells_it_too(void **state)
{
	struct fixture *f = *state;
	struct heard heard = { .meter.tell = hear };
	char hex[SHA384_HEX];
	struct sha384_part part = { put_file(f, "object"), 100, 200, &heard.meter };
	assert_int_equal(sha384("", 0, &part, hex, &f->err), 0);
	assert_heard(&heard, "Read", 1, 200);
}

static void a_sum_that_fails_is_over_as_well(void **state)
{
	struct fixture *f = *state;
	struct heard heard = { .meter.tell = hear };
	char hex[DIGEST_HEX];
	int fd = open(put_file(f, "short"), O_RDONLY);
	assert_int_equal(digest_file(fd, SIZE + 1, "short", NULL, &heard.meter, hex, &f->err), -1);
	(void)close(fd);
	assert_int_equal(heard.total, SIZE + 1);
	assert_int_equal(heard.ended, 1);
}

/* A clone is made at once, where the file system can: of that nothing is told but the end. */
static void a_copy_tells_each_piece(void **state)
{
	struct fixture *f = *state;
	struct heard heard = { .meter.tell = hear }, failed = heard;
	struct place source, target;
	assert_int_equal(place_of_path(&source, put_file(f, "source"), &f->err), 0);
	assert_int_equal(place_of_path(&target, fixture_path(f, "target"), &f->err), 0);
	assert_int_equal(replace_copy(&source, &target, 0600, &heard.meter, &f->err), 0);
	if (heard.begun > 0)
		assert_heard(&heard, "Copied", PIECES, SIZE);
	assert_int_equal(heard.ended, 1);
	assert_int_equal(place_of_path(&target, fixture_path(f, "no/target"), &f->err), 0);
	assert_int_equal(replace_copy(&source, &target, 0600, &failed.meter, &f->err), -1);
	assert_int_equal(failed.begun, 0);
	assert_int_equal(failed.ended, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_sum_tells_each_piece_of_all_and_of_a_part, fixture_make, fixture_remove),
		cmocka_unit_test_setup_teardown(a_sum_of_an_image_tells_it_too, fixture_make, fixture_remove),
		cmocka_unit_test_setup_teardown(a_sum_that_fails_is_over_as_well, fixture_make, fixture_remove),
		cmocka_unit_test_setup_teardown(a_copy_tells_each_piece, fixture_make, fixture_remove),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
