/*
 * SHA-384, by which Image4 names and seals its parts (reference §3.1).
 * Must not know what is being summed.
 */
#ifndef VMQ_SHA384_H
#define VMQ_SHA384_H

#include "base/error.h"

#include <stddef.h>

#define SHA384_HEX 97 /* 96 lower-case hex digits and a NUL */

/* Bytes of a file from `offset` on; `path` NULL: of no file, `length` -1: to the file's end. `meter` (or NULL) hears
 * how far it has come. */
struct meter;
struct sha384_part {
	const char *path;
	int64_t offset, length;
	struct meter *meter;
};

/* The sum of `text` and behind it a part of a file. Returns 0, or -1 with `err`, also when the file ends too early. */
int sha384(const char *text, size_t size, const struct sha384_part *part, char hex[SHA384_HEX], struct error *err);

#endif
