/* Tests of checksums. */
#include "base/digest.h"
#include "fixture.h"

/* The sum of a file, or -1 where it cannot be read. */
static int sum(struct fixture *f, const char *path, char hex[DIGEST_HEX])
{
	int fd = open(path, O_RDONLY);
	int result = digest_file(fd, -1, path, NULL, NULL, hex, &f->err);
	(void)close(fd);
	return result;
}

static void sums_are_the_published_ones(void **state)
{
	struct fixture *f = *state;
	char hex[DIGEST_HEX];
	digest_text("abc", 3, hex); /* FIPS 180-2, B.1 */
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(replace_file(fixture_path(f, "abc"), "abc", 3, 0644, &f->err), 0);
	assert_int_equal(sum(f, fixture_path(f, "abc"), hex), 0);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(sum(f, f->root, hex), -1);
	assert_string_equal(f->err.code, "EISDIR");
	int fd = open(fixture_path(f, "abc"), O_RDONLY);
	assert_int_equal(lseek(fd, 1, SEEK_SET), 1);
	char part[DIGEST_HEX];
	assert_int_equal(digest_file(fd, 1, "abc", NULL, NULL, hex, &f->err), 0);
	digest_text("b", 1, part);
	assert_string_equal(hex, part);
	assert_int_equal(digest_file(fd, 2, "abc", NULL, NULL, hex, &f->err), -1);
	assert_string_equal(f->err.code, "short");
	(void)close(fd);
	assert_int_equal(digest_crc32c("123456789", 9), 0xe3069283); /* RFC 3720 B.4's check value */
	assert_int_equal(digest_crc32c("", 0), 0);
}

/* One bit after the other, as RFC 3720 defines it. */
static uint32_t crc_by_bits(const char *bytes, size_t length)
{
	uint32_t crc = 0xffffffff;
	for (size_t i = 0; i < 8 * length; i++) {
		unsigned bit = (unsigned char)bytes[i / 8] >> i % 8 & 1;
		crc = (crc ^ bit) & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
	}
	return ~crc;
}

static void a_crc_is_that_of_every_bit(void **state)
{
	char bytes[64];
	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 37 + 200);
	for (size_t start = 0; start < 8; start++)
		for (size_t length = 0; length <= sizeof bytes - start; length++)
			assert_int_equal(digest_crc32c(bytes + start, length), crc_by_bits(bytes + start, length));
	memset(bytes, 0, sizeof bytes);
	for (size_t bit = 0; bit < 64; bit++) {
		bytes[bit / 8] = (char)(1u << bit % 8);
		assert_int_equal(digest_crc32c(bytes, 9), crc_by_bits(bytes, 9));
		bytes[bit / 8] = 0;
	}
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
	assert_int_equal(replace_file(fixture_path(f, "long"), bytes, length, 0644, &f->err), 0);
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
		TEST(a_crc_is_that_of_every_bit),
		TEST(a_long_file_is_summed_whole),
		TEST(bytes_become_hex_digits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
