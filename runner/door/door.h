/*
 * The one door: the only place where a program is started that may change the Mac, or files of the Mac are changed for a plan.
 * Must not open for a command that the journal does not hold as its durable open intent, and must not know Lua.
 */
#ifndef VMQ_DOOR_H
#define VMQ_DOOR_H

#include "base/error.h"
#include "child/process.h"
#include "child/relay.h"
#include "door/journal.h"

struct door_order {
	const char *const *argv; /* argv[0] is the path on the Mac, or the name of an act on files (file_act.h) */
	bool terminal;           /* a terminal of its own, else a pipe for both outputs and no input */
	bool person;             /* the user's keys go to it */
	int screen;              /* descriptor the output is shown on, or -1 */
	double seconds, silence; /* limits; 0: none */
	bool stoppable;          /* the first interrupt ends it: it changes nothing that matters until it is done */
	const char *waiting;     /* what to show while it is silent, or NULL */
	struct secret *keep;     /* takes a password typed after Tab, or NULL */
	struct relay_calls calls;
};

/* Runs the command until it ends. Returns 0 with `result`; 1 in a dry run, when nothing was started; -1 with `err`:
 * code "refused" (unknown tool, a form never used, or no open intent with exactly this argv), or an errno name if it did not start.
 * `journal` may be NULL in a dry run only. Whatever follows, the intent is used up. */
int door_act(const struct process_setup *setup, struct journal *journal, const struct door_order *order,
             struct relay_result *result, struct error *err);

#endif
