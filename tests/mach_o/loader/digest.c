/*
 * CommonCrypto's SHA-256 and SHA-384 over libmd's, whose state is larger: Darwin's holds a pointer to it.
 */
#include <sha2.h>
#include <stdlib.h>

#include "darwin.h"
#include "symbols.h"

static int init(struct darwin_digest *digest, void start(SHA2_CTX *))
{
	if ((digest->here = malloc(sizeof(SHA2_CTX))) == NULL)
		abort();
	start(digest->here);
	return 1;
}

static int finish(unsigned char *out, struct darwin_digest *digest, void end(uint8_t *, SHA2_CTX *))
{
	end(out, digest->here);
	free(digest->here);
	return 1;
}

static int init_256(struct darwin_digest *digest)
{
	return init(digest, SHA256Init);
}

static int init_384(struct darwin_digest *digest)
{
	return init(digest, SHA384Init);
}

static int update_256(struct darwin_digest *digest, const void *bytes, uint32_t length)
{
	SHA256Update(digest->here, bytes, length);
	return 1;
}

static int update_384(struct darwin_digest *digest, const void *bytes, uint32_t length)
{
	SHA384Update(digest->here, bytes, length);
	return 1;
}

static void end_256(uint8_t *out, SHA2_CTX *state)
{
	SHA256Final(out, state);
}

static void end_384(uint8_t *out, SHA2_CTX *state)
{
	SHA384Final(out, state);
}

static int final_256(unsigned char *out, struct darwin_digest *digest)
{
	return finish(out, digest, end_256);
}

static int final_384(unsigned char *out, struct darwin_digest *digest)
{
	return finish(out, digest, end_384);
}

const struct symbol symbols_digest[] = {
	NAMED("_CC_SHA256_Init", init_256),
	NAMED("_CC_SHA256_Update", update_256),
	NAMED("_CC_SHA256_Final", final_256),
	NAMED("_CC_SHA384_Init", init_384),
	NAMED("_CC_SHA384_Update", update_384),
	NAMED("_CC_SHA384_Final", final_384),
	TABLE_END,
};
