/*
 * Appends to a journal, makes it durable, and reads it back.
 * Must not know Lua or what a record means.
 */
#include "door/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/words.h"

struct journal {
	int fd;
	char path[PATH_MAX];
	uint64_t sequence; /* of the last record */
	off_t end;         /* of the last durable record */
	size_t torn;
	char **intent; /* argv of the open intent, or NULL */
	bool poisoned; /* a write or sync failed: `cause` is the answer to everything from then on */
	struct error cause;
};

/* A decimal number without leading zeros, ended by one blank. Returns what follows the blank, or NULL. */
static const char *read_number(const char *text, const char *end, uint64_t *number)
{
	const char *p = text;
	*number = 0;
	while (p < end && *p >= '0' && *p <= '9' && p - text < 18)
		*number = *number * 10 + (uint64_t)(*p++ - '0');
	return p > text && *text != '0' && p < end && *p == ' ' ? p + 1 : NULL;
}

/* Eight lower-case hex digits, ended by one blank. Returns what follows the blank, or NULL. */
static const char *read_crc(const char *text, const char *end, uint32_t *crc)
{
	*crc = 0;
	if (end - text < 9 || text[8] != ' ')
		return NULL;
	for (int i = 0; i < 8; i++) {
		char c = text[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return NULL;
		*crc = *crc << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return text + 9;
}

/* Checks one line without its newline. Returns NULL and the record, or what is wrong with it. */
static const char *check_line(const char *line, const char *end, uint64_t expected, struct journal_record *record)
{
	uint64_t sequence, length;
	uint32_t crc;
	const char *p = read_number(line, end, &sequence);
	if (p == NULL || (p = read_number(p, end, &length)) == NULL || (p = read_crc(p, end, &crc)) == NULL)
		return "this is not a journal record";
	if (sequence != expected)
		return "the record's number does not follow the one before";
	if (length != (uint64_t)(end - p))
		return "the record's length is not the one it gives";
	if (digest_crc32c(p, (size_t)(end - p)) != crc)
		return "the record's checksum is wrong";
	*record = (struct journal_record){ p, (size_t)(end - p) };
	return NULL;
}

enum journal_step journal_next(struct journal_cursor *cursor, struct journal_record *record, const char **why)
{
	if (cursor->offset >= cursor->length)
		return JOURNAL_END;
	const char *line = cursor->bytes + cursor->offset;
	const char *newline = memchr(line, '\n', cursor->length - cursor->offset);
	if (newline == NULL)
		return JOURNAL_TORN;
	*why = check_line(line, newline, cursor->sequence + 1, record);
	if (*why != NULL)
		return JOURNAL_CORRUPT;
	cursor->sequence++;
	cursor->offset = (size_t)(newline - cursor->bytes) + 1;
	return JOURNAL_RECORD;
}

void journal_name(char path[PATH_MAX], const char *directory, unsigned number)
{
	(void)snprintf(path, PATH_MAX, "%s/%04u.journal", directory, number);
}

unsigned journal_number(const char *name)
{
	unsigned number = 0;
	for (int i = 0; i < 4; i++) {
		if (name[i] < '0' || name[i] > '9')
			return 0;
		number = number * 10 + (unsigned)(name[i] - '0');
	}
	return strcmp(name + 4, ".journal") == 0 ? number : 0;
}

/* Finds the end of the last good record and cuts what is torn behind it. */
static int scan_and_cut(struct journal *journal, struct error *err)
{
	struct file_map map;
	struct journal_record record;
	const char *why = NULL;
	if (file_map_own(journal->path, JOURNAL_LARGEST, &map, err) != 0)
		return -1;
	struct journal_cursor cursor = { map.bytes, map.length, 0, 0 };
	enum journal_step step;
	while ((step = journal_next(&cursor, &record, &why)) == JOURNAL_RECORD)
		;
	journal->torn = step == JOURNAL_TORN ? cursor.length - cursor.offset : 0;
	journal->sequence = cursor.sequence;
	journal->end = (off_t)cursor.offset;
	file_unmap(&map);
	if (step == JOURNAL_CORRUPT)
		return error_set(err, "corrupt", "%s:%llu: %s", journal->path, (unsigned long long)journal->sequence + 1, why);
	if (step == JOURNAL_TORN && (ftruncate(journal->fd, journal->end) != 0 || file_sync(journal->fd) != 0))
		return error_system(err, errno, "cannot cut the torn end of %s", journal->path);
	return 0;
}

/* Opens the file, or makes it and makes its name durable. */
static int open_or_make(struct journal *journal, const char *directory, struct error *err)
{
	journal->fd = file_open(journal->path, O_RDWR | O_NOFOLLOW, err);
	if (journal->fd >= 0)
		return 0;
	if (strcmp(err->code, "ENOENT") != 0)
		return -1;
	journal->fd = file_create(journal->path, O_RDWR | O_EXCL, 0600, err);
	return journal->fd >= 0 ? file_sync_folder(directory, err) : -1;
}

struct journal *journal_open(const char *directory, unsigned number, struct error *err)
{
	struct journal *journal = calloc(1, sizeof *journal);
	if (journal == NULL) {
		(void)error_system(err, ENOMEM, "cannot open a journal in %s", directory);
		return NULL;
	}
	journal->fd = -1;
	int failed;
	if (number < 1 || number > JOURNAL_LAST_NUMBER || strlen(directory) + 16 > PATH_MAX) {
		failed = error_set(err, "EINVAL", "cannot open journal %u in %s: the number or the name is too large", number,
		                   directory);
	} else {
		journal_name(journal->path, directory, number);
		failed = open_or_make(journal, directory, err) != 0 || scan_and_cut(journal, err) != 0;
	}
	if (!failed)
		return journal;
	journal_close(journal);
	return NULL;
}

void journal_close(struct journal *journal)
{
	if (journal == NULL)
		return;
	if (journal->fd >= 0)
		(void)close(journal->fd);
	free(journal->intent);
	free(journal);
}

const char *journal_path(const struct journal *journal)
{
	return journal->path;
}

size_t journal_torn(const struct journal *journal)
{
	return journal->torn;
}

/* Goes back to the last durable end, as well as it can, and remembers why nothing may follow. Returns 0. */
static uint64_t poison(struct journal *journal, int number, const char *what, struct error *err)
{
	(void)error_system(&journal->cause, number, "cannot %s the journal %s", what, journal->path);
	journal->poisoned = true;
	if (ftruncate(journal->fd, journal->end) == 0)
		(void)file_sync(journal->fd);
	*err = journal->cause;
	return 0;
}

/* Refuses what could not be read back. Returns 0 if the text may be written. */
static int check_text(const struct journal *journal, const char *json, size_t length, struct error *err)
{
	if (journal->poisoned) {
		*err = journal->cause;
		return -1;
	}
	if (length == 0 || length > JOURNAL_LARGEST_RECORD)
		return error_set(err, "EINVAL", "cannot append to the journal %s: a record of %zu bytes", journal->path,
		                 length);
	if (memchr(json, '\n', length) != NULL || memchr(json, '\0', length) != NULL)
		return error_set(err, "EINVAL", "cannot append to the journal %s: a record must be one line", journal->path);
	return 0;
}

/* The record as it stands in the file, malloc'ed, with its length; NULL if there is no memory. */
static char *make_line(uint64_t sequence, const char *json, size_t length, size_t *size)
{
	char head[64];
	size_t used = (size_t)snprintf(head, sizeof head, "%llu %zu %08x ", (unsigned long long)sequence, length,
	                               (unsigned)digest_crc32c(json, length));
	char *line = malloc(used + length + 1);
	if (line == NULL)
		return NULL;
	memcpy(line, head, used);
	memcpy(line + used, json, length);
	line[used + length] = '\n';
	*size = used + length + 1;
	return line;
}

uint64_t journal_append(struct journal *journal, const char *json, size_t length, struct error *err)
{
	size_t size;
	if (check_text(journal, json, length, err) != 0)
		return 0;
	char *line = make_line(journal->sequence + 1, json, length, &size);
	if (line == NULL) {
		(void)error_system(err, ENOMEM, "cannot append to the journal %s", journal->path);
		return 0;
	}
	/* One write for the whole record, so that only a crash in the system itself can tear it. */
	int failed = lseek(journal->fd, journal->end, SEEK_SET) < 0 || file_write_all(journal->fd, line, size) != 0;
	int number = errno;
	free(line);
	if (failed)
		return poison(journal, number, "append to", err);
	if (file_sync(journal->fd) != 0)
		return poison(journal, errno, "make durable", err);
	journal->end += (off_t)size;
	return ++journal->sequence;
}

/* Writes the words as a JSON array. Returns where it ends. */
static char *write_words(char *p, const char *const *words)
{
	*p++ = '[';
	for (size_t i = 0; words[i] != NULL; i++) {
		if (i > 0)
			*p++ = ',';
		p = words_json(p, words[i]);
	}
	*p++ = ']';
	return p;
}

/* The text of an intent: `{"argv":[…],` and what `detail` holds behind its `{`. A malloc'ed block, or NULL. */
static char *build_intent(const char *const *argv, const char *detail, size_t length, size_t *used)
{
	static const char head[] = "{\"argv\":";
	size_t size = sizeof head + 2 + length + 2;
	for (size_t i = 0; argv[i] != NULL; i++)
		size += words_json_size(argv[i]) + 1;
	char *text = malloc(size);
	if (text == NULL)
		return NULL;
	memcpy(text, head, sizeof head - 1);
	char *p = write_words(text + sizeof head - 1, argv);
	const char *rest = detail + 1, *end = detail + length;
	rest += strspn(rest, " \t");
	if (*rest != '}')
		*p++ = ',';
	memcpy(p, rest, (size_t)(end - rest));
	*used = (size_t)(p - text) + (size_t)(end - rest);
	return text;
}

/* Whatever becomes of it, an older intent is no longer what the run is about to do. */
static void replace_intent(struct journal *journal, char **argv)
{
	free(journal->intent);
	journal->intent = argv;
}

uint64_t journal_intent(struct journal *journal, const char *const *argv, const char *detail, size_t length,
                        struct error *err)
{
	size_t used = 0;
	uint64_t sequence = 0;
	if (argv[0] == NULL || length < 2 || detail[0] != '{' || detail[length - 1] != '}') {
		(void)error_set(err, "EINVAL", "cannot append to the journal %s: an intent needs a command and an object",
		                journal->path);
		return 0;
	}
	char **copy = words_copy(argv), *text = build_intent(argv, detail, length, &used);
	if (copy == NULL || text == NULL)
		(void)error_system(err, ENOMEM, "cannot append to the journal %s", journal->path);
	else
		sequence = journal_append(journal, text, used, err);
	free(text);
	replace_intent(journal, sequence != 0 ? copy : NULL);
	if (sequence == 0)
		free(copy);
	return sequence;
}

bool journal_take_intent(struct journal *journal, const char *const *argv)
{
	if (journal->poisoned || journal->intent == NULL || !words_equal((const char *const *)journal->intent, argv))
		return false;
	free(journal->intent);
	journal->intent = NULL;
	return true;
}
