/*
 * Shared helpers of the bindings, and the table of them.
 * Must not hold logic of any part.
 */
#include "lua/lib.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

lua_CFunction lib_find(const char *name)
{
	static const luaL_Reg parts[] = {
		{ "lib_embed", lib_open_embed },       { "lib_file", lib_open_file },
		{ "lib_journal", lib_open_journal },   { "lib_lock", lib_open_lock },
		{ "lib_door", lib_open_door },         { "lib_probe", lib_open_probe },
		{ "lib_terminal", lib_open_terminal }, { "lib_signals", lib_open_signals },
		{ "lib_secret", lib_open_secret },     { "lib_system", lib_open_system },
		{ "lib_state", lib_open_state },       { "lib_lineedit", lib_open_lineedit },
	};
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (strcmp(parts[i].name, name) == 0)
			return parts[i].func;
	return NULL;
}

struct host *lib_host(lua_State *L)
{
	struct host **place = lua_getextraspace(L);
	return *place;
}

void lib_set_host(lua_State *L, struct host *host)
{
	struct host **place = lua_getextraspace(L);
	*place = host;
}

int lib_fail(lua_State *L, const struct error *err)
{
	lua_pushnil(L);
	lua_pushstring(L, err->text);
	lua_pushstring(L, err->code);
	return 3;
}

int lib_done(lua_State *L, int result, const struct error *err)
{
	if (result != 0)
		return lib_fail(L, err);
	lua_pushboolean(L, 1);
	return 1;
}

int lib_text(lua_State *L, int result, const char *text, const struct error *err)
{
	if (result != 0)
		return lib_fail(L, err);
	lua_pushstring(L, text);
	return 1;
}

void lib_empty_box(void **box)
{
	free(*box);
	*box = NULL;
}

void **lib_new_handle(lua_State *L, const char *name)
{
	void **handle = lua_newuserdatauv(L, sizeof *handle, 0);
	*handle = NULL;
	luaL_setmetatable(L, name);
	return handle;
}

static int release_box(lua_State *L)
{
	lib_empty_box(lua_touserdata(L, 1));
	return 0;
}

static int release_map(lua_State *L)
{
	file_unmap(lua_touserdata(L, 1));
	return 0;
}

void **lib_new_box(lua_State *L)
{
	void **box = lua_newuserdatauv(L, sizeof *box, 0);
	*box = NULL;
	lib_new_class(L, "box", NULL, release_box);
	lua_setmetatable(L, -2);
	return box;
}

struct file_map *lib_new_map(lua_State *L)
{
	struct file_map *map = lua_newuserdatauv(L, sizeof *map, 0);
	*map = (struct file_map){ 0 };
	lib_new_class(L, "map", NULL, release_map);
	lua_setmetatable(L, -2);
	return map;
}

/* Bytes of the words with a NUL behind each. */
static size_t check_each_word(lua_State *L, int argument, lua_Integer count)
{
	size_t bytes = 0;
	for (lua_Integer i = 1; i <= count; i++) {
		size_t length;
		if (lua_rawgeti(L, argument, i) != LUA_TSTRING)
			luaL_error(L, "word %I of argument %d is not a string", i, argument);
		const char *word = lua_tolstring(L, -1, &length);
		luaL_argcheck(L, strlen(word) == length, argument, "a word has a NUL byte");
		bytes += length + 1;
		lua_pop(L, 1);
	}
	return bytes;
}

/* The words lie behind the pointers in one block, so that a call-back changing the table cannot pull them away. */
const char *const *lib_check_words(lua_State *L, int argument, int least)
{
	luaL_checktype(L, argument, LUA_TTABLE);
	lua_Integer count = luaL_len(L, argument);
	luaL_argcheck(L, count >= least && count < 4096, argument, "too few or too many words");
	size_t bytes = check_each_word(L, argument, count);
	const char **words = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof *words + bytes, 0);
	char *text = (char *)(words + count + 1);
	for (lua_Integer i = 1; i <= count; i++) {
		(void)lua_rawgeti(L, argument, i);
		size_t size = lua_rawlen(L, -1) + 1;
		words[i - 1] = memcpy(text, lua_tostring(L, -1), size);
		text += size;
		lua_pop(L, 1);
	}
	words[count] = NULL;
	return words;
}

const char *lib_check_path(lua_State *L, int argument)
{
	size_t length;
	const char *path = luaL_checklstring(L, argument, &length);
	luaL_argcheck(L, strlen(path) == length && length > 0, argument, "not a path");
	return path;
}

double lib_check_seconds(lua_State *L, int argument, double least)
{
	double seconds = luaL_checknumber(L, argument);
	luaL_argcheck(L, isfinite(seconds) && seconds >= least && seconds <= 1e7, argument,
	              "not a sensible number of seconds");
	return seconds;
}

double lib_seconds_field(lua_State *L, int options, const char *name, double otherwise)
{
	if (lua_isnoneornil(L, options))
		return otherwise;
	(void)lua_getfield(L, options, name);
	double seconds = lua_isnil(L, -1) ? otherwise : lib_check_seconds(L, lua_gettop(L), 0);
	lua_pop(L, 1);
	return seconds;
}

void lib_set_boolean(lua_State *L, const char *name, bool value)
{
	lua_pushboolean(L, value);
	lua_setfield(L, -2, name);
}

void lib_set_integer(lua_State *L, const char *name, lua_Integer value)
{
	lua_pushinteger(L, value);
	lua_setfield(L, -2, name);
}

void lib_set_end(lua_State *L, const struct spawn_end *end)
{
	if (end->exited)
		lib_set_integer(L, "exit", end->exit);
	else if (end->signal != 0)
		lib_set_integer(L, "signal", end->signal);
}

const struct door_setup *lib_check_setup(lua_State *L)
{
	const struct door_setup *setup = &lib_host(L)->door;
	if (!setup->configured)
		luaL_error(L, "lib_door.configure must be called first");
	return setup;
}

void lib_new_class(lua_State *L, const char *name, const luaL_Reg *methods, lua_CFunction release)
{
	if (!luaL_newmetatable(L, name))
		return;
	lua_pushcfunction(L, release);
	lua_setfield(L, -2, "__gc");
	lua_pushcfunction(L, release);
	lua_setfield(L, -2, "__close");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_newtable(L);
	if (methods != NULL)
		luaL_setfuncs(L, methods, 0);
	lua_setfield(L, -2, "__index");
}
