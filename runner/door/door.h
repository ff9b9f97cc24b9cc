/*
 * The one door: the only place where a program is started, or where files of the Mac are changed for a plan.
 * Must not let through a change without a durable open intent in the journal, nor a look that is not in the allowlist;
 * must not know Lua.
 */
#ifndef VMQ_DOOR_H
#define VMQ_DOOR_H

#include "base/error.h"
#include "child/probe.h"
#include "child/relay.h"
#include "door/journal.h"

struct declared_tool;
struct lock;
struct meter;
struct named_path;

/* Which Mac is meant. Set once, kept for the life of the program; starts as zeros, release it with door_release. */
struct door_setup {
	bool configured;
	bool dry_run;                   /* nothing is changed */
	char *root;                     /* put before every path on the Mac; malloc'ed */
	struct declared_tool *declared; /* tools of the plan: add to it with allowlist_declare */
	bool withhold;                  /* none of them is started to look */
	struct named_path *named;       /* what a person has named: add to it with file_act_name */
};

/* Copies `root` (without a slash at its end). Returns 0, or -1 with `err`. */
int door_configure(struct door_setup *setup, const char *root, bool dry_run, struct error *err);
void door_release(struct door_setup *setup);

/* Runs a command that only reads, as probe_run does. Returns 0, or -1 with `err` ("refused": not in the allowlist;
 * "withheld": a tool of the plan, and none of these is started). */
int door_probe(const struct door_setup *setup, const char *const *argv, double seconds, struct probe_result *result,
               struct error *err);

/* A command that may change the Mac: argv[0] is the path on the Mac, or the name of an act on files (file_act.h). */
struct door_order {
	const char *const *argv;
	struct relay_order relay; /* how it is looked after, if it is a program */
	struct meter *meter;      /* hears how far a copy has come; or NULL */
	const struct lock *lock;  /* held by the tools that may hold it (allowlist.h) while they are at work; or NULL */
};

/* Runs the command until it ends. Returns 0 with `result`; 1 in a dry run, when nothing was started; -1 with `err`:
 * code "refused" (unknown tool, arguments never used, or no open intent with exactly this argv), or an errno name if it
 * did not start. `journal` may be NULL in a dry run only. Whatever follows, the intent is used up. */
int door_act(const struct door_setup *setup, struct journal *journal, const struct door_order *order,
             struct relay_result *result, struct error *err);

#endif
