/*
 * Lists of words, as argv has them: ended by NULL.
 * Must not know what the words mean.
 */
#ifndef VMQ_WORDS_H
#define VMQ_WORDS_H

#include "base/portable.h"

size_t words_count(const char *const *words);

/* A copy in one block, pointers and text: release with free. NULL if there is no memory. */
char **words_copy(const char *const *words);
bool words_equal(const char *const *a, const char *const *b);
bool words_hold(const char *const *words, const char *word);

/* A word as a JSON string with its quotes: the most bytes it takes; and writing it, which returns where it ends. */
size_t words_json_size(const char *word);
char *words_json(char *out, const char *word);

#endif
