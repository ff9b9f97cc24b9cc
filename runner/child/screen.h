/*
 * The screen that a tool's output is shown on: output waits in a buffer until the screen takes it, so that a screen
 * that stands still does not hold up the tool. Must not wait, but in screen_finish, when the tool has ended.
 */
#ifndef VMQ_SCREEN_H
#define VMQ_SCREEN_H

#include "base/portable.h"

#define SCREEN_BUFFER ((size_t)64 * 1024)

struct screen {
	int fd;           /* the caller's; -1: nothing is shown, or the screen is gone */
	int own;          /* the same terminal opened once more, without blocking; -1: not to be had */
	bool may_wait;    /* a write to `fd` may wait: it is asked first, and gets little at a time */
	double patience;  /* seconds without the screen taking anything after which output is left out */
	double moved_at;  /* when it last took something */
	uint64_t omitted; /* bytes left out since then */
	size_t used;
	char bytes[SCREEN_BUFFER];
};

/* `fd` is the descriptor to show on, or -1. */
void screen_open(struct screen *screen, int fd, double patience);

/* How many bytes may come now: none while the screen takes nothing and there is patience left. */
size_t screen_room(const struct screen *screen);

/* Puts output behind the rest and shows what can be shown at once. What does not fit is left out, and that is told. */
void screen_put(struct screen *screen, const char *bytes, size_t length);

/* The descriptor that can take more once it is writable, or -1 if nothing waits; and the showing, when it is. */
int screen_wants(const struct screen *screen);
void screen_move(struct screen *screen);

/* Waits until all is shown; a second interrupt ends that. */
void screen_finish(struct screen *screen);

#endif
