/*
 * Searches the index that runner/embed.sh writes, and unpacks what it finds there (gzip, by zlib).
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

/* The last four bytes of gzip's format: the length before it was packed. */
static size_t unpacked_size(const unsigned char *packed, size_t length)
{
	const unsigned char *p = packed + length - 4;
	return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
}

/* Fills `text`. Returns false without memory; a packed text that is damaged, which zlib sees by its CRC, is no text. */
static bool unpack(const unsigned char *packed, size_t length, struct embed_text *text)
{
	size_t size = unpacked_size(packed, length);
	unsigned char *bytes = malloc(size + 1);
	z_stream stream = { .next_in = packed, .avail_in = (uInt)length, .next_out = bytes, .avail_out = (uInt)size };
	if (bytes == NULL)
		return false;
	bool whole = inflateInit2(&stream, MAX_WBITS + 16) == Z_OK && inflate(&stream, Z_FINISH) == Z_STREAM_END;
	(void)inflateEnd(&stream);
	if (!whole) {
		free(bytes);
		return false;
	}
	*text = (struct embed_text){ .bytes = (const char *)bytes, .length = size, .owned = (char *)bytes };
	return true;
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
