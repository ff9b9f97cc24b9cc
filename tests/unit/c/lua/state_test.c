/* Tests of the program's Lua state and of what the bindings promise when Lua throws. */
#include "fixture.h"
#include "lua/state.h"

struct program {
	struct fixture *f;
	struct host host;
	lua_State *L;
};

static int open_libraries(lua_State *L)
{
	state_open_libraries(L);
	return 0;
}

static int make(void **state)
{
	struct program *p = calloc(1, sizeof *p);
	*state = p;
	if (p == NULL || fixture_make((void **)&p->f) != 0)
		return -1;
	p->host.memory_cap = (size_t)8 << 20;
	p->L = state_new(&p->host);
	lua_pushcfunction(p->L, open_libraries);
	return lua_pcall(p->L, 0, 0, 0);
}

static int unmake(void **state)
{
	struct program *p = *state;
	lua_close(p->L);
	assert_int_equal(p->host.memory, 0);
	door_release(&p->host.door);
	int result = fixture_remove((void **)&p->f);
	free(p);
	return result;
}

/* Runs a chunk. Returns what it returns as text, or the error's text; valid until the next call. */
static const char *run(struct program *p, const char *chunk)
{
	lua_settop(p->L, 0);
	lua_pushstring(p->L, p->f->root);
	lua_setglobal(p->L, "root");
	if (luaL_loadstring(p->L, chunk) == LUA_OK)
		(void)lua_pcall(p->L, 0, 1, 0);
	return luaL_tolstring(p->L, -1, NULL);
}

static void only_chosen_libraries_are_there(void **state)
{
	assert_string_equal(
		run(*state, "local t = {} for k in pairs(_G) do t[#t + 1] = k end table.sort(t) return table.concat(t, ' ')"),
		"_G _VERSION assert collectgarbage coroutine error getmetatable ipairs math next os pairs pcall rawequal rawget rawlen "
		"rawset require root select setmetatable string table tonumber tostring type utf8 xpcall");
	assert_string_equal(
		run(*state, "local t = {} for k in pairs(os) do t[#t + 1] = k end table.sort(t) return table.concat(t, ' ')"),
		"date time");
	assert_string_equal(run(*state, "return string.dump"), "nil");
}

static void memory_has_a_cap(void **state)
{
	struct program *p = *state;
	assert_string_equal(run(p, "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end"), "not enough memory");
	assert_true(p->host.memory < p->host.memory_cap);
	assert_string_equal(run(p, "return #('x'):rep(100)"), "100"); /* and afterwards it works on */
	assert_string_equal(run(p, "return ('x'):rep(1 << 28)"), "not enough memory");
}

/* Calls a chunk called "plan" for at most 0.2 s. Returns what came of it, joined by blanks. */
static const char *called(struct program *p, const char *chunk)
{
	lua_settop(p->L, 0);
	lua_pushstring(p->L, chunk);
	lua_setglobal(p->L, "chunk");
	return run(
		p,
		"local s = require 'lib_state' local r = table.pack(s.call(0.2, assert(s.load(chunk, '@plan', { pcall = pcall, "
		"string = string, error = error, helper = function(x) return x.y end, raise = raise })), 1, nil)) "
		"for i = 1, r.n do r[i] = tostring(r[i]) end return table.concat(r, ' ')");
}

static void somebody_elses_code_comes_to_an_end(void **state)
{
	assert_string_equal(called(*state, "return ..."), "true 1 nil");
	assert_string_equal(called(*state, "\nwhile true do end"), "false loop plan:2 loop");
	assert_string_equal(called(*state, "while true do\npcall(function() while true do end end) end"),
	                    "false loop plan:2 loop");
	assert_string_equal(called(*state, "return pcall(function() while true do end end)"), "false loop plan:1 loop");
	assert_string_equal(called(*state, "return ('x'):rep(1 << 28)"), "false not enough memory plan:1 error");
	assert_null(lua_gethook(((struct program *)*state)->L));
	assert_null(((struct program *)*state)->host.guard);
}

