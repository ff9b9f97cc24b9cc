/*
 * A terminal for a tool that asks questions: made here, given to the tool as its only one.
 * Must not read or write anything itself; that is the relay's.
 */
#ifndef VMQ_PTY_H
#define VMQ_PTY_H

#include "base/error.h"

/* The two sides, and a second hold on the tool's. macOS throws away what a tool wrote last if nobody has read it when
 * the tool's side is closed for the last time, so that is put off until the tool has been waited for. */
struct pty {
	int master, slave, held;
};

/* Opens a pair. The tool's side echoes, takes lines and makes Ctrl-C an interrupt; it does not turn "\n" into "\r\n",
 * so that what is recorded are plain lines. Its size is that of the user's terminal, less `margin` columns. Returns 0,
 * or -1 with `err`. */
int pty_open(struct pty *pty, size_t margin, struct error *err);

/* Whether the tool's side echoes what is typed now. It is asked of the master, as both Linux and macOS allow. */
bool pty_echoes(int master);

/* Gives the tool's side the size of the user's terminal, less so many columns; the system tells the tool. */
void pty_copy_size(int fd, size_t margin);

#endif
