/*
 * One line that shows that a silent tool is still being waited for.
 * Must not be drawn over what the tool printed: it takes a line of its own and wipes it again.
 */
#ifndef VMQ_PROGRESS_H
#define VMQ_PROGRESS_H

#include <stdbool.h>

struct screen;

/* In seconds. */
struct progress_times {
	double first;  /* from the begin of the waiting to the first line, where it can be redrawn */
	double redraw; /* between two */
	double plain;  /* between lines where nothing can be redrawn */
};

/* What the line says around the time. */
struct progress_words {
	const char *what; /* what is waited for; NULL: show nothing */
	const char *more; /* what stands behind the time, with its punctuation */
};

struct progress {
	const struct progress_times *times;
	struct progress_words words;
	struct screen *screen;
	bool live; /* the line can be redrawn; else lines are printed */
	bool drawn;
	double started, next; /* seconds on the monotonic clock: begin of the waiting, and when to draw again */
};

void progress_begin(struct progress *progress, const struct progress_times *times, struct progress_words words,
                    struct screen *screen, double now);

/* Draws the line if it is time. `in_line`: the tool's last line is unfinished, so a new one is begun first. Returns
 * whether it was drawn: whatever comes next begins a line. */
bool progress_show(struct progress *progress, double now, bool in_line);

/* Wipes the line: to be called before anything else is written to the screen, and at the end. */
void progress_clear(struct progress *progress);

#endif
