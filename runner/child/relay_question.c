/*
 * Finds out whether a tool waits for an answer, asks the caller for it (run/prompts.lua), and types it.
 * Must not type a password while the terminal echoes.
 */
#include "child/relay_state.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/system.h"
#include "child/pty.h"
#include "child/secret.h"

/* guess: a question ends in one of these; kmutil's unfinished "… local machine policy..." does not (reference §2.2,
 * §3.1). */
static bool looks_like_question(const struct relay_line *line)
{
	size_t length = line->length;
	while (length > 0 && line->text[length - 1] == ' ')
		length--;
	return length > 0 && strchr(":?])>", line->text[length - 1]) != NULL;
}

bool relay_at_open_question(const struct relay_line *line, bool echo)
{
	return line->length > 0 && !line->finished && (!echo || looks_like_question(line));
}

/* Types into the tool's terminal, waiting a little where it is full. */
static bool type(struct relay *r, const char *bytes, size_t length)
{
	double until = system_monotonic() + 1;
	while (length > 0) {
		ssize_t n = write(r->source, bytes, length);
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
	if (memchr(bytes, '\n', length) == NULL && memchr(bytes, '\r', length) == NULL)
		return;
	r->question.answered = true;
	r->question.open = false;
}

/* The echo is looked at once more: what is typed while the terminal echoes would be shown and recorded. */
static bool type_secret(struct relay *r, const struct secret *secret)
{
	size_t length;
	const char *bytes = secret_bytes(secret, &length);
	if (length == 0 || pty_echoes(r->source))
		return false;
	if (type(r, bytes, length))
		(void)type(r, "\n", 1);
	r->result->hidden++;
	relay_note_answer(r, "\n", 1);
	return true;
}

/* What was typed is not seen, so it is said that something was. Some prompts end with a blank, others do not. */
static void show_note(struct relay *r)
{
	const char *note = r->order->secret_note;
	if (note == NULL)
		return;
	if (r->result->total > 0 && r->result->tail[(r->result->total - 1) % RELAY_TAIL] != ' ')
		frame_put(&r->frame, " ", 1);
	frame_put(&r->frame, note, strlen(note));
}

static void give_up(struct relay *r)
{
	r->result->gave_up = true;
	relay_end_softly(r);
}

void relay_carry_out(struct relay *r, const struct relay_answer *answer)
{
	switch (answer->kind) {
	case RELAY_TYPE:
		(void)type(r, answer->text, answer->length);
		relay_note_answer(r, answer->text, answer->length);
		break;
	case RELAY_SECRET:
		if (type_secret(r, answer->secret))
			show_note(r);
		r->question.secret = answer->secret;
		break;
	case RELAY_GIVE_UP:
		give_up(r);
		break;
	case RELAY_FAILED:
		relay_fail(r);
		break;
	case RELAY_WAIT:
		break;
	}
}

static bool is_time_to_ask(const struct relay *r, bool echo)
{
	const struct relay_question *q = &r->question;
	return q->asked_total != r->result->total || q->asked_echo != echo || (q->again_at > 0 && r->now >= q->again_at);
}

/* What may not be said to this tool is left to the person; without one, it is given up. */
static void hold_back(const struct relay *r, struct relay_answer *answer)
{
	if (r->answerable || (answer->kind != RELAY_TYPE && answer->kind != RELAY_SECRET))
		return;
	*answer = (struct relay_answer){ .kind = r->person ? RELAY_WAIT : RELAY_GIVE_UP, .question = true };
}

/* Asks the caller about the last line, and does what it says. Returns what kind of answer that was. */
static enum relay_answer_kind ask(struct relay *r, const struct relay_line *line, bool echo)
{
	struct relay_answer answer = { .kind = RELAY_WAIT };
	struct relay_question *q = &r->question;
	if (line->length == 0 || q->answered || r->order->calls.answer == NULL || !is_time_to_ask(r, echo))
		return RELAY_WAIT;
	q->secret = NULL; /* the caller keeps one until it is asked again */
	q->asked_total = r->result->total;
	q->asked_echo = echo;
	r->order->calls.answer(r->order->calls.context, line, echo, &answer);
	hold_back(r, &answer);
	q->again_at = answer.again > 0 ? r->now + answer.again : 0;
	q->known = answer.question;
	q->open = q->open || answer.question;
	relay_carry_out(r, &answer);
	return answer.kind;
}

/* Some terminals show the end of a line though they do not echo: that is not the tool's answer to it. */
static bool is_shown_enter(const struct relay *r, const char *bytes, size_t length)
{
	bool ends = length <= 2 && memchr("\r\n", bytes[0], 2) != NULL && memchr("\r\n", bytes[length - 1], 2) != NULL;
	return ends && r->question.answered && !pty_echoes(r->source);
}

void relay_note_output(struct relay *r, const char *bytes, size_t length)
{
	r->last_output = r->last_sign = r->now = system_monotonic();
	if (r->order->terminal && is_shown_enter(r, bytes, length))
		return;
	r->question.open = r->question.known = r->question.answered = false;
	r->question.secret = NULL;
}

/* A tool may throw away what was typed after its prompt, and go on waiting. After some silence without echo the answer
 * is not believed to have been taken: a secret is typed once more, and then it is an open question again. */
static void forget_answer(struct relay *r, bool echo)
{
	struct relay_question *q = &r->question;
	if (!q->answered || echo || r->now - r->last_sign < r->times->forget)
		return;
	const struct secret *secret = q->secret;
	q->answered = false;
	q->secret = NULL;
	if (secret == NULL)
		return;
	r->result->hidden--; /* it was thrown away: the same one takes its place */
	(void)type_secret(r, secret);
}

void relay_consider_question(struct relay *r)
{
	struct relay_line line;
	struct relay_question *q = &r->question;
	if (!r->order->terminal || !r->open || r->kill_at > 0 || relay_room(r) == 0)
		return;
	if (r->now - r->last_output < r->times->quiet)
		return;
	relay_last_line(r->result, &line);
	line.hidden = r->result->hidden;
	bool echo = pty_echoes(r->source);
	forget_answer(r, echo);
	q->open = !q->answered && (relay_at_open_question(&line, echo) || q->known);
	if (ask(r, &line, echo) == RELAY_WAIT && q->open && r->hang_up)
		give_up(r);
}
