/*
 * Keeps the end of a tool's output in a ring, and finds the last line in it.
 * Must not read, show or judge anything.
 */
#include "child/relay.h"

#include <string.h>

void relay_keep(struct relay_result *result, const char *bytes, size_t length)
{
	if (length > RELAY_TAIL) {
		result->total += length - RELAY_TAIL;
		bytes += length - RELAY_TAIL;
		length = RELAY_TAIL;
	}
	size_t at = (size_t)(result->total % RELAY_TAIL);
	size_t first = length < RELAY_TAIL - at ? length : RELAY_TAIL - at;
	memcpy(result->tail + at, bytes, first);
	memcpy(result->tail, bytes + first, length - first);
	result->total += length;
}

void relay_tail(const struct relay_result *result, const char *pieces[2], size_t lengths[2])
{
	size_t at = (size_t)(result->total % RELAY_TAIL);
	bool full = result->total >= RELAY_TAIL;
	pieces[0] = result->tail + (full ? at : 0);
	lengths[0] = full ? RELAY_TAIL - at : 0;
	pieces[1] = result->tail;
	lengths[1] = at;
}

void relay_last_line(const struct relay_result *result, struct relay_line *line)
{
	uint64_t at = result->total;
	size_t length = 0;
	line->finished = false;
	while (at > 0 && result->total - at < RELAY_TAIL && length < RELAY_LONGEST_PROMPT) {
		char c = result->tail[(at - 1) % RELAY_TAIL];
		if ((c == '\n' || c == '\r') && length > 0)
			break;
		at--;
		if (c == '\n')
			line->finished = true;
		else if (c != '\r')
			line->text[RELAY_LONGEST_PROMPT - ++length] = c;
	}
	memmove(line->text, line->text + RELAY_LONGEST_PROMPT - length, length);
	line->length = length;
}