static void an_error_is_told_with_the_plans_own_line(void **state)
{
	assert_string_equal(called(*state, "\n\nlocal x = nil\nreturn x.y"),
	                    "false plan:4: attempt to index a nil value (local 'x') plan:4 error");
	assert_non_null(strstr(called(*state, "\nlocal x = helper()\nreturn x"), "(local 'x') plan:2 error"));
	assert_non_null(strstr(called(*state, "error { 1 }"), "false table: 0x"));
	assert_string_equal(called(*state, "error()"), "false nil plan:1 error");
}

static int raise_it(lua_State *L)
{
	(void)raise((int)luaL_checkinteger(L, 1));
	return 0;
}

static void an_interrupt_ends_somebody_elses_code(void **state)
{
	struct program *p = *state;
	lua_pushcfunction(p->L, raise_it);
	lua_setglobal(p->L, "raise");
	for (int stage = 1; stage <= 2; stage++) { /* one that came before is no reason */
		assert_string_equal(called(p, "return 1"), "true 1");
		assert_string_equal(called(p, "raise(15)\nwhile true do end"), "false interrupted plan:2 interrupted");
		assert_int_equal(signals_stage(), stage);
	}
	signals_reset();
	fixture_signals_default();
}

static void only_what_is_inside_can_be_required(void **state)
{
	assert_non_null(strstr(run(*state, "return require 'no.such'"), "no module 'no.such' in the program"));
	assert_non_null(strstr(run(*state, "return require '../../etc/passwd'"), "no module"));
	assert_string_equal(run(*state, "return tostring(require 'lib_file' == require 'lib_file')"), "true");
	assert_string_equal(run(*state, "return type(require 'dkjson'.encode)"), "function");
	assert_string_equal(
		run(*state,
	        "local e = require 'lib_embed' return e.source 'stdlib/cli/main.lua' and e.source 'no' == nil and e.version() ~= ''"),
		"true");
}

static void text_is_loaded_with_its_environment_and_bytecode_is_not(void **state)
{
	assert_string_equal(
		run(*state, "local f = require('lib_state').load('x = y; return x', '=plan', { y = 3 }) return f()"), "3");
	assert_string_equal(run(*state, "return x"), "nil");
	assert_string_equal(run(*state, "return select(2, require('lib_state').load('x = = 1', '=plan', {}))"),
	                    "plan:1: unexpected symbol near '='");
	assert_non_null(strstr(run(*state, "return select(2, require('lib_state').load('\\27Lua', '=plan', {}))"),
	                       "attempt to load a binary chunk"));
}

static void expected_failures_come_as_three(void **state)
{
	assert_string_equal(
		run(*state, "local a, b, c = require('lib_file').read('/none') return tostring(a) .. '|' .. b .. '|' .. c"),
		"nil|cannot open /none: No such file or directory|ENOENT");
	assert_non_null(strstr(run(*state, "return require('lib_file').read('a\\0b')"), "not a path"));
	assert_non_null(strstr(run(*state, "return require('lib_file').read()"), "string expected"));
}

static void a_secret_cannot_be_read(void **state)
{
	const char *text = run(
		*state,
		"s = require('lib_secret').from_text('hunter2') return tostring(s) .. tostring(getmetatable(s)) .. tostring(s.bytes)");
	assert_null(strstr(text, "hunter2"));
	assert_non_null(strstr(text, "secret: "));
	assert_non_null(strstr(run(*state, "return #s"), "attempt to get length"));
	assert_string_equal(run(*state, "s:wipe() s = nil collectgarbage() return 'fine'"), "fine");
}

static void nothing_starts_before_configure(void **state)
{
	assert_non_null(
		strstr(run(*state, "require('lib_probe').run { '/usr/bin/sw_vers' }"), "configure must be called first"));
	assert_string_equal(run(*state, "require('lib_door').configure { root = root } return 'fine'"), "fine");
	assert_non_null(strstr(run(*state, "require('lib_door').configure { root = '' }"), "only once"));
}

