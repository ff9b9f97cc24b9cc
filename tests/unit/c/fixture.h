/*
 * What the C tests share: a scratch folder as the root of a Mac, and tools in it that are shell scripts.
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
#include "base/folder.h"
#include "base/replace.h"
#include "base/scratch.h"
#include "base/signals.h"
#include "base/system.h"
#include "child/progress.h"
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
	assert_int_equal(folder_make(path, 0755, &f->err), 0);
	path[strlen(path)] = '/';
	int length = snprintf(text, sizeof text, "#!/bin/sh\nroot=%s\n%s\n", f->root, script);
	assert_true(length > 0 && length < (int)sizeof text);
	assert_int_equal(replace_file(path, text, (size_t)length, 0755, &f->err), 0);
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

/* That many seconds on this machine: VMQ_PATIENCE=4 is for one that is four times slower. */
SHARED double fixture_seconds(double seconds)
{
	const char *patience = getenv("VMQ_PATIENCE");
	double times = patience != NULL ? strtod(patience, NULL) : 1;
	return times > 0 ? seconds * times : seconds;
}

/* Whether the process named in a file is gone, or goes within two seconds. */
SHARED bool fixture_is_gone(struct fixture *f, const char *name)
{
	pid_t pid = (pid_t)strtol(fixture_text(f, name), NULL, 10);
	assert_true(pid > 1);
	for (double until = system_monotonic() + fixture_seconds(2); system_monotonic() < until;) {
		char path[64], text[256];
		size_t got = 0;
		(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
		if (file_read_at(path, 0, text, sizeof text - 1, &got, &f->err) != 0)
			return true;
		text[got] = '\0';
		if (strstr(text, ") Z ") != NULL)
			return true;
		(void)usleep(10000);
	}
	return false;
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

/* Has csrutil, when it is told to disable, do what the script says; the journal holds the intent. */
static const char *const fixture_disable[] __attribute__((unused)) = { "/usr/bin/csrutil", "disable", NULL };
SHARED void fixture_script(struct fixture *f, const char *script)
{
	fixture_tool(f, "/usr/bin/csrutil", script);
	fixture_intend(f, fixture_disable);
}

/* The relay's times, so short that a test need not live through them. */
static const struct progress_times fixture_waiting = { .first = 0.1, .redraw = 0.1, .plain = 0.2 };
static const struct relay_times fixture_times __attribute__((unused)) = {
	.quiet = 0.02,
	.echo_poll = 0.02,
	.silent = 0.1,
	.soft_end = 0.3,
	.interrupt_end = 0.1,
	.dead_end = 2,
	.linger = 0.05,
	.longest_linger = 0.3,
	.forget = 5,
	.screen = 0.3,
	.waiting = &fixture_waiting,
};

/* Part of a script: it stays until the test is over, but for some minutes only. */
#define UNTIL_THE_END "n=0; while [ -e $0 ] && [ $((n += 1)) -lt 1800 ]; do sleep 0.1; done"

/* Part of a script: it waits until the test makes the file "go" below the root; and the making of it. It waits for some
 * minutes only, and not where its own file is gone: what a failed test leaves behind does not stay. */
#define UNTIL_GO "n=0; while [ -e $0 ] && [ ! -e $root/go ] && [ $((n += 1)) -lt 9000 ]; do sleep 0.02; done; "
SHARED void fixture_go(struct fixture *f)
{
	assert_int_equal(replace_file(fixture_path(f, "go"), "", 0, 0600, &f->err), 0);
}

/* The lowest descriptor that is free: the same before and after where nothing stays open. */
SHARED int fixture_free_descriptor(void)
{
	int lowest = dup(STDIN_FILENO);
	assert_true(lowest >= 0);
	assert_int_equal(close(lowest), 0);
	return lowest;
}

/* The signals' actions as they are before signals_install. */
SHARED void fixture_signals_default(void)
{
	signals_reset();
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
}

/* Waits at most `seconds` for a file to appear. */
SHARED bool fixture_await(struct fixture *f, const char *name, double seconds)
{
	double until = system_monotonic() + fixture_seconds(seconds);
	while (access(fixture_path(f, name), F_OK) != 0) {
		if (system_monotonic() > until)
			return false;
		(void)usleep(5000);
	}
	return true;
}

#endif
