/*
 * Looks after a running tool until it ends.
 * Must not record what is typed.
 */
#include "child/relay_state.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "base/secret_zero.h"
#include "base/signals.h"
#include "base/system.h"
#include "child/pty.h"
#include "terminal/terminal.h"

#define QUIET 0.1     /* seconds without output after which the last line may be a question */
#define ECHO_POLL 0.1 /* seconds between looks at the echo while a question is open */
#define SILENT 2.0    /* seconds without a sign after which the waiting is shown; a question is known long before */
#define SOFT_END 2.0  /* seconds between asking a tool to end and killing it */
#define INTERRUPT_END 0.5
#define DEAD_END 2.0 /* seconds a killed tool may take to vanish before it is left behind */
#define LINGER 0.1   /* seconds without output after the tool has ended, if something it left holds its terminal open */
#define LONGEST_LINGER 1.0 /* the same with output */

/* --- output ------------------------------------------------------------------------------------ */

/* guess: a question ends in one of these; kmutil's unfinished "… local machine policy..." does not (reference §2.2, §3.1). */
static bool looks_like_question(const struct relay_line *line)
{
	size_t length = line->length;
	while (length > 0 && line->text[length - 1] == ' ')
		length--;
	return length > 0 && strchr(":?])>", line->text[length - 1]) != NULL;
}

/* Does the tool stand at an unfinished line that wants something typed? */
bool relay_at_open_question(const struct relay_line *line, bool echo)
{
	return line->length > 0 && !line->finished && (!echo || looks_like_question(line));
}

static void show(struct relay *r, const char *bytes, size_t length)
{
	struct error err;
	progress_clear(&r->progress);
	if (r->screen >= 0 && terminal_write(r->screen, bytes, length, &err) != 0)
		r->screen = -1; /* a screen that is gone does not stop a tool that changes the Mac */
}

void relay_say(const char *text)
{
	struct error err;
	(void)terminal_write(STDERR_FILENO, text, strlen(text), &err);
}

/* --- ways to end --------------------------------------------------------------------------------- */

void relay_make_cooked(struct relay *r)
{
	if (r->raw)
		terminal_restore(STDIN_FILENO, &r->saved);
	r->raw = false;
}

/* Asks the tool to end, and sets the moment at which it is killed. */
static void end_softly(struct relay *r, double seconds)
{
	if (r->kill_at > 0 && r->kill_at <= r->now + seconds)
		return;
	r->kill_at = r->now + seconds;
	if (r->order->terminal)
		(void)!write(r->order->source, "\003", 1);
	process_signal(r->order->child, SIGHUP);
	process_signal(r->order->child, SIGTERM);
}

void relay_end_softly(struct relay *r)
{
	end_softly(r, SOFT_END);
}

void relay_leave_now(struct relay *r)
{
	r->result->interrupted = true;
	r->person = false;
	relay_make_cooked(r);
	end_softly(r, INTERRUPT_END);
}

static void fail(struct relay *r)
{
	r->result->failed = true;
	relay_end_softly(r);
}

/* Kills when it is time; gives up waiting for what even that does not end. Returns false when there is nothing left to wait for. */
static bool keep_limits(struct relay *r)
{
	const struct relay_order *o = r->order;
	if (r->kill_at == 0 && o->seconds > 0 && r->now - r->started >= o->seconds) {
		r->result->timed_out = true;
		relay_end_softly(r);
	}
	bool thinking = r->at_question && r->person && r->raw;
	if (r->kill_at == 0 && o->silence > 0 && !thinking && r->now - r->last_sign >= o->silence) {
		r->result->silent = true;
		relay_end_softly(r);
	}
	if (r->kill_at > 0 && r->now >= r->kill_at) {
		if (r->killed)
			return false;
		process_signal(o->child, SIGKILL);
		r->killed = true;
		r->kill_at = r->now + DEAD_END;
	}
	return true;
}

/* --- questions ------------------------------------------------------------------------------------- */

