/*
 * The person's side of the relay: keys, interrupts, job control.
 * Must not keep what is typed, but for a password that the person asked to be remembered.
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

static void say(struct relay *r, const char *text)
{
	struct error err;
	(void)terminal_write(STDERR_FILENO, text, strlen(text), &err);
	if (isatty(STDERR_FILENO))
		frame_break(&r->frame);
}

static void at_first_interrupt(struct relay *r)
{
	say(r, r->order->stoppable ? "\nStopping it.\n"
	                           : "\nThe running tool finishes first, then this stops. Ctrl-C again leaves now.\n");
	if (r->order->stoppable)
		relay_end_softly(r);
}

static bool is_enter(char key)
{
	return key == '\n' || key == '\r';
}

/* The end of a line, and the end of input, which gives a tool an empty one. */
static bool ends_line(char key)
{
	return is_enter(key) || key == 4;
}

/* Counts a password. Returns false at one too many: its end never reaches the tool, which is given up instead. */
static bool count_hidden(struct relay *r)
{
	if (r->order->passwords > 0 && r->result->hidden >= r->order->passwords) {
		r->result->gave_up = r->result->too_many = true;
		relay_end_softly(r);
		return false;
	}
	r->result->hidden++;
	return true;
}

/* There is room: keys are read only when those before are gone, and no more at once. */
static void add_key(struct relay *r, char key)
{
	if (ends_line(key) && !pty_echoes(r->source) && !count_hidden(r))
		return;
	r->keys.bytes[r->keys.count++] = key;
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
	if (!r->question.answered && relay_at_open_question(&line, pty_echoes(r->source)))
		add_key(r, 3);
	else
		at_first_interrupt(r);
}

/* Tab, at a question that does not echo: no password begins with it, and the person was told what it does. */
static bool begins_capture(const struct relay *r, char key)
{
	return key == CAPTURE_KEY && r->capture.secret != NULL && r->question.open && !pty_echoes(r->source);
}

static void capture(struct relay *r, unsigned char key)
{
	struct relay_answer answer = { .kind = RELAY_SECRET, .secret = r->capture.secret };
	enum capture_step step = capture_key(&r->capture, key);
	if (step == CAPTURE_MORE)
		return;
	if (step == CAPTURE_DONE) {
		r->result->remembered = true;
		relay_carry_out(r, &answer);
	} else {
		add_key(r, '\n');
	}
}

static bool is_interrupt_key(const struct relay *r, char key)
{
	cc_t interrupt = r->saved.c_cc[VINTR];
	return interrupt != (cc_t)_POSIX_VDISABLE && (unsigned char)key == interrupt;
}

static void take_key(struct relay *r, char key, bool alone)
{
	if (is_interrupt_key(r, key))
		interrupt_key(r);
	else if (r->capture.on)
		capture(r, (unsigned char)key);
	else if (alone && begins_capture(r, key))
		capture_begin(&r->capture);
	else
		add_key(r, key);
}

static void lose_terminal(struct relay *r)
{
	r->person = false;
	r->hang_up = true;
	r->question.answered = false; /* nobody can say any more whether it was taken */
}

void relay_read_keys(struct relay *r)
{
	char keys[sizeof r->keys.bytes];
	ssize_t n = read(STDIN_FILENO, keys, sizeof keys);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		lose_terminal(r);
		return;
	}
	relay_note_answer(r, keys, (size_t)n);
	for (ssize_t i = 0; i < n; i++)
		take_key(r, keys[i], n == 1);
	secret_zero(keys, sizeof keys); /* it may have been a password */
}

/* Keys that will be echoed are told of once, before the first of them goes. */
static void announce_keys(struct relay *r)
{
	const struct relay_calls *calls = &r->order->calls;
	const struct relay_keys *k = &r->keys;
	unsigned lines = 0;
	if (calls->typed == NULL || k->gone > 0 || r->result->failed || !pty_echoes(r->source))
		return;
	for (size_t i = 0; i < k->count; i++)
		lines += is_enter(k->bytes[i]);
	if (!calls->typed(calls->context, lines, !is_enter(k->bytes[k->count - 1])))
		relay_fail(r);
}

void relay_pass_keys(struct relay *r)
{
	struct relay_keys *k = &r->keys;
	announce_keys(r);
	ssize_t n = write(r->source, k->bytes + k->gone, k->count - k->gone);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	k->gone = n < 0 ? k->count : k->gone + (size_t)n;
	if (k->gone == k->count)
		secret_zero(k, sizeof *k);
}

static void take_size(struct relay *r)
{
	pty_copy_size(r->source, frame_margin(r->order->bar, r->order->screen));
	frame_resize(&r->frame);
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
		take_size(r);
	}
	if (signals_take(SIGWINCH))
		take_size(r);
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
