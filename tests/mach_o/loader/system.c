/*
 * Clocks, limits, waiting, and what the compiler calls by itself.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "darwin.h"
#include "flags.h"
#include "loader.h"
#include "signal_numbers.h"
#include "symbols.h"

/* <time.h>: _CLOCK_REALTIME 0, _CLOCK_MONOTONIC 6, _CLOCK_PROCESS_CPUTIME_ID 12 */
static int darwin_clock_gettime(int clock, struct timespec *now)
{
	switch (clock) {
	case 0:
		return clock_gettime(CLOCK_REALTIME, now);
	case 6:
		return clock_gettime(CLOCK_MONOTONIC, now);
	case 12:
		return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, now);
	default:
		errno = EINVAL;
		return -1;
	}
}

/* <unistd.h>: _SC_OPEN_MAX 5, _SC_PAGESIZE 29 */
static long darwin_sysconf(int name)
{
	if (name == 5)
		return sysconf(_SC_OPEN_MAX);
	if (name == 29)
		return 0x4000;
	errno = EINVAL;
	return -1;
}

/* select(2): the time given stays as it was; fd_set is laid out alike. */
static int darwin_select(int count, fd_set *in, fd_set *out, fd_set *other, const struct darwin_timeval *limit)
{
	struct timeval time = { 0 };
	if (limit != NULL)
		time = (struct timeval){ .tv_sec = limit->seconds, .tv_usec = limit->microseconds };
	return select(count, in, out, other, limit != NULL ? &time : NULL);
}

static int darwin_pselect(int count, fd_set *in, fd_set *out, fd_set *other, const struct timespec *limit,
                          const uint32_t *mask)
{
	sigset_t set = signal_set_here(mask != NULL ? *mask : 0);
	return pselect(count, in, out, other, limit, mask != NULL ? &set : NULL);
}

/* <sys/resource.h>: RLIMIT_CORE is 4 in both, RLIMIT_NOFILE 8 there. */
static int darwin_setrlimit(int what, const struct rlimit *limit)
{
	if (what == 4 || what == 8)
		return setrlimit(what == 4 ? RLIMIT_CORE : RLIMIT_NOFILE, limit);
	errno = EINVAL;
	return -1;
}

static int never(void)
{
	return 0;
}

static int always(void)
{
	return 1;
}

static _Noreturn void stack_smashed(void)
{
	give_up("the program's stack was overwritten");
}

static _Noreturn void bound_late(void)
{
	give_up("an import was to be bound late");
}

static uintptr_t stack_guard = (uintptr_t)0xb7e1516200ad58f2;

const struct symbol symbols_system[] = {
	OURS(clock_gettime),
	OURS(sysconf),
	OURS(select),
	NAMED("_select$DARWIN_EXTSN", darwin_select),
	OURS(pselect),
	NAMED("_pselect$DARWIN_EXTSN", darwin_pselect),
	OURS(setrlimit),
	NAMED("_issetugid", never),
	NAMED("___darwin_check_fd_set_overflow", always),
	NAMED("___stack_chk_fail", stack_smashed),
	NAMED("___stack_chk_guard", &stack_guard),
	NAMED("dyld_stub_binder", bound_late),
	TABLE_END,
};
