/*
 * Binding of state: load(text, chunkname, env), traceback(message), call(seconds, f, ...).
 * Must not hold logic.
 */
#include "lua/guard.h"
#include "lua/lib.h"
#include "lua/state.h"

/* Text only: bytecode can break the interpreter's safety. The environment is the chunk's only upvalue. */
static int load(lua_State *L)
{
	size_t length;
	const char *text = luaL_checklstring(L, 1, &length), *name = luaL_checkstring(L, 2);
	luaL_checktype(L, 3, LUA_TTABLE);
	if (luaL_loadbufferx(L, text, length, name, "t") != LUA_OK) {
		lua_pushnil(L);
		lua_insert(L, -2);
		return 2;
	}
	lua_pushvalue(L, 3);
	(void)lua_setupvalue(L, -2, 1);
	return 1;
}

int lib_open_state(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "load", load },
		{ "traceback", state_traceback },
		{ "call", guard_call },
		{ NULL, NULL },
	};
	luaL_newlib(L, functions);
	return 1;
}
