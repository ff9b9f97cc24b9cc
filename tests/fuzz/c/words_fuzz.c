/*
 * Fuzzes lists of words: copies are equal, and a word written as JSON reads back as itself.
 * Must not use the program's own reader of JSON.
 */
#include "fuzz.h"

#include "base/words.h"
#include "door/journal.h"

static unsigned hex(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Reads a JSON string that ends at `end`. Returns whether it is exactly this word. */
static bool reads_as(const char *json, const char *end, const char *word)
{
	if (*json++ != '"' || *--end != '"')
		return false;
	while (json < end) {
		unsigned c = (unsigned char)*json++;
		if (c < 0x20 || c == '"')
			return false;
		if (c == '\\' && *json == 'u') {
			c = hex(json[3]) << 4 | hex(json[4]);
			json += 5;
		} else if (c == '\\') {
			c = (unsigned char)*json++;
		}
		if (c != (unsigned char)*word++)
			return false;
	}
	return *word == '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_words split;
	fuzz_split(&split, data, size);
	char **copy = words_copy(split.words);
	PROMISE(copy != NULL && words_equal((const char *const *)copy, split.words));
	for (size_t i = 0; i < split.count; i++) {
		size_t length = words_json_size(split.words[i]);
		char *json = malloc(length);
		PROMISE(json != NULL && words_json(json, split.words[i]) == json + length);
		PROMISE(reads_as(json, json + length, split.words[i]));
		PROMISE(journal_number(split.words[i]) <= JOURNAL_LAST_NUMBER);
		free(json);
	}
	if (split.count > 0) {
		PROMISE(!words_equal(split.words + 1, split.words));
		copy[split.count - 1] = NULL;
		PROMISE(!words_equal((const char *const *)copy, split.words));
	}
	free(copy);
	free(split.text);
	return 0;
}
