/*
 * Asks the process and the clock.
 * Must not say anything about the Mac.
 */
#include "base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/signals.h"

#ifdef __APPLE__
#include <mach-o/dyld.h>

int system_executable(char path[PATH_MAX], struct error *err)
{
	char given[PATH_MAX];
	uint32_t size = sizeof given;
	if (_NSGetExecutablePath(given, &size) != 0)
		return error_system(err, ENAMETOOLONG, "cannot find the program's own path");
	if (realpath(given, path) == NULL)
		return error_system(err, errno, "cannot find the program's own path %s", given);
	return 0;
}
#else
int system_executable(char path[PATH_MAX], struct error *err)
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
	if (n < 0)
		return error_system(err, errno, "cannot find the program's own path in /proc/self/exe");
	path[n] = '\0';
	return 0;
}
#endif

static double read_clock(clockid_t clock)
{
	struct timespec now = { 0 };
	(void)clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double system_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

double system_processor_time(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

void system_utc(int64_t seconds, char text[32])
{
	struct tm parts;
	time_t time = (time_t)seconds;
	text[0] = '\0';
	if (gmtime_r(&time, &parts) != NULL)
		(void)strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

const char *system_environment(const char *name)
{
	static const char *const read[] = { "TERM",   "NO_COLOR", "CLICOLOR_FORCE",         "LANG",
		                                "LC_ALL", "LC_CTYPE", "__OSINSTALL_ENVIRONMENT" };
	for (size_t i = 0; i < sizeof read / sizeof read[0]; i++)
		if (strcmp(read[i], name) == 0)
			return getenv(name);
	return NULL;
}

void system_sleep(double seconds)
{
	double until = system_monotonic() + seconds;
	while (seconds > 0 && signals_stage() == 0) {
		signals_pause(seconds);
		seconds = until - system_monotonic();
	}
}

bool system_has_process(long id)
{
	return id > 0 && id <= INT_MAX && (kill((pid_t)id, 0) == 0 || errno == EPERM);
}

#define MOST_DESCRIPTORS 1024

void system_outlive(bool closes)
{
	(void)signal(SIGHUP, SIG_IGN);
	if (!closes)
		return;
	for (int fd = 0; fd < MOST_DESCRIPTORS; fd++)
		(void)close(fd);
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		(void)open("/dev/null", O_RDWR);
}
