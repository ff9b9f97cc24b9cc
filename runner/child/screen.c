/*
 * Shows output on a screen that may be slow, or stand still.
 * Must not wait for it while a tool runs.
 */
#include "child/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/system.h"
#include "terminal/terminal.h"

/* Opens the terminal once more: O_NONBLOCK on the descriptor that we were given would hold for the shell too. */
static int open_again(int fd)
{
	char name[PATH_MAX];
	struct stat given, own;
	if (!isatty(fd) || fstat(fd, &given) != 0 || ttyname_r(fd, name, sizeof name) != 0)
		return -1;
	int again = open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (again < 0)
		return -1;
	if (again < FD_SETSIZE && fstat(again, &own) == 0 && own.st_rdev == given.st_rdev)
		return again;
	(void)close(again);
	return -1;
}

/* A file takes everything at once, and so does /dev/null. */
static bool may_wait(int fd)
{
	struct stat st;
	return fstat(fd, &st) != 0 || !(S_ISREG(st.st_mode) || (S_ISCHR(st.st_mode) && !isatty(fd)));
}

void screen_open(struct screen *screen, int fd, double patience)
{
	screen->fd = fd;
	screen->own = fd >= 0 ? open_again(fd) : -1;
	screen->may_wait = screen->own < 0 && may_wait(fd);
	screen->patience = patience;
	screen->moved_at = system_monotonic();
	screen->omitted = 0;
	screen->used = 0;
}

static int target(const struct screen *screen)
{
	return screen->own >= 0 ? screen->own : screen->fd;
}

size_t screen_room(const struct screen *screen)
{
	bool patient = system_monotonic() - screen->moved_at < screen->patience;
	return screen->fd >= 0 && patient ? SCREEN_BUFFER - screen->used : SCREEN_BUFFER;
}

int screen_wants(const struct screen *screen)
{
	return screen->used > 0 ? target(screen) : -1;
}

/* Whether a write will not wait. A pipe that is writable takes PIPE_BUF bytes at once, and so, in practice, does a
 * terminal. */
static bool is_ready(const struct screen *screen)
{
	return !screen->may_wait || terminal_takes(screen->fd);
}

static void lose(struct screen *screen)
{
	screen->fd = -1;
	screen->used = 0;
}

/* Writes once. Returns the bytes taken; 0 if the screen takes nothing now, or is gone. */
static size_t write_some(struct screen *screen, const char *bytes, size_t length)
{
	if (!is_ready(screen))
		return 0;
	if (screen->may_wait && length > PIPE_BUF)
		length = PIPE_BUF;
	ssize_t n = write(target(screen), bytes, length);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		lose(screen);
	return n > 0 ? (size_t)n : 0;
}

/* Takes away what has been shown. */
static void advance(struct screen *screen, size_t gone)
{
	if (gone == 0 || gone > screen->used)
		return;
	memmove(screen->bytes, screen->bytes + gone, screen->used - gone);
	screen->used -= gone;
	screen->moved_at = system_monotonic();
}

/* Says what was left out, once there is room to say it. */
static void tell_omission(struct screen *screen)
{
	if (screen->omitted == 0 || screen->used > SCREEN_BUFFER / 2)
		return;
	int length = snprintf(screen->bytes + screen->used, 128, "\n[the screen stood still: %llu bytes are not shown]\n",
	                      (unsigned long long)screen->omitted);
	screen->used += (size_t)length;
	screen->omitted = 0;
}

void screen_move(struct screen *screen)
{
	size_t gone = 0, taken;
	while (gone < screen->used && (taken = write_some(screen, screen->bytes + gone, screen->used - gone)) > 0)
		gone += taken;
	advance(screen, gone);
	tell_omission(screen);
}

void screen_put(struct screen *screen, const char *bytes, size_t length)
{
	if (screen->fd < 0)
		return;
	if (screen->used == 0)
		screen->moved_at = system_monotonic();
	if (length > SCREEN_BUFFER - screen->used || screen->omitted > 0) {
		screen->omitted += length;
		return;
	}
	memcpy(screen->bytes + screen->used, bytes, length);
	screen->used += length;
	screen_move(screen);
}

static void show_rest(struct screen *screen)
{
	struct error err;
	if (screen->fd >= 0)
		(void)terminal_write(screen->fd, screen->bytes, screen->used, &err);
	screen->used = 0;
}

void screen_finish(struct screen *screen)
{
	screen_move(screen);
	show_rest(screen);
	tell_omission(screen);
	show_rest(screen);
	if (screen->own >= 0)
		(void)close(screen->own);
	screen->own = screen->fd = -1;
}
