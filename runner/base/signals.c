/*
 * Counts interrupts and notices signals.
 * Must do nothing in a handler but set flags, or put the terminal back and die.
 */
#include "base/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* The only mutable globals of the program: handlers get nothing else to write to. */
static volatile sig_atomic_t stage, child_seen, window_seen, stop_seen, resume_seen, attending;
static const char *volatile watched;
static volatile sig_atomic_t watched_code;
static volatile sig_atomic_t guarded;
static int guarded_fd;
static struct termios guarded_settings;

static const int fatal[] = { SIGQUIT, SIGABRT, SIGBUS, SIGSEGV, SIGILL, SIGFPE, SIGTRAP };
#define FATAL_COUNT (sizeof fatal / sizeof fatal[0])

/* Puts the terminal back and dies of the signal. tcsetattr, signal and kill are safe in a handler (POSIX 2.4.3). */
static void die(int number)
{
	sigset_t set;
	if (guarded)
		(void)tcsetattr(guarded_fd, TCSANOW, &guarded_settings);
	(void)signal(number, SIG_DFL);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, number);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)kill(getpid(), number);
}

static void on_interrupt(int number)
{
	if (stage >= 2)
		die(number);
	else
		stage++;
	if (watched != NULL)
		(void)alarm(1);
}

/* The interrupt was not noticed: whatever runs here runs in one piece. (alarm, write and _exit are safe in a handler.)
 */
static void on_alarm(int number)
{
	(void)number;
	if (watched == NULL)
		return;
	if (attending) {
		(void)alarm(1);
		return;
	}
	if (guarded)
		(void)tcsetattr(guarded_fd, TCSANOW, &guarded_settings);
	ssize_t written = write(STDERR_FILENO, watched, strlen(watched));
	(void)written;
	_exit(watched_code);
}

static void on_notice(int number)
{
	if (number == SIGCHLD)
		child_seen = 1;
	else if (number == SIGWINCH)
		window_seen = 1;
	else if (number == SIGTSTP)
		stop_seen = 1;
	else
		resume_seen = 1;
}

/* No SA_RESTART: a read of the keyboard must end when an interrupt comes. */
static void handle(int number, void (*handler)(int), struct sigaction *before)
{
	struct sigaction action;
	memset(&action, 0, sizeof action);
	action.sa_handler = handler;
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(number, &action, before);
}

static void handle_unless_ignored(int number)
{
	struct sigaction before;
	handle(number, on_interrupt, &before);
	if (before.sa_handler == SIG_IGN)
		(void)sigaction(number, &before, NULL);
}

void signals_install(void)
{
	handle_unless_ignored(SIGINT);
	handle_unless_ignored(SIGTERM);
	handle_unless_ignored(SIGHUP);
	handle(SIGPIPE, SIG_IGN, NULL);
}

int signals_stage(void)
{
	return stage;
}

void signals_reset(void)
{
	stage = 0;
}

void signals_note(void)
{
	if (stage < 2)
		stage++;
}

void signals_watch(const char *line, int code)
{
	watched_code = code;
	watched = line;
	if (line != NULL) {
		handle(SIGALRM, on_alarm, NULL);
		return;
	}
	(void)alarm(0);
	(void)signal(SIGALRM, SIG_DFL);
}

void signals_enter(struct signals_wait *wait, bool terminal)
{
	sigset_t set;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, &wait->before);
	child_seen = window_seen = stop_seen = resume_seen = 0;
	wait->terminal = terminal;
	attending = 1;
	handle(SIGCHLD, on_notice, &wait->child);
	if (terminal) {
		handle(SIGWINCH, on_notice, &wait->window);
		handle(SIGTSTP, on_notice, &wait->stop);
		handle(SIGCONT, on_notice, &wait->resume);
	}
}

void signals_leave(struct signals_wait *wait)
{
	if (wait->terminal) {
		(void)sigaction(SIGWINCH, &wait->window, NULL);
		(void)sigaction(SIGTSTP, &wait->stop, NULL);
		(void)sigaction(SIGCONT, &wait->resume, NULL);
	}
	(void)sigaction(SIGCHLD, &wait->child, NULL);
	(void)sigprocmask(SIG_SETMASK, &wait->before, NULL);
	attending = 0;
}

