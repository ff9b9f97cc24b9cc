/*
 * Signals: the two-stage interrupt, and what the relay of a terminal must notice.
 * Must not decide what an interrupt means for a run; it only counts.
 *
 * Stage 1: finish the running command, then stop. Stage 2: leave now. A third, or a fatal signal, ends the program at
 * once, with the terminal's settings put back.
 */
#ifndef VMQ_SIGNALS_H
#define VMQ_SIGNALS_H

#include "base/portable.h"

#include <signal.h>
#include <sys/select.h>
#include <termios.h>

/* SIGINT, SIGTERM and SIGHUP count a stage (one that was ignored at start stays ignored, as nohup wants); SIGPIPE is
 * ignored. */
void signals_install(void);
int signals_stage(void);  /* 0, 1 or 2 */
void signals_reset(void); /* back to stage 0, for tests: a run has no way back */
void signals_note(void);  /* one stage more: an interrupt that came as a typed key */

/* From here on the first interrupt that nobody has dealt with within a second or two ends the program, as exit() would:
 * `line` goes to standard error. Time in which a child is looked after does not count. NULL: no longer. */
void signals_watch(const char *line, int code);

/* While a child is looked after: SIGCHLD is held back except inside signals_select, so that its end is never missed
 * between looking and waiting. The other signals are not held back, as they must be able to end a write to a screen
 * that hangs. Leave with signals_leave on every path. */
struct signals_wait {
	sigset_t before;
	struct sigaction child, window, stop, resume;
	bool terminal;
};
void signals_enter(struct signals_wait *wait, bool terminal); /* terminal: also SIGWINCH, SIGTSTP, SIGCONT */
void signals_leave(struct signals_wait *wait);

/* select() for at most `seconds`, and never longer than a quarter of a second, so that a signal which came just before
 * is not overlooked for long. Returns what select returns (-1 with EINTR for a signal). */
int signals_select(const struct signals_wait *wait, int highest, fd_set *readable, fd_set *writable, double seconds);

/* Whether such a signal came since the last question. Only SIGCHLD, SIGWINCH, SIGTSTP and SIGCONT. */
bool signals_take(int number);

/* Waits until `fd` can be read or is at its end. False, and at once, if an interrupt has come (stage 1) or comes.
 * The interrupts are held back except while it waits, so that none is lost between looking at the stage and waiting. */
bool signals_await_input(int fd);

/* Waits so, and reads one byte. Returns 1, 0 at the end, or -1 with errno: EINTR means an interrupt, and nothing else
 * does. */
int signals_read_byte(int fd, char *byte);

/* Waits as signals_await_input does until `fd` can be written, for the second interrupt (stage 2). */
bool signals_await_output(int fd);

/* Waits for some time, less if an interrupt has come, or any signal with a handler comes. */
void signals_pause(double seconds);

/* Before a fork: if we were started with SIGCHLD ignored, the system would throw the child's exit status away. */
void signals_want_children(void);

/* Around a fork: no signal may find a handler of ours in the child. All are held back, and then let come again. */
void signals_hold(sigset_t *before);
void signals_let_go(const sigset_t *before);

/* In the child, between fork and exec: default actions, nothing held back. What came before is dropped, as it was meant
 * for us. */
void signals_clear(void);

/* Remembers settings of a terminal that a fatal signal must put back; signals_unguard forgets them. */
void signals_guard(int fd, const struct termios *settings);
void signals_unguard(void);

#endif
