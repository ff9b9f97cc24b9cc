/*
 * What the fuzz targets of the C parts share: promises, and inputs that are lists of words.
 * Must not know any of the parts.
 */
#ifndef VMQ_FUZZ_H
#define VMQ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libFuzzer's side of a target. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

/* A promise of the part under test: libFuzzer keeps the input that breaks one. */
#define PROMISE(condition)                                                                                             \
	do {                                                                                                               \
		if (!(condition)) {                                                                                            \
			(void)fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);                              \
			abort();                                                                                                   \
		}                                                                                                              \
	} while (0)

#define FUZZ_WORDS 32

/* The input's lines as words, ended by NULL; what is behind a NUL in a line is left out. */
struct fuzz_words {
	char *text;
	const char *words[FUZZ_WORDS + 1];
	size_t count;
};

__attribute__((unused)) static void fuzz_split(struct fuzz_words *split, const uint8_t *data, size_t size)
{
	split->text = malloc(size + 1);
	PROMISE(split->text != NULL);
	memcpy(split->text, data, size);
	split->text[size] = '\0';
	split->count = 0;
	char *line = split->text, *end = split->text + size;
	while (line < end && split->count < FUZZ_WORDS) {
		char *newline = memchr(line, '\n', (size_t)(end - line));
		if (newline != NULL)
			*newline = '\0';
		split->words[split->count++] = line;
		line = newline != NULL ? newline + 1 : end;
	}
	split->words[split->count] = NULL;
}

#endif
