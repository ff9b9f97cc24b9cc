/*
 * Binding of the door: configure, declare, name, act. What only reads is lib_probe's.
 * Must not hold logic.
 */
#include "child/frame.h"
#include "door/allowlist.h"
#include "door/door.h"
#include "door/file_act.h"
#include "lua/lib.h"

#include <stdlib.h>
#include <string.h>

/* configure{ root=, dry_run=, withhold= } */
static int configure(lua_State *L)
{
	struct error err;
	struct door_setup *setup = &lib_host(L)->door;
	luaL_checktype(L, 1, LUA_TTABLE);
	if (setup->configured)
		luaL_error(L, "lib_door.configure may be called only once");
	(void)lua_getfield(L, 1, "root");
	(void)lua_getfield(L, 1, "dry_run");
	if (door_configure(setup, luaL_optstring(L, -2, ""), lua_toboolean(L, -1), &err) != 0)
		luaL_error(L, "%s", err.text);
	(void)lua_getfield(L, 1, "withhold");
	setup->withhold = lua_toboolean(L, -1);
	return 0;
}

/* Pushes one form: the words of the list on top, joined by blanks, in its place. */
static void join_form(lua_State *L)
{
	luaL_Buffer buffer;
	int list = lua_gettop(L);
	const char *const *words = lib_check_words(L, list, 1);
	luaL_buffinit(L, &buffer);
	for (size_t i = 0; words[i] != NULL; i++) {
		if (words[i][0] == '\0' || strchr(words[i], ' ') != NULL)
			luaL_error(L, "a word of a form is empty or has a blank");
		if (i > 0)
			luaL_addchar(&buffer, ' ');
		luaL_addstring(&buffer, words[i]);
	}
	luaL_pushresult(&buffer);
	lua_replace(L, list);
	lua_settop(L, list);
}

/* An array of forms, each a list of words. Pushes a block with the forms as text, NULL at the end; returns it. */
static const char *const *check_forms(lua_State *L, int argument)
{
	luaL_checktype(L, argument, LUA_TTABLE);
	lua_Integer count = luaL_len(L, argument);
	luaL_argcheck(L, count >= 0 && count < 256, argument, "too many forms");
	lua_createtable(L, (int)count, 0);
	for (lua_Integer i = 1; i <= count; i++) {
		(void)lua_rawgeti(L, argument, i);
		join_form(L);
		lua_rawseti(L, -2, i);
	}
	return lib_check_words(L, lua_gettop(L), 0);
}

/* declare(path, reads) */
static int declare(lua_State *L)
{
	struct error err;
	const char *path = lib_check_path(L, 1);
	struct door_setup *setup = &lib_host(L)->door;
	const char *root = lib_check_setup(L)->root;
	if (allowlist_declare(&setup->declared, root, path, check_forms(L, 2), &err) != 0)
		luaL_error(L, "%s", err.text);
	return 0;
}

/* name(path): the person has named this path of the Mac, so that file acts may use it */
static int name(lua_State *L)
{
	struct error err;
	if (file_act_name(&lib_host(L)->door.named, lib_check_path(L, 1), &err) != 0)
		luaL_error(L, "%s", err.text);
	return 0;
}

/* --- act ------------------------------------------------------------------------------------------- */

/* What a call-back needs. The functions stay on the stack of `act`; an error one of them throws is kept there too. */
struct calls {
	lua_State *L;
	int started, answer, output, typed, failure; /* stack positions */
	pid_t child;
	const char *text;
	size_t length;
	unsigned lines; /* ended by the keys that are passed on */
	bool open;      /* do they end within a line? */
	bool brief;     /* the end of what comes is enough */
	const struct relay_line *line;
	bool echo;
	struct relay_answer *given;
};

static void take_answer(lua_State *L, struct relay_answer *given)
{
	void **secret = luaL_testudata(L, -1, SECRET_CLASS);
	if (secret != NULL && *secret != NULL) {
		given->kind = RELAY_SECRET;
		given->secret = *secret;
	} else if (lua_type(L, -1) == LUA_TSTRING) {
		const char *text = lua_tolstring(L, -1, &given->length);
		if (given->length > sizeof given->text)
			luaL_error(L, "an answer of %d bytes is too long", (int)given->length);
		memcpy(given->text, text, given->length);
		given->kind = RELAY_TYPE;
	} else if (lua_type(L, -1) == LUA_TNUMBER) {
		given->again = lua_tonumber(L, -1);
	} else if (lua_isboolean(L, -1)) {
		given->question = lua_toboolean(L, -1);
		given->kind = given->question ? RELAY_WAIT : RELAY_GIVE_UP;
	} else if (!lua_isnil(L, -1)) {
		luaL_error(L, "an answer must be nil, a boolean, a number, a string or a secret, not a %s",
		           luaL_typename(L, -1));
	}
}

