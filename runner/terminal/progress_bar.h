/*
 * A line that shows how far the reading or copying of a large file has come, once it lasts.
 * Must not show anything but on a terminal, nor promise a time; leaves nothing behind.
 */
#ifndef VMQ_PROGRESS_BAR_H
#define VMQ_PROGRESS_BAR_H

#include "base/meter.h"

/* Starts as zeros: nothing is shown. */
struct progress_bar {
	struct meter meter; /* for whoever reads; the first member */
	int screen;         /* a descriptor */
	bool drawn;
	double next; /* seconds on the monotonic clock: when to draw */
};

/* From here on it is shown on `screen`, if that is a terminal whose lines can be drawn again. */
void progress_bar_open(struct progress_bar *bar, int screen);

/* What the meter tells, at that time. */
void progress_bar_show(struct progress_bar *bar, double now);

#endif
