/*
 * Addresses put into a mapped program.
 */
#ifndef OPCODES_H
#define OPCODES_H

#include "image.h"

/* Moves the program's own addresses to where it is, and binds its imports. Lazy ones are bound at once. */
void opcodes_apply(const struct image *image);

#endif
