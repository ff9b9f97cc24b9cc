/*
 * Makes and removes scratch folders.
 * Must not remove a folder without the marker, and must not follow a link while removing.
 */
#include "base/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/tree.h"

static const char *temporary_folder(void)
{
	const char *folder = getenv("TMPDIR");
	return folder != NULL && folder[0] == '/' ? folder : "/tmp";
}

static int write_marker(const char *folder, struct error *err)
{
	char marker[PATH_MAX + sizeof SCRATCH_MARKER + 1];
	(void)snprintf(marker, sizeof marker, "%s/%s", folder, SCRATCH_MARKER);
	int fd = open(marker, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_system(err, errno, "cannot mark %s as a scratch folder", folder);
	(void)close(fd);
	return 0;
}

int scratch_make(char path[PATH_MAX], struct error *err)
{
	const char *folder = temporary_folder();
	size_t length = strlen(folder);
	while (length > 1 && folder[length - 1] == '/')
		length--;
	if (snprintf(path, PATH_MAX, "%.*s/vmq-recovery.XXXXXX", (int)length, folder) >= PATH_MAX)
		return error_system(err, ENAMETOOLONG, "cannot make a scratch folder in %s", folder);
	if (mkdtemp(path) == NULL)
		return error_system(err, errno, "cannot make a scratch folder in %s", folder);
	if (write_marker(path, err) == 0)
		return 0;
	(void)rmdir(path);
	return -1;
}

/* Whether the real path `path` lies strictly below the folder `above`. */
static bool lies_below(const char *path, const char *above)
{
	char real[PATH_MAX];
	if (realpath(above, real) == NULL)
		return false;
	size_t length = strlen(real);
	return length > 1 && strncmp(path, real, length) == 0 && path[length] == '/' && path[length + 1] != '\0';
}

int scratch_remove(const char *path, struct error *err)
{
	char real[PATH_MAX], marker[PATH_MAX + sizeof SCRATCH_MARKER + 1];
	struct stat st;
	if (realpath(path, real) == NULL)
		return error_system(err, errno, "cannot remove %s", path);
	(void)snprintf(marker, sizeof marker, "%s/%s", real, SCRATCH_MARKER);
	if ((!lies_below(real, temporary_folder()) && !lies_below(real, "/tmp")) || lstat(marker, &st) != 0)
		return error_set(err, "refused", "will not remove %s: it is not a scratch folder made by this program", path);
	if (tree_remove(AT_FDCWD, real) != 0)
		return error_system(err, errno, "cannot remove %s", path);
	return 0;
}
