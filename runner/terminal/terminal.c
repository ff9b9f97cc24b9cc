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

#include "base/signals.h"

/* A terminal shared with a program that made it non-blocking gives EAGAIN; waiting is right for a screen. */
static void wait_writable(int fd)
{
	fd_set set;
	FD_ZERO(&set);
	FD_SET(fd, &set);
	(void)select(fd + 1, NULL, &set, NULL, NULL);
}

int terminal_write(int fd, const char *text, size_t length, struct error *err)
{
	while (length > 0) {
		ssize_t n = write(fd, text, length);
		if (n >= 0) {
			text += n;
			length -= (size_t)n;
		} else if (errno == EAGAIN && fd < FD_SETSIZE) {
			wait_writable(fd);
		} else if (errno != EINTR || signals_stage() >= 2) {
			return error_system(err, errno, "cannot write to descriptor %d", fd);
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
	char c;
	for (;;) {
		ssize_t n = read(fd, &c, 1);
		if (n < 0 && errno == EINTR && signals_stage() == 0)
			continue;
		if (n < 0 && errno == EINTR)
			return TERMINAL_INTERRUPTED;
		if (n <= 0 || c == '\n') {
			line[used] = '\0';
			return n == 1 || used > 0 ? TERMINAL_LINE : TERMINAL_EOF;
		}
		if (used < TERMINAL_LONGEST_LINE - 1)
			line[used++] = c;
	}
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

static enum terminal_read read_hidden_from(int fd, char line[TERMINAL_LONGEST_LINE])
{
	struct termios saved, hidden;
	bool is_terminal = tcgetattr(fd, &saved) == 0;
	if (is_terminal) {
		hidden = saved;
		hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
		signals_guard(fd, &saved);
		(void)set_settings(fd, TCSAFLUSH, &hidden);
	}
	enum terminal_read result = read_line_from(fd, line);
	if (is_terminal) {
		(void)set_settings(fd, TCSANOW, &saved);
		signals_unguard();
	}
	return result;
}

enum terminal_read terminal_read_tty(const char *prompt, bool echo, char line[TERMINAL_LONGEST_LINE])
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	int fd = tty >= 0 ? tty : STDIN_FILENO;
	int out = tty >= 0 ? tty : STDERR_FILENO;
	line[0] = '\0';
	write_prompt(out, prompt);
	enum terminal_read result = echo ? read_line_from(fd, line) : read_hidden_from(fd, line);
	if (!echo)
		write_prompt(out, "\n");
	if (tty >= 0)
		(void)close(tty);
	return result;
}

/* Whether more of a key follows at once; a lone Escape has nothing behind it. */
static bool more_follows(int fd)
{
	struct timeval time = { 0, 50000 };
	fd_set set;
	FD_ZERO(&set);
	FD_SET(fd, &set);
	return select(fd + 1, &set, NULL, NULL, &time) > 0;
}

/* Reads the rest of the key that began with key[0]. Returns its length. */
static size_t read_rest(int fd, char key[16])
{
	unsigned char first = (unsigned char)key[0];
	size_t wanted = first == 0x1b ? 15 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
	size_t used = 1;
	while (used < wanted && more_follows(fd) && read(fd, key + used, 1) == 1) {
		char c = key[used++];
		if (first == 0x1b && !(used == 2 && (c == '[' || c == 'O')) && (c >= '@' && c <= '~'))
			break;
	}
	return used;
}

enum terminal_read terminal_key(char key[16])
{
	struct termios saved, raw;
	bool is_terminal = tcgetattr(STDIN_FILENO, &saved) == 0;
	if (is_terminal) {
		raw = saved;
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO); /* ISIG stays: Ctrl-C is an interrupt, not a key */
		raw.c_cc[VMIN] = 1;
		raw.c_cc[VTIME] = 0;
		signals_guard(STDIN_FILENO, &saved);
		(void)set_settings(STDIN_FILENO, TCSANOW, &raw);
	}
	ssize_t n;
	while ((n = read(STDIN_FILENO, key, 1)) < 0 && errno == EINTR && signals_stage() == 0)
		;
	bool interrupted = n < 0 && errno == EINTR;
	key[n == 1 ? read_rest(STDIN_FILENO, key) : 0] = '\0';
	if (is_terminal)
		terminal_restore(STDIN_FILENO, &saved);
	return n == 1 ? TERMINAL_LINE : interrupted ? TERMINAL_INTERRUPTED : TERMINAL_EOF;
}

void terminal_flush_input(void)
{
	if (isatty(STDIN_FILENO))
		(void)tcflush(STDIN_FILENO, TCIFLUSH);
}

/* Decodes one character. Returns the bytes it takes; a byte that is no UTF-8 stands for itself. */
static size_t decode(const unsigned char *p, size_t length, uint32_t *code)
{
	size_t size = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 1;
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
