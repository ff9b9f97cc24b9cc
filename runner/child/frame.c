/*
 * Frames a tool's output: counts columns as a terminal does, and begins each line with the bar.
 * Must not hold back anything that can be shown, nor pass what steers a terminal: a tool's words could look like ours.
 */
#include "child/frame.h"

#include <string.h>
#include <unistd.h>

#include "child/screen.h"
#include "terminal/terminal.h"
#include "terminal/width.h"

#define NARROWEST 20 /* columns: a narrower screen breaks lines by itself */

size_t frame_margin(const char *bar, int screen)
{
	return bar != NULL && screen >= 0 && isatty(screen) ? width_columns(bar, strlen(bar)) : 0;
}

unsigned frame_width(const char *bar, int screen)
{
	unsigned short columns, rows;
	size_t margin = frame_margin(bar, screen);
	terminal_size(&columns, &rows);
	return margin > 0 && columns > margin + 1 ? (unsigned)(columns - margin - 1) : 0;
}

void frame_resize(struct frame *frame)
{
	unsigned short columns, rows;
	terminal_size(&columns, &rows);
	bool broken = frame_margin(frame->bar, frame->screen->fd) > 0 && columns >= NARROWEST;
	frame->columns = broken ? columns : 0;
}

void frame_open(struct frame *frame, struct screen *screen, const char *bar)
{
	memset(frame, 0, offsetof(struct frame, bytes));
	frame->screen = screen;
	frame->bar = bar != NULL ? bar : "";
	frame->edge = width_columns(frame->bar, strlen(frame->bar));
	frame_resize(frame);
}

static void flush(struct frame *frame)
{
	if (frame->used > 0)
		screen_put(frame->screen, frame->bytes, frame->used);
	frame->used = 0;
}

static void add(struct frame *frame, const char *bytes, size_t length)
{
	while (length > 0) {
		if (frame->used == sizeof frame->bytes)
			flush(frame);
		size_t room = sizeof frame->bytes - frame->used, part = length < room ? length : room;
		memcpy(frame->bytes + frame->used, bytes, part);
		frame->used += part;
		bytes += part;
		length -= part;
	}
}

/* An empty line has a bar without the blank. */
static void begin_line(struct frame *frame, bool empty)
{
	size_t length = strlen(frame->bar);
	if (!frame->begun)
		add(frame, frame->bar, empty && length > 0 ? length - 1 : length);
	frame->begun = true;
	frame->returned = false;
	frame->column = frame->edge;
}

void frame_break(struct frame *frame)
{
	frame->begun = frame->returned = false;
	frame->column = 0;
}

/* Written with more bytes than it needs: some terminals read a control all the same. */
static bool is_overlong(const unsigned char bytes[4], size_t length)
{
	return length > 1 && ((bytes[0] == 0xe0 && bytes[1] < 0xa0) || (bytes[0] == 0xf0 && bytes[1] < 0x90));
}

/* C1 controls, and those that turn the order of what is read, as characters: as stdlib/base/text.lua has them. */
static bool steers(const unsigned char bytes[4], size_t length)
{
	unsigned char first = bytes[0], last = bytes[length - 1];
	if (is_overlong(bytes, length))
		return true;
	if (length == 2)
		return (first == 0xc2 && last <= 0x9f) || (first == 0xd8 && last == 0x9c);
	if (length != 3 || first != 0xe2)
		return false;
	if (bytes[1] == 0x80)
		return last == 0x8e || last == 0x8f || (last >= 0xaa && last <= 0xae);
	return bytes[1] == 0x81 && last >= 0xa6 && last <= 0xa9;
}

/* A character that takes so many columns. One that does not fit begins a line. */
static void put_character(struct frame *frame, const char *bytes, size_t length, size_t width)
{
	if (frame->begun && width > 0 && frame->columns > 0 && frame->column + width > frame->columns) {
		add(frame, "\n", 1);
		frame_break(frame);
	}
	if (!frame->begun)
		begin_line(frame, false);
	add(frame, bytes, length);
	frame->column += width;
}

/* Only those pass that a line is made with. The bar is drawn anew after a carriage return, and not gone over by a
 * backspace. */
