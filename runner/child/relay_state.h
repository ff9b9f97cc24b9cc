/*
 * What the parts of the relay share.
 * Must not be included by anything else.
 */
#ifndef VMQ_RELAY_STATE_H
#define VMQ_RELAY_STATE_H

#include <termios.h>

#include "base/signals.h"
#include "child/capture.h"
#include "child/frame.h"
#include "child/progress.h"
#include "child/relay.h"
#include "child/screen.h"

struct relay_keys {
	size_t count, gone; /* `gone` of them are taken by the tool already */
	char bytes[512];
};

/* Where the tool stands: at a question, and whether the caller was asked for its answer. */
struct relay_question {
	bool open;
	bool known;    /* the caller says that the last line is one, though nothing in it shows */
	bool answered; /* a line was typed since the last output: the tool has what it wanted, though its echo may be off */
	bool asked_echo;             /* the echo when the caller was last asked */
	uint64_t asked_total;        /* the output then; UINT64_MAX: never asked */
	const struct secret *secret; /* typed last, in case that it is thrown away; NULL: none */
	double again_at;             /* when the caller wants to be asked about the same output; 0: not */
};

struct relay {
	const struct relay_order *order;
	const struct relay_times *times;
	pid_t child;
	int source, held;
	bool answerable; /* by the caller */
	struct relay_result *result;
	struct signals_wait wait;
	struct termios saved; /* of the person's terminal */
	struct progress progress;
	struct capture capture;
	struct relay_question question;
	struct relay_keys keys;
	double now, started, last_output, last_sign; /* last_sign: output, a key, an answer or a continuation */
	double reaped_at;
	double kill_at; /* when to kill; 0: not decided */
	bool killed, reaped;
	bool open;        /* the source may still give something */
	bool person, raw; /* a person is there, and their terminal hands every key on */
	bool hang_up;     /* nobody may answer questions any more */
	int stage;        /* of the interrupts, when they were last looked at */
	struct frame frame;
	struct screen screen;
	char chunk[SCREEN_BUFFER]; /* what was read at once */
};

/* relay_loop.c: bytes of the tool's output that the screen has room for. */
size_t relay_room(const struct relay *r);

/* relay_end.c: ways to end. */
void relay_make_cooked(struct relay *r);
void relay_end_softly(struct relay *r);
void relay_leave_now(struct relay *r);
void relay_fail(struct relay *r);
bool relay_keep_limits(struct relay *r); /* false: there is nothing left to wait for */

/* relay_question.c: what the tool asks, and what is typed for it. */
bool relay_at_open_question(const struct relay_line *line, bool echo); /* an unfinished line wants something typed */
void relay_consider_question(struct relay *r);
void relay_carry_out(struct relay *r, const struct relay_answer *answer);
void relay_note_output(struct relay *r, const char *bytes, size_t length);
void relay_note_answer(struct relay *r, const char *bytes, size_t length);

/* relay_person.c: the person's keys and interrupts. */
void relay_read_keys(struct relay *r);
void relay_pass_keys(struct relay *r);
void relay_notice_job_control(struct relay *r);
void relay_notice_interrupts(struct relay *r);

#endif
