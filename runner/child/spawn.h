/*
 * Children: started with a clean environment and only what they are given, signalled and waited for.
 * Must not decide what may be started: the door does. Nobody but it and probe.c may call spawn_child (layers.py).
 */
#ifndef VMQ_SPAWN_H
#define VMQ_SPAWN_H

#include "base/error.h"

#include <sys/types.h>

/* A child to be: its own session, so that it has no terminal but the one given, with just the descriptors named. */
struct spawn_order {
	const char *root;        /* put before argv[0]; "" for this Mac itself */
	const char *const *argv; /* argv[0] is the path on the Mac */
	int descriptors[3];      /* what become 0, 1 and 2 */
	bool terminal;           /* descriptors[0] becomes its controlling terminal */
	int inherited;           /* a further descriptor that stays open in it, above 2; -1: none */
	unsigned columns;        /* how wide what it prints may be, where no terminal of its own tells it; 0: as it likes */
};

/* Returns the process id (also that of its group), or -1 with `err`: code "ENOENT" if there is no such program. */
pid_t spawn_child(const struct spawn_order *order, struct error *err);

/* Sends a signal to the whole group of a child that has not been waited for. */
void spawn_signal(pid_t child, int number);

/* What became of a child. */
struct spawn_end {
	bool exited;
	int exit;   /* if it exited */
	int signal; /* else the signal that ended it; 0 if it could not be waited for */
};
bool spawn_reap(pid_t child, bool wait, struct spawn_end *end); /* false: it still runs */

/* A pipe with close-on-exec at both ends, usable with select. Returns 0, or -1 with `err`. */
int spawn_pipe(int ends[2], struct error *err);

/* /dev/null for reading and writing. Returns the descriptor, or -1 with `err`. */
int spawn_open_null(struct error *err);

/* Closes each of the descriptors that is open (not negative). */
void spawn_close(const int *descriptors, size_t count);

#endif
