/*
 * The table of known programs: where each lies on the Mac, which argument forms only read, which forms may never be used.
 * Must not start anything; it only says yes or no. Facts: reference §1.1 (bputil), §2.1 (csrutil), §3.1 (kmutil), §4.1 (nvram).
 */
#ifndef VMQ_TOOLS_H
#define VMQ_TOOLS_H

#include "base/error.h"

/* A plan's further tools. Starts as NULL; release with tools_forget. */
struct tools_declared;

/* Adds a tool. `forms` are NULL-ended, each a line of words parted by blanks, "<word>" standing for any one argument that does not
 * begin with "-". Returns -1 with `err`, code "refused": a tool of the table, a shell or anything that starts other programs,
 * a path that is not absolute and plain, or an empty or unbounded form. */
int tools_declare(struct tools_declared **list, const char *path, const char *const *forms, struct error *err);
void tools_forget(struct tools_declared **list);

/* Whether argv (path first) is a form that only reads. Returns 0, or -1 with `err`, code "refused". */
int tools_check_read(const struct tools_declared *list, const char *const *argv, struct error *err);

/* Whether argv may go through the door. Returns 0, or -1 with `err`, code "refused". */
int tools_check_change(const struct tools_declared *list, const char *const *argv, struct error *err);

/* The path of the table's tool that `program` ends in ("/scratch/usr/bin/csrutil" gives "/usr/bin/csrutil"), or NULL. */
const char *tools_path_at_end(const char *program);

#endif
