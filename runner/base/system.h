/*
 * What the process and the system clock say: identity, own path, time, and the few environment variables that are read.
 * Must not say anything about the Mac; that comes from tools and files.
 */
#ifndef VMQ_SYSTEM_H
#define VMQ_SYSTEM_H

#include "base/error.h"

#include <limits.h>
#include <stdbool.h>

/* The absolute path of the running program, links resolved. Returns 0, or -1 with `err`. */
int system_executable(char path[PATH_MAX], struct error *err);

double system_monotonic(void);      /* seconds since some fixed moment */
double system_processor_time(void); /* seconds that this process has kept a processor busy */

/* "2026-11-23T10:15:00Z" for seconds since 1970. */
void system_utc(int64_t seconds, char text[32]);

/* The value of one of the variables the program may read, or NULL. NULL as well for any other. */
const char *system_environment(const char *name);

/* Sleeps, less if an interrupt comes. */
void system_sleep(double seconds);

/* Is there a process with this id? */
bool system_has_process(long id);

/* Goes on although the terminal may go: SIGHUP is ignored from now on. `closes`: every descriptor is closed, too. */
void system_outlive(bool closes);

#endif
