/*
 * Loads a program and starts it: loader [--list] [--lossy MS] [--emulator PATH] [--name ARGV0] PROGRAM [ARGUMENT...]
 * --list prints the program's imports that are not here, and starts nothing; its exit status is whether there are any.
 */
#include "loader.h"

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "opcodes.h"
#include "symbols.h"

struct loader loader = { .emulator = "/usr/bin/qemu-aarch64-static" };

void give_up(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	(void)fputs("loader: ", stderr);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): clang-tidy 14 forgets va_start */
	(void)vfprintf(stderr, format, arguments);
	(void)fputc('\n', stderr);
	va_end(arguments);
	_exit(126);
}

struct options {
	bool list;
	char *name;
};

/* Takes one option with its value; returns how many words that were, 0 at the program's name. */
static int take_option(struct options *options, char **words)
{
	if (words[0] == NULL)
		give_up("usage: loader [--list] [--lossy MS] [--emulator PATH] [--name ARGV0] PROGRAM [ARGUMENT...]");
	if (strcmp(words[0], "--list") == 0) {
		options->list = true;
		return 1;
	}
	if (words[1] != NULL && strcmp(words[0], "--lossy") == 0)
		loader.lossy = (int)strtol(words[1], NULL, 10);
	else if (words[1] != NULL && strcmp(words[0], "--emulator") == 0)
		loader.emulator = words[1];
	else if (words[1] != NULL && strcmp(words[0], "--name") == 0)
		options->name = words[1];
	else
		return 0;
	return 2;
}

/* LC_MAIN: what dyld calls is a main, with one argument more. */
static int start(const struct image *image, char **argv, char **envp)
{
	typedef int program(int, char **, char **, char **);
	const struct macho_entry *entry = image_command(image, NULL, MAIN);
	char *apple[] = { argv[0], NULL };
	int argc = 0;
	if (entry == NULL)
		give_up("the program has no LC_MAIN");
	while (argv[argc] != NULL)
		argc++;
	return ((program *)(void *)(image->memory + entry->offset))(argc, argv, envp, apple);
}

int main(int argc, char **argv, char **envp)
{
	static struct image image;
	static char self[PATH_MAX];
	struct options options = { 0 };
	int taken;
	(void)argc;
	for (argv++; (taken = take_option(&options, argv)) > 0; argv += taken)
		;
	if (readlink("/proc/self/exe", self, sizeof self - 1) > 0)
		loader.path = self;
	loader.executable = argv[0];
	image_open(&image, argv[0]);
	opcodes_apply(&image);
	if (options.list)
		return symbols_list_missing() > 0;
	image_protect(&image);
	symbols_prepare();
	if (options.name != NULL)
		argv[0] = options.name;
	exit(start(&image, argv, envp));
}
