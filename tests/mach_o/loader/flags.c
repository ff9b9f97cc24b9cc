/*
 * Translates flag words by a table.
 */
#include "flags.h"

uint32_t flags_here(const struct flag *table, size_t count, uint32_t value)
{
	uint32_t result = 0;
	for (size_t i = 0; i < count; i++)
		if ((value & table[i].darwin) == table[i].darwin)
			result |= table[i].here;
	return result;
}

uint32_t flags_darwin(const struct flag *table, size_t count, uint32_t value)
{
	uint32_t result = 0;
	for (size_t i = 0; i < count; i++)
		if ((value & table[i].here) == table[i].here)
			result |= table[i].darwin;
	return result;
}
