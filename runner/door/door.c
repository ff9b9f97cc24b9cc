/*
 * Lets a command through if the journal says so, and looks after it.
 * Must not start anything otherwise.
 */
#include "door/door.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "child/pty.h"
#include "door/file_act.h"
#include "door/tools.h"

static int open_pipe(int *ours, int *theirs, int *input, struct error *err)
{
	int ends[2];
	*ours = *theirs = -1;
	*input = process_open_null(err);
	if (*input < 0 || process_pipe(ends, err) != 0)
		return -1;
	*ours = ends[0];
	*theirs = ends[1];
	int flags = fcntl(ends[0], F_GETFL);
	return flags >= 0 && fcntl(ends[0], F_SETFL, flags | O_NONBLOCK) == 0
	           ? 0
	           : error_system(err, errno, "cannot prepare a pipe");
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

/* Starts the command. On success `*ours` is our side of its terminal or pipe. Returns the child, or -1 with `err`. */
static pid_t start(const struct process_setup *setup, const struct door_order *order, int *ours, struct error *err)
{
	int theirs = -1, input = -1;
	pid_t child = -1;
	int ready = order->terminal ? pty_open(ours, &theirs, err) : open_pipe(ours, &theirs, &input, err);
	if (ready == 0) {
		struct process_start child_start = {
			setup, order->argv, { order->terminal ? theirs : input, theirs, theirs }, order->terminal
		};
		child = process_spawn(&child_start, err);
	}
	close_if_open(theirs);
	close_if_open(input);
	if (child < 0)
		close_if_open(*ours);
	return child;
}

/* An act of our own ends as a tool would: with a status, and words where it failed. */
static void act_on_files(const struct process_setup *setup, const char *const *argv, struct relay_result *result)
{
	struct error err;
	*result = (struct relay_result){ .end = { .exited = true } };
	if (file_act(setup->root, argv, &err) == 0)
		return;
	result->end.exit = 1;
	relay_keep(result, err.text, strlen(err.text));
	relay_keep(result, "\n", 1);
}

int door_act(const struct process_setup *setup, struct journal *journal, const struct door_order *order,
             struct relay_result *result, struct error *err)
{
	if (!setup->configured)
		return error_set(err, "refused", "will not run %s: it is not settled which Mac is meant", order->argv[0]);
	if (tools_check_change(setup->declared, order->argv, err) != 0)
		return -1;
	if (setup->dry_run)
		return 1;
	if (journal == NULL || !journal_take_intent(journal, order->argv))
		return error_set(err, "refused", "will not run %s: the journal holds no open intent with these arguments",
		                 order->argv[0]);
	if (file_act_named(order->argv[0])) {
		act_on_files(setup, order->argv, result);
		return 0;
	}
	int ours = -1;
	pid_t child = start(setup, order, &ours, err);
	if (child < 0)
		return -1;
	struct relay_order relay = { child,          ours,           order->terminal, order->person,
		                         order->screen,  order->seconds, order->silence,  order->stoppable,
		                         order->waiting, order->keep,    order->calls };
	relay_run(&relay, result);
	(void)close(ours);
	return 0;
}
