/*
 * Removes a folder with all that it holds.
 * Must not follow a link, and must not decide what may be removed.
 */
#include "base/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEEPEST 64 /* levels of folders; a simulated Mac and a kit have about ten */

static int remove_below(int parent, const char *name, int depth);

/* Empties the open folder, then closes it. Returns 0, or -1 with errno. */
static int empty_folder(DIR *dir, int depth)
{
	int result = 0;
	const struct dirent *entry;
	while (result == 0 && (errno = 0, entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			result = remove_below(dirfd(dir), entry->d_name, depth + 1);
	if (result == 0 && errno != 0)
		result = -1;
	int number = errno;
	(void)closedir(dir);
	errno = number;
	return result;
}

/* Removes one name and what is below it. Returns 0, or -1 with errno. */
static int remove_below(int parent, const char *name, int depth)
{
	if (depth > DEEPEST) {
		errno = ELOOP;
		return -1;
	}
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return unlinkat(parent, name, 0);
	(void)fchmod(fd, 0700); /* a simulated sealed volume is read-only to its owner */
	DIR *dir = fdopendir(fd);
	if (dir == NULL) {
		(void)close(fd);
		return -1;
	}
	return empty_folder(dir, depth) == 0 ? unlinkat(parent, name, AT_REMOVEDIR) : -1;
}

int tree_remove(int folder, const char *name)
{
	return remove_below(folder, name, 0);
}
