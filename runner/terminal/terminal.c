/*
 * Reads lines and keys from the user's terminal, and puts its settings back.
 * Must not use colour or wording of its own.
 */
#include "terminal/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <unistd.h>

#include "base/secret_zero.h"
#include "base/signals.h"

int terminal_write(int fd, const char *text, size_t length, struct error *err)
{
	while (length > 0) {
		ssize_t n = write(fd, text, length);
		if (n >= 0) {
			text += n;
			length -= (size_t)n;
		} else if (errno != EINTR && errno != EAGAIN) {
			return error_system(err, errno, "cannot write to descriptor %d", fd);
		} else if (!signals_await_output(fd)) {
			return error_system(err, EINTR, "cannot write to descriptor %d", fd);
		}
	}
	return 0;
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

/* A terminal that is not our session's own has no foreground to be out of. */
static bool is_in_background(int fd)
{
	pid_t foreground = tcgetpgrp(fd);
	return foreground >= 0 && foreground != getpgrp();
}

bool terminal_make_raw(int fd, struct termios *saved)
{
	if (tcgetattr(fd, saved) != 0 || is_in_background(fd))
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

/* Reads a line from `fd` without touching its settings. */
static enum terminal_read read_line_from(int fd, char line[TERMINAL_LONGEST_LINE])
{
	size_t used = 0;
	while (signals_await_input(fd)) {
		ssize_t n = read(fd, line + used, 1);
		if (n < 0 && errno == EINTR)
			continue;
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
	write_prompt(STDERR_FILENO, prompt);
	return read_line_from(STDIN_FILENO, line);
}

/* Hides what is typed, and throws away what was typed before: it may have been seen. */
static bool hide_input(int fd, struct termios *saved)
{
	if (tcgetattr(fd, saved) != 0)
		return false;
	struct termios hidden = *saved;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	signals_guard(fd, saved);
	(void)set_settings(fd, TCSAFLUSH, &hidden);
	return true;
}

/* The prompt comes when the input is hidden, so that whoever answers it is neither seen nor thrown away. */
enum terminal_read terminal_read_hidden(const char *prompt, char line[TERMINAL_LONGEST_LINE])
{
	struct termios saved;
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	int in = tty >= 0 ? tty : STDIN_FILENO, out = tty >= 0 ? tty : STDERR_FILENO;
	bool is_hidden = hide_input(in, &saved);
	write_prompt(out, prompt);
	enum terminal_read result = read_line_from(in, line);
	if (is_hidden)
		terminal_restore(in, &saved);
	write_prompt(out, "\n");
	if (tty >= 0)
		(void)close(tty);
	return result;
}

void terminal_flush_input(void)
{
	if (isatty(STDIN_FILENO))
		(void)tcflush(STDIN_FILENO, TCIFLUSH);
}

/* Decodes one character. Returns the bytes it takes; a byte that is no UTF-8 stands for itself. */
static size_t decode(const unsigned char *p, size_t length, uint32_t *code)
{
	size_t size = p[0] < 0x80 || p[0] > 0xf4 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 1;
	*code = size == 1 ? p[0] : p[0] & (0xffu >> (size + 1));
	if (size > length)
		size = 1;
	for (size_t i = 1; i < size; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			*code = p[0];
			return 1;
		}
		*code = *code << 6 | (p[i] & 0x3f);
	}
	/* Written longer than need be, half of a pair, or beyond the last character: these bytes are no UTF-8 either. */
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	bool sound = *code >= smallest[size] && *code <= 0x10ffff && (*code < 0xd800 || *code > 0xdfff);
	return sound ? size : 1;
}

/* Our own small table, as wcwidth depends on a locale that recoveryOS may not have. Ranges of Unicode 15, East Asian Width W and F. */
static size_t width_of(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} none[] = {
		{ 0x0000, 0x001f }, { 0x007f, 0x009f }, { 0x0300, 0x036f }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
		{ 0x200b, 0x200f }, { 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff },
	}, wide[] = {
		{ 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0xa4cf }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff },
		{ 0xfe30, 0xfe6f }, { 0xff01, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f }, { 0x1f900, 0x1f9ff },
		{ 0x20000, 0x3fffd },
	};
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		if (c >= none[i].first && c <= none[i].last)
			return 0;
	for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
		if (c >= wide[i].first && c <= wide[i].last)
			return 2;
	return 1;
}

size_t terminal_width(const char *text, size_t length)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t width = 0;
	while (length > 0) {
		uint32_t code;
		size_t size = decode(p, length, &code);
		width += width_of(size == 1 && p[0] >= 0x80 ? '?' : code);
		p += size;
		length -= size;
	}
	return width;
}
