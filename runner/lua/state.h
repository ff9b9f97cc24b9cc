/*
 * The program's Lua state: chosen libraries, a cap on memory, `require` for what is embedded, errors with a traceback.
 * Must not hold policy.
 */
#ifndef VMQ_STATE_H
#define VMQ_STATE_H

#include "lua/lib.h"

#define STATE_MEMORY_CAP ((size_t)64 << 20)

/* Makes a state bound to `host`, which must outlive it. Returns NULL if there is no memory. Close with lua_close. */
lua_State *state_new(struct host *host);

/* Opens the libraries; call it protected. */
void state_open_libraries(lua_State *L);

/* Pushes what `require(name)` gives. Throws if there is no such module or it fails. */
void state_require(lua_State *L, const char *name);

/* Message handler for lua_pcall: adds a traceback. */
int state_traceback(lua_State *L);

#endif
