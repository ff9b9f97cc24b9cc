/*
 * Binding of embed: source(name), names(), version().
 * Must not hold logic.
 */
#include "lua/embed.h"
#include "lua/lib.h"

#include <string.h>

static int source(lua_State *L)
{
	const char *name = luaL_checkstring(L, 1);
	struct embed_text text;
	void **box = lib_new_box(L);
	if (!embed_find(name, &text))
		return 0;
	*box = text.owned;
	lua_pushlstring(L, text.bytes, text.length);
	lib_empty_box(box);
	return 1;
}

static int names(lua_State *L)
{
	size_t total = embed_total();
	lua_createtable(L, (int)total, 0);
	for (size_t i = 0; i < total; i++) {
		lua_pushstring(L, embed_name(i));
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	return 1;
}

static int version(lua_State *L)
{
	lua_pushliteral(L, VMQ_VERSION);
	return 1;
}

int lib_open_embed(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "source", source }, { "names", names }, { "version", version }, { NULL, NULL }
	};
	luaL_newlib(L, functions);
	return 1;
}
