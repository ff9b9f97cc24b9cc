/*
 * Makes the Lua state that the program runs in.
 * Must not hold policy.
 */
#include "lua/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lualib.h>

#include "lua/embed.h"

/* Garbage is collected when memory has grown by half, and four times as fast as by default. Lua's own value, when it
 * has doubled, makes the peak of a long run half as high again, and saves too little time to be measured. */
#define GC_PAUSE 150
#define GC_SPEED 400

/* Counts what the state uses and refuses more than the cap: a runaway script must end as an error, not by taking the
 * machine. */
static void *allocate(void *context, void *block, size_t before, size_t after)
{
	struct host *host = context;
	if (block == NULL)
		before = 0; /* Lua gives the kind of object there */
	if (after == 0) {
		free(block);
		host->memory -= before;
		return NULL;
	}
	if (after > before && after - before > host->memory_cap - host->memory)
		return NULL;
	void *moved = realloc(block, after);
	if (moved != NULL)
		host->memory = host->memory - before + after;
	return moved;
}

lua_State *state_new(struct host *host)
{
	host->memory = 0;
	if (host->memory_cap == 0)
		host->memory_cap = STATE_MEMORY_CAP;
	lua_State *L = lua_newstate(allocate, host);
	if (L == NULL)
		return NULL;
	lib_set_host(L, host);
	(void)lua_gc(L, LUA_GCINC, GC_PAUSE, GC_SPEED, 0);
	return L;
}

int state_traceback(lua_State *L)
{
	const char *message = luaL_tolstring(L, 1, NULL);
	luaL_traceback(L, L, message, 1);
	return 1;
}

/* "@stdlib/engine/run.lua" for "engine.run": the chunk's name, and behind the "@" that of the source. False if it is
 * too long. */
static bool name_source(const char *name, char chunk[256])
{
	int size = snprintf(chunk, 256, "@stdlib/%s.lua", name);
	if (size >= 256)
		return false;
	for (char *p = chunk; p < chunk + size - 4; p++)
		if (*p == '.')
			*p = '/';
	return true;
}

/* Pushes the compiled source, or returns false if nothing of that name is inside. */
static bool push_source(lua_State *L, const char *chunk)
{
	struct embed_text text;
	void **box = lib_new_box(L);
	if (!embed_find(chunk + 1, &text))
		return false;
	*box = text.owned;
	int failed = luaL_loadbufferx(L, text.bytes, text.length, chunk, "t");
	lib_empty_box(box);
	if (failed != LUA_OK)
		(void)lua_error(L);
	return true;
}

/* Pushes the module, or returns false if nothing of that name is inside. */
static bool load_module(lua_State *L, const char *name)
{
	char chunk[256];
	lua_CFunction open = lib_find(name);
	if (open != NULL)
		lua_pushcfunction(L, open);
	else if (!name_source(name, chunk) || !push_source(L, chunk))
		return false;
	lua_pushstring(L, name);
	lua_call(L, 1, 1);
	return true;
}

/* While a module is being loaded its place is taken by `false`, so that a circle is an error instead of endless. */
void state_require(lua_State *L, const char *name)
{
	(void)luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
	int loaded = lua_gettop(L), type = lua_getfield(L, loaded, name);
	if (type == LUA_TBOOLEAN && !lua_toboolean(L, -1))
		luaL_error(L, "module '%s' needs itself, or has failed before", name);
	if (type == LUA_TNIL) {
		lua_pushboolean(L, 0);
		lua_setfield(L, loaded, name);
		if (!load_module(L, name)) {
			lua_pushnil(L);
			lua_setfield(L, loaded, name);
			luaL_error(L, "no module '%s' in the program", name);
		}
		if (lua_isnil(L, -1))
			lua_pushboolean(L, 1);
		lua_pushvalue(L, -1);
		lua_setfield(L, loaded, name);
	}
	lua_replace(L, loaded);
	lua_settop(L, loaded);
}

static int require(lua_State *L)
{
	state_require(L, luaL_checkstring(L, 1));
	return 1;
}

static void remove_fields(lua_State *L, const char *const *names)
{
	for (; *names != NULL; names++) {
		lua_pushnil(L);
		lua_setfield(L, -2, *names);
	}
}

/* os without what starts programs, touches files or reads the environment: the bindings do that, with checks. */
static void open_time(lua_State *L)
{
	static const char *const kept[] = { "time", "date" };
	lua_pushcfunction(L, luaopen_os);
	lua_call(L, 0, 1);
	lua_createtable(L, 0, 2);
	for (int i = 0; i < 2; i++) {
		(void)lua_getfield(L, -2, kept[i]);
		lua_setfield(L, -2, kept[i]);
	}
	lua_setglobal(L, "os");
	lua_pop(L, 1);
}

/* Left out: io (files go through lib_file, which is capped and durable), package (it looks for files and C libraries on
 * disk), debug (it reaches into any function, also past a plan's sandbox). */
static const luaL_Reg libraries[] = {
	{ LUA_GNAME, luaopen_base },       { LUA_TABLIBNAME, luaopen_table }, { LUA_STRLIBNAME, luaopen_string },
	{ LUA_MATHLIBNAME, luaopen_math }, { LUA_UTF8LIBNAME, luaopen_utf8 }, { LUA_COLIBNAME, luaopen_coroutine },
};

void state_open_libraries(lua_State *L)
{
	/* load and its kind take bytecode, or files from disk; print and warn write past the views. */
	static const char *const base[] = { "load", "loadfile", "dofile", "print", "warn", NULL };
	static const char *const string[] = { "dump", NULL }; /* makes bytecode */
	for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
		luaL_requiref(L, libraries[i].name, libraries[i].func, 1);
		lua_pop(L, 1);
	}
	open_time(L);
	lua_pushglobaltable(L);
	remove_fields(L, base);
	lua_pushcfunction(L, require);
	lua_setfield(L, -2, "require");
	(void)lua_getfield(L, -1, LUA_STRLIBNAME);
	remove_fields(L, string);
	lua_pop(L, 2);
}
