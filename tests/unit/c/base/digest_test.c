/* Tests of checksums. */
#include "base/digest.h"
#include "fixture.h"

/* The sum of a file, or -1 where it cannot be read. */
static int sum(struct fixture *f, const char *path, char hex[DIGEST_HEX])
{
	int fd = open(path, O_RDONLY);
	int result = digest_file(fd, -1, path, hex, &f->err);
	(void)close(fd);
	return result;
}

static void sums_are_the_published_ones(void **state)
{
	struct fixture *f = *state;
	char hex[DIGEST_HEX];
	digest_text("abc", 3, hex); /* FIPS 180-2, B.1 */
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(file_write_atomic(fixture_path(f, "abc"), "abc", 3, 0644, &f->err), 0);
	assert_int_equal(sum(f, fixture_path(f, "abc"), hex), 0);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(sum(f, f->root, hex), -1);
	assert_string_equal(f->err.code, "EISDIR");
	int fd = open(fixture_path(f, "abc"), O_RDONLY);
	assert_int_equal(lseek(fd, 1, SEEK_SET), 1);
	char part[DIGEST_HEX];
	assert_int_equal(digest_file(fd, 1, "abc", hex, &f->err), 0);
	digest_text("b", 1, part);
	assert_string_equal(hex, part);
	assert_int_equal(digest_file(fd, 2, "abc", hex, &f->err), -1);
	assert_string_equal(f->err.code, "short");
	(void)close(fd);
	assert_int_equal(digest_crc32c("123456789", 9), 0xe3069283); /* RFC 3720 B.4's check value */
	assert_int_equal(digest_crc32c("", 0), 0);
}

/* A file longer than the pieces it is read in gives the sum of its text. */
static void a_long_file_is_summed_whole(void **state)
{
	struct fixture *f = *state;
	char of_file[DIGEST_HEX], of_text[DIGEST_HEX];
	size_t length = 300000;
	char *bytes = calloc(1, length);
	assert_non_null(bytes);
	bytes[length - 1] = 'x';
	assert_int_equal(file_write_atomic(fixture_path(f, "long"), bytes, length, 0644, &f->err), 0);
	assert_int_equal(sum(f, fixture_path(f, "long"), of_file), 0);
	digest_text(bytes, length, of_text);
	assert_string_equal(of_file, of_text);
	free(bytes);
}

static void bytes_become_hex_digits(void **state)
{
	char hex[7];
	(void)state;
	digest_hex((const unsigned char *)"\x00\x9f\xfa", 3, hex);
	assert_string_equal(hex, "009ffa");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(sums_are_the_published_ones),
		TEST(a_long_file_is_summed_whole),
		TEST(bytes_become_hex_digits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
