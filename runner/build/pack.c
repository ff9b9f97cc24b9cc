/*
 * Packs one embedded script for runner/embed.c: its length in four bytes, least first, then a zlib stream.
 * Must not write a time, a name or anything else that differs from one run to the next.
 *
 * usage: pack DICTIONARY IN OUT     DICTIONARY: text that all scripts share much with; "-" for the dictionary itself
 */
#include <stdio.h>
#include <stdlib.h>

#define ZLIB_CONST
#include <zlib.h>

#define LARGEST ((size_t)1 << 20)

static size_t read_file(const char *path, unsigned char *bytes)
{
	FILE *file = fopen(path, "rb");
	size_t length = file != NULL ? fread(bytes, 1, LARGEST, file) : LARGEST;
	if (file == NULL || ferror(file) || length == LARGEST || fclose(file) != 0) {
		(void)fprintf(stderr, "pack: %s cannot be read, or is too large\n", path);
		exit(1);
	}
	return length;
}

int main(int count, char **words)
{
	static unsigned char dictionary[LARGEST], in[LARGEST], out[LARGEST + LARGEST / 8];
	z_stream stream = { 0 };
	if (count != 4) {
		(void)fprintf(stderr, "usage: pack DICTIONARY|- IN OUT\n");
		return 2;
	}
	size_t shared = words[1][0] == '-' ? 0 : read_file(words[1], dictionary), length = read_file(words[2], in);
	stream.next_in = in;
	stream.avail_in = (uInt)length;
	stream.next_out = out;
	stream.avail_out = sizeof out;
	int packed = deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
	if (packed == Z_OK && shared > 0)
		packed = deflateSetDictionary(&stream, dictionary, (uInt)shared);
	if (packed != Z_OK || deflate(&stream, Z_FINISH) != Z_STREAM_END)
		return 1;
	const unsigned char size[4] = { length & 255, length >> 8 & 255, length >> 16 & 255, length >> 24 & 255 };
	FILE *file = fopen(words[3], "wb");
	int failed = file == NULL || fwrite(size, 1, 4, file) != 4 || fwrite(out, 1, stream.total_out, file) != stream.total_out;
	if (file != NULL && fclose(file) != 0)
		failed = 1;
	return failed;
}
