/*
 * Apple's va_list as this system's.
 */
#include "variadic.h"

#include <string.h>

/* "Procedure Call Standard for the Arm 64-bit Architecture", appendix B: va_list */
struct here_list {
	const void *stack, *general_top, *vector_top;
	int general_offset, vector_offset;
};

/* All registers are used up, so everything is on the stack. */
struct variadic variadic(const char *arguments)
{
	const struct here_list here = { .stack = arguments };
	struct variadic result;
#ifdef __aarch64__
	_Static_assert(sizeof here == sizeof result.list, "va_list");
#endif
	memcpy(&result, &here, sizeof result < sizeof here ? sizeof result : sizeof here);
	return result;
}