/* Runs protected, as a memory error while pushing must not pass through the relay either. */
static int call_answer(lua_State *L)
{
	struct calls *calls = lua_touserdata(L, 1);
	lua_pushvalue(L, 2);
	lua_pushlstring(L, calls->line->text, calls->line->length);
	lua_pushboolean(L, calls->echo);
	lua_pushboolean(L, calls->line->finished);
	lua_pushinteger(L, calls->line->hidden);
	lua_call(L, 4, 1);
	take_answer(L, calls->given);
	/* The secret must outlive this call: whoever gives one keeps it; it is also held here until the next answer. */
	return 1;
}

/* Bytes at the end of each piece that a call-back gets which wants no more. Strings of whole pieces would keep Lua's
 * collector at work. */
#define BRIEF 8192

/* Output may be a gigabyte: a call-back that returns true gets only the end of every further piece. */
static int call_output(lua_State *L)
{
	struct calls *calls = lua_touserdata(L, 1);
	size_t length = calls->brief && calls->length > BRIEF ? BRIEF : calls->length;
	lua_pushvalue(L, 2);
	lua_pushlstring(L, calls->text + calls->length - length, length);
	lua_call(L, 1, 1);
	calls->brief = lua_toboolean(L, -1);
	return 0;
}

static int call_started(lua_State *L)
{
	struct calls *calls = lua_touserdata(L, 1);
	lua_pushvalue(L, 2);
	lua_pushinteger(L, (lua_Integer)calls->child);
	lua_call(L, 1, 0);
	return 0;
}

static int call_typed(lua_State *L)
{
	struct calls *calls = lua_touserdata(L, 1);
	lua_pushvalue(L, 2);
	lua_pushinteger(L, calls->lines);
	lua_pushboolean(L, calls->open);
	lua_call(L, 2, 0);
	return 0;
}

/* Calls `function` protected with the call-back at `position`. On failure the error is left at calls->failure. */
static bool call_protected(struct calls *calls, lua_CFunction function, int position, int results)
{
	lua_State *L = calls->L;
	lua_pushcfunction(L, function);
	lua_pushlightuserdata(L, calls);
	lua_pushvalue(L, position);
	bool done = lua_pcall(L, 2, results, 0) == LUA_OK;
	if (!done || results > 0)
		lua_replace(L, calls->failure);
	return done;
}

static bool on_started(void *context, pid_t child)
{
	struct calls *calls = context;
	calls->child = child;
	return call_protected(calls, call_started, calls->started, 0);
}

static void on_answer(void *context, const struct relay_line *line, bool echo, struct relay_answer *answer)
{
	struct calls *calls = context;
	calls->line = line;
	calls->echo = echo;
	calls->given = answer;
	if (!call_protected(calls, call_answer, calls->answer, 1))
		answer->kind = RELAY_FAILED;
}

static bool on_output(void *context, const char *bytes, size_t length)
{
	struct calls *calls = context;
	calls->text = bytes;
	calls->length = length;
	return call_protected(calls, call_output, calls->output, 0);
}

static bool on_typed(void *context, unsigned lines, bool open)
{
	struct calls *calls = context;
	calls->lines = lines;
	calls->open = open;
	return call_protected(calls, call_typed, calls->typed, 0);
}

/* Leaves the field on the stack. Returns its position, 0 if it is nil. */
static int function_field(lua_State *L, int options, const char *name)
{
	if (lua_getfield(L, options, name) == LUA_TNIL)
		return 0;
	luaL_checktype(L, -1, LUA_TFUNCTION);
	return lua_gettop(L);
}

static bool boolean_field(lua_State *L, int options, const char *name)
{
	(void)lua_getfield(L, options, name);
	bool value = lua_toboolean(L, -1);
	lua_pop(L, 1);
	return value;
}

static int screen_field(lua_State *L, int options)
{
	(void)lua_getfield(L, options, "screen");
	lua_Integer fd = lua_isnil(L, -1) ? -1 : luaL_checkinteger(L, -1);
	luaL_argcheck(L, fd >= -1 && fd <= 2 && fd != 0, options, "screen is neither 1 nor 2");
	lua_pop(L, 1);
	return (int)fd;
}

/* Leaves the lock on the stack, as it must stay alive. */
static const struct lock *lock_field(lua_State *L, int options)
{
	(void)lua_getfield(L, options, "lock");
	void **lock = luaL_testudata(L, -1, LOCK_CLASS);
	return lock != NULL ? *lock : NULL;
}

static unsigned count_field(lua_State *L, int options, const char *name)
{
	(void)lua_getfield(L, options, name);
	lua_Integer value = luaL_optinteger(L, -1, 0);
	luaL_argcheck(L, value >= 0 && value < 1000, options, "not a count");
	lua_pop(L, 1);
	return (unsigned)value;
}

/* Leaves the text on the stack. NULL if the field is nil. */
static const char *text_field(lua_State *L, int options, const char *name)
{
	(void)lua_getfield(L, options, name);
	return luaL_optstring(L, -1, NULL);
}

/* Leaves what must stay alive on the stack: the texts, the secret, the functions, and a place for an error
 * of theirs. */
