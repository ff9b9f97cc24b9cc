/*
 * The table of known programs, and the tools that a plan declares.
 * Must not start anything.
 */
#include "door/allowlist.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/words.h"
#include "door/forms.h"

/* `refuse_read` and `refuse_change` say why arguments that fit a form are refused all the same, or NULL. */
struct tool {
	const char *path;
	const char *reads[12];  /* forms a probe may use */
	const char *changes[4]; /* forms the door lets through */
	const char *(*refuse_change)(const char *const *args);
	const char *(*refuse_read)(const char *const *args);
};

#define CURL "-q --fail --location --proto =https --proto-redir =https --connect-timeout 30"

static const struct tool table[] = {
	{ "/usr/bin/csrutil", { "status", "authenticated-root status" }, { "..." }, forms_refuse_csrutil, NULL },
	{ "/usr/bin/bputil", { "-d -v <uuid>", "-d -j -v <uuid>" }, { "..." }, forms_refuse_bputil, NULL },
	{ "/usr/bin/kmutil",
	  { "inspect ...", "showloaded --list-only" },
	  { "..." },
	  forms_refuse_kmutil,
	  forms_refuse_inspect },
	{ "/usr/sbin/nvram", { "<name>", "-x <name>", "-xp", "-p", "-x -p" }, { "..." }, forms_refuse_nvram, NULL },
	{ .path = "/usr/sbin/diskutil",
	  .reads = { "list", "list -plist", "info <word>", "info -plist <word>", "apfs list", "apfs list -plist",
	             "apfs listVolumeGroups", "apfs listVolumeGroups -plist", "apfs listUsers <word>",
	             "apfs listUsers <word> -plist", "apfs listUsers -plist <word>" },
	  .changes = { "apfs unlockVolume ...", "mount ...", "unmount ..." } },
	{ .path = "/usr/sbin/sysctl", .reads = { "<name>", "-n <name>" } },
	{ .path = "/usr/sbin/ioreg", .reads = { "..." } },
	{ .path = "/usr/bin/uname", .reads = { "", "<flag>" } },
	{ .path = "/usr/bin/sw_vers", .reads = { "", "<flag>" } },
	{ .path = "/usr/bin/profiles", .reads = { "status -type enrollment" } },
	{ .path = "/usr/sbin/pkgutil",
	  .reads = { "--files <word>", "--pkg-info <word>", "--pkgs", "--check-signature <word>" },
	  .changes = { "--forget <word>" },
	  .refuse_change = forms_refuse_pkgutil },
	{ .path = "/usr/bin/pmset", .reads = { "-g batt" } },
	{ .path = "/sbin/route", .reads = { "-n get default" } },
	{ .path = "/bin/ps", .reads = { "-axo comm=", "-axo pid=,comm=" } },
	{ .path = "/usr/bin/hdiutil", .reads = { "info", "info -plist" }, .changes = { "..." } },
	{ .path = "/usr/sbin/installer", .changes = { "..." }, .refuse_change = forms_refuse_installer },
	/* Only the public list of kits is read without an intent, and only from its own address (reference §7.4). */
	{ .path = "/usr/bin/curl",
	  .reads = { CURL
	             " --silent --show-error --max-time 90 -- https://dortania.github.io/KdkSupportPkg/manifest.json" },
	  .changes = { CURL " --progress-bar --speed-limit 1 --speed-time 60 --continue-at - --output <word> -- <word>" },
	  .refuse_change = forms_refuse_curl },
};
#define TABLE_COUNT (sizeof table / sizeof table[0])

struct declared_tool {
	struct declared_tool *next;
	char *path;
	char *forms; /* one after the other, each with its NUL, an empty one at the end */
};

static const struct tool *find_tool(const char *path)
{
	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (strcmp(table[i].path, path) == 0)
			return &table[i];
	return NULL;
}

static const struct declared_tool *find_declared(const struct declared_tool *list, const char *path)
{
	while (list != NULL && strcmp(list->path, path) != 0)
		list = list->next;
	return list;
}

