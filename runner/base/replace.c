/*
 * Puts whole files in place of others, durably.
 * Must not append, and must not know Lua.
 */
#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/meter.h"

#ifdef __APPLE__
#include <sys/clonefile.h>
#else
#include <linux/fs.h>
#include <sys/ioctl.h>
#endif

/* What a new file is filled with: a text, or all that an open file still holds. */
struct content {
	const char *bytes;
	size_t length;
	int source; /* -1: the text */
	struct meter *meter;
};

/* Returns 0, or -1 with errno. */
static int copy_rest(const struct content *content, int target)
{
	char piece[128 * 1024];
	meter_begin(content->meter, "Copied", content->source, -1);
	for (;;) {
		ssize_t n = read(content->source, piece, sizeof piece);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		if (file_write_all(target, piece, (size_t)n) != 0)
			return -1;
		meter_add(content->meter, (size_t)n);
	}
}

static int fill(int fd, const struct content *content)
{
	return content->source >= 0 ? copy_rest(content, fd) : file_write_all(fd, content->bytes, content->length);
}

#define NEW_FILE (O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)

/* Makes the file as a clone of `source`, whose owner and ACL it does not get. Returns the descriptor, or -1: it cannot
 * be cloned. */
#ifdef __APPLE__
static int open_clone(int source, int folder, const char *name)
{
	if (fclonefileat(source, folder, name, CLONE_NOOWNERCOPY) != 0)
		return -1;
	int fd = openat(folder, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		(void)unlinkat(folder, name, 0);
	return fd;
}
#else
static int open_clone(int source, int folder, const char *name)
{
	int fd = openat(folder, name, NEW_FILE, 0600);
	if (fd < 0 || ioctl(fd, FICLONE, source) == 0)
		return fd;
	(void)close(fd);
	(void)unlinkat(folder, name, 0);
	return -1;
}
#endif

/* What the new file is called until it is whole. In an open folder, where only the one run works that holds the lock,
 * one name: what a run has left that was cut off is replaced by the next. Elsewhere each process has names of its own.
 */
static int name_beside(const struct place *target, unsigned i, char name[PATH_MAX])
{
	unsigned number = ((unsigned)getpid() * 1000 + i) % 0x1000000;
	bool one = target->folder >= 0;
	int length = one ? snprintf(name, PATH_MAX, "%s.vmq-recovery.new", target->name)
	                 : snprintf(name, PATH_MAX, "%s.new.%06x", target->name, number);
	if (length >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (one)
		(void)unlinkat(target->folder, name, 0);
	return 0;
}

/* Makes a file of a new name beside the target's and fills it; `name` gets what it is called. Returns the descriptor,
 * or -1 with errno. */
static int make_beside(const struct place *target, const struct content *content, char name[PATH_MAX])
{
	int fd = -1;
	for (unsigned i = 0; i < 1000 && (i == 0 || errno == EEXIST); i++) {
		if (name_beside(target, i, name) != 0)
			return -1;
		if (content->source >= 0 && (fd = open_clone(content->source, target->folder, name)) >= 0)
			return fd;
		fd = openat(target->folder, name, NEW_FILE, 0600);
		if (fd >= 0)
			break;
	}
	if (fd < 0 || fill(fd, content) == 0)
		return fd;
	int number = errno;
	(void)close(fd);
	(void)unlinkat(target->folder, name, 0);
	errno = number;
	return -1;
}

/* Writes the new content under a temporary name. On failure errno tells why and the name is gone. */
static int write_beside(const struct place *target, const struct content *content, mode_t mode, char name[PATH_MAX])
{
	int fd = make_beside(target, content, name);
	if (fd < 0)
		return -1;
	int failed = fchmod(fd, mode) != 0 || file_sync(fd) != 0;
	int number = errno;
	if (close(fd) != 0 && !failed) {
		failed = 1;
		number = errno;
	}
	if (failed)
		(void)unlinkat(target->folder, name, 0);
	errno = number;
	return failed ? -1 : 0;
}

/* Makes what happened to the names in the place's folder survive. */
static int sync_folder_of(const struct place *place, struct error *err)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(place->path, '/');
	if (slash == NULL)
		return file_sync_folder(".", err);
	(void)snprintf(folder, sizeof folder, "%.*s", slash == place->path ? 1 : (int)(slash - place->path), place->path);
	return file_sync_folder(folder, err);
}

/* Gives the file called `name` in `folder` the place's name. */
static int put_in_place(int folder, const char *name, const struct place *target, struct error *err)
{
	if (renameat(folder, name, target->folder, target->name) != 0)
		return error_system(err, errno, "cannot put the new %s in place", target->path);
	return sync_folder_of(target, err);
}

static int replace(const struct place *target, const struct content *content, mode_t mode, struct error *err)
{
	char name[PATH_MAX];
	if (write_beside(target, content, mode, name) != 0)
		return error_system(err, errno, "cannot write %s", target->path);
	int result = put_in_place(target->folder, name, target, err);
	if (result != 0)
		(void)unlinkat(target->folder, name, 0);
	return result;
}

int replace_text(const struct place *target, const char *bytes, size_t length, mode_t mode, struct error *err)
{
	struct content content = { bytes, length, -1, NULL };
	return replace(target, &content, mode, err);
}

int replace_file(const char *path, const char *bytes, size_t length, mode_t mode, struct error *err)
{
	struct place target;
	return place_of_path(&target, path, err) == 0 ? replace_text(&target, bytes, length, mode, err) : -1;
}

int replace_copy(const struct place *source, const struct place *target, mode_t mode, struct meter *meter,
                 struct error *err)
{
	int flags = O_RDONLY | (source->folder >= 0 ? O_NOFOLLOW : 0);
	struct content content = { .meter = meter };
	content.source = file_open_at(source->folder, source->name, flags, source->path, err);
	if (content.source < 0)
		return -1;
	int result = replace(target, &content, mode, err);
	meter_end(meter);
	(void)close(content.source);
	return result;
}

int replace_move(const struct place *source, const struct place *target, struct error *err)
{
	return put_in_place(source->folder, source->name, target, err);
}

int replace_remove(const struct place *target, struct error *err)
{
	if (unlinkat(target->folder, target->name, 0) == 0)
		return 0;
	return error_system(err, errno, "cannot remove %s", target->path);
}
