/*
 * Binding of lock: take(directory, text), lock:write(text), lock:release().
 * Must not hold logic.
 */
#include "door/lock.h"
#include "lua/lib.h"

static int release(lua_State *L)
{
	void **handle = luaL_checkudata(L, 1, LOCK_CLASS);
	lock_release(*handle);
	*handle = NULL;
	return 0;
}

/* write(text) */
static int write_text(lua_State *L)
{
	size_t length;
	struct error err;
	void **handle = luaL_checkudata(L, 1, LOCK_CLASS);
	const char *text = luaL_checklstring(L, 2, &length);
	luaL_argcheck(L, *handle != NULL, 1, "the lock is released");
	if (lock_write(*handle, text, length, &err) != 0)
		return lib_fail(L, &err);
	lua_pushboolean(L, true);
	return 1;
}

static int take(lua_State *L)
{
	size_t length;
	struct error err;
	char holder[512];
	const char *directory = lib_check_path(L, 1), *text = luaL_checklstring(L, 2, &length);
	void **handle = lib_new_handle(L, LOCK_CLASS);
	*handle = lock_take(directory, text, length, holder, sizeof holder, &err);
	if (*handle != NULL)
		return 1;
	(void)lib_fail(L, &err);
	lua_pushstring(L, holder);
	return 4;
}

int lib_open_lock(lua_State *L)
{
	static const luaL_Reg functions[] = { { "take", take }, { NULL, NULL } };
	static const luaL_Reg methods[] = { { "write", write_text }, { "release", release }, { NULL, NULL } };
	lib_new_class(L, LOCK_CLASS, methods, release);
	luaL_newlib(L, functions);
	return 1;
}