/* Why a tool of the table does not read with these arguments, or NULL. */
static const char *why_no_read(const struct tool *tool, const char *const *args)
{
	const char *why = tool->refuse_read != NULL ? tool->refuse_read(args) : NULL;
	if (why == NULL && !forms_any_fits(tool->reads, sizeof tool->reads / sizeof tool->reads[0], args))
		why = "these arguments are not known to only read";
	return why;
}

static const char *why_no_declared_read(const struct declared_tool *tool, const char *const *args)
{
	if (tool != NULL)
		for (const char *form = tool->forms; *form != '\0'; form += strlen(form) + 1)
			if (forms_fit(form, args))
				return NULL;
	return "these arguments are not known to only read";
}

int allowlist_check_read(const struct declared_tool *list, const char *const *argv, struct error *err)
{
	const struct tool *tool = find_tool(argv[0]);
	const char *why =
		tool != NULL ? why_no_read(tool, argv + 1) : why_no_declared_read(find_declared(list, argv[0]), argv + 1);
	const char *blank = argv[1] != NULL ? " " : "", *word = argv[1] != NULL ? argv[1] : "";
	if (why == NULL)
		return 0;
	return error_set(err, "refused", "will not run %s%s%s to look at the Mac: %s", argv[0], blank, word, why);
}

/* Why a tool of the table may not be started with these arguments, or NULL. */
static const char *why_no_change(const struct tool *tool, const char *const *args)
{
	if (!forms_any_fits(tool->changes, sizeof tool->changes / sizeof tool->changes[0], args))
		return "these arguments are not among those that may change the Mac";
	return tool->refuse_change != NULL ? tool->refuse_change(args) : NULL;
}

int allowlist_check_change(const struct declared_tool *list, const char *const *argv, struct error *err)
{
	const struct tool *tool = find_tool(argv[0]);
	const char *why = NULL;
	if (tool != NULL)
		why = why_no_change(tool, argv + 1);
	else if (find_declared(list, argv[0]) == NULL)
		why = "it is not among the programs that may change the Mac";
	return why == NULL ? 0 : error_set(err, "refused", "will not run %s: %s", argv[0], why);
}

bool allowlist_may_be_answered(const char *path)
{
	static const char *const tools[] = { "/usr/bin/csrutil", "/usr/bin/bputil", "/usr/bin/kmutil", "/usr/sbin/diskutil",
		                                 NULL };
	return words_hold(tools, path);
}

bool allowlist_may_hold_lock(const char *const *argv)
{
	static const char *const tools[] = { "/usr/bin/csrutil", "/usr/bin/bputil", "/usr/sbin/nvram", NULL };
	if (strcmp(argv[0], "/usr/bin/kmutil") == 0)
		return argv[1] != NULL && strcmp(argv[1], "configure-boot") == 0;
	return words_hold(tools, argv[0]);
}

static bool ends_in(const char *text, const char *end)
{
	size_t length = strlen(text), size = strlen(end);
	return length >= size && strcmp(text + length - size, end) == 0;
}

const char *allowlist_path_at_end(const char *program)
{
	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (ends_in(program, table[i].path))
			return table[i].path;
	return NULL;
}

/* --- tools that a plan declares ---------------------------------------------------------------------- */

/* Programs that start others would open a way round the door. */
static bool starts_others(const char *path)
{
	static const char *const names[] = {
		"sh",      "bash", "zsh",  "dash",       "ksh",       "csh",       "tcsh",  "fish",   "rbash",   "env",
		"sudo",    "su",   "doas", "login",      "nohup",     "nice",      "xargs", "find",   "script",  "expect",
		"time",    "exec", "arch", "caffeinate", "launchctl", "osascript", "perl",  "python", "python3", "ruby",
		"awk",     "make", "ssh",  "screen",     "tmux",      "vi",        "vim",   "ed",     "stdbuf",  "chroot",
		"busybox", "lua",  "node", "swift",      "tclsh",     "php",
	};
	const char *name = strrchr(path, '/') + 1;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t length = strlen(names[i]);
		/* A version may follow: python3.11, lua5.4. */
		if (strncasecmp(name, names[i], length) == 0 && strspn(name + length, "0123456789.-") == strlen(name + length))
			return true;
	}
	return false;
}

/* Whether a tool of the table has this name, wherever it lies: the same program is on every system volume, and may be
 * copied. A Mac's file system takes CSRUTIL for csrutil. */
