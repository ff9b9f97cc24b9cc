/*
 * Finds a text by its first byte, which the C library looks for many bytes at a time.
 * Must not keep more of what went by than the text is long.
 */
#include "base/search.h"

#include <string.h>

void search_begin(struct search *search, const char *text, size_t length, uint64_t from)
{
	memset(search, 0, sizeof *search);
	search->text = text;
	search->length = length;
	search->from = from;
}

static void note(struct search *search, uint64_t place)
{
	if (place >= search->from && search->count < SEARCH_PLACES)
		search->places[search->count++] = place;
}

/* Notes where the text stands in these bytes, the first of which is at that offset of the whole. */
static void look(struct search *search, const char *bytes, size_t length, uint64_t offset)
{
	const char *at = bytes, *end = bytes + length;
	while ((size_t)(end - at) >= search->length
	       && (at = memchr(at, search->text[0], (size_t)(end - at) - search->length + 1)) != NULL) {
		if (memcmp(at, search->text, search->length) == 0)
			note(search, offset + (uint64_t)(at - bytes));
		at++;
	}
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* What lies across the joint of two pieces begins in the first: it is found where the end of that and the start of this
 * are one. */
static void look_across(struct search *search, const char *bytes, size_t length)
{
	size_t added = smaller(length, search->length - 1);
	memcpy(search->joint + search->kept, bytes, added);
	look(search, search->joint, search->kept + added, search->offset - search->kept);
}

/* Keeps the last bytes, of this piece or of both. */
static void keep(struct search *search, const char *bytes, size_t length)
{
	size_t most = search->length - 1, fresh = smaller(length, most), old = smaller(search->kept, most - fresh);
	memmove(search->joint, search->joint + search->kept - old, old);
	memcpy(search->joint + old, bytes + length - fresh, fresh);
	search->kept = old + fresh;
}

void search_add(void *state, const char *bytes, size_t length)
{
	struct search *search = state;
	if (search->kept > 0)
		look_across(search, bytes, length);
	look(search, bytes, length, search->offset);
	keep(search, bytes, length);
	search->offset += length;
}
