/*
 * Checks and does the acts on files.
 * Must not be called but by the door.
 */
#include "door/file_act.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/replace.h"
#include "base/system.h"
#include "base/tree.h"
#include "base/words.h"
#include "door/forms.h"

#define OWN "vmq-recovery"

struct named_path {
	struct named_path *next;
	char path[];
};

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

/* Where an act's paths lie on the Mac, and its other words. */
struct task {
	const char *root;
	const char *paths[2];
	mode_t mode;
	const char *text;
	struct meter *meter;
};

/* Opens the folder of one or two of the paths, hands them over, and closes them again. */
static int with_places(const struct task *task, int count, struct error *err,
                       int (*run)(const struct task *task, const struct place *places, struct error *err))
{
	struct place places[2] = { { .folder = -1 }, { .folder = -1 } };
	int result = 0;
	for (int i = 0; i < count && result == 0; i++)
		result = place_open(&places[i], task->root, task->paths[i], err);
	if (result == 0)
		result = run(task, places, err);
	for (int i = 0; i < count; i++)
		place_close(&places[i]);
	return result;
}

static int copy(const struct task *task, const struct place *places, struct error *err)
{
	return replace_copy(&places[0], &places[1], task->mode, task->meter, err);
}

static int act_copy(const struct task *task, struct error *err)
{
	return with_places(task, 2, err, copy);
}

static int copy_program(const struct task *task, const struct place *places, struct error *err)
{
	char program[PATH_MAX];
	struct place source;
	if (system_executable(program, err) != 0 || place_of_path(&source, program, err) != 0)
		return -1;
	return replace_copy(&source, &places[0], task->mode, task->meter, err);
}

static int act_copy_program(const struct task *task, struct error *err)
{
	return with_places(task, 1, err, copy_program);
}

static int move(const struct task *task, const struct place *places, struct error *err)
{
	(void)task;
	return replace_move(&places[0], &places[1], err);
}

static int act_move(const struct task *task, struct error *err)
{
	return with_places(task, 2, err, move);
}

static int write_text(const struct task *task, const struct place *places, struct error *err)
{
	return replace_text(&places[0], task->text, strlen(task->text), task->mode, err);
}

static int act_write(const struct task *task, struct error *err)
{
	return with_places(task, 1, err, write_text);
}

static int act_make_folder(const struct task *task, struct error *err)
{
	return place_make_folder(task->root, task->paths[0], task->mode, err);
}

static int remove_file(const struct task *task, const struct place *places, struct error *err)
{
	(void)task;
	return replace_remove(&places[0], err);
}

/* What is not there is removed already, its folder too. */
static int act_remove(const struct task *task, struct error *err)
{
	return with_places(task, 1, err, remove_file) == 0 || strcmp(err->code, "ENOENT") == 0 ? 0 : -1;
}

static int remove_kit(const struct task *task, const struct place *places, struct error *err)
{
	(void)task;
	if (tree_remove(places[0].folder, places[0].name) == 0 || errno == ENOENT)
		return 0;
	return error_system(err, errno, "cannot remove %s", places[0].path);
}

static int act_remove_kit(const struct task *task, struct error *err)
{
	return with_places(task, 1, err, remove_kit);
}

/* Whose paths an act may use: our own; those, and what a person has named; kits. */
enum reach { OURS, NAMED, KITS };

static const struct act {
	const char *name;
	int paths;
	enum reach reach;
	bool mode, text;
	int (*run)(const struct task *task, struct error *err);
} table[] = {
	{ "copy", 2, NAMED, true, false, act_copy },
	{ "copy-program", 1, OURS, true, false, act_copy_program },
	{ "move", 2, NAMED, false, false, act_move },
	{ "write", 1, OURS, true, true, act_write },
	{ "make-folder", 1, NAMED, true, false, act_make_folder },
	{ "remove", 1, OURS, false, false, act_remove },
	{ "remove-kit", 1, KITS, false, false, act_remove_kit },
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

/* Is the path one that a person has named, or does it lie in a folder of that name? */
static bool is_named(const struct named_path *named, const char *path)
{
	for (; named != NULL; named = named->next) {
		size_t length = strlen(named->path);
		if (strncmp(path, named->path, length) == 0
		    && (path[length] == '\0' || (path[length] == '/' && strchr(path + length + 1, '/') == NULL)))
			return true;
	}
	return false;
}

/* Is it the folder of a Kernel Debug Kit (reference §7.1)? */
static bool is_kit(const char *path)
{
	static const char kits[] = "/Library/Developer/KDKs/KDK_";
	const char *end = strrchr(path, '.');
	return strncmp(path, kits, sizeof kits - 1) == 0 && strchr(path + sizeof kits - 1, '/') == NULL && end != NULL
	       && strcmp(end, ".kdk") == 0;
}

static bool reaches(const struct act *act, const struct named_path *named, const char *path)
{
	if (act->reach == KITS)
		return is_kit(path);
	return is_ours(path) || (act->reach == NAMED && is_named(named, path));
}

int file_act_check(const struct named_path *named, const char *const *argv, struct error *err)
{
	const struct act *act = find(argv[0]);
	mode_t mode;
	if (act == NULL || words_count(argv) != words_of(act))
		return error_set(err, "refused", "will not %s: these are not its arguments", argv[0]);
	for (int i = 0; i < act->paths && argv[1 + i] != NULL; i++) {
		if (!forms_path_is_plain(argv[1 + i]))
			return error_set(err, "refused", "will not %s %s: the path must be absolute and plain", argv[0],
			                 argv[1 + i]);
		if (!reaches(act, named, argv[1 + i]))
			return error_set(err, "refused", "will not %s %s: it is in no folder called " OWN, argv[0], argv[1 + i]);
	}
	const char *word = act->mode ? argv[1 + act->paths] : NULL;
	if (word != NULL && !read_mode(word, &mode))
		return error_set(err, "refused", "will not %s with the mode %s", argv[0], word);
	return 0;
}

int file_act(const char *root, const struct named_path *named, const char *const *argv, struct meter *meter,
             struct error *err)
{
	const struct act *act = find(argv[0]);
	if (file_act_check(named, argv, err) != 0)
		return -1;
	struct task task = { .root = root, .meter = meter };
	for (int i = 0; i < act->paths; i++)
		task.paths[i] = argv[1 + i];
	if (act->mode)
		(void)read_mode(argv[1 + act->paths], &task.mode);
	task.text = act->text ? argv[2 + act->paths] : NULL;
	return act->run(&task, err);
}

int file_act_name(struct named_path **list, const char *path, struct error *err)
{
	struct named_path *entry = malloc(sizeof *entry + strlen(path) + 1);
	if (entry == NULL)
		return error_system(err, ENOMEM, "cannot note the path %s", path);
	memcpy(entry->path, path, strlen(path) + 1);
	entry->next = *list;
	*list = entry;
	return 0;
}

void file_act_forget(struct named_path **list)
{
	while (*list != NULL) {
		struct named_path *next = (*list)->next;
		free(*list);
		*list = next;
	}
}
