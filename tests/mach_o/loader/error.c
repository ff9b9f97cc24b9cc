/*
 * Darwin's error numbers, <sys/errno.h>, and their texts, sys_errlist of Apple's Libc (gen/errlst.c).
 */
#include "error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "darwin.h"
#include "flags.h"
#include "symbols.h"

struct error_number {
	int darwin, here;
	const char *text;
};

/* Where number or text differ. 1 to 34 are the same numbers, but for 11. */
static const struct error_number numbers[] = {
	{ 5, EIO, "Input/output error" },
	{ 6, ENXIO, "Device not configured" },
	{ 7, E2BIG, "Argument list too long" },
	{ 10, ECHILD, "No child processes" },
	{ 11, EDEADLK, "Resource deadlock avoided" },
	{ 12, ENOMEM, "Cannot allocate memory" },
	{ 16, EBUSY, "Resource busy" },
	{ 19, ENODEV, "Operation not supported by device" },
	{ 22, EINVAL, "Invalid argument" },
	{ 23, ENFILE, "Too many open files in system" },
	{ 24, EMFILE, "Too many open files" },
	{ 25, ENOTTY, "Inappropriate ioctl for device" },
	{ 29, ESPIPE, "Illegal seek" },
	{ 33, EDOM, "Numerical argument out of domain" },
	{ 34, ERANGE, "Result too large" },
	{ 35, EAGAIN, "Resource temporarily unavailable" },
	{ 45, EOPNOTSUPP, "Operation not supported" },
	{ 60, ETIMEDOUT, "Operation timed out" },
	{ 62, ELOOP, "Too many levels of symbolic links" },
	{ 63, ENAMETOOLONG, "File name too long" },
	{ 66, ENOTEMPTY, "Directory not empty" },
	{ 69, EDQUOT, "Disc quota exceeded" },
	{ 70, ESTALE, "Stale NFS file handle" },
	{ 77, ENOLCK, "No locks available" },
	{ 78, ENOSYS, "Function not implemented" },
	{ 84, EOVERFLOW, "Value too large to be stored in data type" },
	{ 89, ECANCELED, "Operation canceled" },
	{ 92, EILSEQ, "Illegal byte sequence" },
};

static const struct error_number *find(int number, bool darwin)
{
	for (size_t i = 0; i < COUNT(numbers); i++)
		if ((darwin ? numbers[i].darwin : numbers[i].here) == number)
			return &numbers[i];
	return NULL;
}

/* One that no table has must not pass for another: it becomes EOTHER, a number that Darwin does not give. */
#define EOTHER 199

/* errno is *__error(). What has been set here since the last look is taken over then. */
static int *darwin_error(void)
{
	static int number;
	if (errno != 0) {
		const struct error_number *found = find(errno, false);
		number = found != NULL ? found->darwin : errno <= 34 ? errno : EOTHER;
		errno = 0;
	}
	return &number;
}

static char *darwin_strerror(int number)
{
	static char text[64];
	const struct error_number *found = find(number, true);
	if (number == 0)
		(void)snprintf(text, sizeof text, "Undefined error: 0");
	else if (found == NULL && number > 34)
		(void)snprintf(text, sizeof text, "Unknown error: %d", number);
	else
		(void)snprintf(text, sizeof text, "%s", found != NULL ? found->text : strerror(number));
	return text;
}

bool error_too_long(const char *path)
{
	if (strnlen(path, DARWIN_PATH_MAX) < DARWIN_PATH_MAX)
		return false;
	errno = ENAMETOOLONG;
	return true;
}

const struct symbol symbols_error[] = { NAMED("___error", darwin_error), OURS(strerror), TABLE_END };
