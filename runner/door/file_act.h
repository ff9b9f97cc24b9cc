/*
 * The program's own acts on files, for plans: copies, moves and removes without a further tool.
 * Must not decide when: they go through the door like any command, with a durable open intent for exactly these words.
 *
 *   copy SOURCE TARGET MODE       a durable copy in place of TARGET
 *   copy-program TARGET MODE      the same of the program that runs
 *   move SOURCE TARGET            in place of TARGET, on the same volume
 *   write TARGET MODE TEXT        a small file
 *   make-folder PATH MODE         with its parents; owned by who runs this, whoever made it
 *   remove PATH                   a file; one that is not there is removed already
 *
 * Paths are the Mac's own, the root is put before them. What an act writes or takes away lies in a folder called
 * vmq-recovery, or is called so itself; only the target of `copy` and `move`, which a person names, may lie anywhere.
 */
#ifndef VMQ_FILE_ACT_H
#define VMQ_FILE_ACT_H

#include "base/error.h"

/* Is this first word the name of one of them? */
bool file_act_named(const char *word);

/* Whether the words are a form that may be used. Returns 0, or -1 with `err`, code "refused". */
int file_act_check(const char *const *argv, struct error *err);

/* Does it. Returns 0, or -1 with `err`: file, what was attempted, the system's words. */
int file_act(const char *root, const char *const *argv, struct error *err);

#endif
