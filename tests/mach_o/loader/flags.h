/*
 * Flag words whose bits Darwin and Linux number differently.
 */
#ifndef FLAGS_H
#define FLAGS_H

#include <stddef.h>
#include <stdint.h>

struct flag {
	uint32_t darwin, here;
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Every flag of `value` that the table knows, in the other system's bits. */
uint32_t flags_here(const struct flag *table, size_t count, uint32_t value);
uint32_t flags_darwin(const struct flag *table, size_t count, uint32_t value);

#endif
