/*
 * Binding of signals: install(), stage().
 * Must not hold logic.
 */
#include "base/signals.h"
#include "lua/lib.h"

static int install(lua_State *L)
{
	(void)L;
	signals_install();
	return 0;
}

static int stage(lua_State *L)
{
	lua_pushinteger(L, signals_stage());
	return 1;
}

int lib_open_signals(lua_State *L)
{
	static const luaL_Reg functions[] = { { "install", install }, { "stage", stage }, { NULL, NULL } };
	luaL_newlib(L, functions);
	return 1;
}
