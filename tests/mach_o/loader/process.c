/*
 * Other programs: starting and awaiting them. A Mach-O file is started by this loader again, through its emulator.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "darwin.h"
#include "error.h"
#include "flags.h"
#include "loader.h"
#include "macho.h"
#include "signal_numbers.h"
#include "symbols.h"
#include "variadic.h"

#define MOST_WORDS 1024

static bool is_macho(const char *path)
{
	uint32_t magic = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool yes = fd >= 0 && read(fd, &magic, sizeof magic) == (ssize_t)sizeof magic && magic == MAGIC_64;
	if (fd >= 0)
		(void)close(fd);
	return yes;
}

/* execve takes words without const, and changes none. */
static char *word(const char *text)
{
	return (char *)(uintptr_t)text;
}

/* The words in front of the program's own arguments. */
static size_t begin_line(char **line, const char *path, const char *name)
{
	static char late[16];
	size_t n = 0;
	if (loader.emulator[0] != '\0')
		line[n++] = word(loader.emulator);
	line[n++] = word(loader.path);
	if (loader.lossy > 0) {
		(void)snprintf(late, sizeof late, "%d", loader.lossy);
		line[n++] = word("--lossy");
		line[n++] = late;
	}
	line[n++] = word("--emulator");
	line[n++] = word(loader.emulator);
	line[n++] = word("--name");
	line[n++] = word(name);
	line[n++] = word(path);
	return n;
}

static int darwin_execve(const char *path, char *const *argv, char *const *envp)
{
	char *line[MOST_WORDS];
	if (error_too_long(path) || access(path, X_OK) != 0)
		return -1;
	if (!is_macho(path) || argv[0] == NULL)
		return execve(path, argv, envp);
	size_t n = begin_line(line, path, argv[0]);
	for (argv++; *argv != NULL; argv++) {
		if (n == MOST_WORDS - 1) {
			errno = E2BIG;
			return -1;
		}
		line[n++] = *argv;
	}
	line[n] = NULL;
	return execve(line[0], line, envp);
}

int list_execlp(const char *file, char *first, const char *arguments);

int list_execlp(const char *file, char *first, const char *arguments)
{
	char *argv[MOST_WORDS] = { first };
	for (size_t n = 1; argv[n - 1] != NULL && n < MOST_WORDS - 1; n++)
		argv[n] = NEXT(arguments, char *);
	return strchr(file, '/') != NULL ? darwin_execve(file, argv, environ) : execvp(file, argv);
}

/* <sys/wait.h>: laid out alike, with the signals' numbers in it. */
static int status_darwin(int status)
{
	if (status != -1 && WIFSIGNALED(status))
		return (status & ~0x7f) | signal_darwin(WTERMSIG(status));
	if (status != -1 && WIFSTOPPED(status))
		return signal_darwin(WSTOPSIG(status)) << 8 | 0x7f;
	return status;
}

/* WNOHANG and WUNTRACED are 1 and 2 in both. */
static pid_t darwin_waitpid(pid_t process, int *status, int options)
{
	int here = 0;
	pid_t ended = waitpid(process, &here, options & (WNOHANG | WUNTRACED));
	if (status != NULL && ended > 0)
		*status = status_darwin(here);
	return ended;
}

static int darwin_system(const char *command)
{
	return status_darwin(system(command)); /* NOLINT(cert-env33-c): it is what the program asks for */
}

const struct symbol symbols_process[] = { OURS(execve), OURS(execlp), OURS(waitpid), OURS(system), TABLE_END };
