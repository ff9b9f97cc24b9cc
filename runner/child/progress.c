/*
 * Draws the waiting line.
 * Must not keep anything on the screen once the tool says something.
 */
#include "child/progress.h"

#include <stdio.h>
#include <string.h>

#include "child/screen.h"
#include "terminal/terminal.h"

static void put(const struct progress *progress, const char *text)
{
	screen_put(progress->screen, text, strlen(text));
}

void progress_begin(struct progress *progress, const struct progress_times *times, struct progress_words words,
                    struct screen *screen, double now)
{
	*progress = (struct progress){ .times = times, .words = words, .screen = screen, .started = now };
	progress->live = terminal_can_redraw(screen->fd);
	progress->next = now + (progress->live ? times->first : times->plain);
}

/* The line to be shown. One that the terminal would wrap could not be wiped. */
static void make_line(const struct progress *progress, double now, char line[256])
{
	unsigned short columns, rows;
	const struct progress_words *words = &progress->words;
	int seconds = (int)(now - progress->started);
	if (seconds < 60)
		(void)snprintf(line, 256, "%s: %d s%s", words->what, seconds, words->more);
	else
		(void)snprintf(line, 256, "%s: %d min %d s%s", words->what, seconds / 60, seconds % 60, words->more);
	terminal_size(&columns, &rows);
	if (progress->live && columns > 1 && columns < 256)
		line[columns - 1] = '\0';
}

bool progress_show(struct progress *progress, double now, bool in_line)
{
	char line[256];
	if (progress->words.what == NULL || now < progress->next)
		return false;
	make_line(progress, now, line);
	if (in_line && !progress->drawn)
		put(progress, "\n");
	put(progress, progress->live ? TERMINAL_WIPE : "");
	put(progress, line);
	put(progress, progress->live ? "" : "\n");
	progress->drawn = progress->live;
	progress->next = now + (progress->live ? progress->times->redraw : progress->times->plain);
	return true;
}

void progress_clear(struct progress *progress)
{
	if (progress->drawn)
		put(progress, TERMINAL_WIPE);
	progress->drawn = false;
}
