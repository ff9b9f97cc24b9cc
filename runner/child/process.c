/*
 * Starts children and looks after them until they end.
 * Must not start anything that may change the Mac on its own account: process_spawn is for probes here and for the door.
 */
#include "child/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/signals.h"
#include "base/system.h"
#include "door/tools.h"

int process_configure(struct process_setup *setup, const char *root, bool dry_run, struct error *err)
{
	size_t length = strlen(root);
	while (length > 0 && root[length - 1] == '/')
		length--;
	setup->root = strndup(root, length);
	if (setup->root == NULL)
		return error_system(err, ENOMEM, "cannot use the root %s", root);
	setup->dry_run = dry_run;
	setup->configured = true;
	return 0;
}

void process_release(struct process_setup *setup)
{
	free(setup->root);
	tools_forget(&setup->declared);
	*setup = (struct process_setup){ 0 };
}

static void close_on_exec(int fd)
{
	int flags = fcntl(fd, F_GETFD);
	if (flags >= 0 && (flags & FD_CLOEXEC) == 0)
		(void)fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
}

/* Marks every descriptor above 2, so that a child gets none of them: those we were started with (one may be --password-fd's) as
 * well as those of libraries. Done in the parent, where opening a folder is safe. */
static void close_all_on_exec(void)
{
	DIR *dir = opendir("/dev/fd");
	if (dir == NULL) {
		for (int fd = 3; fd < 1024; fd++)
			close_on_exec(fd);
		return;
	}
	const struct dirent *entry;
	while ((entry = readdir(dir)) != NULL) {
		long fd = strtol(entry->d_name, NULL, 10);
		if (fd > 2 && fd <= INT_MAX)
			close_on_exec((int)fd);
	}
	(void)closedir(dir);
}

int process_pipe(int ends[2], struct error *err)
{
	if (pipe(ends) != 0) {
		ends[0] = ends[1] = -1;
		return error_system(err, errno, "cannot make a pipe");
	}
	close_on_exec(ends[0]);
	close_on_exec(ends[1]);
	if (ends[0] < FD_SETSIZE && ends[1] < FD_SETSIZE)
		return 0;
	(void)close(ends[0]);
	(void)close(ends[1]);
	ends[0] = ends[1] = -1;
	return error_system(err, EMFILE, "cannot make a pipe");
}

int process_open_null(struct error *err)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	return fd >= 0 ? fd : error_system(err, errno, "cannot open /dev/null");
}

/* PATH is recoveryOS's; HOME is root's there; the tools' own texts are parsed, hence LANG. Nothing else goes to a child. */
struct environment {
	char home[PATH_MAX], term[128];
	char *list[5];
};
static void make_environment(struct environment *e)
{
	static char path[] = "PATH=/usr/bin:/bin:/usr/sbin:/sbin", lang[] = "LANG=C";
	const char *term = system_environment("TERM"), *home = geteuid() == 0 ? NULL : getenv("HOME");
	(void)snprintf(e->home, sizeof e->home, "HOME=%s", home != NULL ? home : "/var/root");
	(void)snprintf(e->term, sizeof e->term, "TERM=%s", term != NULL && *term != '\0' ? term : "dumb");
	e->list[0] = path;
	e->list[1] = e->home;
	e->list[2] = e->term;
	e->list[3] = lang;
	e->list[4] = NULL;
}

/* In the child. Puts the three descriptors in place; their numbers may overlap with 0 to 2. Returns 0, or -1 with errno. */
static int place_descriptors(const int descriptors[3])
{
	int high[3];
	for (int i = 0; i < 3; i++)
		if ((high[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, 3)) < 0)
			return -1;
	for (int i = 0; i < 3; i++)
		if (dup2(high[i], i) < 0)
			return -1;
	return 0;
}

/* In the child: only calls that are safe after fork, and no write to memory that the parent reads (see split). Never returns; tells
 * a failure through `report`. */
