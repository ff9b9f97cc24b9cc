/*
 * Fills the one error type and names errno values.
 * Must not print and must not know Lua.
 */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	int number;
	const char *name;
} names[] = {
	{ E2BIG, "E2BIG" },     { EACCES, "EACCES" },       { EAGAIN, "EAGAIN" },
	{ EBADF, "EBADF" },     { EBUSY, "EBUSY" },         { ECHILD, "ECHILD" },
	{ EDQUOT, "EDQUOT" },   { EEXIST, "EEXIST" },       { EFAULT, "EFAULT" },
	{ EFBIG, "EFBIG" },     { EINTR, "EINTR" },         { EINVAL, "EINVAL" },
	{ EIO, "EIO" },         { EISDIR, "EISDIR" },       { ELOOP, "ELOOP" },
	{ EMFILE, "EMFILE" },   { EMLINK, "EMLINK" },       { ENAMETOOLONG, "ENAMETOOLONG" },
	{ ENFILE, "ENFILE" },   { ENODEV, "ENODEV" },       { ENOENT, "ENOENT" },
	{ ENOEXEC, "ENOEXEC" }, { ENOLCK, "ENOLCK" },       { ENOMEM, "ENOMEM" },
	{ ENOSPC, "ENOSPC" },   { ENOTDIR, "ENOTDIR" },     { ENOTEMPTY, "ENOTEMPTY" },
	{ ENOTSUP, "ENOTSUP" }, { ENOTTY, "ENOTTY" },       { ENXIO, "ENXIO" },
	{ EPERM, "EPERM" },     { EPIPE, "EPIPE" },         { ERANGE, "ERANGE" },
	{ EROFS, "EROFS" },     { ESPIPE, "ESPIPE" },       { ESRCH, "ESRCH" },
	{ ESTALE, "ESTALE" },   { ETIMEDOUT, "ETIMEDOUT" }, { ETXTBSY, "ETXTBSY" },
	{ EXDEV, "EXDEV" },
};

const char *error_name(int number)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].number == number)
			return names[i].name;
	return "unknown";
}

static void write_text(struct error *err, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

static void write_text(struct error *err, const char *format, va_list args)
{
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): clang-tidy 14 forgets va_start */
	(void)vsnprintf(err->text, sizeof err->text, format, args);
}

int error_set(struct error *err, const char *code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	write_text(err, format, args);
	va_end(args);
	(void)snprintf(err->code, sizeof err->code, "%s", code);
	return -1;
}

int error_system(struct error *err, int number, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	write_text(err, format, args);
	va_end(args);
	size_t used = strlen(err->text);
	(void)snprintf(err->text + used, sizeof err->text - used, ": %s", strerror(number));
	(void)snprintf(err->code, sizeof err->code, "%s", error_name(number));
	return -1;
}
