/*
 * Takes and releases the lock of a run.
 * Must not remove the file: whoever waits for it may have it open already.
 */
#include "door/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"

struct lock {
	int fd;
};

static void read_holder(int fd, char *holder, size_t size)
{
	ssize_t n = pread(fd, holder, size - 1, 0);
	holder[n > 0 ? n : 0] = '\0';
}

static int write_text(int fd, const char *text, size_t length, struct error *err)
{
	if (ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0 && file_write_all(fd, text, length) == 0)
		return 0;
	return error_system(err, errno, "cannot write the lock's file");
}

/* flock, not fcntl: a fcntl lock is lost as soon as any descriptor of the file is closed anywhere in the process. */
static int hold(int fd, const char *text, size_t length, const char *path, char *holder, size_t size, struct error *err)
{
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK)
			return error_system(err, errno, "cannot lock %s", path);
		read_holder(fd, holder, size);
		return error_set(err, "held", "another run holds %s", path);
	}
	return write_text(fd, text, length, err);
}

struct lock *lock_take(const char *directory, const char *text, size_t length, char *holder, size_t size,
                       struct error *err)
{
	char path[PATH_MAX];
	holder[0] = '\0';
	(void)snprintf(path, sizeof path, "%s/lock", directory);
	struct lock *lock = malloc(sizeof *lock);
	if (lock == NULL) {
		(void)error_system(err, ENOMEM, "cannot open %s", path);
		return NULL;
	}
	lock->fd = file_create(path, O_RDWR, 0600, err);
	if (lock->fd >= 0 && hold(lock->fd, text, length, path, holder, size, err) == 0)
		return lock;
	lock_release(lock);
	return NULL;
}

int lock_write(struct lock *lock, const char *text, size_t length, struct error *err)
{
	return write_text(lock->fd, text, length, err);
}

int lock_descriptor(const struct lock *lock)
{
	return lock != NULL ? lock->fd : -1;
}

void lock_release(struct lock *lock)
{
	if (lock == NULL)
		return;
	if (lock->fd >= 0)
		(void)close(lock->fd);
	free(lock);
}
