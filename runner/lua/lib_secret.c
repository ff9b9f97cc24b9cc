/*
 * Binding of secret: new(), from_fd(n), from_text(text), secret:wipe(). Lua can hold a secret and give it to the door,
 * never read it. Must not hold logic.
 */
#include "child/secret.h"
#include "lua/lib.h"

static int wipe(lua_State *L)
{
	void **handle = luaL_checkudata(L, 1, SECRET_CLASS);
	secret_wipe(*handle);
	return 0;
}

static int release(lua_State *L)
{
	void **handle = luaL_checkudata(L, 1, SECRET_CLASS);
	secret_release(*handle);
	*handle = NULL;
	return 0;
}

static int from_fd(lua_State *L)
{
	struct error err;
	lua_Integer fd = luaL_checkinteger(L, 1);
	luaL_argcheck(L, fd >= 0 && fd < 65536, 1, "not a descriptor");
	void **handle = lib_new_handle(L, SECRET_CLASS);
	*handle = secret_from_fd((int)fd, &err);
	return *handle != NULL ? 1 : lib_fail(L, &err);
}

static int from_text(lua_State *L)
{
	struct error err;
	size_t length;
	const char *text = luaL_checklstring(L, 1, &length);
	void **handle = lib_new_handle(L, SECRET_CLASS);
	*handle = secret_from_text(text, length, &err);
	return *handle != NULL ? 1 : lib_fail(L, &err);
}

static int new_empty(lua_State *L)
{
	struct error err;
	void **handle = lib_new_handle(L, SECRET_CLASS);
	*handle = secret_new(&err);
	return *handle != NULL ? 1 : lib_fail(L, &err);
}

int lib_open_secret(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "new", new_empty }, { "from_fd", from_fd }, { "from_text", from_text }, { NULL, NULL }
	};
	static const luaL_Reg methods[] = { { "wipe", wipe }, { NULL, NULL } };
	lib_new_class(L, SECRET_CLASS, methods, release);
	luaL_newlib(L, functions);
	return 1;
}
