/*
 * Finds what an import is bound to, in the tables of the other files.
 */
#include "symbols.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "loader.h"

static const struct symbol *const tables[] = {
	symbols_direct, symbols_error,    symbols_stdio,  symbols_file,   symbols_path,
	symbols_folder, symbols_terminal, symbols_pty,    symbols_signal, symbols_process,
	symbols_system, symbols_text,     symbols_digest, symbols_regex,  NULL,
};

#define MOST_MISSING 64
static const char *missing[MOST_MISSING];
static int missing_count;

static void was_called(const char *name)
{
	give_up("the program called %s, which is not here", name);
}

/* ldr x0, name; ldr x16, was_called; br x16; nop; the two addresses */
struct stub {
	uint32_t code[4];
	const char *name;
	void (*function)(const char *);
};

static void *stub_for(const char *name)
{
	static struct stub *stubs;
	const size_t size = MOST_MISSING * sizeof *stubs;
	if (stubs == NULL)
		stubs = mmap(NULL, size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stubs == MAP_FAILED || missing_count == MOST_MISSING)
		give_up("too many imports are not here; one is %s", name);
	struct stub *stub = &stubs[missing_count];
	*stub = (struct stub){ { 0x58000080, 0x580000b0, 0xd61f0200, 0xd503201f }, name, was_called };
	missing[missing_count++] = name;
	__builtin___clear_cache((char *)stub, (char *)&stub->name);
	return stub;
}

void *symbols_find(const char *name)
{
	for (const struct symbol *const *table = tables; *table != NULL; table++)
		for (const struct symbol *symbol = *table; symbol->name != NULL; symbol++)
			if (strcmp(symbol->name, name) == 0)
				return symbol->address;
	return stub_for(name);
}

int symbols_list_missing(void)
{
	for (int i = 0; i < missing_count; i++)
		(void)puts(missing[i]);
	return missing_count;
}

void symbols_prepare(void)
{
	stdio_prepare();
	text_prepare();
}
