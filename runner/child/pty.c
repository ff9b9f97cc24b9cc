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

#include "terminal/terminal.h"

void pty_copy_size(int fd)
{
	struct winsize size;
	memset(&size, 0, sizeof size);
	terminal_size(&size.ws_col, &size.ws_row);
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

int pty_open(int *master, int *slave, struct error *err)
{
	const char *name = NULL;
	*slave = -1;
	*master = posix_openpt(O_RDWR | O_NOCTTY);
	bool ready = *master >= 0 && *master < FD_SETSIZE && grantpt(*master) == 0 && unlockpt(*master) == 0
	             && (name = ptsname(*master)) != NULL;
	/* macOS lets the settings be changed only once the slave is open. */
	ready = ready && (*slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)) >= 0;
	ready = ready && set_flags(*master) == 0 && make_sane(*slave) == 0;
	if (ready) {
		pty_copy_size(*slave);
		return 0;
	}
	int number = errno;
	if (*slave >= 0)
		(void)close(*slave);
	if (*master >= 0)
		(void)close(*master);
	*master = *slave = -1;
	return error_system(err, number, "cannot make a terminal for the tool");
}
