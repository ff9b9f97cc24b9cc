/*
 * Binding of secret: from_fd(n), from_text(text), secret:wipe(). Lua can hold a secret and give it to the door, never read it.
 * Must not hold logic.
 */
#include "lib.h"
#include "secret.h"

static int wipe(lua_State *L)
{
	struct secret **secret = luaL_checkudata(L, 1, SECRET_CLASS);
	secret_wipe(*secret);
	return 0;
}

static int release(lua_State *L)
{
	struct secret **secret = luaL_checkudata(L, 1, SECRET_CLASS);
	secret_release(*secret);
	*secret = NULL;
	return 0;
}

static struct secret **new_secret(lua_State *L)
{
	struct secret **secret = lua_newuserdatauv(L, sizeof *secret, 0);
	*secret = NULL;
	luaL_setmetatable(L, SECRET_CLASS);
	return secret;
}

static int from_fd(lua_State *L)
{
	struct error err;
	lua_Integer fd = luaL_checkinteger(L, 1);
	luaL_argcheck(L, fd >= 0 && fd < 65536, 1, "not a descriptor");
	struct secret **secret = new_secret(L);
	*secret = secret_from_fd((int)fd, &err);
	return *secret != NULL ? 1 : lib_fail(L, &err);
}

static int from_text(lua_State *L)
{
	struct error err;
	size_t length;
	const char *text = luaL_checklstring(L, 1, &length);
	struct secret **secret = new_secret(L);
	*secret = secret_from_text(text, length, &err);
	return *secret != NULL ? 1 : lib_fail(L, &err);
}

int lib_open_secret(lua_State *L)
{
	static const luaL_Reg functions[] = { { "from_fd", from_fd }, { "from_text", from_text }, { NULL, NULL } };
	static const luaL_Reg methods[] = { { "wipe", wipe }, { NULL, NULL } };
	lib_new_class(L, SECRET_CLASS, methods, release);
	luaL_newlib(L, functions);
	return 1;
}
