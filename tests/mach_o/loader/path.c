/*
 * Calls that take paths and differ only in how long those may be, or in one error.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "darwin.h"
#include "error.h"
#include "file.h"
#include "loader.h"
#include "symbols.h"

static int darwin_access(const char *path, int mode)
{
	return UNLESS_TOO_LONG(path, access(path, mode));
}

static int darwin_chmod(const char *path, uint16_t mode)
{
	return UNLESS_TOO_LONG(path, chmod(path, mode));
}

static int darwin_mkdir(const char *path, uint16_t mode)
{
	return UNLESS_TOO_LONG(path, mkdir(path, mode));
}

static int darwin_rmdir(const char *path)
{
	return UNLESS_TOO_LONG(path, rmdir(path));
}

static int darwin_remove(const char *path)
{
	return UNLESS_TOO_LONG(path, remove(path));
}

static int darwin_rename(const char *from, const char *to)
{
	return UNLESS_TOO_LONG(from, UNLESS_TOO_LONG(to, rename(from, to)));
}

static int darwin_symlink(const char *to, const char *path)
{
	return UNLESS_TOO_LONG(to, UNLESS_TOO_LONG(path, symlink(to, path)));
}

static int darwin_symlinkat(const char *to, int folder, const char *path)
{
	return UNLESS_TOO_LONG(to, UNLESS_TOO_LONG(path, symlinkat(to, file_folder_here(folder), path)));
}

/* unlink(2): a folder is EPERM there, EISDIR on Linux. */
static int darwin_unlinkat(int folder, const char *path, int flags)
{
	int how = (flags & DARWIN_AT_REMOVEDIR) != 0 ? AT_REMOVEDIR : 0;
	int status = UNLESS_TOO_LONG(path, unlinkat(file_folder_here(folder), path, how));
	if (status != 0 && errno == EISDIR)
		errno = EPERM;
	return status;
}

static int darwin_unlink(const char *path)
{
	return darwin_unlinkat(DARWIN_AT_FDCWD, path, 0);
}

static int darwin_mkdirat(int folder, const char *path, int mode)
{
	return UNLESS_TOO_LONG(path, mkdirat(file_folder_here(folder), path, (mode_t)mode));
}

static int darwin_renameat(int from_folder, const char *from, int to_folder, const char *to)
{
	return UNLESS_TOO_LONG(
		from, UNLESS_TOO_LONG(to, renameat(file_folder_here(from_folder), from, file_folder_here(to_folder), to)));
}

/* clonefile(2): a volume that makes no clones says ENOTSUP, as this one does. */
static int darwin_fclonefileat(int source, int folder, const char *path, int flags)
{
	(void)source;
	(void)folder;
	(void)path;
	(void)flags;
	errno = ENOTSUP;
	return -1;
}

/* acl_get(3): no file here has an access control list, which is ENOENT. */
static void *no_list(void)
{
	errno = ENOENT;
	return NULL;
}

/* The caller has room for Darwin's longest path only. */
static char *darwin_realpath(const char *path, char *out)
{
	char real[PATH_MAX];
	if (error_too_long(path) || realpath(path, real) == NULL || error_too_long(real))
		return NULL;
	return out != NULL ? memcpy(out, real, strlen(real) + 1) : strdup(real);
}

static int darwin_statfs(const char *path, struct darwin_statfs *to)
{
	struct statvfs fs;
	if (UNLESS_TOO_LONG(path, statvfs(path, &fs)) != 0)
		return -1;
	*to = (struct darwin_statfs){
		.block_size = (uint32_t)fs.f_frsize,
		.best_size = (int32_t)fs.f_bsize,
		.blocks = fs.f_blocks,
		.free = fs.f_bfree,
		.available = fs.f_bavail,
		.files = fs.f_files,
		.free_files = fs.f_ffree,
		.flags = (fs.f_flag & ST_RDONLY) != 0 ? DARWIN_MNT_RDONLY : 0,
	};
	return 0;
}

/* dyld(3), _NSGetExecutablePath: absolute; links in it stay. */
static int executable_path(char *out, uint32_t *size)
{
	char path[2 * PATH_MAX + 2], here[PATH_MAX];
	if (loader.executable[0] == '/' || getcwd(here, sizeof here) == NULL)
		(void)snprintf(path, sizeof path, "%s", loader.executable);
	else
		(void)snprintf(path, sizeof path, "%s/%s", here, loader.executable);
	uint32_t wanted = (uint32_t)strlen(path) + 1;
	if (wanted > *size) {
		*size = wanted;
		return -1;
	}
	memcpy(out, path, wanted);
	return 0;
}

const struct symbol symbols_path[] = {
	OURS(access),
	OURS(chmod),
	OURS(mkdir),
	OURS(rmdir),
	OURS(remove),
	OURS(rename),
	OURS(symlink),
	OURS(symlinkat),
	OURS(unlink),
	OURS(unlinkat),
	OURS(realpath),
	NAMED("_realpath$DARWIN_EXTSN", darwin_realpath),
	OURS(statfs),
	NAMED("__NSGetExecutablePath", executable_path),
	OURS(mkdirat),
	OURS(renameat),
	OURS(fclonefileat),
	NAMED("_acl_get_link_np", no_list),
	/* These take a list that nobody got. */
	NAMED("_acl_free", abort),
	NAMED("_acl_get_entry", abort),
	NAMED("_acl_get_perm_np", abort),
	NAMED("_acl_get_permset", abort),
	NAMED("_acl_get_tag_type", abort),
	TABLE_END,
};