static void read_options(lua_State *L, int options, struct relay_order *order, struct calls *calls)
{
	order->terminal = boolean_field(L, options, "terminal");
	order->person = boolean_field(L, options, "person");
	order->stoppable = boolean_field(L, options, "stoppable");
	order->screen = screen_field(L, options);
	order->seconds = lib_seconds_field(L, options, "seconds", 0);
	order->silence = lib_seconds_field(L, options, "silence", 0);
	order->passwords = count_field(L, options, "passwords");
	order->waiting = text_field(L, options, "waiting");
	order->waiting_more = text_field(L, options, "waiting_more");
	luaL_argcheck(L, (order->waiting == NULL) == (order->waiting_more == NULL), options, "half of the waiting line");
	order->secret_note = text_field(L, options, "secret_note");
	order->bar = text_field(L, options, "bar");
	luaL_argcheck(L, order->bar == NULL || strlen(order->bar) <= FRAME_LONGEST_BAR, options, "too wide a bar");
	(void)lua_getfield(L, options, "remember");
	struct secret **remember = luaL_testudata(L, -1, SECRET_CLASS);
	order->remember = remember != NULL ? *remember : NULL;
	calls->started = function_field(L, options, "started");
	calls->answer = function_field(L, options, "answer");
	calls->output = function_field(L, options, "output");
	calls->typed = function_field(L, options, "typed");
	lua_pushnil(L);
	calls->failure = lua_gettop(L);
	order->calls.context = calls;
	order->calls.started = calls->started != 0 ? on_started : NULL;
	order->calls.answer = calls->answer != 0 ? on_answer : NULL;
	order->calls.output = calls->output != 0 ? on_output : NULL;
	order->calls.typed = calls->typed != 0 ? on_typed : NULL;
}

static int push_result(lua_State *L, const struct relay_result *result)
{
	const char *pieces[2];
	size_t lengths[2];
	luaL_Buffer buffer;
	lua_createtable(L, 0, 8);
	lib_set_end(L, &result->end);
	relay_tail(result, pieces, lengths);
	luaL_buffinit(L, &buffer);
	luaL_addlstring(&buffer, pieces[0], lengths[0]);
	luaL_addlstring(&buffer, pieces[1], lengths[1]);
	luaL_pushresult(&buffer);
	lua_setfield(L, -2, "output");
	lib_set_boolean(L, "timed_out", result->timed_out);
	lib_set_boolean(L, "silent", result->silent);
	lib_set_boolean(L, "gave_up", result->gave_up);
	lib_set_boolean(L, "interrupted", result->interrupted);
	lib_set_boolean(L, "remembered", result->remembered);
	lib_set_integer(L, "hidden", result->hidden);
	lib_set_boolean(L, "too_many", result->too_many);
	return 1;
}

static int push_dry_run(lua_State *L)
{
	lua_createtable(L, 0, 1);
	lib_set_boolean(L, "dry_run", true);
	return 1;
}

static int push_outcome(lua_State *L, int outcome, const struct relay_result *result, const struct error *err)
{
	return outcome < 0 ? lib_fail(L, err) : outcome == 1 ? push_dry_run(L) : push_result(L, result);
}

static void check_options(lua_State *L, int options)
{
	if (lua_isnil(L, options)) {
		lua_newtable(L);
		lua_replace(L, options);
	}
	luaL_checktype(L, options, LUA_TTABLE);
}

/* act(journal, argv, options) */
static int act(lua_State *L)
{
	struct error err;
	struct door_order order = { 0 };
	struct calls calls = { .L = L };
	lua_settop(L, 3);
	const struct door_setup *setup = lib_check_setup(L);
	void **journal = lua_isnil(L, 1) ? NULL : luaL_checkudata(L, 1, JOURNAL_CLASS);
	check_options(L, 3);
	order.argv = lib_check_words(L, 2, 1);
	/* Not a block of Lua's own: 64 KiB more at each act would make Lua collect garbage each time. */
	void **box = lib_new_box(L);
	struct relay_result *result = *box = malloc(sizeof *result);
	luaL_argcheck(L, result != NULL, 2, "no memory for its output");
	order.meter = &lib_host(L)->progress_bar.meter;
	order.lock = lock_field(L, 3);
	read_options(L, 3, &order.relay, &calls);
	luaL_checkstack(L, 12, "no room for call-backs");
	int outcome = door_act(setup, journal != NULL ? *journal : NULL, &order, result, &err);
	bool failed = outcome == 0 && result->failed;
	lib_host(L)->acted = lib_host(L)->acted || outcome == 0;
	int pushed = push_outcome(L, outcome, result, &err);
	lib_empty_box(box);
	if (!failed)
		return pushed;
	lua_pushvalue(L, calls.failure);
	return lua_error(L);
}

int lib_open_door(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "configure", configure }, { "declare", declare }, { "name", name }, { "act", act }, { NULL, NULL },
	};
	luaL_newlib(L, functions);
	return 1;
}
