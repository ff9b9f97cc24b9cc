/*
 * Starts the Mac's tools: children with a clean environment, and probes, which only read.
 * Must not start anything that may change the Mac; that is the door's.
 */
#ifndef VMQ_PROCESS_H
#define VMQ_PROCESS_H

#include "base/error.h"

#include <sys/types.h>

#define PROCESS_OUTPUT_CAP ((size_t)4 << 20) /* bytes kept of each output of a probe */

struct tools_declared;

/* Set once, kept for the life of the program. */
struct process_setup {
	bool configured;
	bool dry_run;                    /* the door starts nothing */
	char *root;                      /* put before every tool's path; "" or malloc'ed */
	struct tools_declared *declared; /* tools of the plan */
};

/* Copies `root` (without a slash at its end). Returns 0, or -1 with `err`. */
int process_configure(struct process_setup *setup, const char *root, bool dry_run, struct error *err);
void process_release(struct process_setup *setup);

/* A child to be: its own session, so that it has no terminal but the one given, with just the three descriptors. */
struct process_start {
	const struct process_setup *setup;
	const char *const *argv; /* argv[0] is the path on the Mac; the root is put before it */
	int descriptors[3];      /* what become 0, 1 and 2 */
	bool terminal;           /* descriptors[0] becomes its controlling terminal */
};

/* Returns the process id (also that of its group), or -1 with `err`: code "ENOENT" if there is no such program. */
pid_t process_spawn(const struct process_start *start, struct error *err);

/* Sends a signal to the whole group of a child that has not been waited for. */
void process_signal(pid_t child, int number);

/* What became of a child. */
struct process_end {
	bool exited;
	int exit;   /* if it exited */
	int signal; /* else the signal that ended it; 0 if it could not be waited for */
};
bool process_reap(pid_t child, bool wait, struct process_end *end); /* false: it still runs */

struct process_output {
	char *bytes; /* malloc'ed */
	size_t length, capacity;
};
struct process_result {
	struct process_end end;
	struct process_output outputs[2]; /* standard output and error */
	bool timed_out, truncated;
};

/* Runs a command of the read-only table for at most `seconds`; then, or when an output passes the cap, its whole group is killed.
 * Returns 0, or -1 with `err`: "refused", "ENOENT", "interrupted" (stage 2), errno names. Release the result in either case. */
int process_probe(const struct process_setup *setup, const char *const *argv, double seconds,
                  struct process_result *result, struct error *err);
void process_result_release(struct process_result *result);

/* A pipe with close-on-exec at both ends, usable with select. Returns 0, or -1 with `err`. */
int process_pipe(int ends[2], struct error *err);
int process_open_null(struct error *err);

#endif
