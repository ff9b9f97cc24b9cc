/*
 * A loader for tests: it runs the arm64 macOS program on arm64 Linux, that is under qemu-user.
 * Must not be taken for a Mac: what libSystem does is written here as Apple's headers and manual pages have it.
 *
 *   main.c            options, and the program's start
 *   image.c           maps the file; opcodes.c puts addresses into it
 *   symbols.c         which function or datum an import gets; the tables are in the other files, by subject
 *   variadic.S, .h    calls with a variable number of arguments
 *   darwin.h          Darwin's constants and structures, each with its header
 */
#ifndef LOADER_H
#define LOADER_H

#include <stddef.h>
#include <stdint.h>

/* What the loader itself was told, and tells a loader of another program (process.c). */
struct loader {
	const char *emulator;   /* that runs the loader, or "" */
	const char *path;       /* of the loader */
	const char *executable; /* of the program, for _NSGetExecutablePath */
	int lossy; /* 0, or by how many milliseconds a reader of a pty is late; what it has not read by the last close is
	              lost */
};
extern struct loader loader;

/* Ends the process with a message on standard error and status 126. */
_Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
