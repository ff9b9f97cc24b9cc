/*
 * Regular expressions: <regex.h>. Darwin's structure is smaller, so it points at one of ours.
 */
#include <regex.h>
#include <stdlib.h>

#include "darwin.h"
#include "flags.h"
#include "symbols.h"

static const struct flag compile_flags[] = { { 1, REG_EXTENDED },
	                                         { 2, REG_ICASE },
	                                         { 4, REG_NOSUB },
	                                         { 8, REG_NEWLINE } },
						 execute_flags[] = { { 1, REG_NOTBOL }, { 2, REG_NOTEOL } };

static int darwin_regcomp(struct darwin_regex *regex, const char *pattern, int flags)
{
	regex_t *here = calloc(1, sizeof *here);
	if (here == NULL)
		return REG_ESPACE;
	int status = regcomp(here, pattern, (int)flags_here(compile_flags, COUNT(compile_flags), (uint32_t)flags));
	*regex = (struct darwin_regex){ .groups = here->re_nsub, .here = here };
	if (status != 0)
		free(here);
	return status;
}

/* <regex.h>: regoff_t has 64 bits there. */
struct darwin_match {
	int64_t start, end;
};

static int darwin_regexec(const struct darwin_regex *regex, const char *text, size_t count,
                          struct darwin_match *matches, int flags)
{
	regmatch_t here[10];
	size_t room = count < COUNT(here) ? count : COUNT(here);
	int status =
		regexec(regex->here, text, room, here, (int)flags_here(execute_flags, COUNT(execute_flags), (uint32_t)flags));
	for (size_t i = 0; status == 0 && i < room; i++)
		matches[i] = (struct darwin_match){ here[i].rm_so, here[i].rm_eo };
	return status;
}

static void darwin_regfree(struct darwin_regex *regex)
{
	regfree(regex->here);
	free(regex->here);
}

const struct symbol symbols_regex[] = { OURS(regcomp), OURS(regexec), OURS(regfree), TABLE_END };
