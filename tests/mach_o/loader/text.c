/*
 * Characters, locale, and copying with a check of the room: <_ctype.h>, <secure/_string.h>, <xlocale.h>.
 */
#include <ctype.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "darwin.h"
#include "flags.h"
#include "symbols.h"

static struct darwin_runes runes;

static uint32_t type_of(wint_t c)
{
	const struct {
		int yes;
		uint32_t flag;
	} kinds[] = {
		{ iswalpha(c), DARWIN_ALPHA }, { iswcntrl(c), DARWIN_CONTROL }, { c < 128 && iswdigit(c), DARWIN_DIGIT },
		{ iswgraph(c), DARWIN_GRAPH }, { iswlower(c), DARWIN_LOWER },   { iswpunct(c), DARWIN_PUNCT },
		{ iswspace(c), DARWIN_SPACE }, { iswupper(c), DARWIN_UPPER },   { c < 128 && iswxdigit(c), DARWIN_HEX },
		{ iswblank(c), DARWIN_BLANK }, { iswprint(c), DARWIN_PRINT },
	};
	uint32_t type = 0;
	for (size_t i = 0; i < COUNT(kinds); i++)
		type |= kinds[i].yes != 0 ? kinds[i].flag : 0;
	return type;
}

void text_prepare(void)
{
	for (int c = 0; c < 256; c++) {
		runes.types[c] = c < 128 ? type_of((wint_t)c) : 0;
		runes.lower[c] = c < 128 ? tolower(c) : c;
		runes.upper[c] = c < 128 ? toupper(c) : c;
	}
}

static int mask_rune(int c, unsigned long mask)
{
	return (int)(type_of((wint_t)c) & mask);
}

static int to_upper(int c)
{
	return (int)towupper((wint_t)c);
}

static int to_lower(int c)
{
	return (int)towlower((wint_t)c);
}

static int mb_cur_max(void)
{
	return (int)MB_CUR_MAX;
}

/* <locale.h>: LC_ALL is 0, the others follow by the alphabet */
static char *darwin_setlocale(int category, const char *name)
{
	static const int here[] = { LC_ALL, LC_COLLATE, LC_CTYPE, LC_MONETARY, LC_NUMERIC, LC_TIME, LC_MESSAGES };
	return category < 0 || (size_t)category >= COUNT(here) ? NULL : setlocale(here[category], name);
}

/* <langinfo.h>: CODESET is 0 */
static char *darwin_nl_langinfo(int item)
{
	static char none[] = "";
	return item == 0 ? nl_langinfo(CODESET) : none;
}

static void check_room(size_t length, size_t room)
{
	if (length > room)
		abort();
}

static void *memcpy_checked(void *to, const void *from, size_t length, size_t room)
{
	check_room(length, room);
	return memcpy(to, from, length);
}

static char *strcpy_checked(char *to, const char *from, size_t room)
{
	check_room(strlen(from) + 1, room);
	return memcpy(to, from, strlen(from) + 1);
}

static size_t strlcpy_checked(char *to, const char *from, size_t size, size_t room)
{
	size_t length = strlen(from);
	check_room(size, room);
	if (size > 0) {
		size_t copied = length < size ? length : size - 1;
		memcpy(to, from, copied);
		to[copied] = '\0';
	}
	return length;
}

/* string(3), memset_pattern16 */
static void darwin_memset_pattern16(void *to, const void *pattern, size_t length)
{
	for (size_t i = 0; i < length; i++)
		((char *)to)[i] = ((const char *)pattern)[i % 16];
}

static int darwin_memset_s(void *to, size_t room, int c, size_t length)
{
	memset(to, c, length < room ? length : room);
	return length <= room ? 0 : 84;
}

const struct symbol symbols_text[] = {
	NAMED("__DefaultRuneLocale", &runes),
	NAMED("___maskrune", mask_rune),
	NAMED("___toupper", to_upper),
	NAMED("___tolower", to_lower),
	NAMED("___mb_cur_max", mb_cur_max),
	OURS(setlocale),
	DIRECT(localeconv),
	OURS(nl_langinfo),
	NAMED("___memcpy_chk", memcpy_checked),
	NAMED("___strcpy_chk", strcpy_checked),
	NAMED("___strlcpy_chk", strlcpy_checked),
	OURS(memset_pattern16),
	OURS(memset_s),
	TABLE_END,
};
