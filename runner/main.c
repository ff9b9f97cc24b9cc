/*
 * Makes the Lua state, enters stdlib's `cli.main` (or the simulated tool whose name it was started by), returns its
 * exit code. Must not hold policy.
 */
#include "base/portable.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "door/allowlist.h"
#include "lua/state.h"
#include "terminal/terminal.h"

#define EXIT_BUG 70

struct arguments {
	int count;
	char **words;
	const char *tool;    /* path of the simulated tool, or NULL */
	char root[PATH_MAX]; /* of the simulated Mac */
};

/* Below the folder of a simulated Mac, a tool is a link to this program. */
static void find_simulated_tool(struct arguments *arguments)
{
	char state[PATH_MAX + 32];
	const char *program = arguments->count > 0 ? arguments->words[0] : "";
	const char *tool = strchr(program, '/') != NULL ? allowlist_path_at_end(program) : NULL;
	if (tool == NULL || strlen(program) >= PATH_MAX)
		return;
	(void)snprintf(arguments->root, PATH_MAX, "%.*s", (int)(strlen(program) - strlen(tool)), program);
	(void)snprintf(state, sizeof state, "%s/simulated-mac.json", arguments->root);
	if (access(state, F_OK) == 0)
		arguments->tool = tool;
}

static void push_arguments(lua_State *L, const struct arguments *arguments)
{
	lua_createtable(L, arguments->count, 0);
	for (int i = 0; i < arguments->count; i++) {
		lua_pushstring(L, arguments->words[i]);
		lua_rawseti(L, -2, i);
	}
}

static int enter(lua_State *L)
{
	struct arguments *arguments = lua_touserdata(L, 1);
	if (arguments->tool == NULL)
		(void)lua_gc(L, LUA_GCSTOP); /* there is no garbage worth a search before cli.main knows the command */
	state_open_libraries(L);
	state_require(L, arguments->tool != NULL ? "sim.entry" : "cli.main");
	(void)lua_getfield(L, -1, "main");
	if (arguments->tool != NULL) {
		lua_pushstring(L, arguments->root);
		lua_pushstring(L, arguments->tool);
	}
	push_arguments(L, arguments);
	lua_call(L, arguments->tool != NULL ? 3 : 1, 1);
	if (!lua_isinteger(L, -1))
		luaL_error(L, "the command returned no exit code");
	return 1;
}

static void report_bug(const char *message)
{
	static const char head[] = "vmq-recovery: a bug in the program: ";
	struct error err;
	(void)terminal_write(STDERR_FILENO, head, sizeof head - 1, &err);
	(void)terminal_write(STDERR_FILENO, message, strlen(message), &err);
	(void)terminal_write(STDERR_FILENO, "\n", 1, &err);
}

static int run(lua_State *L, struct arguments *arguments)
{
	lua_pushcfunction(L, state_traceback);
	lua_pushcfunction(L, enter);
	lua_pushlightuserdata(L, arguments);
	if (lua_pcall(L, 1, 1, 1) == LUA_OK)
		return (int)lua_tointeger(L, -1);
	const char *message = lua_tostring(L, -1);
	report_bug(message != NULL ? message : "an error without a message");
	return EXIT_BUG;
}

int main(int argc, char **argv)
{
	struct host host = { 0 };
	struct arguments arguments = { .count = argc, .words = argv };
	find_simulated_tool(&arguments);
	lua_State *L = state_new(&host);
	if (L == NULL) {
		report_bug("no memory to start with");
		return EXIT_BUG;
	}
	int code = run(L, &arguments);
	lua_close(L);
	door_release(&host.door);
	return code;
}
