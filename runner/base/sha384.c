/*
 * SHA-384 by the platform's own functions.
 * Must not know what is being summed.
 */
#include "base/sha384.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"

#ifdef __APPLE__
#include <CommonCrypto/CommonDigest.h>
typedef CC_SHA512_CTX state;
static void start(state *s)
{
	(void)CC_SHA384_Init(s);
}
static void add(void *s, const char *p, size_t n)
{
	(void)CC_SHA384_Update(s, p, (CC_LONG)n);
}
static void finish(state *s, unsigned char out[48])
{
	(void)CC_SHA384_Final(out, s);
}
#else
#include <sys/types.h>

#include <sha2.h>
typedef SHA2_CTX state;
static void start(state *s)
{
	SHA384Init(s);
}
static void add(void *s, const char *p, size_t n)
{
	SHA384Update(s, (const uint8_t *)p, n);
}
static void finish(state *s, unsigned char out[48])
{
	SHA384Final(out, s);
}
#endif

static int add_file(state *s, const struct sha384_part *part, struct error *err)
{
	int fd = file_open(part->path, O_RDONLY, err);
	if (fd < 0)
		return -1;
	int number =
		lseek(fd, (off_t)part->offset, SEEK_SET) < 0 ? errno : digest_descriptor(add, s, fd, part->length, part->meter);
	(void)close(fd);
	if (number == DIGEST_ENDS_EARLY)
		return error_set(err, "short", "%s ends before the part whose SHA-384 is wanted", part->path);
	return number == 0 ? 0 : error_system(err, number, "cannot read %s to take its SHA-384", part->path);
}

int sha384(const char *text, size_t size, const struct sha384_part *part, char hex[SHA384_HEX], struct error *err)
{
	unsigned char sum[48];
	state s;
	start(&s);
	digest_pieces(add, &s, text, size);
	if (part->path != NULL && add_file(&s, part, err) != 0)
		return -1;
	finish(&s, sum);
	digest_hex(sum, sizeof sum, hex);
	return 0;
}
