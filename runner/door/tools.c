/*
 * Says which commands only read and which may go through the door.
 * Must not start anything.
 *
 * Forms are words parted by blanks. <word>: an argument that does not begin with "-"; <name>: the same, without "=";
 * <uuid>: 8-4-4-4-12 hex digits; <flag>: one or two dashes and letters; "...": whatever follows.
 */
#include "door/tools.h"

#include "door/file_act.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct tool {
	const char *path;
	const char *reads[12];                         /* forms a probe may use */
	const char *changes[6];                        /* forms the door lets through */
	const char *(*never)(const char *const *args); /* why the door refuses a form all the same, or NULL */
};

static bool is_uuid(const char *word)
{
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? word[i] != '-' : !isxdigit((unsigned char)word[i]))
			return false;
	}
	return word[36] == '\0';
}

static bool is_flag(const char *word)
{
	const char *p = word + (word[0] == '-') + (word[0] == '-' && word[1] == '-');
	if (p == word || *p == '\0')
		return false;
	while (isalpha((unsigned char)*p))
		p++;
	return *p == '\0';
}

/* bputil's long options of §1.1 that the door lets through, with the letter that means the same. */
static char bputil_letter(const char *option)
{
	static const struct {
		const char *name;
		char letter;
	} known[] = {
		{ "debug-logging", 'l' },
		{ "display-policy", 'd' },
		{ "display-all-policies", 'e' },
		{ "json", 'j' },
		{ "full-security", 'f' },
		{ "reduced-security", 'g' },
		{ "permissive-security", 'n' },
		{ "enable-kexts", 'k' },
		{ "enable-mdm", 'm' },
		{ "disable-kernel-ctrr", 'c' },
		{ "disable-boot-args-restriction", 'a' },
		{ "vuid", 'v' },
	};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i].name, option) == 0)
			return known[i].letter;
	return '?';
}

/* Passwords do not belong in argv, other policies are none of our business, and an open system volume is never needed.
 * Without -v bputil asks which system is meant, and the answer would not stand in the journal. Unknown options are refused,
 * as getopt also takes shortened and joined ones. */
static const char *bputil_never(const char *const *args)
{
	bool volume = false;
	for (; *args != NULL; args++) {
		char letter[2] = { 0, 0 };
		const char *letters = letter;
		if ((*args)[0] != '-' || (*args)[1] == '\0')
			return "bputil takes no such argument";
		if ((*args)[1] == '-')
			letter[0] = bputil_letter(*args + 2);
		else
			letters = *args + 1;
		for (; *letters != '\0'; letters++) {
			if (strchr("ldejfgnkmcav", *letters) == NULL)
				return "this option of bputil is never used";
			if (*letters != 'v')
				continue;
			if (letters[1] != '\0' || args[1] == NULL || !is_uuid(args[1]))
				return "bputil -v needs the UUID of a volume group as the next argument";
			volume = true;
			args++;
			break;
		}
	}
	return volume ? NULL : "bputil without -v may change another system";
}

static bool is_boot_args(const char *name)
{
	const char *colon = strrchr(name, ':');
	return strcmp(colon != NULL ? colon + 1 : name, "boot-args") == 0;
}

/* Clearing all variables, or all boot arguments whoever set them, cannot be undone from what the journal holds; -f would
 * bring in variables that no check has seen. */
static const char *nvram_never(const char *const *args)
{
	for (; *args != NULL; args++) {
		if ((*args)[0] != '-')
			continue;
		if (strpbrk(*args, "czfb") != NULL)
			return "this option of nvram is never used";
		if (strpbrk(*args, "dr") != NULL && (args[1] == NULL || is_boot_args(args[1])))
			return "nvram may not delete boot-args: they may hold words of others";
	}
	return NULL;
}

static const char *csrutil_never(const char *const *args)
{
	for (; *args != NULL; args++)
		if (strcmp(*args, "authenticated-root") == 0)
			return "the seal of the system volume is never touched";
	return NULL;
}

/* curl writes files and talks to any server: only the form that the library makes goes through, to an https address, into a
 * folder of ours. The words between are options without a file or an address of their own. */