/* Types into the tool's terminal, waiting a little where it is full. */
static bool type(struct relay *r, const char *bytes, size_t length)
{
	double until = system_monotonic() + 1;
	while (length > 0) {
		ssize_t n = write(r->order->source, bytes, length);
		if (n > 0) {
			bytes += n;
			length -= (size_t)n;
		} else if ((errno != EAGAIN && errno != EINTR) || system_monotonic() > until) {
			return false;
		} else {
			system_sleep(0.01);
		}
	}
	return true;
}

void relay_note_answer(struct relay *r, const char *bytes, size_t length)
{
	r->last_sign = r->now;
	if (memchr(bytes, '\n', length) != NULL || memchr(bytes, '\r', length) != NULL) {
		r->answered = true;
		r->at_question = false;
	}
}

void relay_carry_out(struct relay *r, const struct relay_answer *answer)
{
	size_t length;
	const char *bytes;
	switch (answer->kind) {
	case RELAY_TYPE:
		(void)type(r, answer->text, answer->length);
		relay_note_answer(r, answer->text, answer->length);
		break;
	case RELAY_SECRET:
		/* Looked at once more: what is typed while the terminal echoes would be shown and recorded. */
		bytes = secret_bytes(answer->secret, &length);
		if (length == 0 || pty_echoes(r->order->source))
			break;
		if (type(r, bytes, length))
			(void)type(r, "\n", 1);
		relay_note_answer(r, "\n", 1);
		break;
	case RELAY_GIVE_UP:
		r->result->gave_up = true;
		relay_end_softly(r);
		break;
	case RELAY_FAILED:
		fail(r);
		break;
	case RELAY_WAIT:
		break;
	}
}

static bool is_time_to_ask(const struct relay *r, bool echo)
{
	return r->asked_total != r->result->total || r->asked_echo != echo
	       || (r->ask_again_at > 0 && r->now >= r->ask_again_at);
}

/* Looks whether the tool waits for an answer, and asks the plan for it. */
static void consider_question(struct relay *r)
{
	struct relay_line line;
	if (!r->order->terminal || !r->open || r->kill_at > 0 || r->now - r->last_output < QUIET)
		return;
	relay_last_line(r->result, &line);
	bool echo = pty_echoes(r->order->source);
	r->at_question = !r->answered && (relay_at_open_question(&line, echo) || r->known_question);
	struct relay_answer answer = { .kind = RELAY_WAIT };
	if (line.length > 0 && r->order->calls.answer != NULL && is_time_to_ask(r, echo)) {
		r->asked_total = r->result->total;
		r->asked_echo = echo;
		r->order->calls.answer(r->order->calls.context, &line, echo, &answer);
		r->ask_again_at = answer.again > 0 ? r->now + answer.again : 0;
		r->known_question = answer.question;
		r->at_question = r->at_question || answer.question;
		relay_carry_out(r, &answer);
	}
	if (answer.kind == RELAY_WAIT && r->at_question && r->hang_up) {
		r->result->gave_up = true;
		relay_end_softly(r);
	}
}

/* --- the loop --------------------------------------------------------------------------------------- */

static void read_source(struct relay *r)
{
	size_t used = 0;
	ssize_t n = 1;
	while (used < sizeof r->chunk && (n = read(r->order->source, r->chunk + used, sizeof r->chunk - used)) > 0)
		used += (size_t)n;
	/* The end of a pipe is 0; of a terminal's master it is 0 on macOS and EIO on Linux. */
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		r->open = false;
	if (used == 0)
		return;
	relay_keep(r->result, r->chunk, used);
	r->last_output = r->last_sign = r->now = system_monotonic();
	r->at_question = r->known_question = r->answered = false;
	show(r, r->chunk, used);
	if (r->order->calls.output != NULL && !r->result->failed
	    && !r->order->calls.output(r->order->calls.context, r->chunk, used))
		fail(r);
}

static void sooner(double *seconds, double other)
{
	if (other < *seconds)
		*seconds = other < 0 ? 0 : other;
}

