/*
 * Fuzzes the counting of columns: bytes that are no UTF-8 take one each, a character takes none, one or two.
 * Must decide what is UTF-8 by the standard's own table (Unicode 15, table 3-7), not as the part under test does.
 */
#include "fuzz.h"

#include "terminal/width.h"

static bool in(uint8_t byte, uint8_t low, uint8_t high)
{
	return byte >= low && byte <= high;
}

/* Bytes of the well-formed character at p, or 0. */
static size_t character(const uint8_t *p, size_t size)
{
	if (p[0] < 0x80)
		return 1;
	size_t length = in(p[0], 0xC2, 0xDF) ? 2 : in(p[0], 0xE0, 0xEF) ? 3 : in(p[0], 0xF0, 0xF4) ? 4 : 0;
	if (length == 0 || length > size)
		return 0;
	uint8_t low = p[0] == 0xE0   ? 0xA0
	              : p[0] == 0xF0 ? 0x90
	                             : 0x80,
			high = p[0] == 0xED   ? 0x9F
	               : p[0] == 0xF4 ? 0x8F
	                              : 0xBF;
	if (!in(p[1], low, high))
		return 0;
	for (size_t i = 2; i < length; i++)
		if (!in(p[i], 0x80, 0xBF))
			return 0;
	return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t width = width_columns((const char *)data, size), parts = 0, least = 0, most = 0;
	for (size_t at = 0; at < size;) {
		size_t length = character(data + at, size - at);
		bool printable = length == 1 && in(data[at], 0x20, 0x7E);
		least += length == 0 || printable;
		most += length == 0 || printable ? 1 : length == 1 ? 0 : 2;
		parts += length == 0 ? 1 : width_columns((const char *)data + at, length);
		at += length == 0 ? 1 : length;
	}
	PROMISE(width >= least && width <= most);
	PROMISE(width == parts);
	return 0;
}