static const char *curl_never(const char *const *args)
{
	static const char *const form[] = {
		"-q",
		"--fail",
		"--location",
		"--proto",
		"=https",
		"--proto-redir",
		"=https",
		"--connect-timeout",
		"30",
		"--progress-bar",
		"--speed-limit",
		"1",
		"--speed-time",
		"60",
		"--continue-at",
		"-",
		"--output",
		NULL,
		"--",
		NULL,
	};
	size_t count = sizeof form / sizeof form[0];
	for (size_t i = 0; i < count; i++)
		if (args[i] == NULL || (form[i] != NULL && strcmp(form[i], args[i]) != 0))
			return "these are not the arguments of a kit's download";
	if (args[count] != NULL || strstr(args[17], "/vmq-recovery/") == NULL || strncmp(args[19], "https://", 8) != 0)
		return "a download goes from an https address into this program's own folder";
	return NULL;
}

/* kmutil inspect prints; an output option would write. guess: no release is known to have one. */
static const char *kmutil_inspect_never(const char *const *args)
{
	for (; *args != NULL; args++)
		if (strncmp(*args, "-o", 2) == 0 || strncmp(*args, "--output", 8) == 0)
			return "kmutil inspect may not write";
	return NULL;
}

static const struct tool table[] = {
	{ "/usr/bin/csrutil", { "status", "authenticated-root status" }, { "..." }, csrutil_never },
	{ "/usr/bin/bputil", { "-d -v <uuid>", "-d -j -v <uuid>" }, { "..." }, bputil_never },
	{ "/usr/bin/kmutil", { "inspect ..." }, { "..." }, NULL },
	{ "/usr/sbin/nvram", { "<name>", "-x <name>", "-xp", "-p", "-x -p" }, { "..." }, nvram_never },
	{ "/usr/sbin/diskutil",
	  { "list", "list -plist", "info <word>", "info -plist <word>", "apfs list", "apfs list -plist",
	    "apfs listVolumeGroups", "apfs listVolumeGroups -plist", "apfs listUsers <word>",
	    "apfs listUsers <word> -plist", "apfs listUsers -plist <word>" },
	  { "apfs unlockVolume ...", "mount ...", "unmount ..." },
	  NULL },
	{ "/usr/sbin/sysctl", { "<name>", "-n <name>" }, { NULL }, NULL },
	{ "/usr/sbin/ioreg", { "..." }, { NULL }, NULL },
	{ "/usr/bin/uname", { "", "<flag>" }, { NULL }, NULL },
	{ "/usr/bin/sw_vers", { "", "<flag>" }, { NULL }, NULL },
	{ "/usr/bin/profiles", { "status -type enrollment" }, { NULL }, NULL },
	{ "/usr/sbin/pkgutil",
	  { "--files <word>", "--pkg-info <word>", "--pkgs", "--check-signature <word>" },
	  { NULL },
	  NULL },
	{ "/bin/ps", { "-axo comm=" }, { NULL }, NULL },
	{ "/usr/bin/hdiutil", { "info", "info -plist" }, { "..." }, NULL },
	{ "/usr/sbin/installer", { NULL }, { "..." }, NULL },
	/* Only the public list of kits is read without an intent, and only from its own address (reference §7.4). */
	{ "/usr/bin/curl",
	  { "-q --fail --location --proto =https --proto-redir =https --connect-timeout 30 --silent --show-error --max-time 90 -- "
	    "https://dortania.github.io/KdkSupportPkg/manifest.json" },
	  { "..." },
	  curl_never },
};
#define TABLE_COUNT (sizeof table / sizeof table[0])

