/*
 * Counts the bytes of a reading.
 * Must not tell less often than a piece comes: when something is shown is for the hearer to say.
 */
#include "base/meter.h"

#include <sys/stat.h>
#include <unistd.h>

static void tell(struct meter *meter)
{
	if (meter != NULL && meter->tell != NULL)
		meter->tell(meter);
}

static uint64_t rest_of(int fd)
{
	struct stat st;
	off_t at = lseek(fd, 0, SEEK_CUR);
	return at >= 0 && fstat(fd, &st) == 0 && st.st_size > at ? (uint64_t)(st.st_size - at) : 0;
}

void meter_begin(struct meter *meter, const char *what, int fd, int64_t left)
{
	if (meter == NULL || meter->tell == NULL)
		return;
	meter->what = what;
	meter->done = 0;
	meter->total = left >= 0 ? (uint64_t)left : rest_of(fd);
	tell(meter);
}

void meter_add(struct meter *meter, size_t bytes)
{
	if (meter != NULL)
		meter->done += bytes;
	tell(meter);
}

void meter_end(struct meter *meter)
{
	if (meter != NULL)
		meter->what = NULL;
	tell(meter);
}
