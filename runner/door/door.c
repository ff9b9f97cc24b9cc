/*
 * Lets a command through if the allowlist and the journal say so, and has it looked after.
 * Must not start anything otherwise.
 */
#include "door/door.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "child/frame.h"
#include "child/pty.h"
#include "door/allowlist.h"
#include "door/file_act.h"
#include "door/lock.h"

int door_configure(struct door_setup *setup, const char *root, bool dry_run, struct error *err)
{
	size_t length = strlen(root);
	while (length > 0 && root[length - 1] == '/')
		length--;
	setup->root = strndup(root, length);
	if (setup->root == NULL)
		return error_system(err, ENOMEM, "cannot use the root %s", root);
	setup->dry_run = dry_run;
	setup->configured = true;
	return 0;
}

void door_release(struct door_setup *setup)
{
	free(setup->root);
	allowlist_forget(&setup->declared);
	file_act_forget(&setup->named);
	*setup = (struct door_setup){ 0 };
}

static int check_configured(const struct door_setup *setup, const char *const *argv, struct error *err)
{
	if (setup->configured)
		return 0;
	return error_set(err, "refused", "will not run %s: it is not settled which Mac is meant", argv[0]);
}

int door_probe(const struct door_setup *setup, const char *const *argv, double seconds, struct probe_result *result,
               struct error *err)
{
	*result = (struct probe_result){ 0 };
	if (check_configured(setup, argv, err) != 0 || allowlist_check_read(setup->declared, argv, err) != 0)
		return -1;
	if (setup->withhold && allowlist_is_declared(setup->declared, argv[0]))
		return error_set(err, "withheld", "will not run %s: the plan declares it, and it is not allowed here", argv[0]);
	if (allowlist_check_name(setup->declared, setup->root, argv[0], err) != 0)
		return -1;
	return probe_run(setup->root, argv, seconds, result, err);
}

/* What a child talks through: our side, the descriptors that become its input and its outputs, and a hold (pty.h). */
struct line {
	int ours, input, outputs, held;
};

static int open_pipe(struct line *line, struct error *err)
{
	int ends[2];
	line->input = spawn_open_null(err);
	if (line->input < 0 || spawn_pipe(ends, err) != 0)
		return -1;
	line->ours = ends[0];
	line->outputs = ends[1];
	int flags = fcntl(ends[0], F_GETFL);
	if (flags >= 0 && fcntl(ends[0], F_SETFL, flags | O_NONBLOCK) == 0)
		return 0;
	return error_system(err, errno, "cannot prepare a pipe");
}

static int open_terminal(const struct relay_order *relay, struct line *line, struct error *err)
{
	struct pty pty;
	if (pty_open(&pty, frame_margin(relay->bar, relay->screen), err) != 0)
		return -1;
	*line = (struct line){ .ours = pty.master, .input = -1, .outputs = pty.slave, .held = pty.held };
	return 0;
}

/* Starts the command. On success `tool` is what the relay needs. Returns 0, or -1 with `err`. */
static int start(const struct door_setup *setup, const struct door_order *order, struct relay_tool *tool,
                 struct error *err)
{
	struct line line = { -1, -1, -1, -1 };
	bool terminal = order->relay.terminal;
	tool->child = -1;
	if ((terminal ? open_terminal(&order->relay, &line, err) : open_pipe(&line, err)) == 0) {
		int input = terminal ? line.outputs : line.input;
		int lock = allowlist_may_hold_lock(order->argv) ? lock_descriptor(order->lock) : -1;
		struct spawn_order child_order = {
			setup->root, order->argv, { input, line.outputs, line.outputs },
			terminal,    lock,        terminal ? 0 : frame_width(order->relay.bar, order->relay.screen)
		};
		tool->child = spawn_child(&child_order, err);
	}
	tool->source = line.ours;
	tool->held = line.held;
	tool->answerable = allowlist_may_be_answered(order->argv[0]);
	spawn_close((const int[]){ line.input, line.outputs }, 2);
	if (tool->child < 0)
		spawn_close((const int[]){ line.ours, line.held }, 2);
	return tool->child < 0 ? -1 : 0;
}

static int act_by_program(const struct door_setup *setup, const struct door_order *order, struct relay_result *result,
                          struct error *err)
{
	struct relay_tool tool;
	if (start(setup, order, &tool, err) != 0)
		return -1;
	relay_run(&order->relay, &tool, result);
	spawn_close(&tool.source, 1);
	return 0;
}

/* An act of our own ends as a tool would: with a status, and words where it failed. */
static int act_on_files(const struct door_setup *setup, const struct door_order *order, struct relay_result *result)
{
	struct error err;
	*result = (struct relay_result){ .end = { .exited = true } };
	if (file_act(setup->root, setup->named, order->argv, order->meter, &err) == 0)
		return 0;
	result->end.exit = 1;
	relay_keep(result, err.text, strlen(err.text));
	relay_keep(result, "\n", 1);
	return 0;
}

/* An act on files, or a program that may change the Mac and is what its name says. */
static int check_change(const struct door_setup *setup, const char *const *argv, struct error *err)
{
	if (file_act_named(argv[0]))
		return file_act_check(setup->named, argv, err);
	if (allowlist_check_change(setup->declared, argv, err) != 0)
		return -1;
	return allowlist_check_name(setup->declared, setup->root, argv[0], err);
}

int door_act(const struct door_setup *setup, struct journal *journal, const struct door_order *order,
             struct relay_result *result, struct error *err)
{
	const char *const *argv = order->argv;
	if (check_configured(setup, argv, err) != 0 || check_change(setup, argv, err) != 0)
		return -1;
	if (setup->dry_run)
		return 1;
	if (journal == NULL || !journal_take_intent(journal, argv))
		return error_set(err, "refused", "will not run %s: the journal holds no open intent with these arguments",
		                 argv[0]);
	return file_act_named(argv[0]) ? act_on_files(setup, order, result) : act_by_program(setup, order, result, err);
}
