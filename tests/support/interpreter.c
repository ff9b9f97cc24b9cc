/*
 * A full Lua interpreter with the runner's C parts, for busted and the crash tests: `lua FILE ARGS…`.
 * Must not be part of the program.
 */
#include <stdio.h>
#include <string.h>

#include <lualib.h>

#include "lua/lib.h"
#include "lua/state.h"

/* Finds C parts for `require "lib_file"`. */
static int find_part(lua_State *L)
{
	lua_CFunction open = lib_find(luaL_checkstring(L, 1));
	if (open == NULL)
		return 0;
	lua_pushcfunction(L, open);
	return 1;
}

/* Lua modules come from the tree, below the folder the tests are started in. */
static void add_searchers(lua_State *L)
{
	lua_getglobal(L, "package");
	lua_getfield(L, -1, "searchers");
	lua_pushcfunction(L, find_part);
	lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
	lua_pop(L, 1);
	lua_getfield(L, -1, "path");
	lua_pushfstring(L, "./stdlib/?.lua;%s", lua_tostring(L, -1));
	lua_setfield(L, -3, "path");
	lua_pop(L, 2);
}

static int run(lua_State *L)
{
	int count = (int)lua_tointeger(L, 1);
	char **words = lua_touserdata(L, 2);
	luaL_openlibs(L);
	add_searchers(L);
	lua_createtable(L, count, 1);
	for (int i = 0; i < count; i++) {
		lua_pushstring(L, words[i]);
		lua_rawseti(L, -2, i - 1);
	}
	lua_setglobal(L, "arg");
	if (count < 2)
		luaL_error(L, "usage: lua FILE [ARGS]");
	if (luaL_loadfile(L, words[1]) != LUA_OK)
		lua_error(L);
	luaL_checkstack(L, count, "too many words");
	for (int i = 2; i < count; i++)
		lua_pushstring(L, words[i]);
	lua_call(L, count - 2, 0);
	return 0;
}

int main(int argc, char **argv)
{
	struct host host = { 0 };
	lua_State *L = luaL_newstate();
	if (L == NULL)
		return 70;
	lib_set_host(L, &host);
	lua_pushcfunction(L, state_traceback);
	lua_pushcfunction(L, run);
	lua_pushinteger(L, argc);
	lua_pushlightuserdata(L, argv);
	int failed = lua_pcall(L, 2, 0, 1) != LUA_OK;
	if (failed)
		fprintf(stderr, "%s: %s\n", argv[0], lua_tostring(L, -1));
	lua_close(L);
	door_release(&host.door);
	return failed;
}
