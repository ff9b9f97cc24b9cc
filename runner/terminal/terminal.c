/*
 * Reads lines from the user's terminal, and puts its settings back.
 * Must not use colour or wording of its own.
 */
#include "terminal/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <unistd.h>

#include "base/secret_zero.h"
#include "base/signals.h"

static int lost; /* errno */

const char *terminal_lost(void)
{
	return lost != 0 ? strerror(lost) : NULL;
}

/* Whoever reads no further wants no more of it. */
static int cannot_write(int fd, int number, struct error *err)
{
	if (fd == STDOUT_FILENO && number != EPIPE && lost == 0)
		lost = number;
	return error_system(err, number, "cannot write to descriptor %d", fd);
}

int terminal_write(int fd, const char *text, size_t length, struct error *err)
{
	while (length > 0) {
		ssize_t n = write(fd, text, length);
		if (n >= 0) {
			text += n;
			length -= (size_t)n;
		} else if (errno != EINTR && errno != EAGAIN) {
			return cannot_write(fd, errno, err);
		} else if (!signals_await_output(fd)) {
			return error_system(err, EINTR, "cannot write to descriptor %d", fd);
		}
	}
	return 0;
}

bool terminal_takes(int fd)
{
	struct timeval none = { 0, 0 };
	fd_set set;
	FD_ZERO(&set);
	FD_SET(fd, &set);
	return select(fd + 1, NULL, &set, NULL, &none) > 0;
}

/* VT100 sequences work in recovery (reference §6.5); TERM may be anything there, so only "dumb" is believed. */
bool terminal_can_redraw(int fd)
{
	const char *term = getenv("TERM");
	return isatty(fd) && (term == NULL || strcmp(term, "dumb") != 0);
}

void terminal_size(unsigned short *columns, unsigned short *rows)
{
	static const int candidates[] = { STDOUT_FILENO, STDERR_FILENO, STDIN_FILENO };
	struct winsize size;
	*columns = 80;
	*rows = 24;
	for (size_t i = 0; i < 3; i++)
		if (ioctl(candidates[i], TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
			*columns = size.ws_col;
			*rows = size.ws_row;
			return;
		}
}

/* Changing settings from the background stops a process; at a cleanup that must not happen. */
static int set_settings(int fd, int when, const struct termios *settings)
{
	sigset_t set, before;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTTOU);
	(void)sigprocmask(SIG_BLOCK, &set, &before);
	int result = tcsetattr(fd, when, settings);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return result;
}

/* tcgetpgrp fails for a terminal that is not our session's, which has no background for us. */
bool terminal_in_background(int fd)
{
	pid_t foreground = tcgetpgrp(fd);
	return foreground >= 0 && foreground != getpgrp();
}

/* VMIN and VTIME are no characters, but numbers. */
void terminal_limit_keys(struct termios *settings)
{
	for (int i = 0; i < NCCS; i++) {
		bool kept = i == VINTR || i == VQUIT || i == VERASE || i == VKILL || i == VEOF;
		if (!kept && i != VMIN && i != VTIME)
			settings->c_cc[i] = (cc_t)_POSIX_VDISABLE;
	}
}

bool terminal_make_raw(int fd, struct termios *saved)
{
	if (tcgetattr(fd, saved) != 0 || terminal_in_background(fd))
		return false;
	struct termios raw = *saved;
	raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL | INLCR | IGNCR | BRKINT | ISTRIP | INPCK);
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	signals_guard(fd, saved);
	if (set_settings(fd, TCSANOW, &raw) == 0)
		return true;
	signals_unguard();
	return false;
}

void terminal_restore(int fd, const struct termios *saved)
{
	(void)set_settings(fd, TCSANOW, saved);
	signals_unguard();
}

/* Takes these local flags away, and the special characters but the usual ones. False: it is no terminal of ours. */
static bool change_input(int fd, tcflag_t without, int when, struct termios *saved)
{
	if (tcgetattr(fd, saved) != 0 || terminal_in_background(fd))
		return false;
	struct termios changed = *saved;
	changed.c_lflag &= ~without;
	changed.c_cc[VMIN] = 1;
	changed.c_cc[VTIME] = 0;
	terminal_limit_keys(&changed);
	signals_guard(fd, saved);
	(void)set_settings(fd, when, &changed);
	return true;
}

/* Reads a line from `fd` without touching its settings. */
static enum terminal_read read_line_from(int fd, char line[TERMINAL_LONGEST_LINE])
{
	size_t used = 0;
	int n;
	while ((n = signals_read_byte(fd, line + used)) >= 0 || errno != EINTR) {
		if (n <= 0 || line[used] == '\n') {
			line[used] = '\0';
			return n == 1 || used > 0 ? TERMINAL_LINE : TERMINAL_EOF;
		}
		if (used < TERMINAL_LONGEST_LINE - 1)
			used++;
	}
	secret_zero(line, used);
	line[0] = '\0';
	return TERMINAL_INTERRUPTED;
}

static void write_prompt(int fd, const char *prompt)
{
	struct error err;
	(void)terminal_write(fd, prompt, strlen(prompt), &err);
}

enum terminal_read terminal_read_line(const char *prompt, char line[TERMINAL_LONGEST_LINE])
{
	line[0] = '\0';
	if (signals_stage() > 0)
		return TERMINAL_INTERRUPTED;
	struct termios saved;
	bool limited = change_input(STDIN_FILENO, 0, TCSANOW, &saved);
	write_prompt(STDERR_FILENO, prompt);
	enum terminal_read result = read_line_from(STDIN_FILENO, line);
	if (limited)
		terminal_restore(STDIN_FILENO, &saved);
	return result;
}

/* What was typed before is thrown away, as it may have been seen. The prompt comes when the input is hidden: an answer
 * typed at once is neither seen nor thrown away. */
enum terminal_read terminal_read_hidden(const char *prompt, char line[TERMINAL_LONGEST_LINE])
{
	struct termios saved;
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	int in = tty >= 0 ? tty : STDIN_FILENO, out = tty >= 0 ? tty : STDERR_FILENO;
	bool is_hidden = change_input(in, ECHO | ECHONL, TCSAFLUSH, &saved);
	write_prompt(out, prompt);
	enum terminal_read result = read_line_from(in, line);
	if (is_hidden)
		terminal_restore(in, &saved);
	write_prompt(out, "\n");
	if (tty >= 0)
		(void)close(tty);
	return result;
}

/* Signal keys are off: where no handler is installed, one would leave the terminal without echo. */
enum terminal_read terminal_read_key(const char *prompt, char key[2])
{
	struct termios saved;
	bool changed = change_input(STDIN_FILENO, ICANON | ECHO | ISIG | IEXTEN, TCSANOW, &saved);
	key[0] = key[1] = '\0';
	write_prompt(STDERR_FILENO, prompt);
	int n = signals_read_byte(STDIN_FILENO, key);
	if (changed)
		terminal_restore(STDIN_FILENO, &saved);
	if (n < 0 || (changed && key[0] == (char)saved.c_cc[VINTR]))
		return TERMINAL_INTERRUPTED;
	return n == 0 || (changed && key[0] == (char)saved.c_cc[VEOF]) ? TERMINAL_EOF : TERMINAL_LINE;
}

void terminal_flush_input(void)
{
	if (isatty(STDIN_FILENO))
		(void)tcflush(STDIN_FILENO, TCIFLUSH);
}
