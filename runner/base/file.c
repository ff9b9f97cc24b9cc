/*
 * Reads, writes and maps files.
 * Must not decide what is read or written and must not know Lua.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __APPLE__
#include <sys/acl.h>
#include <sys/mount.h>
#include <sys/param.h>
#else
#include <sys/statvfs.h>
#endif

/* Closes it unless it is a plain file. Returns `fd`, or -1 with `err`. */
static int keep_plain(int fd, const char *path, struct error *err)
{
	struct stat st;
	int number = fstat(fd, &st) != 0 ? errno : S_ISDIR(st.st_mode) ? EISDIR : 0;
	if (number == 0 && S_ISREG(st.st_mode))
		return fd;
	(void)close(fd);
	if (number != 0)
		return error_system(err, number, "cannot open %s", path);
	return error_set(err, "EINVAL", "cannot open %s: it is no plain file", path);
}

/* A socket, and a FIFO that nobody reads, are refused by the system itself. */
static int cannot_open(int number, const char *path, struct error *err)
{
	if (number == ENXIO || number == EOPNOTSUPP)
		return error_set(err, "EINVAL", "cannot open %s: it is no plain file", path);
	return error_system(err, number, "cannot open %s", path);
}

int file_open_at(int folder, const char *name, int flags, const char *path, struct error *err)
{
	int fd = openat(folder, name, flags | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	return fd >= 0 ? keep_plain(fd, path, err) : cannot_open(errno, path, err);
}

int file_open(const char *path, int flags, struct error *err)
{
	return file_open_at(AT_FDCWD, path, flags, path, err);
}

int file_create(const char *path, int flags, mode_t mode, struct error *err)
{
	int fd = open(path, flags | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, mode);
	return fd >= 0 ? keep_plain(fd, path, err) : cannot_open(errno, path, err);
}

/* Reads until `length` bytes or the end. Returns the number read, or -1 with errno. */
static ssize_t read_full(int fd, char *bytes, size_t length)
{
	size_t got = 0;
	while (got < length) {
		ssize_t n = read(fd, bytes + got, length - got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

/* A block that grows while a file is read. There is always room for one byte more than may be kept, which tells a file
 * that is too long, and for a NUL. */
struct block {
	char *bytes;
	size_t used, capacity;
};

static int grow(struct block *block, size_t limit)
{
	size_t capacity = block->capacity * 2 > limit ? limit + 2 : block->capacity * 2;
	char *larger = realloc(block->bytes, capacity);
	if (larger == NULL)
		return ENOMEM;
	block->bytes = larger;
	block->capacity = capacity;
	return 0;
}

/* Reads to the end of the file, or until there is more than `limit`. Returns 0, or an errno value (EFBIG: too much). */
static int fill_block(int fd, struct block *block, size_t limit)
{
	int number = block->bytes == NULL ? ENOMEM : 0;
	while (number == 0) {
		size_t room = block->capacity - 1 - block->used;
		ssize_t n = read_full(fd, block->bytes + block->used, room);
		if (n < 0)
			return errno;
		block->used += (size_t)n;
		if (block->used > limit)
			return EFBIG;
		if ((size_t)n < room)
			return 0;
		number = grow(block, limit);
	}
	return number;
}

/* Reads an open file whole. Its size is only a hint, as files of the kernel have none. */
static int read_whole(int fd, const char *path, size_t hint, size_t limit, struct block *block, struct error *err)
{
	block->used = 0;
	block->capacity = (hint < limit ? hint : limit) + 2;
	block->bytes = malloc(block->capacity);
	int number = fill_block(fd, block, limit);
	if (number == 0) {
		block->bytes[block->used] = '\0';
		return 0;
	}
	free(block->bytes);
	if (number == EFBIG)
		return error_set(err, "EFBIG", "cannot read %s: it is larger than %zu bytes", path, limit);
	return error_system(err, number, "cannot read %s", path);
}

static int read_with(const char *path, int flags, size_t limit, char **bytes, size_t *length, struct error *err)
{
	int fd = file_open(path, O_RDONLY | flags, err);
	if (fd < 0)
		return -1;
	struct stat st;
	size_t hint = fstat(fd, &st) == 0 && st.st_size > 0 ? (size_t)st.st_size : 4096;
	struct block block;
	int result = read_whole(fd, path, hint, limit, &block, err);
	(void)close(fd);
	if (result == 0) {
		*bytes = block.bytes;
		*length = block.used;
	}
	return result;
}

int file_read(const char *path, size_t limit, char **bytes, size_t *length, struct error *err)
{
	return read_with(path, 0, limit, bytes, length, err);
}

int file_read_nofollow(const char *path, size_t limit, char **bytes, size_t *length, struct error *err)
{
	return read_with(path, O_NOFOLLOW, limit, bytes, length, err);
}

int file_read_at(const char *path, off_t offset, char *bytes, size_t length, size_t *got, struct error *err)
{
	int fd = file_open(path, O_RDONLY, err);
	if (fd < 0)
		return -1;
	ssize_t n = lseek(fd, offset, SEEK_SET) < 0 ? -1 : read_full(fd, bytes, length);
	int number = errno;
	(void)close(fd);
	if (n < 0)
		return error_system(err, number, "cannot read %s at %lld", path, (long long)offset);
	*got = (size_t)n;
	return 0;
}

int file_write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, bytes, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes += n;
		length -= (size_t)n;
	}
	return 0;
}

/* What a file system answers that cannot do it at all. Anything else, EIO above all, means that it was tried and
 * failed. */
static bool is_unsupported(int number)
{
	return number == EINVAL || number == ENOTSUP || number == ENOTTY;
}

/* Calls it again for as long as a signal interrupts it. */
static int sync_whole(int (*sync)(int fd), int fd)
{
	int result;
	do
		result = sync(fd);
	while (result != 0 && errno == EINTR);
	return result;
}

#ifdef F_FULLFSYNC
static int full_sync(int fd)
{
	return fcntl(fd, F_FULLFSYNC);
}
#endif

int file_sync(int fd)
{
#ifdef F_FULLFSYNC
	if (sync_whole(full_sync, fd) == 0)
		return 0;
	if (!is_unsupported(errno))
		return -1;
#endif
	return sync_whole(fsync, fd);
}

int file_sync_folder(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_system(err, errno, "cannot open the folder %s to make it durable", path);
	/* Some network and user-space file systems cannot sync a folder at all; nothing better exists there. */
	int result = file_sync(fd) == 0 || is_unsupported(errno) ? 0 : -1;
	int number = errno;
	(void)close(fd);
	return result == 0 ? 0 : error_system(err, number, "cannot make the folder %s durable", path);
}

int file_append(const char *path, const char *bytes, size_t length, mode_t mode, struct error *err)
{
	int fd = file_create(path, O_WRONLY | O_APPEND, mode, err);
	if (fd < 0)
		return -1;
	int result = file_write_all(fd, bytes, length);
	int number = errno;
	if (close(fd) != 0 && result == 0) {
		result = -1;
		number = errno;
	}
	return result == 0 ? 0 : error_system(err, number, "cannot append to %s", path);
}

int file_stat(const char *path, bool follow, struct stat *out, struct error *err)
{
	if ((follow ? stat(path, out) : lstat(path, out)) != 0)
		return error_system(err, errno, "cannot look at %s", path);
	return 0;
}

#ifdef __APPLE__
static bool entry_writes(acl_entry_t entry)
{
	static const acl_perm_t writing[] = { ACL_WRITE_DATA,   ACL_APPEND_DATA,    ACL_DELETE,
		                                  ACL_DELETE_CHILD, ACL_WRITE_SECURITY, ACL_CHANGE_OWNER };
	acl_tag_t tag;
	acl_permset_t granted;
	if (acl_get_tag_type(entry, &tag) != 0 || tag != ACL_EXTENDED_ALLOW || acl_get_permset(entry, &granted) != 0)
		return false;
	for (size_t i = 0; i < sizeof writing / sizeof writing[0]; i++)
		if (acl_get_perm_np(granted, writing[i]) == 1)
			return true;
	return false;
}

bool file_acl_writes(const char *path)
{
	acl_t acl = acl_get_link_np(path, ACL_TYPE_EXTENDED);
	acl_entry_t entry;
	bool writes = false;
	if (acl == NULL)
		return false;
	for (int which = ACL_FIRST_ENTRY; !writes && acl_get_entry(acl, which, &entry) == 0; which = ACL_NEXT_ENTRY)
		writes = entry_writes(entry);
	(void)acl_free(acl);
	return writes;
}
#else
bool file_acl_writes(const char *path)
{
	(void)path;
	return false;
}
#endif

int file_remove(const char *path, struct error *err)
{
	return unlink(path) == 0 ? 0 : error_system(err, errno, "cannot remove %s", path);
}

int file_link(const char *target, const char *path, struct error *err)
{
	return symlink(target, path) == 0 ? 0 : error_system(err, errno, "cannot make the link %s", path);
}

/* statvfs counts blocks in 32 bits on macOS, which is not enough for a disk of 16 TiB; statfs counts in 64. */
#ifdef __APPLE__
static int look_at_space(const char *path, uint64_t *available, bool *read_only)
{
	struct statfs fs;
	if (statfs(path, &fs) != 0)
		return -1;
	*available = fs.f_bavail * fs.f_bsize;
	*read_only = (fs.f_flags & MNT_RDONLY) != 0;
	return 0;
}
#else
static int look_at_space(const char *path, uint64_t *available, bool *read_only)
{
	struct statvfs fs;
	if (statvfs(path, &fs) != 0)
		return -1;
	*available = (uint64_t)fs.f_bavail * (uint64_t)fs.f_frsize;
	*read_only = (fs.f_flag & ST_RDONLY) != 0;
	return 0;
}
#endif

int file_space(const char *path, uint64_t *available, bool *read_only, struct error *err)
{
	if (look_at_space(path, available, read_only) == 0)
		return 0;
	return error_system(err, errno, "cannot ask for the free space at %s", path);
}

/* Maps what is not empty. Returns 0, or an errno value. */
static int map_bytes(int fd, size_t limit, struct file_map *map)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return errno;
	if ((uintmax_t)st.st_size > limit)
		return EFBIG;
	if (st.st_size == 0)
		return 0;
	void *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return errno;
	*map = (struct file_map){ bytes, (size_t)st.st_size };
	return 0;
}

/* Maps an open file and closes it; -1 passes through. */
static int map_and_close(int fd, const char *path, size_t limit, struct file_map *map, struct error *err)
{
	*map = (struct file_map){ 0 };
	if (fd < 0)
		return -1;
	int number = map_bytes(fd, limit, map);
	(void)close(fd);
	if (number == EFBIG)
		return error_set(err, "EFBIG", "cannot read %s: it is larger than %zu bytes", path, limit);
	return number == 0 ? 0 : error_system(err, number, "cannot read %s", path);
}

int file_map(const char *path, struct file_map *map, struct error *err)
{
	return map_and_close(file_open(path, O_RDONLY, err), path, SIZE_MAX, map, err);
}

/* Closes it unless it is ours. Returns `fd`, or -1 with `err`; -1 passes through. */
static int keep_own(int fd, const char *path, struct error *err)
{
	struct stat st;
	if (fd < 0)
		return -1;
	int number = fstat(fd, &st) == 0 ? 0 : errno;
	if (number == 0 && (st.st_uid == 0 || st.st_uid == geteuid()) && (st.st_mode & 022) == 0)
		return fd;
	(void)close(fd);
	if (number != 0)
		return error_system(err, number, "cannot look at %s", path);
	return error_set(err, "refused", "cannot believe %s: it belongs to user %u, mode %o", path, (unsigned)st.st_uid,
	                 (unsigned)st.st_mode & 07777);
}

int file_map_own(const char *path, size_t limit, struct file_map *map, struct error *err)
{
	return map_and_close(keep_own(file_open(path, O_RDONLY | O_NOFOLLOW, err), path, err), path, limit, map, err);
}

void file_unmap(struct file_map *map)
{
	if (map->bytes != NULL)
		(void)munmap((void *)(uintptr_t)map->bytes, map->length);
	*map = (struct file_map){ 0 };
}

int64_t file_map_find(const struct file_map *map, const char *needle, size_t length, uint64_t from)
{
	if (from > map->length || length > map->length - from)
		return -1;
	if (length == 0)
		return (int64_t)from;
	const char *hit = memmem(map->bytes + from, map->length - from, needle, length);
	return hit == NULL ? -1 : (int64_t)(hit - map->bytes);
}
