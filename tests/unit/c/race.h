/*
 * Makes a race certain: a signal that comes after the program has looked whether one came, and before it waits.
 * For the tests alone. It takes the place of the system's pselect, the only call that the program waits in.
 */
#ifndef VMQ_RACE_H
#define VMQ_RACE_H

#include <signal.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <unistd.h>

static int race_signal; /* raised before the next wait; 0: none */

int pselect(int count, fd_set *readable, fd_set *writable, fd_set *broken, const struct timespec *time,
            const sigset_t *mask)
{
	struct {
		const sigset_t *mask;
		size_t size;
	} last = { mask, _NSIG / 8 };
	struct timespec left = time != NULL ? *time : (struct timespec){ 0, 0 };
	int number = race_signal;
	race_signal = 0;
	if (number != 0)
		(void)raise(number);
	return (int)syscall(SYS_pselect6, count, readable, writable, broken, time != NULL ? &left : NULL, &last);
}

#endif
