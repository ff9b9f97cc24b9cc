/*
 * Files: capped reads, appending, free space, memory maps. What replaces a file durably is replace.h's.
 * Must not decide what is read or written and must not know Lua.
 *
 * Every function returning int gives 0, or -1 with `err` filled in (file, what was attempted, the system's words).
 * Every descriptor opened here has close-on-exec set. Only plain files are opened, and nothing waits for one: in the
 * place of a file anybody may have put a FIFO, which would hold the program for ever, or a device.
 */
#ifndef VMQ_FILE_H
#define VMQ_FILE_H

#include "base/error.h"

#include <sys/stat.h>
#include <sys/types.h>

/* Opens a plain file with open's `flags`, but O_CREAT. Returns the descriptor, or -1 with `err`; "EINVAL" where it is
 * none, "ELOOP" for a link with O_NOFOLLOW. `path` is what a message names. */
int file_open_at(int folder, const char *name, int flags, const char *path, struct error *err);
int file_open(const char *path, int flags, struct error *err);

/* The same, made with `mode` if it is not there. A link is not followed. */
int file_create(const char *path, int flags, mode_t mode, struct error *err);

/* Reads all of `path`. Longer than `limit` bytes: error "EFBIG". `*bytes` is malloc'ed, ends in an extra NUL, and is
 * the caller's. */
int file_read(const char *path, size_t limit, char **bytes, size_t *length, struct error *err);

/* The same for a name that others may have planted: a link is not followed ("ELOOP"). */
int file_read_nofollow(const char *path, size_t limit, char **bytes, size_t *length, struct error *err);

/* Reads up to `length` bytes at `offset` into `bytes`; `*got` is less only at the end of the file. */
int file_read_at(const char *path, off_t offset, char *bytes, size_t length, size_t *got, struct error *err);

/* Writes all of it, going on after a short write or a signal. Returns 0, or -1 with errno. */
int file_write_all(int fd, const char *bytes, size_t length);

/* Makes what was written to `fd` survive loss of power. Returns 0, or -1 with errno.
 * macOS: fsync leaves data in the drive's cache, F_FULLFSYNC does not (fcntl(2) there); where a file system has no such
 * thing, fsync. */
int file_sync(int fd);

/* The same for a folder, so that a name made or renamed in it survives. */
int file_sync_folder(const char *path, struct error *err);

/* Appends without making durable; creates the file with `mode`. A link is not followed. */
int file_append(const char *path, const char *bytes, size_t length, mode_t mode, struct error *err);

int file_stat(const char *path, bool follow, struct stat *out, struct error *err);

/* Does the file's or folder's own access control list let anybody write, replace or take it over? The mode says nothing
 * of that on macOS; elsewhere always false, as the mode says it all. */
bool file_acl_writes(const char *path);

int file_remove(const char *path, struct error *err);
int file_link(const char *target, const char *path, struct error *err);

/* Free bytes for this user on the file system of `path`, and whether it is mounted read-only. */
int file_space(const char *path, uint64_t *available, bool *read_only, struct error *err);

/* A file mapped for reading. An empty file has length 0 and no bytes. Close with file_unmap. */
struct file_map {
	const char *bytes;
	size_t length;
};
int file_map(const char *path, struct file_map *map, struct error *err);

/* The same for a file that must be ours: without following a link, not if it is larger than `limit` ("EFBIG"), and not
 * if it belongs to somebody else than root and whoever runs this, or if others can write it ("refused"). */
int file_map_own(const char *path, size_t limit, struct file_map *map, struct error *err);
void file_unmap(struct file_map *map);

/* Where `needle` first stands in `map` at or after `from`; -1 if nowhere. An empty needle is found at once. */
int64_t file_map_find(const struct file_map *map, const char *needle, size_t length, uint64_t from);

#endif
