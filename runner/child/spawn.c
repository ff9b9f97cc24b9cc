/*
 * Starts children, signals them and waits for them.
 * Must not decide what may be started.
 */
#include "child/spawn.h"

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
#include "base/words.h"

static void close_on_exec(int fd)
{
	int flags = fcntl(fd, F_GETFD);
	if (flags >= 0 && (flags & FD_CLOEXEC) == 0)
		(void)fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
}

/* Marks every descriptor above 2, so that a child gets none of them but the one it may inherit (see become): those we
 * were started with (one may be --password-fd's) as well as those of libraries. Done in the parent, where opening a
 * folder is safe. */
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

int spawn_pipe(int ends[2], struct error *err)
{
	int number = pipe(ends) != 0 ? errno : 0;
	if (number == 0 && ends[0] < FD_SETSIZE && ends[1] < FD_SETSIZE) {
		close_on_exec(ends[0]);
		close_on_exec(ends[1]);
		return 0;
	}
	if (number == 0)
		spawn_close(ends, 2);
	ends[0] = ends[1] = -1;
	return error_system(err, number != 0 ? number : EMFILE, "cannot make a pipe");
}

int spawn_open_null(struct error *err)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	return fd >= 0 ? fd : error_system(err, errno, "cannot open /dev/null");
}

void spawn_close(const int *descriptors, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (descriptors[i] >= 0)
			(void)close(descriptors[i]);
}

/* All that a child gets: PATH is recoveryOS's, HOME root's there; the tools' own texts are parsed, hence LANG. Apple's
 * code knows recovery by __OSINSTALL_ENVIRONMENT, which recovery sets; it is handed on as it is. */
struct environment {
	char home[PATH_MAX + 8], term[128], recovery[128], columns[32];
	char *list[7];
};

/* Adds NAME=VALUE if there is a value and it fits. */
static void add_variable(struct environment *e, char *place, size_t size, const char *name, const char *value)
{
	size_t count = 0;
	while (e->list[count] != NULL)
		count++;
	if (value != NULL && snprintf(place, size, "%s=%s", name, value) < (int)size)
		e->list[count] = place;
}

static void make_environment(struct environment *e, unsigned columns)
{
	char width[16];
	static char path[] = "PATH=/usr/bin:/bin:/usr/sbin:/sbin", lang[] = "LANG=C";
	const char *term = system_environment("TERM"), *home = geteuid() == 0 ? NULL : getenv("HOME");
	*e = (struct environment){ .list = { path, lang } };
	add_variable(e, e->home, sizeof e->home, "HOME", home != NULL ? home : "/var/root");
	add_variable(e, e->term, sizeof e->term, "TERM", term != NULL && *term != '\0' ? term : "dumb");
	add_variable(e, e->recovery, sizeof e->recovery, "__OSINSTALL_ENVIRONMENT",
	             system_environment("__OSINSTALL_ENVIRONMENT"));
	(void)snprintf(width, sizeof width, "%u", columns);
	add_variable(e, e->columns, sizeof e->columns, "COLUMNS", columns > 0 ? width : NULL);
}

/* In the child. Puts the three descriptors in place; each may be 0 to 2 already. Returns 0, or -1 with errno. */
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

/* In the child: only calls that are safe after fork, and no write to memory that the parent reads (see split). Never
 * returns; tells a failure through `report`. */
static _Noreturn void become(const struct spawn_order *order, const char *path, char *const *argv,
                             char *const *environment, int report)
{
	signals_clear();
	int failed = setsid() < 0;
#ifdef TIOCSCTTY
	failed = failed || (order->terminal && ioctl(order->descriptors[0], TIOCSCTTY, 0) != 0);
#endif
	failed = failed || place_descriptors(order->descriptors) != 0;
	failed = failed || (order->inherited > STDERR_FILENO && fcntl(order->inherited, F_SETFD, 0) != 0);
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

/* Linux copies a process's page tables at each fork, and then each page that the parent writes to: starting a child
 * would get slower with every step that a plan has. vfork copies nothing; the parent stands still until the child runs
 * its program. No signal may reach a handler of ours in the child meanwhile, as the handlers' flags are the parent's.
 * Elsewhere vfork is deprecated. */
static pid_t split(const struct spawn_order *order, const char *path, char *const *argv, char *const *environment,
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
		become(order, path, argv, environment, report);
	int number = errno;
	signals_let_go(&before);
	errno = number;
	return child;
}

/* Starts the child with everything prepared. Returns it, or -1 with `err`. */
static pid_t fork_child(const struct spawn_order *order, const char *path, char *const *argv, struct error *err)
{
	struct environment environment;
	int report[2];
	if (spawn_pipe(report, err) != 0)
		return -1;
	make_environment(&environment, order->columns);
	close_all_on_exec();
	signals_want_children();
	pid_t child = split(order, path, argv, environment.list, report[1]);
	int number = child < 0 ? errno : 0;
	(void)close(report[1]);
	if (child > 0)
		number = await_start(report[0]);
	(void)close(report[0]);
	if (number == 0)
		return child;
	struct spawn_end end;
	if (child > 0)
		(void)spawn_reap(child, true, &end);
	return error_system(err, number, "cannot start %s", path);
}

pid_t spawn_child(const struct spawn_order *order, struct error *err)
{
	char path[PATH_MAX];
	if (snprintf(path, sizeof path, "%s%s", order->root, order->argv[0]) >= (int)sizeof path)
		return error_system(err, ENAMETOOLONG, "cannot start %s", order->argv[0]);
	char **argv = words_copy(order->argv);
	if (argv == NULL)
		return error_system(err, ENOMEM, "cannot start %s", path);
	argv[0] = path;
	pid_t child = fork_child(order, path, argv, err);
	free(argv);
	return child;
}

void spawn_signal(pid_t child, int number)
{
	(void)kill(-child, number);
}

bool spawn_reap(pid_t child, bool wait, struct spawn_end *end)
{
	int status = 0;
	pid_t found;
	while ((found = waitpid(child, &status, wait ? 0 : WNOHANG)) < 0 && errno == EINTR)
		;
	if (found == 0)
		return false;
	*end = (struct spawn_end){ 0 };
	end->exited = found == child && WIFEXITED(status);
	if (end->exited)
		end->exit = WEXITSTATUS(status);
	else if (found == child && WIFSIGNALED(status))
		end->signal = WTERMSIG(status);
	return true;
}
