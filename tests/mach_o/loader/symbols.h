/*
 * What the program's imports are bound to.
 */
#ifndef SYMBOLS_H
#define SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

/* An import's name, with the underscore that C names have in a Mach-O, and its address here. */
struct symbol {
	const char *name;
	void *address;
};

/* The Linux function of that name: same arguments, same layouts, same results. */
#define DIRECT(function) NAMED("_" #function, function)
/* Our function of that name. */
#define OURS(function) NAMED("_" #function, darwin_##function)
#define NAMED(name, thing)                                                                                             \
	{                                                                                                                  \
		name, (void *)(uintptr_t)(thing)                                                                               \
	}
#define TABLE_END                                                                                                      \
	{                                                                                                                  \
		NULL, NULL                                                                                                     \
	}

/* Each file's table. */
extern const struct symbol symbols_direct[], symbols_error[], symbols_stdio[], symbols_file[], symbols_path[],
	symbols_folder[], symbols_terminal[], symbols_pty[], symbols_signal[], symbols_process[], symbols_system[],
	symbols_text[], symbols_digest[], symbols_regex[];

/* The address for an import. One that is not here gets a function that gives up with its name when it is called. */
void *symbols_find(const char *name);

/* Prints the imports that symbols_find did not know; returns how many. */
int symbols_list_missing(void);

/* Fills the data among the symbols: to be called before the program starts. */
void symbols_prepare(void);
void stdio_prepare(void);
void text_prepare(void);

#endif
