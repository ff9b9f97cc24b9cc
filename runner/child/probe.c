/*
 * Runs probes.
 * Must not decide what may be started.
 */
#include "child/probe.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/select.h>
#include <unistd.h>

#include "base/signals.h"
#include "base/system.h"

#define LINGER 0.5 /* seconds an output may be held open by what the tool left behind */

void probe_release(struct probe_result *result)
{
	for (int i = 0; i < 2; i++) {
		free(result->outputs[i].bytes);
		result->outputs[i] = (struct probe_output){ 0 };
	}
}

/* Makes room for one more read. */
static bool grow(struct probe_output *out)
{
	if (out->capacity - out->length >= 4096)
		return true;
	size_t capacity = out->capacity == 0 ? 8192 : out->capacity * 2;
	char *larger = realloc(out->bytes, capacity);
	if (larger == NULL)
		return false;
	out->bytes = larger;
	out->capacity = capacity;
	return true;
}

enum reading { MORE, ENDED, TOO_MUCH };

/* Reads once. TOO_MUCH: the cap is reached, or memory is out. */
static enum reading read_output(int fd, struct probe_output *out)
{
	if (!grow(out))
		return TOO_MUCH;
	ssize_t n = read(fd, out->bytes + out->length, out->capacity - out->length);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? MORE : ENDED;
	out->length += (size_t)n;
	if (out->length <= PROBE_OUTPUT_CAP)
		return n > 0 ? MORE : ENDED;
	out->length = PROBE_OUTPUT_CAP;
	return TOO_MUCH;
}

/* A running probe; an output that has ended has descriptor -1. */
struct probe {
	pid_t child;
	int fds[2];
	double deadline;
	bool reaped, interrupted;
	struct probe_result *result;
};

static void take_output(struct probe *p, int which)
{
	enum reading reading = read_output(p->fds[which], &p->result->outputs[which]);
	p->result->truncated = p->result->truncated || reading == TOO_MUCH;
	if (reading == ENDED) {
		spawn_close(&p->fds[which], 1);
		p->fds[which] = -1;
	}
}

/* Waits for output or an end, and takes what there is. */
static void wait_and_take(struct probe *p, const struct signals_wait *wait)
{
	fd_set set;
	int highest = p->fds[0] > p->fds[1] ? p->fds[0] : p->fds[1];
	FD_ZERO(&set);
	for (int i = 0; i < 2; i++)
		if (p->fds[i] >= 0)
			FD_SET(p->fds[i], &set);
	if (signals_select(wait, highest, &set, NULL, p->deadline - system_monotonic()) <= 0)
		return;
	for (int i = 0; i < 2; i++)
		if (p->fds[i] >= 0 && FD_ISSET(p->fds[i], &set))
			take_output(p, i);
}

/* Once the tool has ended its outputs are read for a little longer. */
static void notice_end(struct probe *p)
{
	if (p->reaped || !spawn_reap(p->child, false, &p->result->end))
		return;
	double latest = system_monotonic() + LINGER;
	p->reaped = true;
	if (p->deadline > latest)
		p->deadline = latest;
}

/* Whether it is time to kill it, and what it has left behind. */
static bool is_over(struct probe *p)
{
	bool late = system_monotonic() >= p->deadline;
	p->interrupted = !p->reaped && signals_stage() >= 2;
	p->result->timed_out = !p->reaped && late;
	return late || p->interrupted || p->result->truncated;
}

/* Looks after a running probe until it has ended. */
static void attend(struct probe *p)
{
	struct signals_wait wait;
	signals_enter(&wait, false);
	for (;;) {
		notice_end(p);
		if (p->reaped && p->fds[0] < 0 && p->fds[1] < 0)
			break;
		if (is_over(p)) {
			spawn_signal(p->child, SIGKILL);
			break;
		}
		wait_and_take(p, &wait);
	}
	if (!p->reaped)
		(void)spawn_reap(p->child, true, &p->result->end);
	signals_leave(&wait);
}

/* Starts it with a pipe for each output. On success the reading ends are in `fds`. */
static pid_t start(const char *root, const char *const *argv, int fds[2], struct error *err)
{
	int out[2] = { -1, -1 }, errors[2] = { -1, -1 };
	pid_t child = -1;
	int null = spawn_open_null(err);
	if (null >= 0 && spawn_pipe(out, err) == 0 && spawn_pipe(errors, err) == 0) {
		struct spawn_order order = { root, argv, { null, out[1], errors[1] }, false, -1, 0 };
		child = spawn_child(&order, err);
	}
	fds[0] = out[0];
	fds[1] = errors[0];
	spawn_close((const int[]){ null, out[1], errors[1] }, 3);
	if (child < 0)
		spawn_close(fds, 2);
	return child;
}

int probe_run(const char *root, const char *const *argv, double seconds, struct probe_result *result, struct error *err)
{
	struct probe p = { .result = result };
	*result = (struct probe_result){ 0 };
	p.child = start(root, argv, p.fds, err);
	if (p.child < 0)
		return -1;
	p.deadline = system_monotonic() + seconds;
	attend(&p);
	spawn_close(p.fds, 2);
	if (p.interrupted)
		return error_set(err, "interrupted", "left %s at the second interrupt", argv[0]);
	return 0;
}
