/*
 * Binding of terminal: lines, keys, size, width, and where long work on files is shown.
 * Must not hold logic.
 */
#include "base/secret_zero.h"
#include "lua/lib.h"
#include "terminal/terminal.h"
#include "terminal/width.h"

#include <string.h>
#include <unistd.h>

static int check_fd(lua_State *L)
{
	lua_Integer fd = luaL_checkinteger(L, 1);
	luaL_argcheck(L, fd >= 0 && fd <= 2, 1, "not 0, 1 or 2");
	return (int)fd;
}

static int is_terminal(lua_State *L)
{
	lua_pushboolean(L, isatty(check_fd(L)));
	return 1;
}

static int size(lua_State *L)
{
	unsigned short columns, rows;
	terminal_size(&columns, &rows);
	lua_pushinteger(L, columns);
	lua_pushinteger(L, rows);
	return 2;
}

static int write_text(lua_State *L)
{
	size_t length;
	struct error err;
	const char *text = luaL_checklstring(L, 2, &length);
	return lib_done(L, terminal_write(check_fd(L), text, length, &err), &err);
}

static int lost(lua_State *L)
{
	lua_pushstring(L, terminal_lost());
	return 1;
}

/* show_progress(fd) */
static int show_progress(lua_State *L)
{
	progress_bar_open(&lib_host(L)->progress_bar, check_fd(L));
	return 0;
}

static int push_read(lua_State *L, enum terminal_read result, const char *text)
{
	if (result == TERMINAL_LINE) {
		lua_pushstring(L, text);
		return 1;
	}
	lua_pushnil(L);
	lua_pushstring(L, result == TERMINAL_EOF ? "eof" : "interrupted");
	return 2;
}

static int read_line(lua_State *L)
{
	char line[TERMINAL_LONGEST_LINE];
	return push_read(L, terminal_read_line(luaL_optstring(L, 1, ""), line), line);
}

/* A line typed at a hidden prompt goes to Lua only here, in the simulator's tools, where no password is real. */
static int read_hidden(lua_State *L)
{
	char line[TERMINAL_LONGEST_LINE];
	int pushed = push_read(L, terminal_read_hidden(luaL_optstring(L, 1, ""), line), line);
	secret_zero(line, sizeof line);
	return pushed;
}

static int read_key(lua_State *L)
{
	char key[2];
	return push_read(L, terminal_read_key(luaL_optstring(L, 1, ""), key), key);
}

static int flush_input(lua_State *L)
{
	(void)L;
	terminal_flush_input();
	return 0;
}

static int width(lua_State *L)
{
	size_t length;
	const char *text = luaL_checklstring(L, 1, &length);
	lua_pushinteger(L, (lua_Integer)width_columns(text, length));
	return 1;
}

int lib_open_terminal(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "is_terminal", is_terminal },
		{ "size", size },
		{ "write", write_text },
		{ "lost", lost },
		{ "show_progress", show_progress },
		{ "read_line", read_line },
		{ "read_hidden", read_hidden },
		{ "read_key", read_key },
		{ "flush_input", flush_input },
		{ "width", width },
		{ NULL, NULL },
	};
	luaL_newlib(L, functions);
	return 1;
}
