/*
 * Searches the index that runner/embed.sh writes, and unpacks what it finds there (zlib streams with a shared dictionary).
 * Must not run the sources; reads a file only in development builds (VMQ_TREE).
 */
#include "embed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "file.h"

/* Offsets are relative to the index, so that the loader has nothing to relocate at start-up. */
struct embed_entry {
	int32_t name, text;
	uint32_t length;
};
extern const struct embed_entry embed_index[];
extern const uint32_t embed_count;
extern const unsigned char embed_dictionary[];
extern const uint32_t embed_dictionary_length;

size_t embed_total(void)
{
	return embed_count;
}

const char *embed_name(size_t position)
{
	return (const char *)embed_index + embed_index[position].name;
}

#ifdef VMQ_TREE
/* Lets a developer edit a source and run it without a build. Only the two folders of sources are looked at. */
static bool find_in_tree(const char *name, struct embed_text *text)
{
	char path[1024];
	struct error err;
	if ((strncmp(name, "stdlib/", 7) != 0 && strncmp(name, "scripts/", 8) != 0) || strstr(name, ".."))
		return false;
	if (snprintf(path, sizeof path, "%s/%s", VMQ_TREE, name) >= (int)sizeof path)
		return false;
	if (file_read(path, (size_t)4 << 20, &text->owned, &text->length, &err) != 0)
		return false;
	text->bytes = text->owned;
	return true;
}
#else
static bool find_in_tree(const char *name, struct embed_text *text)
{
	(void)name;
	(void)text;
	return false;
}
#endif

static int compare_entry(const void *name, const void *entry)
{
	const struct embed_entry *e = entry;
	return strcmp(name, (const char *)embed_index + e->name);
}

/* What runner/build/pack.c puts before the stream: the length before it was packed. */
static size_t unpacked_size(const unsigned char *packed)
{
	const unsigned char *p = packed;
	return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
}

static const struct embed_text *dictionary(void);

static int inflate_all(z_stream *stream)
{
	int step = inflate(stream, Z_FINISH);
	const struct embed_text *shared = step == Z_NEED_DICT ? dictionary() : NULL;
	if (shared == NULL)
		return step;
	step = inflateSetDictionary(stream, (const Bytef *)shared->bytes, (uInt)shared->length);
	return step == Z_OK ? inflate(stream, Z_FINISH) : step;
}

/* Fills `text`. Returns false without memory; a packed text that is damaged, which zlib sees by its checksum, is no text. */
static bool unpack(const unsigned char *packed, size_t length, struct embed_text *text)
{
	size_t size = unpacked_size(packed);
	unsigned char *bytes = malloc(size + 1);
	z_stream stream = { .next_in = packed + 4, .avail_in = (uInt)(length - 4), .next_out = bytes, .avail_out = (uInt)size };
	if (bytes == NULL)
		return false;
	bool whole = inflateInit2(&stream, MAX_WBITS) == Z_OK && inflate_all(&stream) == Z_STREAM_END;
	(void)inflateEnd(&stream);
	if (!whole) {
		free(bytes);
		return false;
	}
	*text = (struct embed_text){ .bytes = (const char *)bytes, .length = size, .owned = (char *)bytes };
	return true;
}

/* What most scripts share, unpacked at the first of them; it stays, as every further one wants it. NULL without memory. */
static const struct embed_text *dictionary(void)
{
	static struct embed_text text;
	if (text.bytes == NULL && !unpack(embed_dictionary, embed_dictionary_length, &text))
		return NULL;
	return &text;
}

bool embed_find(const char *name, struct embed_text *text)
{
	*text = (struct embed_text){ 0 };
	if (find_in_tree(name, text))
		return true;
	const struct embed_entry *e = bsearch(name, embed_index, embed_count, sizeof *e, compare_entry);
	if (e == NULL)
		return false;
	return unpack((const unsigned char *)embed_index + e->text, e->length, text);
}

void embed_release(struct embed_text *text)
{
	free(text->owned);
	*text = (struct embed_text){ 0 };
}
