/*
 * Which programs may be started: where each lies on the Mac, which of its commands only read, which may change the Mac.
 * Must not start anything; it only says yes or no.
 */
#ifndef VMQ_ALLOWLIST_H
#define VMQ_ALLOWLIST_H

#include "base/error.h"

/* The tools that a plan declares besides. A list starts as NULL; release it with allowlist_forget. */
struct declared_tool;

/* Adds a tool of the Mac below `root` with the forms of its commands that only read (forms.h), NULL at the end. Returns
 * 0, or -1 with `err`, code "refused": a tool of the table (by name, or the same file under another), a shell or
 * anything that starts other programs, a path that is not absolute and plain, or a form that is empty or has "...". */
int allowlist_declare(struct declared_tool **list, const char *root, const char *path, const char *const *forms,
                      struct error *err);
void allowlist_forget(struct declared_tool **list);
bool allowlist_is_declared(const struct declared_tool *list, const char *path);

/* Whether a declared tool is still none of those that may not be declared: its file may have become a link meanwhile.
 * Returns 0, also for a path that is not declared; or -1 with `err`, code "refused". */
int allowlist_check_name(const struct declared_tool *list, const char *root, const char *path, struct error *err);

/* Whether argv (path first) only reads. Returns 0, or -1 with `err`, code "refused". */
int allowlist_check_read(const struct declared_tool *list, const char *const *argv, struct error *err);

/* Whether argv may go through the door. Returns 0, or -1 with `err`, code "refused". */
int allowlist_check_change(const struct declared_tool *list, const char *const *argv, struct error *err);

/* Whether this tool may be given the password, the user's name and an automatic yes: what it is called decides, not
 * what a plan says of it. */
bool allowlist_may_be_answered(const char *path);

/* Whether this command holds the Mac's lock for as long as it is at work: it writes the boot policy or NVRAM, and
 * leaves nobody behind who would hold it for ever. */
bool allowlist_may_hold_lock(const char *const *argv);

/* The path of the table's tool that `program` ends in ("/tmp/x/usr/bin/csrutil": "/usr/bin/csrutil"), or NULL. */
const char *allowlist_path_at_end(const char *program);

#endif
