/*
 * The journal of a run: an append-only file of records, each durable before the call that wrote it returns.
 * Must not know Lua, what a record means, or who holds the run's lock; it never rewrites a record.
 *
 * A record is one line, `sequence length crc32c json\n`: sequence from 1, length in bytes and CRC-32C (8 hex digits) of
 * the JSON. What stands behind the last newline is a torn write and is cut on opening. Anything else that does not fit
 * is corruption.
 */
#ifndef VMQ_JOURNAL_H
#define VMQ_JOURNAL_H

#include "base/error.h"
#include "base/file.h"

#include <limits.h>

#define JOURNAL_LARGEST_RECORD ((size_t)16 << 20) /* bytes of JSON */
#define JOURNAL_LARGEST ((size_t)256 << 20)       /* bytes of a file; a run of a thousand steps has a few */
#define JOURNAL_LAST_NUMBER 9999

struct journal;

/* Opens run `number` (1 to 9999) in `directory`, making the file (0600) if it is absent and cutting a torn tail.
 * Returns NULL with `err`; code "corrupt" for a bad record, "EINVAL" for a number out of range. Release with
 * journal_close. */
struct journal *journal_open(const char *directory, unsigned number, struct error *err);
void journal_close(struct journal *journal);

const char *journal_path(const struct journal *journal);
size_t journal_torn(const struct journal *journal); /* bytes cut on opening */

/* Appends one record and makes it durable. `json` must be one line. Returns its sequence number, or 0 with `err`.
 * After a failed write or sync the file is put back to its previous end and the journal refuses everything with that
 * same error: a record whose sync failed may or may not be on the disk, so nothing may be built on it. */
uint64_t journal_append(struct journal *journal, const char *json, size_t length, struct error *err);

/* Appends `{"argv":[…],` + `detail` without its `{`. Only once that is durable, argv becomes the open intent, in place
 * of any other. `detail` must be a JSON object. */
uint64_t journal_intent(struct journal *journal, const char *const *argv, const char *detail, size_t length,
                        struct error *err);

/* Takes the open intent if its words are exactly those of `argv`; else returns false and leaves it open. */
bool journal_take_intent(struct journal *journal, const char *const *argv);

/* The path of a run's file; and the run's number from a file's name in its folder, 0 if it is no journal's. */
void journal_name(char path[PATH_MAX], const char *directory, unsigned number);
unsigned journal_number(const char *name);

/* Walks over the bytes of a journal file. Pure: nothing is read or cut. */
struct journal_cursor {
	const char *bytes;
	size_t length, offset;
	uint64_t sequence; /* of the record last returned */
};
struct journal_record {
	const char *json; /* not terminated */
	size_t length;
};
enum journal_step { JOURNAL_RECORD, JOURNAL_END, JOURNAL_TORN, JOURNAL_CORRUPT };

/* Steps to the next record. At JOURNAL_TORN `cursor->offset` is where the torn tail begins; at JOURNAL_CORRUPT `why`
 * says what is wrong, in words, and the bad line is the one numbered `cursor->sequence + 1`. */
enum journal_step journal_next(struct journal_cursor *cursor, struct journal_record *record, const char **why);

#endif
