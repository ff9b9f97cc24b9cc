/*
 * Durable changes of whole files: a new content, a copy, another name. After a crash there is the old file or the new
 * one. Must not append, and must not know Lua.
 *
 * Every function returns 0, or -1 with `err` filled in (file, what was attempted, the system's words).
 */
#ifndef VMQ_REPLACE_H
#define VMQ_REPLACE_H

#include "base/place.h"

/* Puts `bytes` in place of the file `path`. `mode` is chmod's. */
int replace_file(const char *path, const char *bytes, size_t length, mode_t mode, struct error *err);

/* The same in a place. */
int replace_text(const struct place *target, const char *bytes, size_t length, mode_t mode, struct error *err);

/* Puts a copy of the plain file `source` in its place: a clone, which takes no room, where the file system can make
 * one. Memory is constant. A link is not followed where `source` has an open folder. `meter` (or NULL) hears how far it
 * has come. */
struct meter;
int replace_copy(const struct place *source, const struct place *target, mode_t mode, struct meter *meter,
                 struct error *err);

/* Renames `source`, in place of what is there. Both must be on one volume: else error "EXDEV". */
int replace_move(const struct place *source, const struct place *target, struct error *err);

/* Takes the name away. */
int replace_remove(const struct place *target, struct error *err);

#endif
