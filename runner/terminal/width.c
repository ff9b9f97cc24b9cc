/*
 * Counts columns by Unicode's table of wide characters.
 * Must not know of any terminal.
 */
#include "terminal/width.h"

struct width_range {
	uint32_t first, last;
};
#include "terminal/width_table.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define INVALID UINT32_MAX

/* Bytes of the character that begins so; 1 for a byte that begins none. */
static size_t size_of(unsigned char first)
{
	return first < 0xc2 || first > 0xf4 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* Written longer than need be, half of a pair, or beyond the last character: such bytes are no UTF-8 either. */
static bool is_sound(uint32_t code, size_t size)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	return code >= smallest[size] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

/* Decodes one character. Returns the bytes it takes; a byte that is no UTF-8 is INVALID, by itself. */
static size_t decode(const unsigned char *p, size_t length, uint32_t *code)
{
	size_t size = size_of(p[0]);
	*code = INVALID;
	if (size > length || (size == 1 && p[0] >= 0x80))
		return 1;
	uint32_t value = size == 1 ? p[0] : p[0] & (0xffu >> (size + 1));
	for (size_t i = 1; i < size; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 1;
		value = value << 6 | (p[i] & 0x3f);
	}
	if (!is_sound(value, size))
		return 1;
	*code = value;
	return size;
}

static bool has(const struct width_range *ranges, size_t count, uint32_t code)
{
	while (count > 0) {
		size_t half = count / 2;
		if (code < ranges[half].first) {
			count = half;
		} else if (code > ranges[half].last) {
			ranges += half + 1;
			count -= half + 1;
		} else {
			return true;
		}
	}
	return false;
}

size_t width_columns(const char *text, size_t length)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t columns = 0;
	while (length > 0) {
		uint32_t code;
		size_t size = decode(p, length, &code);
		if (!has(none, COUNT(none), code))
			columns += has(wide, COUNT(wide), code) ? 2 : 1;
		p += size;
		length -= size;
	}
	return columns;
}
