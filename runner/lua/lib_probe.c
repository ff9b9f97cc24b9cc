/*
 * Binding of the door's probes: run(argv[, { seconds=, root= }]).
 * Must not hold logic.
 */
#include "door/door.h"
#include "lua/lib.h"

#define PROBE_SECONDS 20
#define RESULT_CLASS "probe result"

static int release(lua_State *L)
{
	probe_release(lua_touserdata(L, 1));
	return 0;
}

static struct probe_result *new_result(lua_State *L)
{
	struct probe_result *result = lua_newuserdatauv(L, sizeof *result, 0);
	*result = (struct probe_result){ 0 };
	lib_new_class(L, RESULT_CLASS, NULL, release);
	lua_setmetatable(L, -2);
	return result;
}

static void set_output(lua_State *L, const char *name, const struct probe_output *output)
{
	lua_pushlstring(L, output->bytes != NULL ? output->bytes : "", output->length);
	lua_setfield(L, -2, name);
}

static void push_result(lua_State *L, const struct probe_result *result)
{
	lua_createtable(L, 0, 6);
	lib_set_end(L, &result->end);
	set_output(L, "stdout", &result->outputs[0]);
	set_output(L, "stderr", &result->outputs[1]);
	lib_set_boolean(L, "timed_out", result->timed_out);
	lib_set_boolean(L, "truncated", result->truncated);
}

/* Asks the Mac below `root`, whichever the door was configured for. */
static int probe_below(const char *root, const char *const *argv, double seconds, struct probe_result *result,
                       struct error *err)
{
	struct door_setup setup = { 0 };
	int outcome = door_configure(&setup, root, true, err);
	if (outcome == 0)
		outcome = door_probe(&setup, argv, seconds, result, err);
	door_release(&setup);
	return outcome;
}

/* The field `root` of the options, or NULL. It stays on the stack. */
static const char *root_field(lua_State *L)
{
	if (lua_istable(L, 2))
		(void)lua_getfield(L, 2, "root");
	else
		lua_pushnil(L);
	return lua_isnil(L, -1) ? NULL : luaL_checkstring(L, -1);
}

static int run(lua_State *L)
{
	struct error err;
	lua_settop(L, 2);
	const char *root = root_field(L);
	const struct door_setup *setup = root == NULL ? lib_check_setup(L) : NULL;
	double seconds = lib_seconds_field(L, 2, "seconds", PROBE_SECONDS);
	const char *const *argv = lib_check_words(L, 1, 1);
	struct probe_result *result = new_result(L);
	int outcome =
		root == NULL ? door_probe(setup, argv, seconds, result, &err) : probe_below(root, argv, seconds, result, &err);
	if (outcome == 0)
		push_result(L, result);
	probe_release(result);
	return outcome == 0 ? 1 : lib_fail(L, &err);
}

int lib_open_probe(lua_State *L)
{
	static const luaL_Reg functions[] = { { "run", run }, { NULL, NULL } };
	luaL_newlib(L, functions);
	return 1;
}