int signals_select(const struct signals_wait *wait, int highest, fd_set *readable, fd_set *writable, double seconds)
{
	static const double longest = 0.25;
	sigset_t open = wait->before;
	struct timespec time = { 0, 0 };
	(void)sigdelset(&open, SIGCHLD);
	if (seconds > 0)
		time.tv_nsec = (long)((seconds < longest ? seconds : longest) * 1e9);
	return pselect(highest + 1, readable, writable, NULL, &time, &open);
}

/* pselect() with the interrupts let in only while it waits. Returns what it does; -1 once `at` interrupts have come. */
static int wait_below_stage(int at, int highest, fd_set *readable, fd_set *writable, const struct timespec *time)
{
	sigset_t interrupts, before;
	int ready = -1;
	(void)sigemptyset(&interrupts);
	(void)sigaddset(&interrupts, SIGINT);
	(void)sigaddset(&interrupts, SIGTERM);
	(void)sigaddset(&interrupts, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &interrupts, &before);
	if (stage < at)
		ready = pselect(highest + 1, readable, writable, NULL, time, &before);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return ready;
}

/* What select cannot wait for is left to the read or write that follows. (Linux would wait for ever for a high number
 * that is not open.) */
static bool await_descriptor(int fd, bool writing, int at)
{
	fd_set set;
	int ready;
	if (fd < 0 || fd >= FD_SETSIZE || fcntl(fd, F_GETFD) < 0)
		return stage < at;
	do {
		FD_ZERO(&set);
		FD_SET(fd, &set);
		errno = 0;
		ready = wait_below_stage(at, fd, writing ? NULL : &set, writing ? &set : NULL, NULL);
	} while (ready < 0 && errno == EINTR && stage < at);
	return ready > 0 || (errno != EINTR && stage < at);
}

bool signals_await_input(int fd)
{
	return await_descriptor(fd, false, 1);
}

int signals_read_byte(int fd, char *byte)
{
	while (signals_await_input(fd)) {
		ssize_t n = read(fd, byte, 1);
		if (n >= 0 || errno != EINTR)
			return (int)n;
	}
	errno = EINTR;
	return -1;
}

bool signals_await_output(int fd)
{
	return await_descriptor(fd, true, 2);
}

void signals_pause(double seconds)
{
	struct timespec time = { (time_t)seconds, 0 };
	time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
	(void)wait_below_stage(1, -1, NULL, NULL, &time);
}

bool signals_take(int number)
{
	volatile sig_atomic_t *seen = number == SIGCHLD    ? &child_seen
	                              : number == SIGWINCH ? &window_seen
	                              : number == SIGTSTP  ? &stop_seen
	                                                   : &resume_seen;
	bool came = *seen != 0;
	*seen = 0;
	return came;
}

void signals_want_children(void)
{
	struct sigaction now;
	if (sigaction(SIGCHLD, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
		(void)signal(SIGCHLD, SIG_DFL);
}

void signals_hold(sigset_t *before)
{
	sigset_t all;
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, before);
}

void signals_let_go(const sigset_t *before)
{
	(void)sigprocmask(SIG_SETMASK, before, NULL);
}

void signals_clear(void)
{
	/* The classic signals, on Linux and macOS alike. Two of them cannot be set, which does no harm. */
	static const int last = 31;
	sigset_t none, held;
	(void)sigpending(&held);
	for (int number = 1; number <= last; number++) {
		if (sigismember(&held, number) == 1)
			(void)signal(number, SIG_IGN); /* takes it away */
		(void)signal(number, SIG_DFL);
	}
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

void signals_guard(int fd, const struct termios *settings)
{
	if (guarded)
		return;
	guarded_fd = fd;
	guarded_settings = *settings;
	guarded = 1;
	for (size_t i = 0; i < FATAL_COUNT; i++)
		handle(fatal[i], die, NULL);
}

void signals_unguard(void)
{
	if (!guarded)
		return;
	guarded = 0;
	for (size_t i = 0; i < FATAL_COUNT; i++)
		(void)signal(fatal[i], SIG_DFL);
}