static void put_control(struct frame *frame, char byte)
{
	if (strchr("\n\r\t\b\a", byte) == NULL || byte == '\0')
		return;
	if (byte == '\n' && !frame->begun && !frame->returned)
		begin_line(frame, true);
	if (byte == '\b' && frame->column <= frame->edge)
		return;
	if (byte == '\t' && !frame->begun)
		begin_line(frame, false);
	add(frame, &byte, 1);
	if (byte == '\n' || byte == '\r') {
		frame_break(frame);
		frame->returned = byte == '\r';
	} else if (byte == '\b') {
		frame->column--;
	} else if (byte == '\t') {
		frame->column = (frame->column / 8 + 1) * 8;
	}
}

/* Bytes of the character that begins so. */
static size_t size_of(unsigned char first)
{
	return first < 0xc2 || first > 0xf4 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* A byte of a character of several. One that does not belong to it ends it. Returns false if it is still to be put. */
static bool go_on_character(struct frame *frame, char byte)
{
	bool belongs = ((unsigned char)byte & 0xc0) == 0x80;
	if (belongs)
		frame->held[frame->held_bytes++] = byte;
	if (belongs && frame->held_bytes < size_of((unsigned char)frame->held[0]))
		return true;
	if (!steers((const unsigned char *)frame->held, frame->held_bytes))
		put_character(frame, frame->held, frame->held_bytes, width_columns(frame->held, frame->held_bytes));
	frame->state = FRAME_TEXT;
	frame->held_bytes = 0;
	return belongs;
}

static void put_text(struct frame *frame, char byte)
{
	if (byte == '\033') {
		frame->state = FRAME_ESCAPE;
	} else if ((unsigned char)byte < ' ' || byte == '\177') {
		put_control(frame, byte);
	} else if (size_of((unsigned char)byte) > 1) {
		frame->held[0] = byte;
		frame->held_bytes = 1;
		frame->state = FRAME_CHARACTER;
	} else if ((unsigned char)byte < 0x80 || (unsigned char)byte > 0x9f) { /* no C1 control */
		put_character(frame, &byte, 1, 1);
	}
}

/* The end of a sequence. Of all, one passes: it wipes the rest of a line that is drawn anew. */
static void end_sequence(struct frame *frame, char byte)
{
	frame->state = FRAME_TEXT;
	if (byte != 'K' || frame->parameters)
		return;
	if (!frame->begun)
		begin_line(frame, false);
	add(frame, "\033[K", 3);
}

/* What follows ESC: "[" begins a sequence, "]" and others a string, and all else is a letter by itself. */
static enum frame_state after_escape(char byte)
{
	if (byte == '[')
		return FRAME_SEQUENCE;
	if (strchr("]PX^_", byte) != NULL)
		return FRAME_STRING;
	return byte >= ' ' && byte <= '/' ? FRAME_ESCAPE : FRAME_TEXT;
}

/* A control ends whatever is begun, so that no tool's line is kept from the screen for good. */
static void go_on_escape(struct frame *frame, char byte)
{
	bool is_control = (unsigned char)byte < ' ';
	if (is_control) {
		bool ends_string = frame->state == FRAME_STRING && byte == '\a';
		frame->state = FRAME_TEXT;
		if (!ends_string)
			put_text(frame, byte);
	} else if (frame->state == FRAME_ESCAPE) {
		frame->state = after_escape(byte);
		frame->parameters = false;
	} else if (frame->state == FRAME_SEQUENCE) {
		if (byte >= '@' && byte <= '~')
			end_sequence(frame, byte);
		else
			frame->parameters = true;
	}
}

static void put_byte(struct frame *frame, char byte)
{
	if (frame->state == FRAME_CHARACTER && go_on_character(frame, byte))
		return;
	if (frame->state == FRAME_TEXT)
		put_text(frame, byte);
	else
		go_on_escape(frame, byte);
}

/* Bytes that are letters of one column each and fit in the line that is begun: most of all output. */
static size_t plain_run(const struct frame *frame, const char *bytes, size_t length)
{
	size_t room = frame->columns > frame->column ? frame->columns - frame->column : 0, run = 0;
	size_t most = frame->columns == 0 || length < room ? length : room;
	while (run < most && bytes[run] >= ' ' && bytes[run] <= '~')
		run++;
	return frame->state == FRAME_TEXT && frame->begun ? run : 0;
}

void frame_put(struct frame *frame, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length;) {
		size_t run = plain_run(frame, bytes + i, length - i);
		add(frame, bytes + i, run);
		frame->column += run;
		i += run;
		if (i < length && run == 0)
			put_byte(frame, bytes[i++]);
	}
	flush(frame);
}
