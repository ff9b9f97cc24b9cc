/*
 * Scratch folders for rehearsals: made with a marker, and only what has the marker can be removed again.
 * Must not remove anything else, whatever it is asked.
 */
#ifndef VMQ_SCRATCH_H
#define VMQ_SCRATCH_H

#include "base/error.h"

#include <limits.h>

#define SCRATCH_MARKER ".vmq-recovery-scratch"

/* Makes vmq-recovery.XXXXXX (0700) in $TMPDIR, else /tmp, with the marker file. Returns 0, or -1 with `err`. */
int scratch_make(char path[PATH_MAX], struct error *err);

/* Removes such a folder with all it holds; links are removed, never followed.
 * Code "refused" if it is not below $TMPDIR or /tmp, or has no marker. */
int scratch_remove(const char *path, struct error *err);

#endif
