/*
 * Fuzzes what may be started: whatever words are let through, some words must never be among them.
 * Must not start anything. What is forbidden is written down here once more, in other words than in the part under
 * test.
 */
#include "fuzz.h"

#include "door/allowlist.h"
#include "door/file_act.h"

static bool has(const char *const *words, const char *wanted)
{
	for (; *words != NULL; words++)
		if (strcmp(*words, wanted) == 0)
			return true;
	return false;
}

static bool any_begins(const char *const *words, const char *start)
{
	for (; *words != NULL; words++)
		if (strncmp(*words, start, strlen(start)) == 0)
			return true;
	return false;
}

static size_t count(const char *const *words)
{
	size_t n = 0;
	while (words[n] != NULL)
		n++;
	return n;
}

/* A short option with one of these letters in it. */
static bool has_letter(const char *const *words, const char *letters)
{
	for (; *words != NULL; words++)
		if ((*words)[0] == '-' && (*words)[1] != '-' && strpbrk(*words + 1, letters) != NULL)
			return true;
	return false;
}

static bool ends_in(const char *word, const char *end)
{
	size_t length = strlen(word), size = strlen(end);
	return length >= size && strcmp(word + length - size, end) == 0;
}

/* bputil: one volume group by name, no password, no other policy, no open system volume. */
static void check_bputil(const char *const *args)
{
	PROMISE(has(args, "-v") || has(args, "--vuid") || has_letter(args, "v"));
	PROMISE(!has_letter(args, "suprxo"));
	PROMISE(!any_begins(args, "--user") && !any_begins(args, "--pass") && !any_begins(args, "--disable-ssv"));
	PROMISE(!any_begins(args, "--remove"));
	size_t uuids = 0;
	for (size_t i = 0; args[i] != NULL; i++)
		uuids += args[i][0] != '-' && strlen(args[i]) == 36;
	PROMISE(uuids > 0);
}

static void check_nvram(const char *const *args)
{
	PROMISE(!has_letter(args, "czfb"));
	for (size_t i = 0; args[i] != NULL; i++)
		if (args[i][0] == '-' && (strchr(args[i], 'd') != NULL || strchr(args[i], 'r') != NULL))
			PROMISE(args[i + 1] != NULL && !ends_in(args[i + 1], ":boot-args")
			        && strcmp(args[i + 1], "boot-args") != 0);
}

static void check_curl(const char *const *args)
{
	PROMISE(count(args) > 1 && strcmp(args[0], "-q") == 0 && strncmp(args[count(args) - 1], "https://", 8) == 0);
	PROMISE(has(args, "=https") && !has(args, "--insecure") && !has(args, "-k") && !has_letter(args, "kKTX"));
}

/* The acts on files: plain absolute paths in folders of ours, and rights for nobody else to write. */
static void check_act(const char *const *argv)
{
	bool copies = strcmp(argv[0], "copy") == 0 || strcmp(argv[0], "move") == 0;
	for (size_t i = 1; i <= (copies ? 2U : 1U); i++) {
		PROMISE(argv[i] != NULL && argv[i][0] == '/' && strstr(argv[i], "/../") == NULL && !ends_in(argv[i], "/.."));
		PROMISE(strstr(argv[i], "/vmq-recovery") != NULL);
	}
	if (strcmp(argv[0], "move") != 0 && strcmp(argv[0], "remove") != 0)
		PROMISE((strtoul(argv[copies ? 3 : 2], NULL, 8) & 07022UL) == 0);
}

static void check_change(const char *const *argv)
{
	if (ends_in(argv[0], "/bputil"))
		check_bputil(argv + 1);
	else if (ends_in(argv[0], "/nvram"))
		check_nvram(argv + 1);
	else if (ends_in(argv[0], "/curl"))
		check_curl(argv + 1);
	else if (ends_in(argv[0], "/csrutil"))
		PROMISE(!has(argv, "authenticated-root"));
	else
		PROMISE(ends_in(argv[0], "/kmutil") || ends_in(argv[0], "/hdiutil") || ends_in(argv[0], "/installer")
		        || ends_in(argv[0], "/diskutil") || strcmp(argv[0], "/declared/tool") == 0);
}

/* The word at a place, or an empty one. */
static const char *at(const char *const *words, size_t place)
{
	return place < count(words) ? words[place] : "";
}

static void check_read(const char *const *argv)
{
	const char *const *args = argv + 1;
	const char *last = at(argv, count(argv) - 1);
	PROMISE(argv[0][0] == '/' && !ends_in(argv[0], "/installer"));
	if (ends_in(argv[0], "/bputil"))
		PROMISE(strcmp(at(args, 0), "-d") == 0 && count(args) <= 4 && (has(args, "-j") || count(args) == 3));
	if (ends_in(argv[0], "/nvram") || ends_in(argv[0], "/sysctl"))
		PROMISE(strchr(last, '=') == NULL && !has_letter(args, "dcrfwbz") && count(args) <= 2);
	if (ends_in(argv[0], "/kmutil"))
		PROMISE(strcmp(at(args, 0), "inspect") == 0 && !any_begins(args, "-o") && !any_begins(args, "--output"));
	if (ends_in(argv[0], "/diskutil"))
		PROMISE(strcmp(at(args, 0), "list") == 0 || strcmp(at(args, 0), "info") == 0
		        || strncmp(at(args, 1), "list", 4) == 0);
	if (ends_in(argv[0], "/curl"))
		PROMISE(strcmp(last, "https://dortania.github.io/KdkSupportPkg/manifest.json") == 0);
	if (ends_in(argv[0], "/csrutil"))
		PROMISE(strcmp(last, "status") == 0);
}

/* What is declared is never a tool of the table, a shell, or a form without an end. */
static void check_declaring(const struct fuzz_words *split)
{
	struct declared_tool *list = NULL;
	struct error err;
	const char *path = split->words[0];
	if (allowlist_declare(&list, "/nowhere", path, split->words + 1, &err) == 0) {
		PROMISE(path[0] == '/' && strstr(path, "/../") == NULL && !ends_in(path, "/sh")
		        && !ends_in(path, "/usr/bin/bputil"));
		PROMISE(!has(split->words + 1, "...") && !has(split->words + 1, ""));
		PROMISE(allowlist_declare(&list, "/nowhere", path, split->words + 1, &err) != 0);
		PROMISE(allowlist_check_change(list, split->words, &err) == 0);
	}
	allowlist_forget(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const forms[] = { "look <word>", "say -n <name>", "of <uuid>", NULL };
	struct declared_tool *list = NULL;
	struct fuzz_words split;
	struct error err;
	fuzz_split(&split, data, size);
	if (split.count > 0) {
		PROMISE(allowlist_declare(&list, "/nowhere", "/declared/tool", forms, &err) == 0);
		if (allowlist_check_change(list, split.words, &err) == 0)
			check_change(split.words);
		if (file_act_named(split.words[0]) && file_act_check(NULL, split.words, &err) == 0)
			check_act(split.words);
		if (allowlist_check_read(list, split.words, &err) == 0)
			check_read(split.words);
		const char *path = allowlist_path_at_end(split.words[0]);
		PROMISE(path == NULL || ends_in(split.words[0], path));
		check_declaring(&split);
		allowlist_forget(&list);
	}
	free(split.text);
	return 0;
}
