/*
 * What the relay's two halves share: relay.c looks after the tool, relay_person.c after the person.
 * Must not be included by anything else.
 */
#ifndef VMQ_RELAY_STATE_H
#define VMQ_RELAY_STATE_H

#include <termios.h>

#include "base/signals.h"
#include "child/capture.h"
#include "child/progress.h"
#include "child/relay.h"

struct relay {
	const struct relay_order *order;
	struct relay_result *result;
	struct signals_wait wait;
	struct termios saved;
	struct progress progress;
	struct capture capture;
	double now, started, last_output, last_sign; /* last_sign: output, a key, an answer or a continuation */
	double reaped_at;
	double kill_at;            /* when to kill; 0: not decided */
	bool killed, reaped, open; /* open: the source may still give something */
	bool person, raw, lost;    /* lost: there was a person, and the terminal is gone */
	bool hang_up;              /* nobody may answer questions any more */
	bool at_question;
	bool known_question; /* the plan says the last line is one, though nothing in it shows */
	bool answered; /* a line was typed since the last output: the tool has what it wanted, though its echo may be off */
	bool asked_echo;
	uint64_t asked_total; /* output when the plan was last asked; UINT64_MAX: not yet */
	double ask_again_at;  /* when the plan wants to be asked about the same output; 0: not */
	int screen, stage;
	size_t typed, typed_used; /* keys not yet taken by the tool: typed of typed_used are gone */
	char keys[512];
	char chunk[64 * 1024];
};

/* Of relay.c. Does the tool stand at an unfinished line that wants something typed? */
bool relay_at_open_question(const struct relay_line *line, bool echo);
void relay_say(const char *text);
void relay_make_cooked(struct relay *r);
void relay_leave_now(struct relay *r);
void relay_end_softly(struct relay *r);
void relay_carry_out(struct relay *r, const struct relay_answer *answer);
void relay_note_answer(struct relay *r, const char *bytes, size_t length);

/* Of relay_person.c. */
void relay_read_keys(struct relay *r);
void relay_pass_keys(struct relay *r);
void relay_notice_job_control(struct relay *r);
void relay_notice_interrupts(struct relay *r);

#endif
