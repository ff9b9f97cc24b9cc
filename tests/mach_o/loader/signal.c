/*
 * Signals: <sys/signal.h>.
 */
#include <errno.h>
#include <stdbool.h>

#include "darwin.h"
#include "flags.h"
#include "signal_numbers.h"
#include "symbols.h"

/* By Darwin's number; 0: Linux has none (SIGEMT, SIGINFO). */
static const int numbers[DARWIN_SIGNALS] = {
	0,       SIGHUP, SIGINT,  SIGQUIT, SIGILL,    SIGTRAP, SIGABRT,  0,       SIGFPE,  SIGKILL, SIGBUS,
	SIGSEGV, SIGSYS, SIGPIPE, SIGALRM, SIGTERM,   SIGURG,  SIGSTOP,  SIGTSTP, SIGCONT, SIGCHLD, SIGTTIN,
	SIGTTOU, SIGIO,  SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGWINCH, 0,       SIGUSR1, SIGUSR2,
};
static const struct flag action_flags[] = {
	{ DARWIN_SA_ONSTACK, SA_ONSTACK },
	{ DARWIN_SA_RESTART, SA_RESTART },
	{ DARWIN_SA_RESETHAND, (uint32_t)SA_RESETHAND },
	{ DARWIN_SA_NOCLDSTOP, SA_NOCLDSTOP },
	{ DARWIN_SA_NODEFER, SA_NODEFER },
	{ DARWIN_SA_NOCLDWAIT, SA_NOCLDWAIT },
};
static void *handlers[DARWIN_SIGNALS];

int signal_here(int darwin)
{
	if (darwin == 0)
		return 0;
	return darwin > 0 && darwin < DARWIN_SIGNALS && numbers[darwin] != 0 ? numbers[darwin] : -1;
}

int signal_darwin(int here)
{
	for (int i = 1; i < DARWIN_SIGNALS; i++)
		if (numbers[i] == here)
			return i;
	return here;
}

sigset_t signal_set_here(uint32_t darwin)
{
	sigset_t set;
	(void)sigemptyset(&set);
	for (int i = 1; i < DARWIN_SIGNALS; i++)
		if ((darwin >> (i - 1) & 1) != 0 && numbers[i] != 0)
			(void)sigaddset(&set, numbers[i]);
	return set;
}

static uint32_t set_darwin(const sigset_t *here)
{
	uint32_t set = 0;
	for (int i = 1; i < DARWIN_SIGNALS; i++)
		if (numbers[i] != 0 && sigismember(here, numbers[i]) == 1)
			set |= UINT32_C(1) << (i - 1);
	return set;
}

static void on_signal(int number)
{
	int saved = errno, darwin = signal_darwin(number);
	((void (*)(int))handlers[darwin])(darwin);
	errno = saved;
}

/* SIG_DFL and SIG_IGN are 0 and 1 in both. */
static bool is_function(const void *handler)
{
	return (uintptr_t)handler > 1;
}

static int darwin_sigaction(int number, const struct darwin_sigaction *new, struct darwin_sigaction *old)
{
	struct sigaction to = { 0 }, from;
	int here = signal_here(number);
	if (new != NULL) {
		to.sa_handler = is_function(new->handler) ? on_signal : (void (*)(int)) new->handler;
		to.sa_mask = signal_set_here(new->mask);
		to.sa_flags = (int)flags_here(action_flags, COUNT(action_flags), (uint32_t) new->flags);
	}
	if (sigaction(here, NULL, &from) != 0)
		return -1;
	void *before = from.sa_handler == on_signal ? handlers[number] : (void *)from.sa_handler;
	if (new != NULL) {
		handlers[number] = new->handler; /* before a signal can ask for it */
		if (sigaction(here, &to, NULL) != 0)
			return -1;
	}
	if (old != NULL)
		*old = (struct darwin_sigaction){ before, set_darwin(&from.sa_mask),
			                              (int32_t)flags_darwin(action_flags, COUNT(action_flags),
			                                                    (uint32_t)from.sa_flags) };
	return 0;
}

static void *darwin_signal(int number, void *handler)
{
	struct darwin_sigaction new = { handler, 0, DARWIN_SA_RESTART }, old;
	return darwin_sigaction(number, &new, &old) == 0 ? old.handler : (void *)-1;
}

/* SIG_BLOCK is 1 there, 0 here, and so on. */
static int darwin_sigprocmask(int how, const uint32_t *new, uint32_t *old)
{
	sigset_t set = signal_set_here(new != NULL ? *new : 0), before;
	if (sigprocmask(how - 1, new != NULL ? &set : NULL, &before) != 0)
		return -1;
	if (old != NULL)
		*old = set_darwin(&before);
	return 0;
}

static int darwin_sigpending(uint32_t *out)
{
	sigset_t set;
	if (sigpending(&set) != 0)
		return -1;
	*out = set_darwin(&set);
	return 0;
}

static int darwin_kill(pid_t process, int number)
{
	return kill(process, signal_here(number));
}

static int darwin_raise(int number)
{
	return raise(signal_here(number));
}

const struct symbol symbols_signal[] = {
	OURS(sigaction), OURS(signal), OURS(sigprocmask), OURS(sigpending), OURS(kill), OURS(raise), TABLE_END,
};
