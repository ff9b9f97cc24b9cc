/*
 * A Mach-O program in memory.
 */
#ifndef IMAGE_H
#define IMAGE_H

#include <stddef.h>

#include "macho.h"

#define IMAGE_SEGMENTS 16

struct image {
	const char *file; /* the whole file, read only */
	size_t size;
	const struct macho_segment *segments[IMAGE_SEGMENTS];
	unsigned count;
	uint64_t preferred; /* the address that the program was linked for */
	char *memory;       /* where that address is now */
};

/* Maps the program writable at a place of its own. Gives up on a file that is no arm64 program or needs what is not
 * here. */
void image_open(struct image *image, const char *path);

/* Gives each segment the rights that it asks for: to be called when all addresses are in. */
void image_protect(const struct image *image);

/* The part of the file from `offset` on, of which `length` bytes are there. */
const void *image_file(const struct image *image, uint64_t offset, uint64_t length);

/* Where the preferred address is now. */
char *image_place(const struct image *image, uint64_t address);

/* The next load command of a kind, with or without LC_REQ_DYLD, after `command` (NULL: the first); NULL if there is
 * none. */
const void *image_command(const struct image *image, const void *command, uint32_t kind);

#endif
