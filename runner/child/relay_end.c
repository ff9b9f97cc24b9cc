/*
 * Ends a running tool: at its limits, at an interrupt, when a call-back fails.
 * Must not wait: each step is taken when its time has come.
 */
#include "child/relay_state.h"

#include <signal.h>
#include <unistd.h>

#include "terminal/terminal.h"

static const struct progress_times usual_waiting = { .first = 2, .redraw = 1, .plain = 30 };

const struct relay_times relay_usual_times = {
	.quiet = 0.1,
	.echo_poll = 0.1,
	.silent = 2,
	.soft_end = 2,
	.interrupt_end = 0.5,
	.dead_end = 2,
	.linger = 0.1,
	.longest_linger = 1,
	.forget = 5,
	.screen = 2,
	.waiting = &usual_waiting,
};

void relay_make_cooked(struct relay *r)
{
	if (r->raw)
		terminal_restore(STDIN_FILENO, &r->saved);
	r->raw = false;
}

/* Asks the tool to end, and sets the moment at which it is killed. */
static void end_within(struct relay *r, double seconds)
{
	if (r->kill_at > 0 && r->kill_at <= r->now + seconds)
		return;
	r->kill_at = r->now + seconds;
	if (r->order->terminal)
		(void)!write(r->source, "\003", 1);
	spawn_signal(r->child, SIGHUP);
	spawn_signal(r->child, SIGTERM);
}

void relay_end_softly(struct relay *r)
{
	end_within(r, r->times->soft_end);
}

void relay_leave_now(struct relay *r)
{
	r->result->interrupted = true;
	r->person = false;
	relay_make_cooked(r);
	end_within(r, r->times->interrupt_end);
}

void relay_fail(struct relay *r)
{
	r->result->failed = true;
	relay_end_softly(r);
}

static void notice_limits(struct relay *r)
{
	const struct relay_order *o = r->order;
	bool thinking = r->question.open && r->person && r->raw;
	if (o->seconds > 0 && r->now - r->started >= o->seconds)
		r->result->timed_out = true;
	else if (o->silence > 0 && !thinking && r->now - r->last_sign >= o->silence)
		r->result->silent = true;
	else
		return;
	relay_end_softly(r);
}

bool relay_keep_limits(struct relay *r)
{
	if (r->kill_at == 0)
		notice_limits(r);
	if (r->kill_at == 0 || r->now < r->kill_at)
		return true;
	if (r->killed)
		return false;
	spawn_signal(r->child, SIGKILL);
	r->killed = true;
	r->kill_at = r->now + r->times->dead_end;
	return true;
}
