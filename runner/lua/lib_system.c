/*
 * Binding of system: uid, pid, executable, directory, now, monotonic, utc, environment, sleep, has_process, outlive.
 * Must not hold logic.
 */
#include "base/system.h"
#include "lua/lib.h"

#include <limits.h>
#include <time.h>
#include <unistd.h>

static int uid(lua_State *L)
{
	lua_pushinteger(L, (lua_Integer)geteuid());
	return 1;
}

static int pid(lua_State *L)
{
	lua_pushinteger(L, (lua_Integer)getpid());
	return 1;
}

static int executable(lua_State *L)
{
	char path[PATH_MAX];
	struct error err;
	return lib_text(L, system_executable(path, &err), path, &err);
}

/* The working folder; "/" where it cannot be told. */
static int directory(lua_State *L)
{
	char path[PATH_MAX];
	lua_pushstring(L, getcwd(path, sizeof path) != NULL ? path : "/");
	return 1;
}

static int now(lua_State *L)
{
	lua_pushinteger(L, (lua_Integer)time(NULL));
	return 1;
}

static int monotonic(lua_State *L)
{
	lua_pushnumber(L, system_monotonic());
	return 1;
}

static int utc(lua_State *L)
{
	char text[32];
	system_utc((int64_t)luaL_checknumber(L, 1), text);
	lua_pushstring(L, text);
	return 1;
}

static int environment(lua_State *L)
{
	lua_pushstring(L, system_environment(luaL_checkstring(L, 1)));
	return 1;
}

static int sleep_seconds(lua_State *L)
{
	system_sleep(lib_check_seconds(L, 1, 0));
	return 0;
}

static int has_process(lua_State *L)
{
	lua_pushboolean(L, system_has_process((long)luaL_checkinteger(L, 1)));
	return 1;
}

static int outlive(lua_State *L)
{
	system_outlive(lua_toboolean(L, 1));
	return 0;
}

int lib_open_system(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "uid", uid },
		{ "pid", pid },
		{ "executable", executable },
		{ "directory", directory },
		{ "now", now },
		{ "monotonic", monotonic },
		{ "utc", utc },
		{ "environment", environment },
		{ "sleep", sleep_seconds },
		{ "has_process", has_process },
		{ "outlive", outlive },
		{ NULL, NULL },
	};
	luaL_newlib(L, functions);
	return 1;
}