struct tools_declared {
	struct tools_declared *next;
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

static const struct tools_declared *find_declared(const struct tools_declared *list, const char *path)
{
	while (list != NULL && strcmp(list->path, path) != 0)
		list = list->next;
	return list;
}

static bool word_fits(const char *pattern, size_t length, const char *word)
{
	if (pattern[0] != '<')
		return strlen(word) == length && memcmp(pattern, word, length) == 0;
	if (strncmp(pattern, "<uuid>", length) == 0)
		return is_uuid(word);
	if (strncmp(pattern, "<flag>", length) == 0)
		return is_flag(word);
	bool plain = word[0] != '\0' && word[0] != '-';
	return strncmp(pattern, "<name>", length) == 0 ? plain && strchr(word, '=') == NULL : plain;
}

static bool form_fits(const char *form, const char *const *args)
{
	for (;;) {
		size_t length = strcspn(form, " ");
		if (length == 0)
			return *args == NULL;
		if (strcmp(form, "...") == 0)
			return true;
		if (*args == NULL || !word_fits(form, length, *args))
			return false;
		args++;
		form += length + (form[length] == ' ');
	}
}

static bool any_form_fits(const char *const *forms, size_t count, const char *const *args)
{
	for (size_t i = 0; i < count && forms[i] != NULL; i++)
		if (form_fits(forms[i], args))
			return true;
	return false;
}

int tools_check_read(const struct tools_declared *list, const char *const *argv, struct error *err)
{
	const struct tool *tool = find_tool(argv[0]);
	const struct tools_declared *declared = find_declared(list, argv[0]);
	const char *why = NULL;
	if (tool != NULL) {
		if (strcmp(tool->path, "/usr/bin/kmutil") == 0)
			why = kmutil_inspect_never(argv + 1);
		if (why == NULL && any_form_fits(tool->reads, sizeof tool->reads / sizeof tool->reads[0], argv + 1))
			return 0;
	} else if (declared != NULL) {
		for (const char *form = declared->forms; *form != '\0'; form += strlen(form) + 1)
			if (form_fits(form, argv + 1))
				return 0;
	}
	return error_set(err, "refused", "will not run %s%s%s to look at the Mac: %s", argv[0], argv[1] ? " " : "",
	                 argv[1] ? argv[1] : "", why != NULL ? why : "these arguments are not known to only read");
}

int tools_check_change(const struct tools_declared *list, const char *const *argv, struct error *err)
{
	const struct tool *tool = find_tool(argv[0]);
	const char *why = "it is not among the programs that may change the Mac";
	if (file_act_named(argv[0]))
		return file_act_check(argv, err);
	if (tool != NULL) {
		if (any_form_fits(tool->changes, sizeof tool->changes / sizeof tool->changes[0], argv + 1))
			why = tool->never != NULL ? tool->never(argv + 1) : NULL;
		else
			why = "these arguments are not among those that may change the Mac";
	} else if (find_declared(list, argv[0]) != NULL) {
		why = NULL;
	}
	return why == NULL ? 0 : error_set(err, "refused", "will not run %s: %s", argv[0], why);
}

const char *tools_path_at_end(const char *program)
{
	size_t length = strlen(program);
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		size_t size = strlen(table[i].path);
		if (length >= size && strcmp(program + length - size, table[i].path) == 0)
			return table[i].path;
	}
	return NULL;
}

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
		if (strncmp(name, names[i], length) == 0 && strspn(name + length, "0123456789.-") == strlen(name + length))
			return true;
	}
	return false;
}

static const char *why_not_declarable(const struct tools_declared *list, const char *path)
{
	if (path[0] != '/' || strstr(path, "//") || strstr(path, "/./") || strstr(path, "/../")
	    || path[strlen(path) - 1] == '/')
		return "its path must be absolute and plain";
	/* The same program lies on every system volume: /Volumes/NAME/usr/bin/bputil is bputil. */
	if (tools_path_at_end(path) != NULL)
		return "its forms are fixed";
	if (find_declared(list, path) != NULL)
		return "it is declared already";
	return starts_others(path) ? "it starts other programs" : NULL;
}

/* Joins the forms. Returns NULL if there is no memory. */
static char *join_forms(const char *const *forms)
{
	size_t length = 1;
	for (size_t i = 0; forms[i] != NULL; i++)
		length += strlen(forms[i]) + 1;
	char *text = calloc(1, length);
	char *p = text;
	for (size_t i = 0; text != NULL && forms[i] != NULL; i++) {
		size_t size = strlen(forms[i]) + 1;
		memcpy(p, forms[i], size);
		p += size;
	}
	return text;
}

int tools_declare(struct tools_declared **list, const char *path, const char *const *forms, struct error *err)
{
	const char *why = why_not_declarable(*list, path);
	for (size_t i = 0; why == NULL && forms[i] != NULL; i++)
		if (forms[i][0] == '\0' || strstr(forms[i], "...") != NULL)
			why = "a form must name all its arguments";
	if (why != NULL)
		return error_set(err, "refused", "cannot declare the tool %s: %s", path, why);
	struct tools_declared *entry = calloc(1, sizeof *entry);
	if (entry != NULL) {
		entry->path = strdup(path);
		entry->forms = join_forms(forms);
		entry->next = *list;
		if (entry->path != NULL && entry->forms != NULL) {
			*list = entry;
			return 0;
		}
		entry->next = NULL;
		tools_forget(&entry);
	}
	return error_set(err, "ENOMEM", "cannot declare the tool %s: no memory", path);
}

void tools_forget(struct tools_declared **list)
{
	while (*list != NULL) {
		struct tools_declared *next = (*list)->next;
		free((*list)->path);
		free((*list)->forms);
		free(*list);
		*list = next;
	}
}
