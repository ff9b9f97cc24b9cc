/*
 * Files: capped reads, durable and atomic writes, free space, memory maps.
 * Must not decide what is read or written and must not know Lua.
 *
 * Every function returning int gives 0, or -1 with `err` filled in (file, what was attempted, the system's words).
 * Every descriptor opened here has close-on-exec set.
 */
#ifndef VMQ_FILE_H
#define VMQ_FILE_H

#include "base/error.h"

#include <sys/stat.h>
#include <sys/types.h>

/* Reads all of `path`. Longer than `limit` bytes: error "EFBIG". `*bytes` is malloc'ed, ends in an extra NUL, and is
 * the caller's. */
int file_read(const char *path, size_t limit, char **bytes, size_t *length, struct error *err);

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

/* Puts `bytes` in place of `path`, durably: after a crash the file is the old one or the new one. `mode` is chmod's. */
int file_write_atomic(const char *path, const char *bytes, size_t length, mode_t mode, struct error *err);

/* Puts a copy of the plain file `source` in place of `path`, with the same promise; memory is constant. */
int file_copy(const char *source, const char *path, mode_t mode, struct error *err);

/* Renames `source` to `path`, in place of what is there, durably. Both must be on one volume: else error "EXDEV". */
int file_move(const char *source, const char *path, struct error *err);

/* Appends without making durable; creates the file with `mode`. */
int file_append(const char *path, const char *bytes, size_t length, mode_t mode, struct error *err);

int file_stat(const char *path, bool follow, struct stat *out, struct error *err);
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
void file_unmap(struct file_map *map);

/* Where `needle` first stands in `map` at or after `from`; -1 if nowhere. An empty needle is found at once. */
int64_t file_map_find(const struct file_map *map, const char *needle, size_t length, uint64_t from);

#endif
