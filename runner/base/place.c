/*
 * Walks to a file's folder without following links.
 * Must not open the file itself.
 */
#include "base/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* The folders that lead to a mount point by a longer way than one name. */
static const char *const long_leads[] = { "/Volumes/", "/System/Volumes/", "/usr/" };

/* The length of what leads to the mount point: a part of `path` that ends before a slash, or the whole of it. */
static size_t lead_of(const char *path)
{
	size_t from = 1;
	for (size_t i = 0; i < sizeof long_leads / sizeof long_leads[0]; i++)
		if (strncmp(path, long_leads[i], strlen(long_leads[i])) == 0)
			from = strlen(long_leads[i]);
	return from + strcspn(path + from, "/");
}

int place_of_path(struct place *place, const char *path, struct error *err)
{
	if (snprintf(place->path, sizeof place->path, "%s", path) >= (int)sizeof place->path)
		return error_system(err, ENAMETOOLONG, "cannot use %s", path);
	place->folder = AT_FDCWD;
	place->name = place->path;
	return 0;
}

void place_close(struct place *place)
{
	if (place->folder >= 0)
		(void)close(place->folder);
	place->folder = -1;
}

/* Goes from an open folder into the one called by the next `size` bytes of `name`, making it if it may be made. The
 * folder that was open is closed. Returns the new descriptor, or -1 with errno. */
static int enter(int folder, const char *name, size_t size, bool make)
{
	char level[NAME_MAX + 1];
	int next = -1;
	if (size > NAME_MAX) {
		errno = ENAMETOOLONG;
	} else {
		(void)snprintf(level, sizeof level, "%.*s", (int)size, name);
		next = openat(folder, level, FOLDER | O_NOFOLLOW);
		if (next < 0 && errno == ENOENT && make && (mkdirat(folder, level, 0755) == 0 || errno == EEXIST))
			next = openat(folder, level, FOLDER | O_NOFOLLOW);
	}
	int number = errno;
	(void)close(folder);
	errno = number;
	return next;
}

/* Opens where the walk begins: the mount point, or the root when `path` is at the top itself. Returns the descriptor or
 * -1 with errno; `*at` is the rest of the path, behind its slash. */
static int open_lead(const char *root, const char *path, const char **at)
{
	char lead[PATH_MAX];
	size_t length = lead_of(path);
	if (path[length] == '\0')
		length = (size_t)(strrchr(path, '/') - path);
	*at = path + length + 1;
	if (snprintf(lead, sizeof lead, "%s%.*s/", root, (int)length, path) >= (int)sizeof lead) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(lead, FOLDER);
}

/* Walks to the folder that the last name of place->path lies in. `tail` is how much of it is the path on the Mac. */
static int walk(struct place *place, const char *root, bool make, struct error *err)
{
	const char *at, *slash;
	int folder = open_lead(root, place->path + strlen(root), &at);
	for (; folder >= 0 && (slash = strchr(at, '/')) != NULL; at = slash + 1)
		folder = enter(folder, at, (size_t)(slash - at), make);
	place->folder = folder;
	place->name = at;
	if (folder >= 0)
		return 0;
	int number = errno;
	int length = (int)(at - place->path) - 1;
	if (number == ELOOP || number == ENOTDIR)
		return error_set(err, "refused", "will not use %s: %.*s is a link or no folder", place->path, length,
		                 place->path);
	return error_system(err, number, "cannot open the folder %.*s", length, place->path);
}

static int join(struct place *place, const char *root, const char *path, struct error *err)
{
	if (snprintf(place->path, sizeof place->path, "%s%s", root, path) >= (int)sizeof place->path)
		return error_system(err, ENAMETOOLONG, "cannot use %s", path);
	return 0;
}

int place_open(struct place *place, const char *root, const char *path, struct error *err)
{
	place->folder = -1;
	return join(place, root, path, err) != 0 ? -1 : walk(place, root, false, err);
}

/* Whether the open folder may be used as one of ours; if so it gets its mode. */
static int take_folder(int fd, const char *path, mode_t mode, struct error *err)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return error_system(err, errno, "cannot look at %s", path);
	if (st.st_uid != geteuid())
		return error_set(err, "refused", "will not use the folder %s: it belongs to user %u", path,
		                 (unsigned)st.st_uid);
	if ((st.st_mode & 022) != 0)
		return error_set(err, "refused", "will not use the folder %s: others can write it", path);
	return fchmod(fd, mode) == 0 ? 0 : error_system(err, errno, "cannot set the mode of the folder %s", path);
}

static int make_last(const struct place *place, mode_t mode, struct error *err)
{
	bool made = mkdirat(place->folder, place->name, 0700) == 0;
	if (!made && errno != EEXIST)
		return error_system(err, errno, "cannot make the folder %s", place->path);
	int fd = openat(place->folder, place->name, FOLDER | O_NOFOLLOW);
	if (fd < 0)
		return error_system(err, errno, "cannot use %s as a folder", place->path);
	int result = take_folder(fd, place->path, mode, err);
	(void)close(fd);
	return result;
}

int place_make_folder(const char *root, const char *path, mode_t mode, struct error *err)
{
	struct place place = { .folder = -1 };
	if (join(&place, root, path, err) != 0 || walk(&place, root, true, err) != 0)
		return -1;
	int result = make_last(&place, mode, err);
	place_close(&place);
	return result;
}
