/*
 * A password in locked memory that no core file and no child gets, wiped when it is released.
 * Must not hand its bytes to Lua, and nothing but the relay may read them.
 */
#ifndef VMQ_SECRET_H
#define VMQ_SECRET_H

#include "base/error.h"

#define SECRET_LONGEST 1023 /* bytes; a terminal takes no longer line on macOS (MAX_CANON) */

struct secret;

/* Reads from `fd` up to a newline or the end; blanks are kept. Returns NULL with `err` ("EINVAL" if empty, too long, or
 * with a control character, which a terminal would take as a command; "EINTR" at an interrupt). Release with
 * secret_release. */
struct secret *secret_from_fd(int fd, struct error *err);
struct secret *secret_from_text(const char *text, size_t length, struct error *err);

/* An empty one, filled key by key. A byte that no longer fits is dropped; a whole UTF-8 character is taken back at
 * once. */
struct secret *secret_new(struct error *err);
void secret_add(struct secret *secret, char byte);
void secret_drop_last(struct secret *secret);

/* Overwrites the bytes; the secret is empty afterwards. Release does this too. NULL is fine. */
void secret_wipe(struct secret *secret);
void secret_release(struct secret *secret);

/* For the relay alone: the bytes, valid until the secret is wiped. */
const char *secret_bytes(const struct secret *secret, size_t *length);

#endif
