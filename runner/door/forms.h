/*
 * Forms of arguments: whether a command fits one, and what single tools are never told whatever their forms say.
 * Must not say which tools there are, nor which forms each may have: that is the allowlist's.
 *
 * A form is a line of words parted by blanks. <word>: an argument that does not begin with "-"; <name>: the same,
 * without "="; <uuid>: 8-4-4-4-12 hex digits; <flag>: one or two dashes and letters; "...": whatever follows.
 */
#ifndef VMQ_FORMS_H
#define VMQ_FORMS_H

#include "base/portable.h"

/* Whether the arguments (without argv[0]) fit the form; and whether they fit one of `count`, or as many as stand before
 * a NULL. */
bool forms_fit(const char *form, const char *const *args);
bool forms_any_fits(const char *const *forms, size_t count, const char *const *args);

/* Whether a path is absolute, and none of its parts is empty, "." or "..": then it names what a person reads in it. */
bool forms_path_is_plain(const char *path);

/* Why the door never lets these arguments through, or NULL. Facts: reference §1.1 (bputil), §2.1 (csrutil), §3.1
 * (kmutil), §4.1 (nvram). A command that names its volume twice is refused: which of them counts is not known. */
const char *forms_refuse_bputil(const char *const *args);
const char *forms_refuse_kmutil(const char *const *args);
const char *forms_refuse_installer(const char *const *args);
const char *forms_refuse_pkgutil(const char *const *args);
const char *forms_refuse_nvram(const char *const *args);
const char *forms_refuse_csrutil(const char *const *args);
const char *forms_refuse_curl(const char *const *args);

/* Why no probe may use these, or NULL (§3.1). */
const char *forms_refuse_inspect(const char *const *args);

#endif
