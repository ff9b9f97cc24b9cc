/*
 * A password typed once: takes the person's keys into a secret instead of passing them on.
 * Must not show, record or copy a key anywhere else.
 */
#ifndef VMQ_CAPTURE_H
#define VMQ_CAPTURE_H

#include "base/portable.h"

struct secret;

#define CAPTURE_KEY '\t' /* begins it, as the first key at a question without echo */

struct capture {
	struct secret *secret; /* where to; the caller's. NULL: not offered */
	bool on;
};

/* Begins: whatever the secret still held of an earlier try is wiped. */
void capture_begin(struct capture *capture);

enum capture_step { CAPTURE_MORE, CAPTURE_DONE, CAPTURE_EMPTY };

/* Takes one key: backspace and Ctrl-U edit, Enter ends. CAPTURE_DONE: the secret is whole; CAPTURE_EMPTY: nothing was
 * typed. Keys beyond the longest password are dropped, as a terminal would. */
enum capture_step capture_key(struct capture *capture, unsigned char key);

/* Gives up: what was typed is wiped. */
void capture_cancel(struct capture *capture);

#endif
