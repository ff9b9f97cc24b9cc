/*
 * What the C tests share: a scratch folder as the root of a Mac, tools in it that are shell scripts, and a person at a terminal.
 * Must not be part of the program.
 */
#ifndef VMQ_FIXTURE_H
#define VMQ_FIXTURE_H

#include "base/portable.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/scratch.h"
#include "base/signals.h"
#include "base/system.h"
#include "door/door.h"
#include "door/journal.h"

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

struct fixture {
	char root[PATH_MAX];
	struct door_setup setup;
	struct journal *journal;
	struct error err;
};

/* Functions of this file that one test does not use are no mistake. */
#define SHARED __attribute__((unused)) static

SHARED int fixture_make(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	*state = f;
	if (f == NULL || scratch_make(f->root, &f->err) != 0 || door_configure(&f->setup, f->root, false, &f->err) != 0)
		return -1;
	f->journal = journal_open(f->root, 1, &f->err);
	return f->journal != NULL ? 0 : -1;
}

SHARED int fixture_remove(void **state)
{
	struct fixture *f = *state;
	journal_close(f->journal);
	door_release(&f->setup);
	int result = scratch_remove(f->root, &f->err);
	free(f);
	return result;
}

/* A path below the root; valid until the fourth next call. */
SHARED const char *fixture_path(const struct fixture *f, const char *name)
{
	static char paths[4][PATH_MAX + 64];
	static int next;
	char *path = paths[next++ % 4];
	(void)snprintf(path, sizeof paths[0], "%s/%s", f->root, name);
	return path;
}

/* Puts a shell script in the place of a tool ("/usr/bin/csrutil"). */
SHARED void fixture_tool(struct fixture *f, const char *tool, const char *script)
{
	char text[4096], path[PATH_MAX + 64];
	(void)snprintf(path, sizeof path, "%s%s", f->root, tool);
	*strrchr(path, '/') = '\0';
	assert_int_equal(file_make_directory(path, 0755, &f->err), 0);
	path[strlen(path)] = '/';
	int length = snprintf(text, sizeof text, "#!/bin/sh\nroot=%s\n%s\n", f->root, script);
	assert_true(length > 0 && length < (int)sizeof text);
	assert_int_equal(file_write_atomic(path, text, (size_t)length, 0755, &f->err), 0);
}

/* What a file below the root holds; "" if it is not there. Valid until the next call. */
SHARED const char *fixture_text(struct fixture *f, const char *name)
{
	static char text[65536];
	size_t got = 0;
	if (file_read_at(fixture_path(f, name), 0, text, sizeof text - 1, &got, &f->err) != 0)
		got = 0;
	text[got] = '\0';
	return text;
}

SHARED void fixture_intend(struct fixture *f, const char *const *argv)
{
	assert_int_not_equal(journal_intent(f->journal, argv, "{\"type\":\"intent\"}", 17, &f->err), 0);
}

/* The kept output of a result, terminated. Release with free. */
SHARED char *fixture_output(const struct relay_result *result)
{
	const char *pieces[2];
	size_t lengths[2];
	relay_tail(result, pieces, lengths);
	char *text = calloc(1, lengths[0] + lengths[1] + 1);
	assert_non_null(text);
	memcpy(text, pieces[0], lengths[0]);
	memcpy(text + lengths[0], pieces[1], lengths[1]);
	return text;
}

/* Waits at most `seconds` for a file to appear. */
SHARED bool fixture_await(struct fixture *f, const char *name, double seconds)
{
	double until = system_monotonic() + seconds;
	while (access(fixture_path(f, name), F_OK) != 0) {
		if (system_monotonic() > until)
			return false;
		(void)usleep(5000);
	}
	return true;
}

/* --- a person at a terminal ------------------------------------------------------------------------ */

struct person {
	pid_t child;
	int master;
	char seen[65536]; /* what stood on the screen so far, terminated */
	size_t length;
};

/* Runs `work` in a process whose terminal the person holds; its return value is the exit status. */
SHARED void person_start(struct person *p, int (*work)(struct fixture *), struct fixture *f)
{
	struct winsize size = { .ws_row = 30, .ws_col = 100 };
	memset(p, 0, sizeof *p);
	p->master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(p->master >= 0 && grantpt(p->master) == 0 && unlockpt(p->master) == 0);
	char name[128];
	(void)snprintf(name, sizeof name, "%s", ptsname(p->master));
	(void)fflush(NULL);
	p->child = fork();
	assert_true(p->child >= 0);
	if (p->child > 0) {
		(void)ioctl(p->master, TIOCSWINSZ, &size);
		return;
	}
	(void)setsid();
	int slave = open(name, O_RDWR);
	(void)ioctl(slave, TIOCSCTTY, 0);
	(void)ioctl(slave, TIOCSWINSZ, &size);
	for (int fd = 0; fd < 3; fd++)
		(void)dup2(slave, fd);
	(void)close(p->master);
	(void)signal(SIGHUP, SIG_DFL);
	signals_install();
	_exit(work(f));
}

SHARED void person_look(struct person *p, int milliseconds)
{
	struct pollfd fd = { .fd = p->master, .events = POLLIN };
	if (poll(&fd, 1, milliseconds) <= 0)
		return;
	ssize_t n = read(p->master, p->seen + p->length, sizeof p->seen - 1 - p->length);
	if (n > 0)
		p->length += (size_t)n;
	p->seen[p->length] = '\0';
}

/* Waits at most ten seconds for a text on the screen; what was seen up to its end is forgotten. */
SHARED bool person_sees(struct person *p, const char *text)
{
	double until = system_monotonic() + 10;
	for (;;) {
		char *hit = strstr(p->seen, text);
		if (hit != NULL) {
			size_t gone = (size_t)(hit - p->seen) + strlen(text);
			memmove(p->seen, p->seen + gone, p->length - gone + 1);
			p->length -= gone;
			return true;
		}
		if (system_monotonic() > until)
			return false;
		person_look(p, 50);
	}
}

SHARED void person_types(struct person *p, const char *keys)
{
	assert_int_equal(write(p->master, keys, strlen(keys)), (ssize_t)strlen(keys));
}

SHARED struct termios person_settings(const struct person *p)
{
	struct termios settings;
	memset(&settings, 0, sizeof settings);
	assert_int_equal(tcgetattr(p->master, &settings), 0);
	return settings;
}

SHARED bool is_raw(const struct termios *t)
{
	return (t->c_lflag & (ICANON | ECHO | ISIG)) == 0;
}

/* Waits for the end of the work. Returns the wait status. */
SHARED int person_waits(struct person *p)
{
	int status = 0;
	double until = system_monotonic() + 15;
	while (waitpid(p->child, &status, WNOHANG) == 0) {
		assert_true(system_monotonic() < until);
		if (p->master >= 0 && p->length < sizeof p->seen - 1)
			person_look(p, 10);
		else
			(void)usleep(10000);
	}
	return status;
}

SHARED void person_leaves(struct person *p)
{
	if (p->master >= 0)
		(void)close(p->master);
	p->master = -1;
}

#endif
