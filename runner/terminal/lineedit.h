/*
 * An editable line with a prompt, a history in memory and a completion call-back (libedit).
 * Must not be used for anything secret: what is typed is kept in the history.
 */
#ifndef VMQ_LINEEDIT_H
#define VMQ_LINEEDIT_H

#include "base/error.h"
#include "terminal/terminal.h"

#define LINEEDIT_LONGEST 512 /* bytes that a completion may insert */

/* What Tab does: text to put in at the cursor, and text to show below the line; either may be empty. */
struct lineedit_completion {
	char insert[LINEEDIT_LONGEST];
	char show[4096];
};
typedef void (*lineedit_complete)(void *context, const char *before, size_t length,
                                  struct lineedit_completion *completion);

struct lineedit;

/* Uses standard input and output, which should be terminals. NULL with `err` if there is no memory. Release with
 * lineedit_close. */
struct lineedit *lineedit_open(lineedit_complete complete, void *context, struct error *err);
void lineedit_close(struct lineedit *edit);

/* Reads a line; `*line` is without its newline and valid until the next read. The terminal is put back before it
 * returns. */
enum terminal_read lineedit_read(struct lineedit *edit, const char *prompt, const char **line, size_t *length);

/* Remembers a line for the arrow keys. The last 500 are kept. */
void lineedit_remember(struct lineedit *edit, const char *line);

#endif
