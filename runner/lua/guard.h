/*
 * Calls what somebody else wrote in Lua, with an end to it: it may not run for long, and an interrupt ends it.
 * Must not be used for the program's own code, which ends by itself.
 */
#ifndef VMQ_GUARD_H
#define VMQ_GUARD_H

#include <lua.h>

/* call(seconds, f, ...) → true and what f returned; or false, what was wrong, a place "CHUNK:LINE" in the chunk of `f`,
 * and "error", "loop" (it ran so long: time in Lua alone, not while a tool is waited for) or "interrupted". Inside one
 * call of a library's function nothing can be counted: an interrupt then ends the program within a second or two, with
 * a line. */
int guard_call(lua_State *L);

#endif
