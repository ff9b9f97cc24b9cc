/*
 * The user's terminal: lines, raw mode, size.
 * Must not use colour or wording of its own, and must not know Lua.
 */
#ifndef VMQ_TERMINAL_H
#define VMQ_TERMINAL_H

#include "base/error.h"

#include <termios.h>

#define TERMINAL_LONGEST_LINE 4096 /* bytes */

enum terminal_read { TERMINAL_LINE, TERMINAL_EOF, TERMINAL_INTERRUPTED };

/* Writes all to `fd`. Returns 0, or -1 with `err`; goes on after a signal below stage 2. */
int terminal_write(int fd, const char *text, size_t length, struct error *err);

/* Whether a write to `fd` would not wait. */
bool terminal_takes(int fd);

/* Whether a line on `fd` can be drawn anew: it is a terminal, not called "dumb". TERMINAL_WIPE takes the line away. */
bool terminal_can_redraw(int fd);
#define TERMINAL_WIPE "\r\033[K"

/* Whether this process is in the background of the terminal `fd`. */
bool terminal_in_background(int fd);

/* Why standard output did not get all that was written to it, in words; NULL if it did, or if its reader went. */
const char *terminal_lost(void);

/* Columns and rows of the first of standard output, error and input that is a terminal; 80 by 24 if none says. */
void terminal_size(unsigned short *columns, unsigned short *rows);

/* Prompts on standard error and reads standard input up to a newline, byte by byte, so that nothing after it is taken.
 * A last line without newline counts if it has text. What does not fit is dropped. `line` is terminated. */
enum terminal_read terminal_read_line(const char *prompt, char line[TERMINAL_LONGEST_LINE]);

/* The same on /dev/tty, else standard input, without showing what is typed. */
enum terminal_read terminal_read_hidden(const char *prompt, char line[TERMINAL_LONGEST_LINE]);

/* Prompts on standard error and reads one key, at once and not shown. A key that sends several bytes comes byte by
 * byte; the keys for an interrupt and for the end of input come as TERMINAL_INTERRUPTED and TERMINAL_EOF. `key` is
 * terminated. */
enum terminal_read terminal_read_key(const char *prompt, char key[2]);

/* Throws away what was typed ahead on standard input. */
void terminal_flush_input(void);

/* Disables every special character but those for INTR, QUIT, ERASE, KILL and EOF: macOS has some that surprise (^T, ^O,
 * ^Y, ^V), and ^S looks like a program that hangs. */
void terminal_limit_keys(struct termios *settings);

/* Raw mode for a relay: every key is passed on; output is still processed. `saved` is for terminal_restore.
 * False if `fd` is no terminal or this process is in its background. A fatal signal restores it too. */
bool terminal_make_raw(int fd, struct termios *saved);
void terminal_restore(int fd, const struct termios *saved);

#endif
