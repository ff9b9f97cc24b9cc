/*
 * Copies, compares and encodes lists of words.
 * Must not know what the words mean.
 */
#include "base/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t words_count(const char *const *words)
{
	size_t count = 0;
	while (words[count] != NULL)
		count++;
	return count;
}

char **words_copy(const char *const *words)
{
	size_t count = words_count(words), length = 0;
	for (size_t i = 0; i < count; i++)
		length += strlen(words[i]) + 1;
	char **copy = malloc((count + 1) * sizeof *copy + length);
	if (copy == NULL)
		return NULL;
	char *text = (char *)(copy + count + 1);
	for (size_t i = 0; i < count; i++) {
		size_t size = strlen(words[i]) + 1;
		copy[i] = memcpy(text, words[i], size);
		text += size;
	}
	copy[count] = NULL;
	return copy;
}

bool words_hold(const char *const *words, const char *word)
{
	for (; *words != NULL; words++)
		if (strcmp(*words, word) == 0)
			return true;
	return false;
}

bool words_equal(const char *const *a, const char *const *b)
{
	while (*a != NULL && *b != NULL && strcmp(*a, *b) == 0) {
		a++;
		b++;
	}
	return *a == NULL && *b == NULL;
}

size_t words_json_size(const char *word)
{
	size_t size = 2;
	for (; *word != '\0'; word++)
		size += (unsigned char)*word < 0x20 ? 6 : *word == '"' || *word == '\\' ? 2 : 1;
	return size;
}

static char *put_control(char *out, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	memcpy(out, "\\u00", 4);
	out[4] = digits[c >> 4];
	out[5] = digits[c & 15];
	return out + 6;
}

char *words_json(char *out, const char *word)
{
	*out++ = '"';
	for (; *word != '\0'; word++) {
		unsigned char c = (unsigned char)*word;
		if (c < 0x20) {
			out = put_control(out, c);
			continue;
		}
		if (c == '"' || c == '\\')
			*out++ = '\\';
		*out++ = (char)c;
	}
	*out++ = '"';
	return out;
}
