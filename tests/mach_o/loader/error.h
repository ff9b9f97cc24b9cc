/*
 * Error numbers.
 */
#ifndef ERROR_NUMBERS_H
#define ERROR_NUMBERS_H

#include <stdbool.h>

/* Whether the path is longer than Darwin's kernel takes; then errno is ENAMETOOLONG. */
bool error_too_long(const char *path);

/* The call, unless the path is too long. */
#define UNLESS_TOO_LONG(path, call) (error_too_long(path) ? -1 : (call))

#endif
