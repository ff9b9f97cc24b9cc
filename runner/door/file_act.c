/*
 * Checks and does the acts on files.
 * Must not be called but by the door.
 */
#include "door/file_act.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/system.h"
#include "base/words.h"
#include "door/forms.h"

#define OWN "vmq-recovery"

/* Does the path end in our name, or lie in a folder of that name? */
static bool is_ours(const char *path)
{
	size_t size = strlen(OWN);
	for (const char *at = strstr(path, "/" OWN); at != NULL; at = strstr(at + 1, "/" OWN))
		if (at[1 + size] == '\0' || at[1 + size] == '/')
			return true;
	return false;
}

/* "644" or "0644": never for others to write, never with more rights than their own. Returns false if it is none. */
static bool read_mode(const char *word, mode_t *mode)
{
	char *end;
	unsigned long value = strtoul(word, &end, 8);
	*mode = (mode_t)value;
	return word[0] >= '0' && word[0] <= '7' && *end == '\0' && value <= 0777 && (value & 022) == 0;
}

static int act_copy(const char *const *paths, mode_t mode, const char *text, struct error *err)
{
	(void)text;
	return file_copy(paths[0], paths[1], mode, err);
}

static int act_copy_program(const char *const *paths, mode_t mode, const char *text, struct error *err)
{
	char program[PATH_MAX];
	(void)text;
	return system_executable(program, err) == 0 ? file_copy(program, paths[0], mode, err) : -1;
}

static int act_move(const char *const *paths, mode_t mode, const char *text, struct error *err)
{
	(void)mode;
	(void)text;
	return file_move(paths[0], paths[1], err);
}

static int act_write(const char *const *paths, mode_t mode, const char *text, struct error *err)
{
	return file_write_atomic(paths[0], text, strlen(text), mode, err);
}

/* A folder that somebody else has made where everybody may make one (/Users/Shared) becomes ours; a link there is
 * refused. */
static int act_make_folder(const char *const *paths, mode_t mode, const char *text, struct error *err)
{
	(void)text;
	if (folder_make(paths[0], mode, err) != 0)
		return -1;
	int fd = open(paths[0], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_system(err, errno, "cannot use %s as a folder", paths[0]);
	int number = fchown(fd, geteuid(), (gid_t)-1) != 0 || fchmod(fd, mode) != 0 ? errno : 0;
	(void)close(fd);
	return number == 0 ? 0 : error_system(err, number, "cannot take the folder %s over", paths[0]);
}

static int act_remove(const char *const *paths, mode_t mode, const char *text, struct error *err)
{
	(void)mode;
	(void)text;
	return file_remove(paths[0], err) == 0 || strcmp(err->code, "ENOENT") == 0 ? 0 : -1;
}

/* `own`: a bit for each path that must be one of ours. */
static const struct act {
	const char *name;
	int paths;
	unsigned own;
	bool mode, text;
	int (*run)(const char *const *paths, mode_t mode, const char *text, struct error *err);
} table[] = {
	{ "copy", 2, 0, true, false, act_copy },
	{ "copy-program", 1, 1, true, false, act_copy_program },
	{ "move", 2, 1, false, false, act_move },
	{ "write", 1, 1, true, true, act_write },
	{ "make-folder", 1, 1, true, false, act_make_folder },
	{ "remove", 1, 1, false, false, act_remove },
};

static const struct act *find(const char *name)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

bool file_act_named(const char *word)
{
	return find(word) != NULL;
}

/* How many words a command of this act has, its name included. */
static size_t words_of(const struct act *act)
{
	return 1 + (size_t)act->paths + (act->mode ? 1 : 0) + (act->text ? 1 : 0);
}

int file_act_check(const char *const *argv, struct error *err)
{
	const struct act *act = find(argv[0]);
	mode_t mode;
	if (act == NULL || words_count(argv) != words_of(act))
		return error_set(err, "refused", "will not %s: these are not its arguments", argv[0]);
	for (int i = 0; i < act->paths && argv[1 + i] != NULL; i++) {
		if (!forms_path_is_plain(argv[1 + i]))
			return error_set(err, "refused", "will not %s %s: the path must be absolute and plain", argv[0],
			                 argv[1 + i]);
		if ((act->own >> i & 1) != 0 && !is_ours(argv[1 + i]))
			return error_set(err, "refused", "will not %s %s: it is in no folder called " OWN, argv[0], argv[1 + i]);
	}
	const char *word = act->mode ? argv[1 + act->paths] : NULL;
	if (word != NULL && !read_mode(word, &mode))
		return error_set(err, "refused", "will not %s with the mode %s", argv[0], word);
	return 0;
}

int file_act(const char *root, const char *const *argv, struct error *err)
{
	char places[2][PATH_MAX];
	const char *paths[2] = { places[0], places[1] };
	const struct act *act = find(argv[0]);
	mode_t mode = 0;
	if (file_act_check(argv, err) != 0)
		return -1;
	for (int i = 0; i < act->paths; i++)
		if (snprintf(places[i], PATH_MAX, "%s%s", root, argv[1 + i]) >= PATH_MAX)
			return error_system(err, ENAMETOOLONG, "cannot %s %s", argv[0], argv[1 + i]);
	if (act->mode)
		(void)read_mode(argv[1 + act->paths], &mode);
	return act->run(paths, mode, act->text ? argv[2 + act->paths] : NULL, err);
}
