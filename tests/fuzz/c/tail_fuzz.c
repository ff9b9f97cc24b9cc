/*
 * Fuzzes the ring that keeps the end of a tool's output, and the last line in it, against a plain copy of all the
 * output. Must not start a tool.
 */
#include "fuzz.h"

#include "child/relay_state.h"

static struct relay_result result;
static char all[4 * RELAY_TAIL];
static size_t used;

static void keep(const char *bytes, size_t length)
{
	if (length > sizeof all - used)
		length = sizeof all - used;
	memcpy(all + used, bytes, length);
	used += length;
	relay_keep(&result, bytes, length);
}

/* What relay.h says of the last line, done the slow way. */
static void find_last_line(struct relay_line *line)
{
	size_t end = used, oldest = used > RELAY_TAIL ? used - RELAY_TAIL : 0;
	line->finished = false;
	for (; end > oldest && (all[end - 1] == '\n' || all[end - 1] == '\r'); end--)
		line->finished |= all[end - 1] == '\n';
	size_t start = end;
	while (start > oldest && end - start < RELAY_LONGEST_PROMPT && all[start - 1] != '\n' && all[start - 1] != '\r')
		start--;
	line->length = end - start;
	memcpy(line->text, all + start, line->length);
}

static void check(void)
{
	struct relay_line line, expected;
	const char *pieces[2];
	size_t lengths[2];
	relay_tail(&result, pieces, lengths);
	size_t kept = used < RELAY_TAIL ? used : RELAY_TAIL;
	PROMISE(result.total == used && lengths[0] + lengths[1] == kept);
	PROMISE(memcmp(pieces[0], all + used - kept, lengths[0]) == 0);
	PROMISE(memcmp(pieces[1], all + used - lengths[1], lengths[1]) == 0);
	relay_last_line(&result, &line);
	find_last_line(&expected);
	PROMISE(line.length == expected.length && line.finished == expected.finished);
	PROMISE(memcmp(line.text, expected.text, line.length) == 0);
	PROMISE(!relay_at_open_question(&line, false) || (line.length > 0 && !line.finished));
	PROMISE(!relay_at_open_question(&line, true) || relay_at_open_question(&line, false));
}

/* Up to eight pieces of the input come one after the other, each up to a byte of 0xFF; the byte behind that says how
 * much filling comes before the next one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char filling[RELAY_TAIL + 512];
	if (filling[0] == '\0')
		memset(filling, 'x', sizeof filling);
	memset(&result, 0, offsetof(struct relay_result, tail));
	used = 0;
	for (int piece = 0; size > 0 && piece < 8; piece++) {
		const uint8_t *mark = memchr(data, 0xFF, size);
		size_t length = mark != NULL ? (size_t)(mark - data) : size;
		keep((const char *)data, length);
		check();
		size_t taken = mark == NULL ? size : size - length < 2 ? size : length + 2;
		if (taken == length + 2)
			keep(filling, (size_t)data[length + 1] * 257);
		data += taken;
		size -= taken;
	}
	check();
	return 0;
}
