/*
 * The imports that are bound straight to the function of the same name.
 * Must not hold one that takes a path, an error number, a structure or a flag that Darwin has otherwise.
 */
#include <dirent.h>
#include <math.h>
#include <search.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#include "symbols.h"

/* musl's _setjmp fills 176 bytes; Apple's jmp_buf, <setjmp.h>, has 192. */
const struct symbol symbols_direct[] = {
	NAMED("__setjmp", _setjmp),
	NAMED("__longjmp", _longjmp),
	NAMED("__exit", _exit),
	/* memory and numbers */
	DIRECT(abort),
	DIRECT(acos),
	DIRECT(asin),
	DIRECT(atan2),
	DIRECT(atoi),
	DIRECT(bsearch),
	DIRECT(bzero),
	DIRECT(calloc),
	DIRECT(cos),
	DIRECT(exit),
	DIRECT(exp),
	DIRECT(fmod),
	DIRECT(free),
	DIRECT(frexp),
	DIRECT(ldexp),
	DIRECT(log),
	DIRECT(log10),
	DIRECT(log2),
	DIRECT(malloc),
	DIRECT(memchr),
	DIRECT(memcmp),
	DIRECT(memcpy),
	DIRECT(memmem),
	DIRECT(memmove),
	DIRECT(memset),
	DIRECT(pow),
	DIRECT(qsort),
	DIRECT(realloc),
	DIRECT(sin),
	DIRECT(strtod),
	DIRECT(strtol),
	DIRECT(strtoul),
	DIRECT(tan),
	DIRECT(tdelete),
	DIRECT(tfind),
	DIRECT(tsearch),
	DIRECT(twalk),
	/* text */
	DIRECT(mbrtowc),
	DIRECT(mbsrtowcs),
	DIRECT(mbstowcs),
	DIRECT(stpcpy),
	DIRECT(strcasecmp),
	DIRECT(strchr),
	DIRECT(strcmp),
	DIRECT(strcoll),
	DIRECT(strcpy),
	DIRECT(strcspn),
	DIRECT(strdup),
	DIRECT(strlen),
	DIRECT(strncasecmp),
	DIRECT(strncat),
	DIRECT(strncmp),
	DIRECT(strncpy),
	DIRECT(strndup),
	DIRECT(strpbrk),
	DIRECT(strrchr),
	DIRECT(strspn),
	DIRECT(strstr),
	DIRECT(wcrtomb),
	DIRECT(wcschr),
	DIRECT(wcscmp),
	DIRECT(wcscspn),
	DIRECT(wcslen),
	DIRECT(wcsncmp),
	DIRECT(wcsncpy),
	DIRECT(wcsstr),
	DIRECT(wcstol),
	DIRECT(wcstombs),
	DIRECT(wctob),
	DIRECT(wctomb),
	DIRECT(wcwidth),
	DIRECT(wmemcpy),
	/* time: struct tm, struct timespec and struct timeval, whose padding does not matter, are laid out alike */
	DIRECT(clock),
	DIRECT(difftime),
	DIRECT(gettimeofday),
	DIRECT(gmtime),
	DIRECT(gmtime_r),
	DIRECT(localtime_r),
	DIRECT(mktime),
	DIRECT(nanosleep),
	DIRECT(strftime),
	DIRECT(time),
	/* descriptors and processes */
	DIRECT(alarm),
	DIRECT(chdir),
	DIRECT(close),
	DIRECT(dirfd),
	DIRECT(dup2),
	DIRECT(fchmod),
	DIRECT(fchown),
	DIRECT(fdopendir),
	DIRECT(flock),
	DIRECT(fork),
	DIRECT(fsync),
	DIRECT(ftruncate),
	DIRECT(getcwd),
	DIRECT(getegid),
	DIRECT(getenv),
	DIRECT(geteuid),
	DIRECT(getgid),
	DIRECT(getpgrp),
	DIRECT(getpid),
	DIRECT(getppid),
	DIRECT(getuid),
	DIRECT(isatty),
	DIRECT(lseek),
	DIRECT(mkdtemp),
	DIRECT(mkstemp),
	DIRECT(mlock),
	DIRECT(munlock),
	DIRECT(munmap),
	DIRECT(pipe),
	DIRECT(pread),
	DIRECT(pwrite),
	DIRECT(setenv),
	DIRECT(setpgid),
	DIRECT(setsid),
	DIRECT(tcgetpgrp),
	DIRECT(tcsetpgrp),
	DIRECT(umask),
	DIRECT(unsetenv),
	/* pseudo terminals */
	DIRECT(grantpt),
	DIRECT(ptsname),
	DIRECT(ttyname_r),
	DIRECT(unlockpt),
	TABLE_END,
};
