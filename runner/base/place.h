/*
 * A name in an open folder: where a file lies, found without following a link that somebody may have planted on the
 * way. Must not open the file itself.
 */
#ifndef VMQ_PLACE_H
#define VMQ_PLACE_H

#include "base/error.h"

#include <limits.h>
#include <sys/types.h>

struct place {
	int folder;          /* close with place_close; AT_FDCWD where `name` is a whole path */
	const char *name;    /* within `path` */
	char path[PATH_MAX]; /* for messages, and to be looked at */
};

/* A path as it is, for what the program itself names. Links are followed. Returns 0, or -1 with `err`. */
int place_of_path(struct place *place, const char *path, struct error *err);

/* Opens the folder of `path`, an absolute and plain path on the Mac whose root is `root`, folder by folder. What leads
 * to a volume's mount point (/Volumes/NAME, /System/Volumes/NAME, or one of the folders at the top, which macOS itself
 * puts together from two volumes) may be a link; nothing below it. Returns 0, or -1 with `err`. */
int place_open(struct place *place, const char *root, const char *path, struct error *err);

/* The same, and makes the missing folders below the mount point (0755, less the umask) and the last one with exactly
 * `mode`. A last one that is there is used only if it is a folder of whoever runs this and nobody else can write it;
 * else code "refused". */
int place_make_folder(const char *root, const char *path, mode_t mode, struct error *err);

void place_close(struct place *place);

#endif
