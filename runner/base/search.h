/*
 * Finds a text in bytes that come in pieces.
 * Must not read them itself.
 */
#ifndef VMQ_SEARCH_H
#define VMQ_SEARCH_H

#include <stddef.h>
#include <stdint.h>

#define SEARCH_LONGEST 64 /* of the text, which has at least one byte */
#define SEARCH_PLACES 256 /* that are kept: the first ones */

struct search {
	const char *text;
	size_t length;
	uint64_t from;   /* places before this offset do not count */
	uint64_t offset; /* of the next piece */
	size_t kept;     /* bytes of the end of the piece before, in which the text may begin */
	char joint[2 * SEARCH_LONGEST];
	size_t count;
	uint64_t places[SEARCH_PLACES];
};

/* Begins at offset 0. The text must outlive the search. */
void search_begin(struct search *search, const char *text, size_t length, uint64_t from);

/* Takes in the next piece: a digest_adder. */
void search_add(void *state, const char *bytes, size_t length);

#endif
