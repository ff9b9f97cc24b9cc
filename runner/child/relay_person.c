/*
 * The person's side of the relay: keys, interrupts, job control.
 * Must not keep what is typed, but for a password that the person asked to be kept.
 */
#include "child/relay_state.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/secret_zero.h"
#include "base/system.h"
#include "child/pty.h"
#include "terminal/terminal.h"

static void at_first_interrupt(struct relay *r)
{
	relay_say(r->order->stoppable ? "\nStopping it.\n"
	                              : "\nThe running tool finishes first, then this stops. Ctrl-C again leaves now.\n");
	if (r->order->stoppable)
		relay_end_softly(r);
}

/* A typed Ctrl-C. At a question it goes to the tool as well, as that is how a person gets out of one. */
static void interrupt_key(struct relay *r)
{
	struct relay_line line;
	relay_last_line(r->result, &line);
	bool first = signals_stage() == 0;
	if (r->capture.on)
		capture_cancel(&r->capture);
	signals_note();
	if (!first)
		return;
	r->stage = signals_stage();
	if (!r->answered && relay_at_open_question(&line, pty_echoes(r->order->source)))
		r->keys[r->typed_used++] = 3;
	else
		at_first_interrupt(r);
}

/* Tab alone, at a question that does not echo: no password begins with it, and the person was told what it does. */
static bool begins_capture(const struct relay *r, char key, ssize_t read_at_once)
{
	return key == CAPTURE_KEY && read_at_once == 1 && r->capture.secret != NULL && r->at_question
	       && !pty_echoes(r->order->source);
}

static void capture(struct relay *r, unsigned char key)
{
	struct relay_answer answer = { .kind = RELAY_SECRET, .secret = r->capture.secret };
	enum capture_step step = capture_key(&r->capture, key);
	if (step == CAPTURE_MORE)
		return;
	if (step == CAPTURE_DONE) {
		r->result->kept = true;
		relay_carry_out(r, &answer);
	} else {
		r->keys[r->typed_used++] = '\n';
	}
}

void relay_read_keys(struct relay *r)
{
	char keys[sizeof r->keys];
	ssize_t n = read(STDIN_FILENO, keys, sizeof keys);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		r->person = false;
		r->lost = r->hang_up = true;
		return;
	}
	relay_note_answer(r, keys, (size_t)n);
	for (ssize_t i = 0; i < n; i++)
		if (r->capture.on && (unsigned char)keys[i] != r->saved.c_cc[VINTR])
			capture(r, (unsigned char)keys[i]);
		else if (begins_capture(r, keys[i], n))
			r->capture.on = true;
		else if (r->saved.c_cc[VINTR] != (cc_t)_POSIX_VDISABLE && (unsigned char)keys[i] == r->saved.c_cc[VINTR])
			interrupt_key(r);
		else
			r->keys[r->typed_used++] = keys[i];
	secret_zero(keys, sizeof keys); /* it may have been a password */
}

void relay_pass_keys(struct relay *r)
{
	ssize_t n = write(r->order->source, r->keys + r->typed, r->typed_used - r->typed);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	r->typed = n < 0 ? r->typed_used : r->typed + (size_t)n;
	if (r->typed < r->typed_used)
		return;
	secret_zero(r->keys, sizeof r->keys);
	r->typed = r->typed_used = 0;
}

/* Stopped from outside: the terminal is put back, and taken again when the program goes on in the foreground. */
void relay_notice_job_control(struct relay *r)
{
	if (signals_take(SIGTSTP)) {
		relay_make_cooked(r);
		(void)kill(getpid(), SIGSTOP);
	}
	if (signals_take(SIGCONT)) {
		relay_make_cooked(r);
		r->raw = terminal_make_raw(STDIN_FILENO, &r->saved);
		r->last_sign = r->now = system_monotonic();
		pty_copy_size(r->order->source);
	}
	if (signals_take(SIGWINCH))
		pty_copy_size(r->order->source);
}

void relay_notice_interrupts(struct relay *r)
{
	int stage = signals_stage();
	if (stage >= 2 && !r->result->interrupted) {
		relay_leave_now(r);
	} else if (stage > r->stage) {
		r->hang_up = true; /* it came as a signal: whoever sent it will not answer questions */
		at_first_interrupt(r);
	}
	r->stage = stage;
}