static bool is_known_name(const char *name)
{
	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (strcasecmp(strrchr(table[i].path, '/') + 1, name) == 0)
			return true;
	return false;
}

/* Why no plan may have a tool of this name, or NULL. */
static const char *why_not_name(const char *path)
{
	if (is_known_name(strrchr(path, '/') + 1))
		return "its forms are fixed";
	return starts_others(path) ? "it starts other programs" : NULL;
}

static bool find_file(const char *root, const char *path, struct stat *st)
{
	char whole[PATH_MAX];
	return snprintf(whole, sizeof whole, "%s%s", root, path) < (int)sizeof whole && stat(whole, st) == 0;
}

/* Whether the file is one of the table's, by a hard link or a soft one. */
static bool is_known_file(const char *root, const char *path)
{
	struct stat own, known;
	if (!find_file(root, path, &own))
		return false;
	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (find_file(root, table[i].path, &known) && known.st_dev == own.st_dev && known.st_ino == own.st_ino)
			return true;
	return false;
}

/* The same of what the path leads to: a link may be called anything. */
static const char *why_not_file(const char *root, const char *path)
{
	char whole[PATH_MAX], real[PATH_MAX];
	if (is_known_file(root, path))
		return "it is another name of a tool whose forms are fixed";
	if (snprintf(whole, sizeof whole, "%s%s", root, path) >= (int)sizeof whole || realpath(whole, real) == NULL)
		return NULL;
	return why_not_name(real);
}

static const char *why_not_declarable(const struct declared_tool *list, const char *root, const char *path)
{
	if (!forms_path_is_plain(path))
		return "its path must be absolute and plain";
	if (find_declared(list, path) != NULL)
		return "it is declared already";
	const char *why = why_not_name(path);
	return why != NULL ? why : why_not_file(root, path);
}

bool allowlist_is_declared(const struct declared_tool *list, const char *path)
{
	return find_declared(list, path) != NULL;
}

int allowlist_check_name(const struct declared_tool *list, const char *root, const char *path, struct error *err)
{
	const char *why = allowlist_is_declared(list, path) ? why_not_file(root, path) : NULL;
	return why == NULL ? 0 : error_set(err, "refused", "will not run %s: %s", path, why);
}

static const char *why_not_forms(const char *const *forms)
{
	for (; *forms != NULL; forms++)
		if ((*forms)[0] == '\0' || strstr(*forms, "...") != NULL)
			return "a form must name all its arguments";
	return NULL;
}

/* Joins the forms. Returns NULL if there is no memory. */
static char *join_forms(const char *const *forms)
{
	size_t length = 1;
	for (size_t i = 0; forms[i] != NULL; i++)
		length += strlen(forms[i]) + 1;
	char *text = calloc(1, length), *p = text;
	for (size_t i = 0; text != NULL && forms[i] != NULL; i++)
		p = stpcpy(p, forms[i]) + 1;
	return text;
}

/* A malloc'ed entry, or NULL. */
static struct declared_tool *make_entry(const char *path, const char *const *forms)
{
	struct declared_tool *entry = calloc(1, sizeof *entry);
	if (entry == NULL)
		return NULL;
	entry->path = strdup(path);
	entry->forms = join_forms(forms);
	if (entry->path == NULL || entry->forms == NULL)
		allowlist_forget(&entry);
	return entry;
}

int allowlist_declare(struct declared_tool **list, const char *root, const char *path, const char *const *forms,
                      struct error *err)
{
	const char *why = why_not_declarable(*list, root, path);
	if (why == NULL)
		why = why_not_forms(forms);
	if (why != NULL)
		return error_set(err, "refused", "cannot declare the tool %s: %s", path, why);
	struct declared_tool *entry = make_entry(path, forms);
	if (entry == NULL)
		return error_set(err, "ENOMEM", "cannot declare the tool %s: no memory", path);
	entry->next = *list;
	*list = entry;
	return 0;
}

void allowlist_forget(struct declared_tool **list)
{
	while (*list != NULL) {
		struct declared_tool *next = (*list)->next;
		free((*list)->path);
		free((*list)->forms);
		free(*list);
		*list = next;
	}
}
