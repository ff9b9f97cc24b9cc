/*
 * Asks one question with the runner's own line editor and shows the answer, for test_bare_terminal.py.
 * Must not do more than main.c's program would: it is linked from the same objects.
 */
#include "terminal/lineedit.h"

#include <stdio.h>

int main(void)
{
	struct error err;
	const char *line;
	size_t length;
	struct lineedit *edit = lineedit_open(NULL, NULL, &err);
	if (edit == NULL || lineedit_read(edit, "name> ", &line, &length) != TERMINAL_LINE)
		return 1;
	(void)printf("answer=[%.*s]\n", (int)length, line);
	lineedit_close(edit);
	return 0;
}
