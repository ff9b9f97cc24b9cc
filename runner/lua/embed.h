/*
 * The Lua sources inside the program, found by name.
 * Must not run them and must not know Lua.
 */
#ifndef VMQ_EMBED_H
#define VMQ_EMBED_H

#include "base/portable.h"

/* A source's text. `owned` is NULL, or the block to be freed when the text is no longer used. */
struct embed_text {
	const char *bytes;
	size_t length;
	char *owned;
};

/* Finds `name` ("stdlib/engine/run.lua"). False if there is none. A build with VMQ_TREE reads the tree first. */
bool embed_find(const char *name, struct embed_text *text);

/* Number of sources inside the program, and the name of each, sorted bytewise. */
size_t embed_total(void);
const char *embed_name(size_t position);

#endif
