/*
 * What all bindings share: the host's context, the error triple, and boxes that release C's things when Lua throws.
 * Must not hold logic of any part.
 */
#ifndef VMQ_LIB_H
#define VMQ_LIB_H

#include "base/error.h"
#include "base/file.h"
#include "door/door.h"
#include "terminal/progress_bar.h"

#include <lauxlib.h>
#include <lua.h>

/* What belongs to one Lua state; its address lies in the state's extra space. */
struct host {
	struct door_setup door;
	struct progress_bar progress_bar;
	size_t memory, memory_cap; /* bytes in use, and the most there may be */
	struct guard *guard;       /* of the plan's code that runs (guard.h), or NULL */
	bool acted;                /* something was started that may have changed the Mac */
};
struct host *lib_host(lua_State *L);
void lib_set_host(lua_State *L, struct host *host);

/* The opener of a C part by the name `require` gets ("lib_file"), or NULL. */
lua_CFunction lib_find(const char *name);

/* Pushes nil, message, code. Returns 3. */
int lib_fail(lua_State *L, const struct error *err);

/* Pushes true for 0, else fails with `err`. Returns the number of results. */
int lib_done(lua_State *L, int result, const struct error *err);

/* Pushes a text for 0, else fails with `err`. Returns the number of results. */
int lib_text(lua_State *L, int result, const char *text, const struct error *err);

/* Pushes a box: whatever its pointer holds is freed with it. Empty it at once with lib_empty_box when done. */
void **lib_new_box(lua_State *L);
void lib_empty_box(void **box);

/* Pushes a mapped file's box, still closed; it is unmapped with it. */
struct file_map *lib_new_map(lua_State *L);

/* Checks an array of strings without NUL bytes and with at least `least` words. Pushes a block holding a copy; returns
 * it. */
const char *const *lib_check_words(lua_State *L, int argument, int least);

/* A string argument without NUL bytes, as paths need. */
const char *lib_check_path(lua_State *L, int argument);

/* A number of seconds that is not below `least`. */
double lib_check_seconds(lua_State *L, int argument, double least);

/* The same of a field that may be absent, of options that may be absent. */
double lib_seconds_field(lua_State *L, int options, const char *name, double otherwise);

/* Sets a field of the table on top. */
void lib_set_boolean(lua_State *L, const char *name, bool value);
void lib_set_integer(lua_State *L, const char *name, lua_Integer value);

/* Sets `exit` or `signal`; neither if it is not known. */
void lib_set_end(lua_State *L, const struct spawn_end *end);

/* Throws if lib_door.configure was not called. */
const struct door_setup *lib_check_setup(lua_State *L);

/* Makes the metatable `name` with `methods` and `release` as __gc and __close; scripts cannot get at it. */
void lib_new_class(lua_State *L, const char *name, const luaL_Reg *methods, lua_CFunction release);

/* Pushes an object of such a class: a pointer to something of C's, NULL until it is filled in and after its release. */
void **lib_new_handle(lua_State *L, const char *name);

#define SECRET_CLASS "secret"   /* handle of a struct secret */
#define JOURNAL_CLASS "journal" /* handle of a struct journal */
#define LOCK_CLASS "lock"       /* handle of a struct lock */

int lib_open_embed(lua_State *L);
int lib_open_file(lua_State *L);
int lib_open_journal(lua_State *L);
int lib_open_lock(lua_State *L);
int lib_open_door(lua_State *L);
int lib_open_probe(lua_State *L);
int lib_open_terminal(lua_State *L);
int lib_open_signals(lua_State *L);
int lib_open_secret(lua_State *L);
int lib_open_system(lua_State *L);
int lib_open_state(lua_State *L);
int lib_open_lineedit(lua_State *L);

#endif
