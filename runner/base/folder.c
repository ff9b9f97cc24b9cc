/*
 * Makes and lists folders.
 * Must not remove any that was there before.
 */
#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One level. A folder that exists is fine, whatever mkdir says of it (EEXIST; EROFS and EACCES on a sealed volume). */
static int make_level(const char *path, mode_t mode, bool *made)
{
	struct stat st;
	*made = mkdir(path, mode) == 0;
	if (*made)
		return 0;
	int number = errno;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	errno = number;
	return -1;
}

int folder_make(const char *path, mode_t mode, struct error *err)
{
	char level[PATH_MAX];
	bool made = false;
	if (snprintf(level, sizeof level, "%s", path) >= (int)sizeof level)
		return error_system(err, ENAMETOOLONG, "cannot make the folder %s", path);
	for (char *slash = level + 1; *level != '\0' && (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		if (make_level(level, 0755, &made) != 0)
			return error_system(err, errno, "cannot make the folder %s", level);
		*slash = '/';
	}
	if (make_level(level, mode, &made) != 0 || (made && chmod(level, mode) != 0))
		return error_system(err, errno, "cannot make the folder %s", path);
	return 0;
}

int folder_try(const char *path, struct error *err)
{
	if (mkdir(path, 0700) == 0 && unlinkat(AT_FDCWD, path, AT_REMOVEDIR) == 0)
		return 0;
	return error_system(err, errno, "cannot make the folder %s", path);
}

int folder_set_mode(const char *path, mode_t mode, struct error *err)
{
	return chmod(path, mode) == 0 ? 0 : error_system(err, errno, "cannot change the mode of %s", path);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names, each with its NUL, one after the other. */
struct names {
	char *text;
	size_t length, capacity, count;
};

/* Returns 0, or ENOMEM. */
static int add_name(struct names *names, const char *name)
{
	size_t size = strlen(name) + 1;
	if (names->length + size > names->capacity) {
		size_t capacity = names->capacity * 2 + 4096;
		char *larger = realloc(names->text, capacity);
		if (larger == NULL)
			return ENOMEM;
		names->text = larger;
		names->capacity = capacity;
	}
	memcpy(names->text + names->length, name, size);
	names->length += size;
	names->count++;
	return 0;
}

/* Gathers the names of an open folder. Returns 0, or an errno value. */
static int gather_names(DIR *dir, struct names *names)
{
	const struct dirent *entry;
	while ((errno = 0, entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		int number = add_name(names, entry->d_name);
		if (number != 0)
			return number;
	}
	return errno;
}

/* One block of sorted pointers and text, or NULL. */
static char **sort_names(const struct names *names)
{
	char **list = malloc((names->count + 1) * sizeof *list + names->length + 1);
	if (list == NULL)
		return NULL;
	char *copy = (char *)(list + names->count + 1);
	if (names->length > 0)
		memcpy(copy, names->text, names->length);
	for (size_t i = 0; i < names->count; i++, copy += strlen(copy) + 1)
		list[i] = copy;
	list[names->count] = NULL;
	qsort(list, names->count, sizeof *list, compare_names);
	return list;
}

int folder_list(const char *path, char ***names, struct error *err)
{
	struct names found = { 0 };
	DIR *dir = opendir(path);
	if (dir == NULL)
		return error_system(err, errno, "cannot list %s", path);
	int number = gather_names(dir, &found);
	(void)closedir(dir);
	*names = number == 0 ? sort_names(&found) : NULL;
	free(found.text);
	if (*names != NULL)
		return 0;
	return error_system(err, number == 0 ? ENOMEM : number, "cannot list %s", path);
}
