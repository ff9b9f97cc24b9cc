/*
 * Puts a bar at the left of each line that a tool prints, so that its words are told apart from ours without colour.
 * Must not change what is kept, recorded or looked at for questions: only what the screen gets.
 */
#ifndef VMQ_FRAME_H
#define VMQ_FRAME_H

#include "base/portable.h"

#define FRAME_LONGEST_BAR ((size_t)8)  /* bytes */
#define FRAME_GROWTH FRAME_LONGEST_BAR /* a byte takes at most this many on the screen */

struct screen;

enum frame_state { FRAME_TEXT, FRAME_ESCAPE, FRAME_SEQUENCE, FRAME_STRING, FRAME_CHARACTER };

struct frame {
	struct screen *screen;
	const char *bar; /* with a blank behind it, or empty */
	size_t edge;     /* columns the bar takes */
	size_t columns;  /* of the screen: a longer line is broken there; 0: none is */
	size_t column;   /* where the next character stands */
	bool begun;      /* the bar of this line stands */
	bool returned;   /* a carriage return came last: a newline behind it ends the line that stands there */
	bool parameters; /* the sequence that is being read has some */
	enum frame_state state;
	char held[4]; /* the begin of a character whose rest is still to come */
	size_t held_bytes;
	size_t used; /* of what is on its way to the screen */
	char bytes[4096];
};

/* bar: with a blank behind it; NULL: none. */
void frame_open(struct frame *frame, struct screen *screen, const char *bar);

/* The screen's size may be another now. */
void frame_resize(struct frame *frame);

/*
 * What a tool has printed. An unfinished line is shown as far as it came. Of what steers a terminal only newline,
 * carriage return, tab, backspace, bell and the wiping of the rest of a line pass.
 */
void frame_put(struct frame *frame, const char *bytes, size_t length);

/* Somebody else has begun a new line: what comes next stands behind a bar of its own. */
void frame_break(struct frame *frame);

/* Columns that a line of the tool's has less than the screen. */
size_t frame_margin(const char *bar, int screen);

/* Columns for a line that is drawn again and again, so that it is never broken; 0: it does not matter. */
unsigned frame_width(const char *bar, int screen);

#endif