static _Noreturn void become(const struct process_start *start, const char *path, char *const *argv,
                             char *const *environment, int report)
{
	signals_clear();
	int failed = setsid() < 0;
#ifdef TIOCSCTTY
	failed = failed || (start->terminal && ioctl(start->descriptors[0], TIOCSCTTY, 0) != 0);
#endif
	failed = failed || place_descriptors(start->descriptors) != 0;
	if (!failed)
		(void)execve(path, argv, environment);
	int number = errno;
	(void)!write(report, &number, sizeof number);
	_exit(127);
}

/* Waits until the child runs its program (the pipe closes) or tells why not. Returns 0, or an errno value. */
static int await_start(int report)
{
	int number = 0;
	ssize_t n;
	while ((n = read(report, &number, sizeof number)) < 0 && errno == EINTR)
		;
	return n == (ssize_t)sizeof number ? number : 0;
}

/* Linux copies a process's page tables at each fork, and then each page that the parent writes to: starting a child would get slower
 * with every step that a plan has. vfork copies nothing; the parent stands still until the child runs its program. No signal may
 * reach a handler of ours in the child meanwhile, as the handlers' flags are the parent's. Elsewhere vfork is deprecated. */
static pid_t split(const struct process_start *start, const char *path, char *const *argv, char *const *environment,
                   int report)
{
	sigset_t before;
	signals_hold(&before);
#ifdef __linux__
	/* NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.vfork): the reasons why not are dealt with as said above */
	pid_t child = vfork();
#else
	pid_t child = fork();
#endif
	if (child == 0)
		/* NOLINTNEXTLINE(clang-analyzer-unix.Vfork): Linux allows more than POSIX does; see become */
		become(start, path, argv, environment, report);
	int number = errno;
	signals_let_go(&before);
	errno = number;
	return child;
}

/* Starts the child with everything prepared. Returns it, or -1 with `err`. */
static pid_t fork_child(const struct process_start *start, const char *path, char *const *argv, struct error *err)
{
	struct environment environment;
	int report[2];
	if (process_pipe(report, err) != 0)
		return -1;
	make_environment(&environment);
	close_all_on_exec();
	signals_want_children();
	pid_t child = split(start, path, argv, environment.list, report[1]);
	int number = child < 0 ? errno : 0;
	(void)close(report[1]);
	if (child > 0)
		number = await_start(report[0]);
	(void)close(report[0]);
	if (number == 0)
		return child;
	struct process_end end;
	if (child > 0)
		(void)process_reap(child, true, &end);
	return error_system(err, number, "cannot start %s", path);
}

pid_t process_spawn(const struct process_start *start, struct error *err)
{
	char path[PATH_MAX];
	size_t count = 0;
	if (snprintf(path, sizeof path, "%s%s", start->setup->root != NULL ? start->setup->root : "", start->argv[0])
	    >= (int)sizeof path)
		return error_system(err, ENAMETOOLONG, "cannot start %s", start->argv[0]);
	while (start->argv[count] != NULL)
		count++;
	char **argv = malloc((count + 1) * sizeof *argv);
	if (argv == NULL)
		return error_system(err, ENOMEM, "cannot start %s", path);
	memcpy(argv, start->argv, (count + 1) * sizeof *argv);
	argv[0] = path;
	pid_t child = fork_child(start, path, argv, err);
	free(argv);
	return child;
}

void process_signal(pid_t child, int number)
{
	(void)kill(-child, number);
}

bool process_reap(pid_t child, bool wait, struct process_end *end)
{
	int status = 0;
	pid_t found;
	while ((found = waitpid(child, &status, wait ? 0 : WNOHANG)) < 0 && errno == EINTR)
		;
	if (found == 0)
		return false;
	*end = (struct process_end){ 0 };
	end->exited = found == child && WIFEXITED(status);
	if (end->exited)
		end->exit = WEXITSTATUS(status);
	else if (found == child && WIFSIGNALED(status))
		end->signal = WTERMSIG(status);
	return true;
}

void process_result_release(struct process_result *result)
{
	for (int i = 0; i < 2; i++) {
		free(result->outputs[i].bytes);
		result->outputs[i] = (struct process_output){ 0 };
	}
}