static void a_journal_closes_itself(void **state)
{
	struct program *p = *state;
	int before = fixture_free_descriptor();
	assert_string_equal(
		run(p,
	        "local j = require('lib_journal').open(root, 3) j:append('{}') return #j:records() .. ' ' .. j:torn() .. ' ' .. j:append('{}')"),
		"1 0 2");
	assert_string_equal(run(p, "collectgarbage() return table.concat(require('lib_journal').list(root), ' ')"), "1 3");
	assert_string_equal(run(p, "return require('lib_journal').open(root, 1) and 1 or 2"), "1");
	assert_non_null(strstr(run(p, "local j = require('lib_journal').open(root, 3) j:close() j:append('{}')"),
	                       "the journal is closed"));
	(void)run(p, "collectgarbage() collectgarbage()");
	assert_int_equal(fixture_free_descriptor(), before);
}

static const char act_with[] = "local p, j = require 'lib_door', require('lib_journal').open(root, 2)\n"
							   "p.configure { root = root }\n"
							   "local argv = { '/usr/bin/csrutil', 'disable' }\n"
							   "j:intent(argv, '{}')\n";

static const char *act(struct program *p, const char *rest)
{
	char chunk[2048];
	(void)snprintf(chunk, sizeof chunk, "%s%s", act_with, rest);
	return run(p, chunk);
}

static void an_error_of_a_call_back_is_thrown_on(void **state)
{
	struct program *p = *state;
	fixture_tool(p->f, "/usr/bin/csrutil", "echo $$ >$root/pid; echo hello; printf 'Sure? '; read x");
	assert_string_equal(
		act(p,
	        "local ok, e = pcall(p.act, j, argv, { terminal = true, answer = function() error({ code = 'mine' }) end })\n"
	        "j:close() return tostring(ok) .. ' ' .. tostring(e.code)"),
		"false mine");
	char path[64];
	(void)snprintf(path, sizeof path, "/proc/%ld", strtol(fixture_text(p->f, "pid"), NULL, 10));
	assert_int_equal(access(path, F_OK), -1);
}

static void a_wrong_answer_is_an_error(void **state)
{
	struct program *p = *state;
	fixture_tool(p->f, "/usr/bin/csrutil", "printf 'Sure? '; read x");
	assert_non_null(
		strstr(act(p, "p.act(j, argv, { terminal = true, answer = function() return {} end })"), "an answer must be"));
}

static void a_result_has_its_fields(void **state)
{
	struct program *p = *state;
	fixture_tool(p->f, "/usr/bin/csrutil", "printf 'Sure? '; read x; echo $x; exit 3");
	assert_string_equal(
		act(p,
	        "local r = p.act(j, argv, { terminal = true, answer = function(line, echo) return line == 'Sure? ' and echo and 'yes\\n' or nil end })\n"
	        "return table.concat({ r.exit, r.output, tostring(r.signal), tostring(r.gave_up), tostring(r.timed_out) }, '|')"),
		"3|Sure? yes\nyes\n|nil|false|false");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
	const struct CMUnitTest tests[] = {
		TEST(only_chosen_libraries_are_there),
		TEST(memory_has_a_cap),
		TEST(somebody_elses_code_comes_to_an_end),
		TEST(an_error_is_told_with_the_plans_own_line),
		TEST(an_interrupt_ends_somebody_elses_code),
		TEST(only_what_is_inside_can_be_required),
		TEST(text_is_loaded_with_its_environment_and_bytecode_is_not),
		TEST(expected_failures_come_as_three),
		TEST(a_secret_cannot_be_read),
		TEST(nothing_starts_before_configure),
		TEST(a_journal_closes_itself),
		TEST(an_error_of_a_call_back_is_thrown_on),
		TEST(a_wrong_answer_is_an_error),
		TEST(a_result_has_its_fields),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
