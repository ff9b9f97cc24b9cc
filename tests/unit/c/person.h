/*
 * A person at a terminal, for the C tests: starts a work there, looks at its screen, types.
 * Must not be part of the program.
 */
#ifndef VMQ_PERSON_H
#define VMQ_PERSON_H

#include "fixture.h"

struct person {
	pid_t child;
	int master;
	char name[128];        /* of the other side */
	struct termios before; /* the settings, before the work can change them */
	char seen[65536];      /* what stood on the screen so far, terminated */
	size_t length;
};

/* Runs `work` in a process whose terminal the person holds; its return value is the exit status. */
SHARED void person_start(struct person *p, int (*work)(struct fixture *), struct fixture *f)
{
	struct winsize size = { .ws_row = 30, .ws_col = 100 };
	memset(p, 0, sizeof *p);
	p->master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(p->master >= 0 && grantpt(p->master) == 0 && unlockpt(p->master) == 0);
	(void)snprintf(p->name, sizeof p->name, "%s", ptsname(p->master));
	assert_int_equal(tcgetattr(p->master, &p->before), 0);
	(void)fflush(NULL);
	p->child = fork();
	assert_true(p->child >= 0);
	if (p->child > 0) {
		(void)ioctl(p->master, TIOCSWINSZ, &size);
		return;
	}
	(void)setsid();
	int slave = open(p->name, O_RDWR);
	(void)ioctl(slave, TIOCSCTTY, 0);
	(void)ioctl(slave, TIOCSWINSZ, &size);
	for (int fd = 0; fd < 3; fd++)
		(void)dup2(slave, fd);
	(void)close(p->master);
	(void)signal(SIGHUP, SIG_DFL);
	signals_install();
	_exit(work(f));
}

SHARED void person_look(struct person *p, int milliseconds)
{
	struct pollfd fd = { .fd = p->master, .events = POLLIN };
	if (poll(&fd, 1, milliseconds) <= 0)
		return;
	ssize_t n = read(p->master, p->seen + p->length, sizeof p->seen - 1 - p->length);
	if (n > 0)
		p->length += (size_t)n;
	p->seen[p->length] = '\0';
}

/* Waits at most ten seconds for a text on the screen; what was seen up to its end is forgotten. */
SHARED bool person_sees(struct person *p, const char *text)
{
	double until = system_monotonic() + fixture_seconds(10);
	for (;;) {
		char *hit = strstr(p->seen, text);
		if (hit != NULL) {
			size_t gone = (size_t)(hit - p->seen) + strlen(text);
			memmove(p->seen, p->seen + gone, p->length - gone + 1);
			p->length -= gone;
			return true;
		}
		if (system_monotonic() > until)
			return false;
		person_look(p, 50);
	}
}

SHARED void person_types(struct person *p, const char *keys)
{
	assert_int_equal(write(p->master, keys, strlen(keys)), (ssize_t)strlen(keys));
}

/* Waits until what was typed has been read, so that what is typed next is read by itself. */
SHARED void person_pauses(const struct person *p)
{
	int left = 1, slave = open(p->name, O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	for (int i = 0; i < 100 && left != 0; i++) {
		(void)usleep(60000);
		assert_int_equal(ioctl(slave, FIONREAD, &left), 0);
	}
	(void)close(slave);
}

SHARED struct termios person_settings(const struct person *p)
{
	struct termios settings;
	memset(&settings, 0, sizeof settings);
	assert_int_equal(tcgetattr(p->master, &settings), 0);
	return settings;
}

SHARED bool is_raw(const struct termios *t)
{
	return (t->c_lflag & (ICANON | ECHO | ISIG)) == 0;
}

/* Waits until the settings are raw, or are not. */
SHARED bool person_sees_raw(const struct person *p, bool raw)
{
	for (int i = 0; i < 500; i++) {
		struct termios now = person_settings(p);
		if (is_raw(&now) == raw)
			return true;
		(void)usleep(10000);
	}
	return false;
}

SHARED bool same_settings(const struct termios *a, const struct termios *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_lflag == b->c_lflag
	       && memcmp(a->c_cc, b->c_cc, sizeof a->c_cc) == 0;
}

/* Waits for the end of the work. Returns the wait status. */
SHARED int person_waits(struct person *p)
{
	int status = 0;
	double until = system_monotonic() + fixture_seconds(15);
	while (waitpid(p->child, &status, WNOHANG) == 0) {
		assert_true(system_monotonic() < until);
		if (p->master >= 0 && p->length < sizeof p->seen - 1)
			person_look(p, 10);
		else
			(void)usleep(10000);
	}
	return status;
}

SHARED void person_leaves(struct person *p)
{
	if (p->master >= 0)
		(void)close(p->master);
	p->master = -1;
}

/* Checks that the terminal is as it was before, and leaves it. */
SHARED void person_finds_all_as_before(struct person *p)
{
	struct termios after = person_settings(p);
	assert_true(same_settings(&p->before, &after));
	person_leaves(p);
}

/* Waits for the end, and checks the exit status and the terminal. */
SHARED void person_ends(struct person *p, int status)
{
	assert_int_equal(person_waits(p), status << 8);
	person_finds_all_as_before(p);
}

#endif
