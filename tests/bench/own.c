/*
 * Runs a command as it is and writes what it took to a file: "OWN LARGEST" in KiB, the peak resident memory of the
 * command's own process and that of the largest process among it and the children it waited for; /usr/bin/time knows
 * only the latter. Must not change the command's descriptors, signals or status.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The peak of the program that the process runs now: what it was before exec does not count. */
static long own_peak(pid_t pid)
{
	char path[64], line[256];
	long peak = -1;
	(void)snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
	FILE *status = fopen(path, "r");
	if (status == NULL)
		return -1;
	while (peak < 0 && fgets(line, sizeof line, status) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			peak = strtol(line + 6, NULL, 10);
	(void)fclose(status);
	return peak;
}

/* Waits until the process is traced, then becomes the command. */
static void become(char **command, const int go[2])
{
	char byte;
	(void)close(go[1]);
	if (read(go[0], &byte, 1) != 1)
		_exit(126);
	(void)close(go[0]);
	(void)execvp(command[0], command);
	perror(command[0]);
	_exit(127);
}

/* Lets the process run on from each stop: a signal is handed on, a stop of the whole process is kept, an end is looked
 * at. */
static long attend(pid_t pid, int *status, struct rusage *usage)
{
	long peak = -1;
	while (wait4(pid, status, 0, usage) == pid && WIFSTOPPED(*status)) {
		int event = *status >> 16, number = WSTOPSIG(*status);
		if (event == PTRACE_EVENT_EXIT)
			peak = own_peak(pid);
		if (event == PTRACE_EVENT_STOP && number != SIGTRAP)
			(void)ptrace(PTRACE_LISTEN, pid, 0, 0);
		else
			(void)ptrace(PTRACE_CONT, pid, 0, event == 0 ? number : 0);
	}
	return peak;
}

int main(int argc, char **argv)
{
	int go[2], status = 0;
	struct rusage usage;
	if (argc < 3 || pipe(go) != 0)
		return 125;
	pid_t pid = fork();
	if (pid == 0)
		become(argv + 2, go);
	if (pid < 0 || ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACEEXIT) != 0) {
		perror("own");
		return 125;
	}
	(void)close(go[0]);
	(void)!write(go[1], "", 1);
	(void)close(go[1]);
	long peak = attend(pid, &status, &usage);
	FILE *told = fopen(argv[1], "w");
	if (told == NULL || fprintf(told, "%ld %ld\n", peak, usage.ru_maxrss) < 0 || fclose(told) != 0)
		return 125;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
