/*
 * Searches the index that runner/build/embed.sh writes.
 * Must not run the sources; reads a file only in development builds (VMQ_TREE).
 */
#include "lua/embed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

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

bool embed_find(const char *name, struct embed_text *text)
{
	*text = (struct embed_text){ 0 };
	if (find_in_tree(name, text))
		return true;
	const struct embed_entry *e = bsearch(name, embed_index, embed_count, sizeof *e, compare_entry);
	if (e == NULL)
		return false;
	text->bytes = (const char *)embed_index + e->text;
	text->length = e->length;
	return true;
}