/* Seconds until something must be looked at again. */
static double patience(const struct relay *r)
{
	double seconds = 1;
	if (r->reaped)
		sooner(&seconds, LINGER);
	if (r->kill_at > 0)
		sooner(&seconds, r->kill_at - r->now);
	if (r->order->seconds > 0 && r->kill_at == 0)
		sooner(&seconds, r->started + r->order->seconds - r->now);
	if (r->order->silence > 0 && r->kill_at == 0)
		sooner(&seconds, r->last_sign + r->order->silence - r->now);
	if (r->order->terminal && r->open)
		sooner(&seconds, r->now - r->last_output < QUIET ? r->last_output + QUIET - r->now : ECHO_POLL);
	return seconds < 0.001 ? 0.001 : seconds;
}

static void wait_and_move(struct relay *r)
{
	fd_set readable, writable;
	int highest = -1, source = r->order->source;
	bool keys = r->person && r->raw && r->open && r->typed_used == 0;
	bool typing = r->typed_used > 0 && r->open;
	FD_ZERO(&readable);
	FD_ZERO(&writable);
	if (r->open) {
		FD_SET(source, &readable);
		highest = source;
	}
	if (typing)
		FD_SET(source, &writable);
	if (keys)
		FD_SET(STDIN_FILENO, &readable);
	if (keys && highest < STDIN_FILENO)
		highest = STDIN_FILENO;
	int ready = signals_select(&r->wait, highest, &readable, &writable, patience(r));
	r->now = system_monotonic();
	if (ready <= 0)
		return;
	if (r->open && FD_ISSET(source, &readable))
		read_source(r);
	if (keys && FD_ISSET(STDIN_FILENO, &readable))
		relay_read_keys(r);
	if (typing && FD_ISSET(source, &writable))
		relay_pass_keys(r);
}

static void reap(struct relay *r)
{
	r->reaped = process_reap(r->order->child, false, &r->result->end);
	r->now = r->reaped_at = r->last_output =
		system_monotonic(); /* the last output may still be on its way through the terminal */
}

static bool ends_in_line(const struct relay_result *result)
{
	return result->total > 0 && result->tail[(result->total - 1) % RELAY_TAIL] != '\n';
}

/* One look at everything. Returns false when the tool has ended and nothing more comes. */
static bool turn(struct relay *r)
{
	if (!r->reaped && signals_take(SIGCHLD))
		reap(r);
	if (r->reaped) {
		if (!r->open || r->now - r->last_output > LINGER || r->now - r->reaped_at > LONGEST_LINGER)
			return false;
	} else {
		relay_notice_job_control(r);
		relay_notice_interrupts(r);
		consider_question(r);
		if (!r->at_question && r->kill_at == 0 && r->now - r->last_sign >= SILENT)
			progress_show(&r->progress, r->now, ends_in_line(r->result));
		if (!keep_limits(r))
			return false;
	}
	wait_and_move(r);
	return true;
}

void relay_run(const struct relay_order *order, struct relay_result *result)
{
	struct relay r;
	memset(&r, 0, offsetof(struct relay, chunk));
	*result = (struct relay_result){ 0 };
	r.order = order;
	r.result = result;
	r.open = true;
	r.screen = order->screen;
	r.stage = signals_stage();
	r.asked_total = UINT64_MAX;
	r.now = r.started = r.last_output = r.last_sign = system_monotonic();
	r.person = order->person && order->terminal && isatty(STDIN_FILENO);
	progress_begin(&r.progress, order->waiting, order->screen, r.now);
	r.capture.secret = r.person ? order->keep : NULL;
	signals_enter(&r.wait, r.person);
	r.raw = r.person && terminal_make_raw(STDIN_FILENO, &r.saved);
	reap(&r);
	while (turn(&r))
		;
	if (r.reaped)
		read_source(&r);
	progress_clear(&r.progress);
	relay_make_cooked(&r);
	signals_leave(&r.wait);
	secret_zero(r.keys, sizeof r.keys); /* what the tool did not take */
}
