/*
 * Computes checksums with the platform's SHA-256 and a table for CRC-32C.
 * Must not know what is being summed.
 */
#include "base/digest.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

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
#else
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

int digest_descriptor(digest_adder *add, void *state, int fd, int64_t left)
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
		left -= left > 0 ? n : 0;
	}
	return 0;
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

int digest_file(int fd, int64_t left, const char *path, char hex[DIGEST_HEX], struct error *err)
{
	unsigned char sum[32];
	digest_state state;
	digest_start(&state);
	int number = digest_descriptor(digest_add, &state, fd, left);
	if (number == DIGEST_ENDS_EARLY)
		return error_set(err, "short", "%s ends before the part whose SHA-256 is wanted", path);
	if (number != 0)
		return error_system(err, number, "cannot read %s to take its SHA-256", path);
	digest_end(&state, sum);
	digest_hex(sum, sizeof sum, hex);
	return 0;
}

/* Half a byte at a time: journal records are short, and sixteen numbers can be checked by eye. */
uint32_t digest_crc32c(const char *bytes, size_t length)
{
	static const uint32_t table[16] = {
		0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
		0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
	};
	uint32_t crc = 0xffffffff;
	for (size_t i = 0; i < length; i++) {
		crc ^= (unsigned char)bytes[i];
		crc = (crc >> 4) ^ table[crc & 15];
		crc = (crc >> 4) ^ table[crc & 15];
	}
	return ~crc;
}