/* Reads once into a growing block. Returns 1 for more to come, 0 at the end, -1 if the cap is reached or memory is out. */
static int read_output(int fd, struct process_output *out)
{
	if (out->capacity - out->length < 4096) {
		size_t capacity = out->capacity == 0 ? 8192 : out->capacity * 2;
		char *larger = realloc(out->bytes, capacity);
		if (larger == NULL)
			return -1;
		out->bytes = larger;
		out->capacity = capacity;
	}
	ssize_t n = read(fd, out->bytes + out->length, out->capacity - out->length);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 1 : 0;
	out->length += (size_t)n;
	if (out->length <= PROCESS_OUTPUT_CAP)
		return n > 0;
	out->length = PROCESS_OUTPUT_CAP;
	return -1;
}

/* Waits for output or an end, and takes what there is. Returns false when it is time to kill. */
static bool probe_turn(const struct signals_wait *wait, int fds[2], double left, struct process_result *result)
{
	fd_set set;
	int highest = -1;
	FD_ZERO(&set);
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0) {
			FD_SET(fds[i], &set);
			highest = fds[i] > highest ? fds[i] : highest;
		}
	if (signals_select(wait, highest, &set, NULL, left) <= 0)
		return true;
	for (int i = 0; i < 2; i++) {
		int more = fds[i] >= 0 && FD_ISSET(fds[i], &set) ? read_output(fds[i], &result->outputs[i]) : 1;
		if (more < 0)
			result->truncated = true;
		if (more == 0) {
			(void)close(fds[i]);
			fds[i] = -1;
		}
	}
	return !result->truncated;
}

/* Looks after a running probe until it has ended. Returns true if it was left at an interrupt. */
static bool attend_probe(pid_t child, int fds[2], double seconds, struct process_result *result)
{
	static const double linger = 0.5; /* seconds an output may be held open by what the tool left behind */
	double deadline = system_monotonic() + seconds;
	bool reaped = false, interrupted = false;
	struct signals_wait wait;
	signals_enter(&wait, false);
	for (;;) {
		if (!reaped && process_reap(child, false, &result->end)) {
			reaped = true;
			if (deadline > system_monotonic() + linger)
				deadline = system_monotonic() + linger;
		}
		if (reaped && fds[0] < 0 && fds[1] < 0)
			break;
		double left = deadline - system_monotonic();
		interrupted = !reaped && signals_stage() >= 2;
		result->timed_out = !reaped && left <= 0;
		if (interrupted || left <= 0 || !probe_turn(&wait, fds, left, result)) {
			process_signal(child, SIGKILL);
			break;
		}
	}
	if (!reaped)
		(void)process_reap(child, true, &result->end);
	signals_leave(&wait);
	return interrupted;
}

/* Starts a probe with a pipe for each output. On success the reading ends are in `fds`. */
static pid_t start_probe(const struct process_setup *setup, const char *const *argv, int fds[2], struct error *err)
{
	int ends[2][2] = { { -1, -1 }, { -1, -1 } };
	pid_t child = -1;
	int null = process_open_null(err);
	if (null >= 0 && process_pipe(ends[0], err) == 0 && process_pipe(ends[1], err) == 0) {
		struct process_start start = { setup, argv, { null, ends[0][1], ends[1][1] }, false };
		child = process_spawn(&start, err);
	}
	if (null >= 0)
		(void)close(null);
	for (int i = 0; i < 2; i++) {
		if (ends[i][1] >= 0)
			(void)close(ends[i][1]);
		if (child < 0 && ends[i][0] >= 0)
			(void)close(ends[i][0]);
		fds[i] = ends[i][0];
	}
	return child;
}

int process_probe(const struct process_setup *setup, const char *const *argv, double seconds,
                  struct process_result *result, struct error *err)
{
	int fds[2];
	*result = (struct process_result){ 0 };
	if (tools_check_read(setup->declared, argv, err) != 0)
		return -1;
	pid_t child = start_probe(setup, argv, fds, err);
	if (child < 0)
		return -1;
	bool interrupted = attend_probe(child, fds, seconds, result);
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	if (interrupted)
		return error_set(err, "interrupted", "left %s at the second interrupt", argv[0]);
	return 0;
}
