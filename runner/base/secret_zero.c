/*
 * Overwrites memory with the system's own function for it, which no compiler may leave out.
 * tests/mach_o/test_secret_zero.py looks for it in the object code.
 */
#ifdef __APPLE__
#define __STDC_WANT_LIB_EXT1__ 1 /* memset_s is declared only if asked for */
#endif
#include "base/secret_zero.h"

#include <string.h>

void secret_zero(void *bytes, size_t length)
{
#ifdef __APPLE__
	(void)memset_s(bytes, length, 0, length);
#else
	explicit_bzero(bytes, length);
#endif
}
