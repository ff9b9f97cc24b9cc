/*
 * Terminal settings: <sys/termios.h>, <sys/ttycom.h>.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "darwin.h"
#include "flags.h"
#include "symbols.h"
#include "variadic.h"

static const struct flag input_flags[] = {
	{ 0x1, IGNBRK }, { 0x2, BRKINT }, { 0x4, IGNPAR }, { 0x8, PARMRK }, { 0x10, INPCK }, { 0x20, ISTRIP }, { 0x40, INLCR },
	{ 0x80, IGNCR }, { 0x100, ICRNL }, { 0x200, IXON }, { 0x400, IXOFF }, { 0x800, IXANY }, { 0x2000, IMAXBEL }, { 0x4000, IUTF8 },
}, output_flags[] = {
	{ 0x1, OPOST }, { 0x2, ONLCR }, { 0x4, XTABS }, { 0x10, OCRNL }, { 0x20, ONOCR }, { 0x40, ONLRET },
}, control_flags[] = {
	{ 0x100, CS6 }, { 0x200, CS7 }, { 0x400, CSTOPB }, { 0x800, CREAD }, { 0x1000, PARENB }, { 0x2000, PARODD },
	{ 0x4000, HUPCL }, { 0x8000, CLOCAL },
}, local_flags[] = {
	{ 0x1, ECHOKE }, { 0x2, ECHOE }, { 0x4, ECHOK }, { 0x8, ECHO }, { 0x10, ECHONL }, { 0x20, ECHOPRT }, { 0x40, ECHOCTL },
	{ 0x80, ISIG }, { 0x100, ICANON }, { 0x400, IEXTEN }, { 0x800, EXTPROC }, { 0x400000, TOSTOP }, { 0x800000, FLUSHO },
	{ 0x20000000, PENDIN }, { 0x80000000, NOFLSH },
};

#define HERE(table, value) flags_here(table, COUNT(table), (uint32_t)(value))
#define DARWIN(table, value) flags_darwin(table, COUNT(table), value)

/* Our place of each of Darwin's keys; -1: there is none. */
static const int places[20] = {
	VEOF,  VEOL, VEOL2,  VERASE, VWERASE, VKILL,    VREPRINT, -1,    VINTR, VQUIT,
	VSUSP, -1,   VSTART, VSTOP,  VLNEXT,  VDISCARD, VMIN,     VTIME, -1,    -1,
};

/* Key number n as Darwin has it. A new terminal there has Control-Y and Control-T where Linux has no key. */
static unsigned char key_darwin(const struct termios *from, int n)
{
	if (n == DARWIN_VDSUSP || n == DARWIN_VSTATUS)
		return n == DARWIN_VDSUSP ? 'Y' & 0x1f : 'T' & 0x1f;
	cc_t key = places[n] < 0 ? 0 : from->c_cc[places[n]];
	return key == 0 && n != DARWIN_VMIN && n != DARWIN_VTIME ? DARWIN_VDISABLE : key;
}

static int darwin_tcgetattr(int fd, struct darwin_termios *to)
{
	struct termios from;
	if (tcgetattr(fd, &from) != 0)
		return -1;
	*to = (struct darwin_termios){
		.input = DARWIN(input_flags, from.c_iflag),
		.output = DARWIN(output_flags, from.c_oflag),
		.control = DARWIN(control_flags, from.c_cflag),
		.local = DARWIN(local_flags, from.c_lflag),
		.input_speed = 38400,
		.output_speed = 38400,
	};
	for (int n = 0; n < 20; n++)
		to->keys[n] = key_darwin(&from, n);
	return 0;
}

/* TCSANOW, TCSADRAIN and TCSAFLUSH are 0, 1 and 2 in both. */
static int darwin_tcsetattr(int fd, int when, const struct darwin_termios *from)
{
	struct termios to;
	if (tcgetattr(fd, &to) != 0)
		return -1;
	to.c_iflag = HERE(input_flags, from->input);
	to.c_oflag = HERE(output_flags, from->output);
	to.c_cflag = HERE(control_flags, from->control) | (to.c_cflag & (tcflag_t)CBAUD);
	to.c_lflag = HERE(local_flags, from->local);
	for (int n = 0; n < 20; n++)
		if (places[n] >= 0)
			to.c_cc[places[n]] = from->keys[n] == DARWIN_VDISABLE ? 0 : from->keys[n];
	return tcsetattr(fd, when, &to);
}

/* TCIFLUSH is 1 there, 0 here, and so on. */
static int darwin_tcflush(int fd, int queue)
{
	return tcflush(fd, queue - 1);
}

static uint64_t darwin_cfgetispeed(const struct darwin_termios *termios)
{
	return termios->input_speed;
}

static uint64_t darwin_cfgetospeed(const struct darwin_termios *termios)
{
	return termios->output_speed;
}

static int darwin_cfsetispeed(struct darwin_termios *termios, uint64_t speed)
{
	termios->input_speed = speed;
	return 0;
}

static int darwin_cfsetospeed(struct darwin_termios *termios, uint64_t speed)
{
	termios->output_speed = speed;
	return 0;
}

int list_ioctl(int fd, unsigned long request, const char *arguments);

int list_ioctl(int fd, unsigned long request, const char *arguments)
{
	switch ((uint32_t)request) {
	case DARWIN_TIOCGWINSZ:
		return ioctl(fd, TIOCGWINSZ, NEXT(arguments, void *));
	case DARWIN_TIOCSWINSZ:
		return ioctl(fd, TIOCSWINSZ, NEXT(arguments, void *));
	case DARWIN_TIOCSCTTY:
		return ioctl(fd, TIOCSCTTY, 0);
	case DARWIN_FIONREAD:
		return ioctl(fd, FIONREAD, NEXT(arguments, void *));
	default:
		errno = ENOTTY;
		return -1;
	}
}

const struct symbol symbols_terminal[] = {
	OURS(tcgetattr),   OURS(tcsetattr),   OURS(tcflush), OURS(cfgetispeed), OURS(cfgetospeed),
	OURS(cfsetispeed), OURS(cfsetospeed), OURS(ioctl),   TABLE_END,
};
