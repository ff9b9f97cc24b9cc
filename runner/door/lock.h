/*
 * One run at a time: a lock on a file that says who holds it. A tool that inherits it holds it, too, until it ends.
 * Must not know what a run is; must not unlock, only close: unlocking would take it from a tool that is still at work.
 */
#ifndef VMQ_LOCK_H
#define VMQ_LOCK_H

#include "base/error.h"

struct lock;

/* Takes `<directory>/lock` (made 0600) and writes `text` into it. Returns NULL with `err`; if another process has it,
 * code "held" and what that one wrote in `holder` (terminated, cut to size). The system drops the lock when the last
 * process that has it ends, however it ends. */
struct lock *lock_take(const char *directory, const char *text, size_t length, char *holder, size_t size,
                       struct error *err);
void lock_release(struct lock *lock);

/* Writes another text in place of the first. Returns 0, or -1 with `err`. */
int lock_write(struct lock *lock, const char *text, size_t length, struct error *err);

/* What a child inherits to hold the lock, too; -1 for NULL. */
int lock_descriptor(const struct lock *lock);

#endif
