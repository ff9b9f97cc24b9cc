/*
 * Matches arguments with forms, and holds the refusals of single tools.
 * Must not say which tools there are.
 */
#include "door/forms.h"

#include <ctype.h>
#include <string.h>

#include "base/words.h"

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

bool forms_fit(const char *form, const char *const *args)
{
	size_t length;
	for (; (length = strcspn(form, " ")) > 0; args++) {
		if (strcmp(form, "...") == 0)
			return true;
		if (*args == NULL || !word_fits(form, length, *args))
			return false;
		form += length + (form[length] == ' ');
	}
	return *args == NULL;
}

bool forms_any_fits(const char *const *forms, size_t count, const char *const *args)
{
	for (size_t i = 0; i < count && forms[i] != NULL; i++)
		if (forms_fit(forms[i], args))
			return true;
	return false;
}

bool forms_path_is_plain(const char *path)
{
	if (*path != '/')
		return false;
	while (*path == '/') {
		size_t length = strcspn(++path, "/");
		if (length <= 2 && strspn(path, ".") == length)
			return false;
		path += length;
	}
	return true;
}

/* bputil's long options that the door lets through, with the letter that means the same; '?' for any other. */
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

/* The letters of one argument ("-nkca", "--json"); `single` is room for one of a long option. NULL: it is no option. */
static const char *bputil_letters(const char *argument, char single[2])
{
	if (argument[0] != '-' || argument[1] == '\0')
		return NULL;
	if (argument[1] != '-')
		return argument + 1;
	single[0] = bputil_letter(argument + 2);
	single[1] = '\0';
	return single;
}

/* The system volume is left open only in a policy that is made anew as it was: with -n. */
static bool opens_seal(const char *letters)
{
	return strchr(letters, 's') != NULL && letters[0] != 'n';
}

/* Passwords do not belong in argv, and other policies are not ours to change.
 * Without -v bputil asks which system is meant, and the answer would not stand in the journal. Unknown options are
 * refused, as getopt also takes shortened and joined ones. */
const char *forms_refuse_bputil(const char *const *args)
{
	char single[2];
	bool volume = false;
	for (; *args != NULL; args++) {
		const char *letters = bputil_letters(*args, single);
		if (letters == NULL)
			return "bputil takes no such argument";
		size_t plain = strspn(letters, "ldejfgnkmcas");
		if (opens_seal(letters))
			return "bputil takes the seal off only in a policy that is made anew";
		if (letters[plain] == '\0')
			continue;
		if (letters[plain] != 'v')
			return "this option of bputil is never used";
		if (letters[plain + 1] != '\0' || args[1] == NULL || !is_uuid(args[1]))
			return "bputil -v needs the UUID of a volume group as the next argument";
		if (volume)
			return "bputil -v may stand there only once";
		volume = true;
		args++;
	}
	return volume ? NULL : "bputil without -v may change another system";
}

/* "-v", "-Cv", "--volume", "--volume=/x" */
static bool is_volume_option(const char *word)
{
	static const char name[] = "--volume";
	size_t length = sizeof name - 1;
	if (strncmp(word, name, length) == 0)
		return word[length] == '\0' || word[length] == '=';
	return word[0] == '-' && word[1] != '-' && strchr(word, 'v') != NULL;
}

static bool is_target_option(const char *word)
{
	return strcmp(word, "-target") == 0;
}

static bool stands_twice(const char *const *args, bool (*is_it)(const char *))
{
	int count = 0;
	for (; *args != NULL; args++)
		count += is_it(*args) ? 1 : 0;
	return count > 1;
}

const char *forms_refuse_kmutil(const char *const *args)
{
	bool configures = *args != NULL && strcmp(*args, "configure-boot") == 0;
	return configures && stands_twice(args, is_volume_option) ? "kmutil configure-boot takes one volume" : NULL;
}

const char *forms_refuse_installer(const char *const *args)
{
	return stands_twice(args, is_target_option) ? "installer takes one target" : NULL;
}

const char *forms_refuse_pkgutil(const char *const *args)
{
	static const char kit[] = "com.apple.pkg.KDK.";
	bool is_kit = args[0] != NULL && args[1] != NULL && strncmp(args[1], kit, sizeof kit - 1) == 0;
	return is_kit ? NULL : "pkgutil forgets kits only";
}

static bool is_boot_args(const char *name)
{
	const char *colon = strrchr(name, ':');
	return strcmp(colon != NULL ? colon + 1 : name, "boot-args") == 0;
}

/* Clearing all variables, or all boot arguments whoever set them, cannot be undone from what the journal holds; -f
 * would bring in variables that no check has seen. */
const char *forms_refuse_nvram(const char *const *args)
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

const char *forms_refuse_csrutil(const char *const *args)
{
	for (; *args != NULL; args++)
		if (strcmp(*args, "authenticated-root") == 0)
			return "the seal of the system volume is never touched";
	return NULL;
}

/* curl writes files and talks to any server. The one form of it that the allowlist has ends in FILE -- ADDRESS. */
const char *forms_refuse_curl(const char *const *args)
{
	size_t count = words_count(args);
	bool fine =
		count >= 3 && strstr(args[count - 3], "/vmq-recovery/") != NULL && strncmp(args[count - 1], "https://", 8) == 0;
	return fine ? NULL : "a download goes from an https address into this program's own folder";
}

/* kmutil inspect prints; an output option would write. guess: no release is known to have one. */
const char *forms_refuse_inspect(const char *const *args)
{
	for (; *args != NULL; args++)
		if (strncmp(*args, "-o", 2) == 0 || strncmp(*args, "--output", 8) == 0)
			return "kmutil inspect may not write";
	return NULL;
}
