/*
 * Draws the bar.
 * Must not hold up the work: a screen that takes nothing is passed over.
 */
#include "terminal/progress_bar.h"

#include <stdio.h>
#include <string.h>

#include "base/signals.h"
#include "base/system.h"
#include "terminal/terminal.h"

#define FIRST 1.0  /* seconds from the begin of the work to the bar */
#define AGAIN 0.25 /* seconds between two drawings */

/* Columns. A window that is made narrower breaks a longer line, and what has slipped to the line above cannot be wiped.
 */
#define WIDEST 40
#define LONGEST 10 /* of the bar itself */
#define SHORTEST 3

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* "Read 123 of 205 MiB,  60 % [######....]", or without the bar itself where there is no room for it. */
static void make_line(const struct meter *meter, size_t columns, char line[128])
{
	uint64_t done = meter->done < meter->total ? meter->done : meter->total;
	bool small = meter->total < (uint64_t)10 << 20;
	unsigned shift = small ? 10 : 20;
	size_t most = smaller(columns, WIDEST) - 1;
	size_t used = (size_t)snprintf(line, 128, "%.8s %llu of %llu %s, %3u %%", meter->what,
	                               (unsigned long long)(done >> shift), (unsigned long long)(meter->total >> shift),
	                               small ? "KiB" : "MiB", (unsigned)(done * 100 / meter->total));
	size_t cells = smaller(LONGEST, most > used + 3 ? most - used - 3 : 0);
	size_t full = (size_t)(done * cells / meter->total);
	if (cells >= SHORTEST)
		(void)snprintf(line + used, 128 - used, " [%.*s%.*s]", (int)full, "##########", (int)(cells - full),
		               "..........");
	line[smaller(most, 127)] = '\0';
}

static void put(const struct progress_bar *bar, const char *text)
{
	struct error err;
	(void)terminal_write(bar->screen, text, strlen(text), &err);
}

static void draw(struct progress_bar *bar, double now)
{
	unsigned short columns, rows;
	char line[128];
	bar->next = now + AGAIN;
	if (!terminal_can_redraw(bar->screen) || terminal_in_background(bar->screen) || !terminal_takes(bar->screen))
		return;
	terminal_size(&columns, &rows);
	make_line(&bar->meter, columns, line);
	put(bar, TERMINAL_WIPE);
	put(bar, line);
	bar->drawn = true;
}

/* In the background the line is another's by now. */
static void wipe(struct progress_bar *bar)
{
	if (bar->drawn && !terminal_in_background(bar->screen))
		put(bar, TERMINAL_WIPE);
	bar->drawn = false;
}

/* After an interrupt it is gone, as what the program ends with may come at any time. */
void progress_bar_show(struct progress_bar *bar, double now)
{
	const struct meter *meter = &bar->meter;
	if (meter->what == NULL || signals_stage() > 0)
		wipe(bar);
	else if (meter->done == 0)
		bar->next = now + FIRST;
	else if (now >= bar->next && meter->total > 0)
		draw(bar, now);
}

static void tell(struct meter *meter)
{
	progress_bar_show((struct progress_bar *)meter, system_monotonic());
}

void progress_bar_open(struct progress_bar *bar, int screen)
{
	bar->meter.tell = tell;
	bar->screen = screen;
}
