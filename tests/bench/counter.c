/*
 * A tool for benchmarks: `set N` makes the file N in the working folder of its root, `get N` says whether it is there,
 * `flood MIB` prints that much text, `pass N` does nothing. Must not do anything that takes time of its own.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef STATE
#define STATE "/tmp" /* stage.py gives a folder of its own */
#endif

static int flood(long mebibytes)
{
	static char block[1 << 16];
	for (size_t i = 0; i < sizeof block; i++)
		block[i] = i % 64 == 63 ? '\n' : 'x';
	for (long left = mebibytes * 16; left > 0; left--)
		for (size_t done = 0; done < sizeof block;) {
			ssize_t n = write(STDOUT_FILENO, block + done, sizeof block - done);
			if (n < 0)
				return 1;
			done += (size_t)n;
		}
	return 0;
}

int main(int argc, char **argv)
{
	char path[4096];
	if (argc != 3)
		return 2;
	if (strcmp(argv[1], "pass") == 0)
		return 0;
	if (strcmp(argv[1], "flood") == 0)
		return flood(strtol(argv[2], NULL, 10));
	(void)snprintf(path, sizeof path, "%s/%s", STATE, argv[2]);
	if (strcmp(argv[1], "set") == 0)
		return open(path, O_CREAT | O_WRONLY, 0600) < 0;
	(void)puts(access(path, F_OK) == 0 ? "yes" : "no");
	return 0;
}
