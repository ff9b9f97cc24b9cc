/*
 * Fuzzes the writing of an intent: what was written is read back, and the door opens for exactly its words.
 * Must not leave its scratch folder behind.
 */
#include "fuzz.h"

#include <unistd.h>

#include "base/scratch.h"
#include "base/words.h"
#include "door/journal.h"

static char folder[PATH_MAX];

static void clean(void)
{
	struct error err;
	(void)scratch_remove(folder, &err);
}

static void make_folder(void)
{
	struct error err;
	PROMISE(scratch_make(folder, &err) == 0 && atexit(clean) == 0);
}

/* The words of the record's argv, as JSON, must stand in it in this order, each quoted and escaped. */
static void check_argv(const struct journal_record *record, const char *const *argv)
{
	static const char head[] = "{\"argv\":[";
	const char *at = record->json + sizeof head - 1, *end = record->json + record->length;
	PROMISE(record->length > sizeof head && memcmp(record->json, head, sizeof head - 1) == 0);
	for (size_t i = 0; argv[i] != NULL; i++) {
		size_t size = words_json_size(argv[i]);
		char *word = malloc(size);
		PROMISE(word != NULL && words_json(word, argv[i]) == word + size);
		PROMISE((size_t)(end - at) > size && memcmp(at, word, size) == 0);
		at += size;
		PROMISE(*at == (argv[i + 1] != NULL ? ',' : ']'));
		at++;
		free(word);
	}
	PROMISE(end[-1] == '}');
}

static void check_file(const char *path, const char *const *argv)
{
	struct file_map map;
	struct error err;
	struct journal_record record;
	const char *why = NULL;
	PROMISE(file_map(path, &map, &err) == 0);
	struct journal_cursor cursor = { map.bytes, map.length, 0, 0 };
	PROMISE(journal_next(&cursor, &record, &why) == JOURNAL_RECORD);
	check_argv(&record, argv);
	PROMISE(journal_next(&cursor, &record, &why) == JOURNAL_END);
	file_unmap(&map);
}

/* The first line is the object, the rest are the words. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_words split;
	struct error err;
	fuzz_split(&split, data, size);
	if (folder[0] == '\0')
		make_folder();
	if (split.count >= 2) {
		const char *const *argv = split.words + 1;
		struct journal *journal = journal_open(folder, 1, &err);
		PROMISE(journal != NULL);
		bool written = journal_intent(journal, argv, split.words[0], strlen(split.words[0]), &err) != 0;
		bool is_object = split.words[0][0] == '{' && strlen(split.words[0]) >= 2
		                 && split.words[0][strlen(split.words[0]) - 1] == '}';
		PROMISE(written == is_object);
		if (written) {
			check_file(journal_path(journal), argv);
			PROMISE(argv[1] == NULL || !journal_take_intent(journal, argv + 1));
			PROMISE(journal_take_intent(journal, argv));
		}
		PROMISE(!journal_take_intent(journal, argv));
		(void)unlink(journal_path(journal));
		journal_close(journal);
	}
	free(split.text);
	return 0;
}
