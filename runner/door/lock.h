/*
 * One run at a time: a lock on a file that says who holds it.
 * Must not know what a run is.
 */
#ifndef VMQ_LOCK_H
#define VMQ_LOCK_H

#include "base/error.h"

struct lock;

/* Takes `<directory>/lock` (made 0600) and writes `text` into it. Returns NULL with `err`; if another process has it,
 * code "held" and what that one wrote in `holder` (terminated, cut to size). The system drops the lock when the process
 * ends, however it ends. */
struct lock *lock_take(const char *directory, const char *text, size_t length, char *holder, size_t size,
                       struct error *err);
void lock_release(struct lock *lock);

#endif
