/*
 * Pseudo terminals: where the two systems differ once nobody holds the slave any more.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "loader.h"
#include "symbols.h"

static int darwin_posix_openpt(int flags)
{
	return posix_openpt(file_flags_here(flags));
}

static bool is_master(int fd)
{
	char slave[64];
	int saved = errno;
	bool yes = ptsname_r(fd, slave, sizeof slave) == 0;
	errno = saved;
	return yes;
}

static bool is_hung_up(int fd)
{
	struct pollfd one = { .fd = fd };
	int saved = errno;
	bool yes = poll(&one, 1, 0) == 1 && (one.revents & POLLHUP) != 0;
	errno = saved;
	return yes;
}

/*
 * Behind the last close of the slave a master reads as ended there, as EIO here. With --lossy what had been written but
 * not read by then is lost, as it can be there, and the reader is late, so that it happens.
 */
static ssize_t darwin_read(int fd, void *to, size_t length)
{
	if (loader.lossy > 0 && is_master(fd)) {
		(void)nanosleep(&(struct timespec){ .tv_nsec = loader.lossy * 1000000L }, NULL);
		if (is_hung_up(fd))
			return 0;
	}
	ssize_t got = read(fd, to, length);
	if (got < 0 && errno == EIO && is_master(fd)) {
		errno = 0;
		return 0;
	}
	return got;
}

/* Behind the last close it is EIO there; Linux takes it. */
static ssize_t darwin_write(int fd, const void *from, size_t length)
{
	if (is_master(fd) && is_hung_up(fd)) {
		errno = EIO;
		return -1;
	}
	return write(fd, from, length);
}

const struct symbol symbols_pty[] = { OURS(posix_openpt), OURS(read), OURS(write), TABLE_END };
