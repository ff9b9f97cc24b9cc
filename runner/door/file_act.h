/*
 * The program's own acts on files, for plans: copies, moves and removes without a further tool.
 * Must not decide when: they go through the door like any command, with a durable open intent for exactly these words.
 *
 *   copy SOURCE TARGET MODE       a durable copy in place of TARGET
 *   copy-program TARGET MODE      the same of the program that runs
 *   move SOURCE TARGET            in place of TARGET, on the same volume
 *   write TARGET MODE TEXT        a small file
 *   make-folder PATH MODE         with its parents; one that is there must be a folder of whoever runs this
 *   remove PATH                   a file; one that is not there is removed already
 *   remove-kit PATH               the folder of a kit, /Library/Developer/KDKs/KDK_….kdk, with all that is in it
 *
 * Paths are the Mac's own, the root is put before them. All others lie in a folder called vmq-recovery, or are called
 * so themselves; only `copy`, `move` and `make-folder` also take what a person has named on the command line, or what
 * lies directly in it. Every folder below the volume's mount point is opened without following a link (place.h).
 */
#ifndef VMQ_FILE_ACT_H
#define VMQ_FILE_ACT_H

#include "base/error.h"

/* The paths that a person has named. A list starts as NULL; release it with file_act_forget. */
struct named_path;
int file_act_name(struct named_path **list, const char *path, struct error *err);
void file_act_forget(struct named_path **list);

/* Is this first word the name of one of them? */
bool file_act_named(const char *word);

/* Whether the words are a form that may be used. Returns 0, or -1 with `err`, code "refused". */
int file_act_check(const struct named_path *named, const char *const *argv, struct error *err);

/* Does it; `meter` (or NULL) hears how far a copy has come. Returns 0, or -1 with `err`: file, what was attempted, the
 * system's words. */
struct meter;
int file_act(const char *root, const struct named_path *named, const char *const *argv, struct meter *meter,
             struct error *err);

#endif
