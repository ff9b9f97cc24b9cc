/*
 * Counts what a plan's code takes, and ends it.
 * Must not let it catch that end: once it is over, each further instruction fails, too.
 */
#include "lua/guard.h"

#include <stdio.h>
#include <string.h>

#include "base/signals.h"
#include "base/system.h"
#include "lua/lib.h"

/* Instructions between two looks, and the most that one look counts: what took longer was no Lua. */
#define INSTRUCTIONS 1000
#define LONGEST 0.1

static const char nothing_changed[] =
	"vmq-recovery: stopped in the middle of the plan's own code. Nothing was changed.\n";
static const char may_have_changed[] =
	"vmq-recovery: stopped in the middle of the plan's own code. The journal is as it is: "
	"`vmq-recovery resume` goes on, `vmq-recovery rollback` undoes it.\n";
#define EXIT_DECLINED 4
#define EXIT_STOPPED 6

struct guard {
	struct guard *outer;
	double most, used, seen;
	int stage;
	const char *why;    /* NULL: still within its bounds */
	const char *source; /* of the function; it stays on the stack */
	char place[1024];
};

static void write_place(struct guard *guard, const lua_Debug *ar, int line)
{
	const char *chunk = ar->source[0] == '@' || ar->source[0] == '=' ? ar->source + 1 : ar->short_src;
	(void)snprintf(guard->place, sizeof guard->place, "%s:%d", chunk, line);
}

/* Notes "CHUNK:LINE" for the innermost line of the function's own chunk that is being run. */
static void note_place(lua_State *L, struct guard *guard)
{
	lua_Debug ar;
	for (int level = 0; lua_getstack(L, level, &ar); level++) {
		(void)lua_getinfo(L, "Sl", &ar);
		if (ar.currentline > 0 && strcmp(ar.source, guard->source) == 0) {
			write_place(guard, &ar, ar.currentline);
			return;
		}
	}
}

static void end_it(lua_State *L, struct guard *guard, const char *why)
{
	if (guard->why == NULL) {
		guard->why = why;
		note_place(L, guard);
	}
	luaL_error(L, "%s", guard->why);
}

static void look(lua_State *L, lua_Debug *ar)
{
	struct guard *guard = lib_host(L)->guard;
	double now = system_processor_time(), took = now - guard->seen;
	(void)ar;
	guard->seen = now;
	guard->used += took < LONGEST ? took : LONGEST;
	bool interrupted = signals_stage() > guard->stage;
	if (guard->why == NULL && !interrupted && guard->used < guard->most)
		return;
	lua_sethook(L, look, LUA_MASKCOUNT, 1);
	end_it(L, guard, interrupted ? "interrupted" : "loop");
}

/* Message handler: the place of an error is the plan's line, whoever threw it. */
static int note_error(lua_State *L)
{
	struct guard *guard = lib_host(L)->guard;
	if (guard->why == NULL)
		note_place(L, guard);
	(void)luaL_tolstring(L, 1, NULL);
	return 1;
}

static void begin(lua_State *L, struct guard *guard)
{
	lua_Debug ar;
	struct host *host = lib_host(L);
	luaL_checktype(L, 2, LUA_TFUNCTION);
	lua_pushvalue(L, 2);
	(void)lua_getinfo(L, ">S", &ar);
	write_place(guard, &ar, ar.linedefined > 0 ? ar.linedefined : 1);
	guard->source = ar.source;
	guard->seen = system_processor_time();
	guard->stage = signals_stage();
	guard->outer = host->guard;
	host->guard = guard;
	signals_install();
	signals_watch(host->acted ? may_have_changed : nothing_changed, host->acted ? EXIT_STOPPED : EXIT_DECLINED);
}

static void end(lua_State *L, const struct guard *guard)
{
	lib_host(L)->guard = guard->outer;
	if (guard->outer == NULL)
		signals_watch(NULL, 0);
}

/* The message is on top, or whatever the function returned although it was over. */
static int fail(lua_State *L, const struct guard *guard)
{
	const char *message = lua_gettop(L) > 1 ? lua_tostring(L, -1) : NULL;
	lua_pushboolean(L, 0);
	lua_pushstring(L, message != NULL && guard->why == NULL ? message : guard->why);
	lua_pushstring(L, guard->place);
	lua_pushstring(L, guard->why != NULL ? guard->why : "error");
	return 4;
}

int guard_call(lua_State *L)
{
	struct guard guard = { .most = lib_check_seconds(L, 1, 0) };
	lua_Hook hook = lua_gethook(L);
	int mask = lua_gethookmask(L), count = lua_gethookcount(L);
	begin(L, &guard);
	lua_pushcfunction(L, note_error);
	lua_replace(L, 1);
	lua_sethook(L, look, LUA_MASKCOUNT, INSTRUCTIONS);
	int result = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 1);
	lua_sethook(L, hook, mask, count);
	end(L, &guard);
	if (result != LUA_OK || guard.why != NULL)
		return fail(L, &guard);
	lua_pushboolean(L, 1);
	lua_replace(L, 1);
	return lua_gettop(L);
}
