/*
 * open, fcntl, stat and what else takes a flag word or fills a structure of files.
 */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "darwin.h"
#include "error.h"
#include "flags.h"
#include "symbols.h"
#include "variadic.h"

static const struct flag open_flags[] = {
	{ 1, O_WRONLY },
	{ 2, O_RDWR },
	{ DARWIN_O_NONBLOCK, O_NONBLOCK },
	{ DARWIN_O_APPEND, O_APPEND },
	{ DARWIN_O_SYNC, O_SYNC },
	{ DARWIN_O_NOFOLLOW, O_NOFOLLOW },
	{ DARWIN_O_CREAT, O_CREAT },
	{ DARWIN_O_TRUNC, O_TRUNC },
	{ DARWIN_O_EXCL, O_EXCL },
	{ DARWIN_O_NOCTTY, O_NOCTTY },
	{ DARWIN_O_DIRECTORY, O_DIRECTORY },
	{ DARWIN_O_CLOEXEC, O_CLOEXEC },
};

int file_flags_here(int flags)
{
	return (int)flags_here(open_flags, COUNT(open_flags), (uint32_t)flags);
}

int file_flags_darwin(int flags)
{
	return (int)flags_darwin(open_flags, COUNT(open_flags), (uint32_t)flags);
}

int file_folder_here(int fd)
{
	return fd == DARWIN_AT_FDCWD ? AT_FDCWD : fd;
}

int list_open(const char *path, int flags, const char *arguments);
int list_openat(int folder, const char *path, int flags, const char *arguments);
int list_fcntl(int fd, int command, const char *arguments);

/* open(2): a link that O_NOFOLLOW meets is ELOOP, with O_DIRECTORY too, where Linux says ENOTDIR. */
int list_openat(int folder, const char *path, int flags, const char *arguments)
{
	struct stat st;
	int at = file_folder_here(folder), mode = (flags & DARWIN_O_CREAT) != 0 ? NEXT(arguments, int) : 0;
	int fd = UNLESS_TOO_LONG(path, openat(at, path, file_flags_here(flags), mode));
	if (fd < 0 && errno == ENOTDIR && (flags & DARWIN_O_NOFOLLOW) != 0
	    && fstatat(at, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		errno = S_ISLNK(st.st_mode) ? ELOOP : ENOTDIR;
	return fd;
}

int list_open(const char *path, int flags, const char *arguments)
{
	return list_openat(DARWIN_AT_FDCWD, path, flags, arguments);
}

/* F_DUPFD, F_GETFD and F_SETFD are 0, 1 and 2 in both. */
int list_fcntl(int fd, int command, const char *arguments)
{
	int got;
	switch (command) {
	case F_DUPFD:
	case F_GETFD:
	case F_SETFD:
		return fcntl(fd, command, NEXT(arguments, int));
	case DARWIN_F_GETFL:
		return (got = fcntl(fd, F_GETFL)) < 0 ? got : file_flags_darwin(got);
	case DARWIN_F_SETFL:
		return fcntl(fd, F_SETFL, file_flags_here(NEXT(arguments, int)));
	case DARWIN_F_FULLFSYNC:
		return fsync(fd);
	case DARWIN_F_DUPFD_CLOEXEC:
		return fcntl(fd, F_DUPFD_CLOEXEC, NEXT(arguments, int));
	default:
		errno = EINVAL;
		return -1;
	}
}

static struct darwin_time time_of(struct timespec time)
{
	return (struct darwin_time){ time.tv_sec, time.tv_nsec };
}

/* Fills Darwin's structure if `status` is 0; returns that. */
static int fill(int status, const struct stat *from, struct darwin_stat *to)
{
	if (status == 0)
		*to = (struct darwin_stat){
			.device = (int32_t)from->st_dev,
			.mode = (uint16_t)from->st_mode,
			.links = (uint16_t)from->st_nlink,
			.inode = from->st_ino,
			.user = from->st_uid,
			.group = from->st_gid,
			.special = (int32_t)from->st_rdev,
			.accessed = time_of(from->st_atim),
			.modified = time_of(from->st_mtim),
			.changed = time_of(from->st_ctim),
			.born = time_of(from->st_ctim),
			.size = from->st_size,
			.blocks = from->st_blocks,
			.block_size = (int32_t)from->st_blksize,
		};
	return status;
}

static int darwin_stat(const char *path, struct darwin_stat *to)
{
	struct stat st;
	return fill(UNLESS_TOO_LONG(path, stat(path, &st)), &st, to);
}

static int darwin_lstat(const char *path, struct darwin_stat *to)
{
	struct stat st;
	return fill(UNLESS_TOO_LONG(path, lstat(path, &st)), &st, to);
}

static int darwin_fstat(int fd, struct darwin_stat *to)
{
	struct stat st;
	return fill(fstat(fd, &st), &st, to);
}

/* <sys/mman.h>: the protections and MAP_SHARED, MAP_PRIVATE, MAP_FIXED are the same. */
static void *darwin_mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset)
{
	static const struct flag map[] = {
		{ 0x1, MAP_SHARED }, { 0x2, MAP_PRIVATE }, { 0x10, MAP_FIXED }, { 0x1000, MAP_ANONYMOUS }
	};
	return mmap(at, length, protection, (int)flags_here(map, COUNT(map), (uint32_t)flags), fd, offset);
}

/* VM_INHERIT_NONE is 2: a child does not get these pages. */
static int darwin_minherit(void *at, size_t length, int how)
{
	return madvise(at, length, how == 2 ? MADV_DONTFORK : MADV_DOFORK);
}

const struct symbol symbols_file[] = {
	OURS(open), OURS(openat), OURS(fcntl), OURS(stat), OURS(lstat), OURS(fstat), OURS(mmap), OURS(minherit), TABLE_END,
};
