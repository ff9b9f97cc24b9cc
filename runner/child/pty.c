/*
 * Makes a terminal for a tool.
 * Must not read or write anything itself.
 */
#include "child/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#include "child/spawn.h"
#include "terminal/terminal.h"

void pty_copy_size(int fd, size_t margin)
{
	struct winsize size;
	memset(&size, 0, sizeof size);
	terminal_size(&size.ws_col, &size.ws_row);
	if (size.ws_col > margin)
		size.ws_col = (unsigned short)(size.ws_col - margin);
	(void)ioctl(fd, TIOCSWINSZ, &size);
}

bool pty_echoes(int master)
{
	struct termios settings;
	/* If it cannot be told, it might echo: then no password is typed. */
	return tcgetattr(master, &settings) != 0 || (settings.c_lflag & ECHO) != 0;
}

/* No suspend key either: nobody could continue the tool. */
static int make_sane(int slave)
{
	struct termios t;
	if (tcgetattr(slave, &t) != 0)
		return -1;
	t.c_iflag = BRKINT | ICRNL;
#ifdef IUTF8
	t.c_iflag |= IUTF8;
#endif
	t.c_oflag &= ~(tcflag_t)OPOST;
	t.c_lflag = ISIG | ICANON | IEXTEN | ECHO | ECHOE | ECHOK;
	t.c_cc[VINTR] = 3;
	t.c_cc[VQUIT] = 28;
	t.c_cc[VERASE] = 127;
	t.c_cc[VKILL] = 21;
	t.c_cc[VEOF] = 4;
	terminal_limit_keys(&t);
	return tcsetattr(slave, TCSANOW, &t);
}

static int set_flags(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ? -1 : 0;
}

/* The hold is opened anew instead of being a duplicate, which would share the tool's O_NONBLOCK. */
static bool open_slave(struct pty *pty)
{
	const char *name = ptsname(pty->master);
	if (name == NULL)
		return false;
	pty->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	pty->held = pty->slave >= 0 ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
	return pty->held >= 0;
}

/* macOS lets the settings be changed only once the slave is open. */
static bool open_pair(struct pty *pty)
{
	pty->master = posix_openpt(O_RDWR | O_NOCTTY);
	if (pty->master < 0 || grantpt(pty->master) != 0 || unlockpt(pty->master) != 0 || !open_slave(pty))
		return false;
	if (pty->master >= FD_SETSIZE)
		errno = EMFILE;
	return pty->master < FD_SETSIZE && set_flags(pty->master) == 0 && make_sane(pty->slave) == 0;
}

int pty_open(struct pty *pty, size_t margin, struct error *err)
{
	*pty = (struct pty){ -1, -1, -1 };
	if (open_pair(pty)) {
		pty_copy_size(pty->slave, margin);
		return 0;
	}
	int number = errno;
	spawn_close((const int[]){ pty->master, pty->slave, pty->held }, 3);
	*pty = (struct pty){ -1, -1, -1 };
	return error_system(err, number, "cannot make a terminal for the tool");
}
