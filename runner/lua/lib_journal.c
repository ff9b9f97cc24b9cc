/*
 * Binding of journal: open, list, read, and the methods of an open journal.
 * Must not hold logic.
 */
#include "base/folder.h"
#include "door/journal.h"
#include "lua/lib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct journal *check_open(lua_State *L)
{
	void **handle = luaL_checkudata(L, 1, JOURNAL_CLASS);
	luaL_argcheck(L, *handle != NULL, 1, "the journal is closed");
	return *handle;
}

static int close_journal(lua_State *L)
{
	void **handle = luaL_checkudata(L, 1, JOURNAL_CLASS);
	journal_close(*handle);
	*handle = NULL;
	return 0;
}

/* Pushes the records of a file, and the number of torn bytes behind them. */
static int push_records(lua_State *L, const char *path)
{
	struct error err;
	struct journal_record record;
	const char *why = NULL;
	enum journal_step step;
	struct file_map *map = lib_new_map(L);
	if (file_map_own(path, JOURNAL_LARGEST, map, &err) != 0)
		return lib_fail(L, &err);
	struct journal_cursor cursor = { map->bytes, map->length, 0, 0 };
	lua_newtable(L);
	while ((step = journal_next(&cursor, &record, &why)) == JOURNAL_RECORD) {
		lua_pushlstring(L, record.json, record.length);
		lua_rawseti(L, -2, (lua_Integer)cursor.sequence);
	}
	file_unmap(map);
	if (step == JOURNAL_CORRUPT) {
		(void)error_set(&err, "corrupt", "%s:%llu: %s", path, (unsigned long long)cursor.sequence + 1, why);
		return lib_fail(L, &err);
	}
	lua_pushinteger(L, (lua_Integer)(cursor.length - cursor.offset));
	return 2;
}

static int push_sequence(lua_State *L, uint64_t sequence, const struct error *err)
{
	if (sequence == 0)
		return lib_fail(L, err);
	lua_pushinteger(L, (lua_Integer)sequence);
	return 1;
}

static int records(lua_State *L)
{
	return push_records(L, journal_path(check_open(L)));
}

static int append(lua_State *L)
{
	struct error err;
	size_t length;
	struct journal *journal = check_open(L);
	const char *json = luaL_checklstring(L, 2, &length);
	return push_sequence(L, journal_append(journal, json, length, &err), &err);
}

/* journal:intent(argv, detail) */
static int intent(lua_State *L)
{
	struct error err;
	size_t length;
	struct journal *journal = check_open(L);
	const char *detail = luaL_checklstring(L, 3, &length);
	const char *const *argv = lib_check_words(L, 2, 1);
	return push_sequence(L, journal_intent(journal, argv, detail, length, &err), &err);
}

static int path(lua_State *L)
{
	lua_pushstring(L, journal_path(check_open(L)));
	return 1;
}

static int torn(lua_State *L)
{
	lua_pushinteger(L, (lua_Integer)journal_torn(check_open(L)));
	return 1;
}

static unsigned check_number(lua_State *L, int argument)
{
	lua_Integer number = luaL_checkinteger(L, argument);
	luaL_argcheck(L, number >= 1 && number <= JOURNAL_LAST_NUMBER, argument, "not the number of a run");
	return (unsigned)number;
}

/* open(directory, number) */
static int open_journal(lua_State *L)
{
	struct error err;
	const char *directory = lib_check_path(L, 1);
	unsigned number = check_number(L, 2);
	void **handle = lib_new_handle(L, JOURNAL_CLASS);
	*handle = journal_open(directory, number, &err);
	return *handle != NULL ? 1 : lib_fail(L, &err);
}

/* read(directory, number) */
static int read_journal(lua_State *L)
{
	char name[PATH_MAX];
	journal_name(name, lib_check_path(L, 1), check_number(L, 2));
	return push_records(L, name);
}

/* list(directory) */
static int list(lua_State *L)
{
	struct error err;
	char **names;
	const char *directory = lib_check_path(L, 1);
	void **box = lib_new_box(L);
	if (folder_list(directory, &names, &err) != 0)
		return lib_fail(L, &err);
	*box = names;
	lua_newtable(L);
	for (lua_Integer count = 0; *names != NULL; names++) {
		unsigned number = journal_number(*names);
		if (number == 0)
			continue;
		lua_pushinteger(L, (lua_Integer)number);
		lua_rawseti(L, -2, ++count);
	}
	lib_empty_box(box);
	return 1;
}

int lib_open_journal(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "open", open_journal }, { "list", list }, { "read", read_journal }, { NULL, NULL }
	};
	static const luaL_Reg methods[] = {
		{ "records", records }, { "append", append },       { "intent", intent }, { "path", path },
		{ "torn", torn },       { "close", close_journal }, { NULL, NULL },
	};
	lib_new_class(L, JOURNAL_CLASS, methods, close_journal);
	luaL_newlib(L, functions);
	return 1;
}
