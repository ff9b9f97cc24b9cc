/*
 * The loop of the relay: moves output and keys, and looks at everything in turn until the tool has ended.
 * Must not record what is typed.
 */
#include "child/relay_state.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "base/secret_zero.h"
#include "base/system.h"
#include "terminal/terminal.h"

size_t relay_room(const struct relay *r)
{
	return screen_room(&r->screen) / (r->order->bar != NULL ? FRAME_GROWTH : 1);
}

/* Fills the chunk with what there is and the screen has room for. At its end a pipe gives 0, a terminal's master 0 on
 * macOS and EIO on Linux; any other failure is the end as well. */
static size_t fill_chunk(struct relay *r)
{
	size_t used = 0, room = relay_room(r);
	ssize_t n = 1;
	while (used < room && (n = read(r->source, r->chunk + used, room - used)) > 0)
		used += (size_t)n;
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		r->open = false;
	return used;
}

static void read_source(struct relay *r)
{
	const struct relay_calls *calls = &r->order->calls;
	size_t used = fill_chunk(r);
	if (used == 0)
		return;
	relay_keep(r->result, r->chunk, used);
	relay_note_output(r, r->chunk, used);
	progress_clear(&r->progress);
	frame_put(&r->frame, r->chunk, used);
	if (calls->output != NULL && !r->result->failed && !calls->output(calls->context, r->chunk, used))
		relay_fail(r);
}

static void sooner(double *seconds, double other)
{
	if (other < *seconds)
		*seconds = other < 0 ? 0 : other;
}

/* Seconds until something must be looked at again. */
static double patience(const struct relay *r)
{
	double seconds = 1, quiet = r->now - r->last_output;
	if (r->reaped)
		sooner(&seconds, r->times->linger);
	if (r->kill_at > 0)
		sooner(&seconds, r->kill_at - r->now);
	if (r->order->seconds > 0 && r->kill_at == 0)
		sooner(&seconds, r->started + r->order->seconds - r->now);
	if (r->order->silence > 0 && r->kill_at == 0)
		sooner(&seconds, r->last_sign + r->order->silence - r->now);
	if (relay_room(r) == 0)
		sooner(&seconds, r->times->screen / 4);
	if (r->order->terminal && r->open)
		sooner(&seconds, quiet < r->times->quiet ? r->times->quiet - quiet : r->times->echo_poll);
	return seconds < 0.001 ? 0.001 : seconds;
}

/* What is waited for at a time: output, if the screen has room for it; keys, if the tool has taken those before. */
struct moves {
	fd_set readable, writable;
	int highest;
};

static void want(fd_set *set, int fd, struct moves *moves)
{
	FD_SET(fd, set);
	if (fd > moves->highest)
		moves->highest = fd;
}

static void choose_moves(const struct relay *r, struct moves *moves)
{
	FD_ZERO(&moves->readable);
	FD_ZERO(&moves->writable);
	moves->highest = -1;
	if (screen_wants(&r->screen) >= 0)
		want(&moves->writable, screen_wants(&r->screen), moves);
	if (!r->open)
		return;
	if (relay_room(r) > 0)
		want(&moves->readable, r->source, moves);
	if (r->keys.count > 0)
		want(&moves->writable, r->source, moves);
	else if (r->person && r->raw)
		want(&moves->readable, STDIN_FILENO, moves);
}

static void wait_and_move(struct relay *r)
{
	struct moves moves;
	int screen = screen_wants(&r->screen);
	choose_moves(r, &moves);
	int ready = signals_select(&r->wait, moves.highest, &moves.readable, &moves.writable, patience(r));
	r->now = system_monotonic();
	if (ready <= 0)
		return;
	if (screen >= 0 && FD_ISSET(screen, &moves.writable))
		screen_move(&r->screen);
	if (FD_ISSET(r->source, &moves.readable))
		read_source(r);
	if (FD_ISSET(STDIN_FILENO, &moves.readable))
		relay_read_keys(r);
	if (FD_ISSET(r->source, &moves.writable))
		relay_pass_keys(r);
}

/* From here on the source ends when all output has been read, if nothing that the tool left behind has its terminal. */
static void release_hold(struct relay *r)
{
	spawn_close(&r->held, 1);
	r->held = -1;
}

static void reap(struct relay *r)
{
	r->reaped = spawn_reap(r->child, false, &r->result->end);
	r->now = r->reaped_at = r->last_output = system_monotonic(); /* the last output may still be on its way */
	if (r->reaped)
		release_hold(r);
}

/* The tool has ended; something it left behind may hold its terminal open. What the screen keeps from being read is
 * read before. */
static bool is_over(const struct relay *r)
{
	if (relay_room(r) == 0)
		return false;
	return !r->open || r->now - r->last_output > r->times->linger || r->now - r->reaped_at > r->times->longest_linger;
}

static bool ends_in_line(const struct relay_result *result)
{
	return result->total > 0 && result->tail[(result->total - 1) % RELAY_TAIL] != '\n';
}

static void show_waiting(struct relay *r)
{
	bool silent =
		r->screen.fd >= 0 && !r->question.open && r->kill_at == 0 && r->now - r->last_sign >= r->times->silent;
	if (silent && progress_show(&r->progress, r->now, ends_in_line(r->result)))
		frame_break(&r->frame);
}

/* One look at everything. Returns false when the tool has ended and nothing more comes. */
static bool turn(struct relay *r)
{
	if (!r->reaped && signals_take(SIGCHLD))
		reap(r);
	if (r->reaped) {
		if (is_over(r))
			return false;
	} else {
		relay_notice_job_control(r);
		relay_notice_interrupts(r);
		relay_consider_question(r);
		show_waiting(r);
		if (!relay_keep_limits(r))
			return false;
	}
	wait_and_move(r);
	return true;
}

static void begin(struct relay *r, const struct relay_order *order, struct relay_result *result)
{
	memset(r, 0, offsetof(struct relay, frame));
	*result = (struct relay_result){ 0 };
	const struct progress_words words = { order->waiting, order->waiting_more };
	r->order = order;
	r->times = order->times != NULL ? order->times : &relay_usual_times;
	r->result = result;
	r->open = true;
	r->stage = signals_stage();
	r->question.asked_total = UINT64_MAX;
	r->now = r->started = r->last_output = r->last_sign = system_monotonic();
	r->person = order->person && order->terminal && isatty(STDIN_FILENO);
	screen_open(&r->screen, order->screen, r->times->screen);
	frame_open(&r->frame, &r->screen, order->bar);
	progress_begin(&r->progress, r->times->waiting, words, &r->screen, r->now);
}

void relay_run(const struct relay_order *order, const struct relay_tool *tool, struct relay_result *result)
{
	struct relay r;
	begin(&r, order, result);
	r.child = tool->child;
	r.source = tool->source;
	r.held = tool->held;
	r.answerable = tool->answerable;
	r.capture.secret = r.person && r.answerable ? order->remember : NULL;
	signals_enter(&r.wait, r.person);
	r.raw = r.person && terminal_make_raw(STDIN_FILENO, &r.saved);
	if (order->calls.started != NULL && !order->calls.started(order->calls.context, r.child))
		relay_fail(&r);
	reap(&r);
	while (turn(&r))
		;
	if (r.reaped)
		read_source(&r); /* what came since the last look */
	release_hold(&r);
	progress_clear(&r.progress);
	screen_finish(&r.screen);
	relay_make_cooked(&r);
	signals_leave(&r.wait);
	secret_zero(&r.keys, sizeof r.keys); /* what the tool did not take */
}
