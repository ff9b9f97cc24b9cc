/*
 * Computes checksums with the platform's SHA-256 and a table for CRC-32C.
 * Must not know what is being summed.
 */
#include "base/digest.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/meter.h"
#include "base/search.h"

#ifdef __APPLE__
#include <CommonCrypto/CommonDigest.h>
typedef CC_SHA256_CTX digest_state;
static void digest_start(digest_state *s)
{
	(void)CC_SHA256_Init(s);
}
static void digest_add(void *s, const char *p, size_t n)
{
	(void)CC_SHA256_Update(s, p, (CC_LONG)n);
}
static void digest_end(digest_state *s, unsigned char out[32])
{
	(void)CC_SHA256_Final(out, s);
}
#elif defined(VMQ_LIBMD)
#include <sys/types.h>

#include <sha256.h>
typedef SHA256_CTX digest_state;
static void digest_start(digest_state *s)
{
	SHA256_Init(s);
}
static void digest_add(void *s, const char *p, size_t n)
{
	SHA256_Update(s, (const uint8_t *)p, n);
}
static void digest_end(digest_state *s, unsigned char out[32])
{
	SHA256_Final(out, s);
}
#else
#define OPENSSL_SUPPRESS_DEPRECATED /* what replaces it allocates, can fail, and brings in all of the library */
#include <openssl/sha.h>
typedef SHA256_CTX digest_state;
static void digest_start(digest_state *s)
{
	(void)SHA256_Init(s);
}
static void digest_add(void *s, const char *p, size_t n)
{
	(void)SHA256_Update(s, p, n);
}
static void digest_end(digest_state *s, unsigned char out[32])
{
	(void)SHA256_Final(out, s);
}
#endif

#define PIECE ((size_t)128 * 1024)

void digest_hex(const unsigned char *sum, size_t length, char *hex)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < length; i++) {
		hex[2 * i] = digits[sum[i] >> 4];
		hex[2 * i + 1] = digits[sum[i] & 15];
	}
	hex[2 * length] = '\0';
}

void digest_pieces(digest_adder *add, void *state, const char *text, size_t length)
{
	for (size_t n; length > 0; text += n, length -= n) {
		n = length < PIECE ? length : PIECE; /* CommonCrypto counts in 32 bits */
		add(state, text, n);
	}
}

static int add_pieces(digest_adder *add, void *state, int fd, int64_t left, struct meter *meter)
{
	char piece[PIECE];
	while (left != 0) {
		ssize_t n = read(fd, piece, left > 0 && left < (int64_t)PIECE ? (size_t)left : PIECE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		if (n == 0)
			return left > 0 ? DIGEST_ENDS_EARLY : 0;
		add(state, piece, (size_t)n);
		meter_add(meter, (size_t)n);
		left -= left > 0 ? n : 0;
	}
	return 0;
}

int digest_descriptor(digest_adder *add, void *state, int fd, int64_t left, struct meter *meter)
{
	meter_begin(meter, "Read", fd, left);
	int number = add_pieces(add, state, fd, left, meter);
	meter_end(meter);
	return number;
}

void digest_text(const char *text, size_t length, char hex[DIGEST_HEX])
{
	unsigned char sum[32];
	digest_state state;
	digest_start(&state);
	digest_pieces(digest_add, &state, text, length);
	digest_end(&state, sum);
	digest_hex(sum, sizeof sum, hex);
}

/* A piece is searched while it is still in the processor's cache. */
struct searched {
	digest_state state;
	struct search *search;
};

static void add_searched(void *both, const char *bytes, size_t length)
{
	struct searched *searched = both;
	digest_add(&searched->state, bytes, length);
	if (searched->search != NULL)
		search_add(searched->search, bytes, length);
}

int digest_file(int fd, int64_t left, const char *path, struct search *search, struct meter *meter,
                char hex[DIGEST_HEX], struct error *err)
{
	unsigned char sum[32];
	struct searched both = { .search = search };
	digest_start(&both.state);
	int number = digest_descriptor(add_searched, &both, fd, left, meter);
	if (number == DIGEST_ENDS_EARLY)
		return error_set(err, "short", "%s ends before the part whose SHA-256 is wanted", path);
	if (number != 0)
		return error_system(err, number, "cannot read %s to take its SHA-256", path);
	digest_end(&both.state, sum);
	digest_hex(sum, sizeof sum, hex);
	return 0;
}

/* The sums of all sixteen half bytes follow from those of their four bits. */
/* clang-format off */
#define ROW(a, b, c, d) \
	{ 0, (a), (b), (a) ^ (b), (c), (a) ^ (c), (b) ^ (c), (a) ^ (b) ^ (c), \
	  (d), (a) ^ (d), (b) ^ (d), (a) ^ (b) ^ (d), (c) ^ (d), (a) ^ (c) ^ (d), (b) ^ (c) ^ (d), (a) ^ (b) ^ (c) ^ (d) }
/* clang-format on */

/* Four bytes at a time, each half byte by a row of its own, so that the lookups do not wait for each other. Each of the
 * 32 numbers is the one behind it, moved on by one bit: they can be checked by eye. */
uint32_t digest_crc32c(const char *bytes, size_t length)
{
	static const uint32_t table[8][16] = {
		ROW(0xdd45aab8, 0xbf672381, 0x7b2231f3, 0xf64463e6), ROW(0xe964b13d, 0xd725148b, 0xaba65fe7, 0x52a0c93f),
		ROW(0xa541927e, 0x4f6f520d, 0x9edea41a, 0x38513ec5), ROW(0x70a27d8a, 0xe144fb14, 0xc76580d9, 0x8b277743),
		ROW(0x13a29877, 0x274530ee, 0x4e8a61dc, 0x9d14c3b8), ROW(0x3fc5f181, 0x7f8be302, 0xff17c604, 0xfbc3faf9),
		ROW(0xf26b8303, 0xe13b70f7, 0xc79a971f, 0x8ad958cf), ROW(0x105ec76f, 0x20bd8ede, 0x417b1dbc, 0x82f63b78),
	};
	const uint32_t *last = table[7];
	const unsigned char *p = (const unsigned char *)bytes;
	uint32_t crc = 0xffffffff;
	for (; length >= 4; p += 4, length -= 4) {
		crc ^= (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
		crc = table[0][crc & 15] ^ table[1][crc >> 4 & 15] ^ table[2][crc >> 8 & 15] ^ table[3][crc >> 12 & 15]
		      ^ table[4][crc >> 16 & 15] ^ table[5][crc >> 20 & 15] ^ table[6][crc >> 24 & 15] ^ table[7][crc >> 28];
	}
	for (; length > 0; p++, length--) {
		crc ^= *p;
		crc = (crc >> 4) ^ last[crc & 15];
		crc = (crc >> 4) ^ last[crc & 15];
	}
	return ~crc;
}
