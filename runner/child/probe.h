/*
 * Runs a tool that only reads, and takes its two outputs.
 * Must not decide which tools those are: nobody may call probe_run but the door, which asks the allowlist first.
 */
#ifndef VMQ_PROBE_H
#define VMQ_PROBE_H

#include "child/spawn.h"

#define PROBE_OUTPUT_CAP ((size_t)4 << 20) /* bytes kept of each output */

struct probe_output {
	char *bytes; /* malloc'ed */
	size_t length, capacity;
};
struct probe_result {
	struct spawn_end end;
	struct probe_output outputs[2]; /* standard output and error */
	bool timed_out, truncated;
};

/* Runs a command for at most `seconds`; then, or when an output passes the cap, its whole group is killed.
 * Returns 0, or -1 with `err`: "ENOENT", "interrupted" (stage 2), errno names. Release the result in either case. */
int probe_run(const char *root, const char *const *argv, double seconds, struct probe_result *result,
              struct error *err);
void probe_release(struct probe_result *result);

#endif
