/*
 * Reads lines with libedit.
 * Must not be used for anything secret.
 */
#include "terminal/lineedit.h"

#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include <histedit.h>

#include "base/signals.h"

struct lineedit {
	EditLine *editor;
	History *history;
	lineedit_complete complete;
	void *context;
	const char *prompt;
	struct lineedit_completion completion;
};

static struct lineedit *self(EditLine *editor)
{
	void *data = NULL;
	(void)el_get(editor, EL_CLIENTDATA, &data);
	return data;
}

static char *give_prompt(EditLine *editor)
{
	return (char *)(uintptr_t)self(editor)->prompt; /* libedit's type lacks the const; it only reads */
}

enum decoded { WHOLE, PART, INVALID };

/* What the bytes are of a character in the locale's coding, which is UTF-8 and so needs no state between calls. */
static enum decoded decode(const char *bytes, size_t length, wchar_t *character)
{
	mbstate_t none;
	memset(&none, 0, sizeof none);
	size_t used = mbrtowc(character, bytes, length, &none);
	return used == (size_t)-1 ? INVALID : used == (size_t)-2 ? PART : WHOLE;
}

/* Reads one character for libedit, as its own function does, but without losing an interrupt just before the read.
 * Bytes that are no character are left out. Returns 1, 0 at the end of input, -1 with errno. */
static int read_character(EditLine *editor, wchar_t *character)
{
	char bytes[MB_LEN_MAX];
	size_t used = 0;
	int n;
	(void)editor;
	while ((n = signals_read_byte(STDIN_FILENO, bytes + used)) > 0) {
		enum decoded found = decode(bytes, ++used, character);
		if (found == WHOLE)
			return 1;
		if (found == INVALID || used == sizeof bytes)
			used = 0;
	}
	return n;
}

static unsigned char on_tab(EditLine *editor, int key)
{
	struct lineedit *edit = self(editor);
	const LineInfo *line = el_line(editor);
	(void)key;
	edit->completion.insert[0] = edit->completion.show[0] = '\0';
	edit->complete(edit->context, line->buffer, (size_t)(line->cursor - line->buffer), &edit->completion);
	bool inserted = edit->completion.insert[0] != '\0' && el_insertstr(editor, edit->completion.insert) == 0;
	if (edit->completion.show[0] == '\0')
		return inserted ? CC_REFRESH : CC_REFRESH_BEEP;
	(void)fprintf(stdout, "\n%s\n", edit->completion.show);
	return CC_REDISPLAY;
}

/* libedit takes bytes apart by the locale; without a UTF-8 one, names with accents come out as \U+…. recoveryOS sets
 * none. */
static void choose_locale(void)
{
	static const char *const names[] = { "", "C.UTF-8", "UTF-8", "en_US.UTF-8" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (setlocale(LC_CTYPE, names[i]) != NULL && MB_CUR_MAX > 1)
			return;
	(void)setlocale(LC_CTYPE, "C");
}

static void set_up(struct lineedit *edit)
{
	HistEvent event;
	(void)history(edit->history, &event, H_SETSIZE, 500);
	(void)history(edit->history, &event, H_SETUNIQUE, 1);
	(void)el_set(edit->editor, EL_CLIENTDATA, edit);
	(void)el_set(edit->editor, EL_PROMPT, give_prompt);
	(void)el_set(edit->editor, EL_EDITOR, "emacs");
	(void)el_set(edit->editor, EL_SIGNAL, 0); /* the program's own handlers stay */
	(void)el_set(edit->editor, EL_GETCFN, read_character);
	(void)el_set(edit->editor, EL_HIST, history, edit->history);
	if (edit->complete == NULL)
		return;
	(void)el_set(edit->editor, EL_ADDFN, "plan-complete", "complete", on_tab);
	(void)el_set(edit->editor, EL_BIND, "^I", "plan-complete", NULL);
}

struct lineedit *lineedit_open(lineedit_complete complete, void *context, struct error *err)
{
	struct lineedit *edit = calloc(1, sizeof *edit);
	if (edit != NULL) {
		choose_locale();
		*edit = (struct lineedit){ .complete = complete, .context = context, .prompt = "" };
		edit->history = history_init();
		edit->editor = el_init("vmq-recovery", stdin, stdout, stderr);
	}
	if (edit != NULL && edit->history != NULL && edit->editor != NULL) {
		set_up(edit);
		return edit;
	}
	lineedit_close(edit);
	(void)error_system(err, ENOMEM, "cannot prepare the prompt");
	return NULL;
}

void lineedit_close(struct lineedit *edit)
{
	if (edit == NULL)
		return;
	if (edit->editor != NULL)
		el_end(edit->editor);
	if (edit->history != NULL)
		history_end(edit->history);
	(void)setlocale(LC_CTYPE, "C");
	free(edit);
}

/* The terminal is made ready before the prompt is shown: who answers at once must find one that takes single keys. */
static const char *get_line(struct lineedit *edit, const char *prompt, int *count)
{
	edit->prompt = prompt;
	el_resize(edit->editor);
	(void)el_set(edit->editor, EL_PREP_TERM, 1);
	const char *text = el_gets(edit->editor, count);
	edit->prompt = "";
	return text;
}

enum terminal_read lineedit_read(struct lineedit *edit, const char *prompt, const char **line, size_t *length)
{
	struct termios saved;
	int count = 0;
	if (signals_stage() > 0)
		return TERMINAL_INTERRUPTED;
	bool guard = tcgetattr(STDIN_FILENO, &saved) == 0;
	if (guard)
		signals_guard(STDIN_FILENO, &saved);
	const char *text = get_line(edit, prompt, &count);
	if (guard)
		terminal_restore(STDIN_FILENO, &saved);
	(void)fflush(stdout);
	if (text == NULL || count <= 0)
		return signals_stage() > 0 ? TERMINAL_INTERRUPTED : TERMINAL_EOF;
	*line = text;
	*length = (size_t)count - (text[count - 1] == '\n');
	return TERMINAL_LINE;
}

void lineedit_remember(struct lineedit *edit, const char *line)
{
	HistEvent event;
	(void)history(edit->history, &event, H_ENTER, line);
}
