/*
 * Binding of lineedit: open([complete]), edit:read(prompt), edit:remember(line), edit:close().
 * complete(before) gives what to put in at the cursor and what to show below the line; either may be nil.
 * Must not hold logic.
 */
#include "lua/lib.h"
#include "terminal/lineedit.h"

#include <stdio.h>

#define EDIT_CLASS "lineedit"

struct editor {
	struct lineedit *edit;
	lua_State *L; /* of the read that is going on */
	bool failed;  /* the call-back threw; its error is the user value 2 */
};

static int call_complete(lua_State *L)
{
	struct lineedit_completion *completion = lua_touserdata(L, 2);
	lua_settop(L, 4);
	lua_pushlstring(L, lua_touserdata(L, 3), (size_t)lua_tointeger(L, 4));
	(void)lua_getiuservalue(L, 1, 1);
	lua_insert(L, -2);
	lua_call(L, 1, 2);
	(void)snprintf(completion->insert, sizeof completion->insert, "%s", luaL_optstring(L, -2, ""));
	(void)snprintf(completion->show, sizeof completion->show, "%s", luaL_optstring(L, -1, ""));
	return 0;
}

/* Called from within libedit, through which no error may pass. The userdata is at position 1 of `edit:read`. */
static void complete(void *context, const char *before, size_t length, struct lineedit_completion *completion)
{
	struct editor *editor = context;
	lua_State *L = editor->L;
	if (editor->failed)
		return;
	lua_pushcfunction(L, call_complete);
	lua_pushvalue(L, 1);
	lua_pushlightuserdata(L, completion);
	lua_pushlightuserdata(L, (void *)(uintptr_t)before);
	lua_pushinteger(L, (lua_Integer)length);
	if (lua_pcall(L, 4, 0, 0) == LUA_OK)
		return;
	editor->failed = true;
	(void)lua_setiuservalue(L, 1, 2);
}

static struct editor *check_open(lua_State *L)
{
	struct editor *editor = luaL_checkudata(L, 1, EDIT_CLASS);
	luaL_argcheck(L, editor->edit != NULL, 1, "it is closed");
	return editor;
}

static int close_editor(lua_State *L)
{
	struct editor *editor = luaL_checkudata(L, 1, EDIT_CLASS);
	lineedit_close(editor->edit);
	editor->edit = NULL;
	return 0;
}

static int read_line(lua_State *L)
{
	struct editor *editor = check_open(L);
	const char *prompt = luaL_checkstring(L, 2), *line = NULL;
	size_t length = 0;
	luaL_checkstack(L, 12, "no room for the completion");
	editor->L = L;
	editor->failed = false;
	enum terminal_read result = lineedit_read(editor->edit, prompt, &line, &length);
	if (editor->failed) {
		(void)lua_getiuservalue(L, 1, 2);
		return lua_error(L);
	}
	if (result == TERMINAL_LINE) {
		lua_pushlstring(L, line, length);
		return 1;
	}
	lua_pushnil(L);
	lua_pushstring(L, result == TERMINAL_EOF ? "eof" : "interrupted");
	return 2;
}

static int remember(lua_State *L)
{
	struct editor *editor = check_open(L);
	lineedit_remember(editor->edit, luaL_checkstring(L, 2));
	return 0;
}

static int open_editor(lua_State *L)
{
	struct error err;
	bool completes = !lua_isnoneornil(L, 1);
	if (completes)
		luaL_checktype(L, 1, LUA_TFUNCTION);
	lua_settop(L, 1);
	struct editor *editor = lua_newuserdatauv(L, sizeof *editor, 2);
	*editor = (struct editor){ 0 };
	luaL_setmetatable(L, EDIT_CLASS);
	lua_pushvalue(L, 1);
	(void)lua_setiuservalue(L, -2, 1);
	editor->edit = lineedit_open(completes ? complete : NULL, editor, &err);
	return editor->edit != NULL ? 1 : lib_fail(L, &err);
}

int lib_open_lineedit(lua_State *L)
{
	static const luaL_Reg functions[] = { { "open", open_editor }, { NULL, NULL } };
	static const luaL_Reg methods[] = {
		{ "read", read_line }, { "remember", remember }, { "close", close_editor }, { NULL, NULL }
	};
	lib_new_class(L, EDIT_CLASS, methods, close_editor);
	luaL_newlib(L, functions);
	return 1;
}
