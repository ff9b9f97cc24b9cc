/*
 * Fuzzes the walk over a journal's bytes. A record that is accepted must be, letter for letter, the one that would be
 * written. Must not open a file.
 */
#include "fuzz.h"

#include "base/digest.h"
#include "door/journal.h"

/* Writes a line as journal_append does. Returns its length, or 0 if there is no room. */
static size_t put_line(char *out, size_t room, uint64_t sequence, const char *json, size_t length)
{
	char head[64];
	size_t used = (size_t)snprintf(head, sizeof head, "%llu %zu %08x ", (unsigned long long)sequence, length,
	                               (unsigned)digest_crc32c(json, length));
	if (used + length + 1 > room)
		return 0;
	memmove(out + used, json, length);
	memcpy(out, head, used);
	out[used + length] = '\n';
	return used + length + 1;
}

static void check_record(const struct journal_cursor *before, const struct journal_cursor *now,
                         const struct journal_record *record)
{
	const char *line = before->bytes + before->offset;
	size_t length = now->offset - before->offset;
	char *written = malloc(length + 64);
	PROMISE(now->sequence == before->sequence + 1);
	PROMISE(record->json >= line && record->json + record->length + 1 == line + length);
	PROMISE(put_line(written, length + 64, now->sequence, record->json, record->length) == length);
	PROMISE(memcmp(written, line, length) == 0);
	free(written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_cursor cursor = { (const char *)data, size, 0, 0 }, before;
	struct journal_record record;
	const char *why = NULL;
	enum journal_step step;
	while (before = cursor, (step = journal_next(&cursor, &record, &why)) == JOURNAL_RECORD)
		check_record(&before, &cursor, &record);
	PROMISE(cursor.offset == before.offset && cursor.sequence == before.sequence);
	PROMISE(step != JOURNAL_END || cursor.offset == size);
	PROMISE(step != JOURNAL_TORN || memchr(data + cursor.offset, '\n', size - cursor.offset) == NULL);
	PROMISE(step != JOURNAL_CORRUPT || (why != NULL && why[0] != '\0'));
	return 0;
}

/* Bytes changed by chance never have the right checksum: now and then the lines are made sound again. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
	size = LLVMFuzzerMutate(data, size, most);
	char *sound = malloc(most + 1);
	size_t used = 0;
	uint64_t sequence = 0;
	const char *at = (const char *)data, *end = at + size;
	while (seed % 4 != 0 && sound != NULL && at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *json = memchr(at, '{', (size_t)(end - at));
		if (newline == NULL || json == NULL || json > newline)
			break;
		size_t more = put_line(sound + used, most - used, ++sequence, json, (size_t)(newline - json));
		if (more == 0)
			break;
		used += more;
		at = newline + 1;
	}
	size_t rest = (size_t)(end - at) < most - used ? (size_t)(end - at) : most - used;
	if (sound != NULL && used > 0) {
		memcpy(sound + used, at, rest);
		memcpy(data, sound, used + rest);
		size = used + rest;
	}
	free(sound);
	return size;
}
