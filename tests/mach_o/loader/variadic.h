/*
 * Calls with a variable number of arguments. Apple's arm64 calls put all of those on the stack, in places of eight
 * bytes
 * ("Writing ARM64 code for Apple platforms"), so Apple's va_list is a pointer to the first of them, which variadic.S
 * hands on.
 */
#ifndef VARIADIC_H
#define VARIADIC_H

#include <stdarg.h>

/* The next argument; moves on. */
#define NEXT(list, type) (*(type const *)(const void *)((list += 8) - 8))

/* The va_list of this system. */
struct variadic {
	va_list list;
};
struct variadic variadic(const char *arguments);

/* Entry points in variadic.S. What they take is a matter of the table alone. */
void darwin_fprintf(void), darwin_sprintf(void), darwin_snprintf(void), darwin_sprintf_checked(void),
	darwin_printf(void);
void darwin_open(void), darwin_openat(void), darwin_fcntl(void), darwin_ioctl(void), darwin_execlp(void);

#endif
