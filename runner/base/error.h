/*
 * The one error type: a short code and a sentence, passed up with a prefix added at each layer.
 * Must not print and must not know Lua.
 */
#ifndef VMQ_ERROR_H
#define VMQ_ERROR_H

#include "base/portable.h"

/* Owned by the caller, usually on its stack; text is always terminated. */
struct error {
	char code[24];   /* errno name such as "ENOENT", or a short word such as "refused" */
	char text[1500]; /* one sentence: what was attempted, on what, and why it failed */
};

/* Fills in both parts. Returns -1, so that a caller can write `return error_set(...)`. */
int error_set(struct error *err, const char *code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same from `number` (an errno value): the system's words are put behind the text. Returns -1. */
int error_system(struct error *err, int number, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The symbolic name of an errno value ("EIO"); "unknown" for one not in the table. Never NULL. */
const char *error_name(int number);

#endif
