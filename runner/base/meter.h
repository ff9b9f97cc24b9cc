/*
 * How far the reading of a file has come: whoever reads it tells, and whoever shows it hears.
 * Must not know of a screen.
 */
#ifndef VMQ_METER_H
#define VMQ_METER_H

#include "base/portable.h"

struct meter {
	void (*tell)(
		struct meter *meter); /* first with nothing done, then after each piece, last with no `what`; or NULL */
	const char *what;         /* has been done with the bytes: "Read"; NULL: that is over */
	uint64_t done, total;     /* bytes */
};

/* Around the reading of an open file from where it stands, `left` bytes of it or all (-1). `meter` may be NULL. */
void meter_begin(struct meter *meter, const char *what, int fd, int64_t left);
void meter_add(struct meter *meter, size_t bytes);
void meter_end(struct meter *meter);

#endif
