/* Tests of the table of tools: what a probe may run, what may go through the door, what a plan may declare. */
#include "door/allowlist.h"
#include "fixture.h"

#define UUID "01234567-89AB-cdef-0123-456789abcdef"
#define OTHER "01234567-89AB-cdef-0123-456789abcde0"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const char *const reading[][24] = {
	{ "/usr/bin/csrutil", "status" },
	{ "/usr/bin/csrutil", "authenticated-root", "status" },
	{ "/usr/bin/bputil", "-d", "-v", UUID },
	{ "/usr/bin/bputil", "-d", "-j", "-v", UUID },
	{ "/usr/bin/kmutil", "inspect", "--show-fileset-entries", "-B", "/x.kc" },
	{ "/usr/bin/kmutil", "showloaded", "--list-only" },
	{ "/usr/sbin/nvram", "boot-args" },
	{ "/usr/sbin/nvram", "40A0DDD2-77F8-4392-B4A3-1E7304206516:boot-args" },
	{ "/usr/sbin/nvram", "-x", "boot-args" },
	{ "/usr/sbin/nvram", "-xp" },
	{ "/usr/sbin/nvram", "-p" },
	{ "/usr/sbin/nvram", "-x", "-p" },
	{ "/usr/sbin/diskutil", "list" },
	{ "/usr/sbin/diskutil", "list", "-plist" },
	{ "/usr/sbin/diskutil", "info", "-plist", "/" },
	{ "/usr/sbin/diskutil", "info", "disk3s1" },
	{ "/usr/sbin/diskutil", "apfs", "list", "-plist" },
	{ "/usr/sbin/diskutil", "apfs", "listVolumeGroups", "-plist" },
	{ "/usr/sbin/diskutil", "apfs", "listUsers", "disk3s1", "-plist" },
	{ "/usr/sbin/diskutil", "apfs", "listUsers", "-plist", "disk3s1" },
	{ "/usr/sbin/sysctl", "-n", "kern.version" },
	{ "/usr/sbin/sysctl", "hv.apple_isa_vm_quota" },
	{ "/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice" },
	{ "/usr/bin/uname", "-v" },
	{ "/usr/bin/sw_vers" },
	{ "/usr/bin/sw_vers", "--buildVersion" },
	{ "/usr/bin/profiles", "status", "-type", "enrollment" },
	{ "/usr/sbin/pkgutil", "--pkgs" },
	{ "/usr/sbin/pkgutil", "--files", "com.apple.pkg.KDK" },
	{ "/usr/sbin/pkgutil", "--pkg-info", "com.apple.pkg.KDK" },
	{ "/usr/sbin/pkgutil", "--check-signature", "/Volumes/Kit/KernelDebugKit.pkg" },
	{ "/bin/ps", "-axo", "comm=" },
	{ "/usr/bin/pmset", "-g", "batt" },
	{ "/sbin/route", "-n", "get", "default" },
	{ "/usr/bin/hdiutil", "info" },
};

static const char *const not_reading[][24] = {
	{ "/usr/bin/csrutil" },
	{ "/usr/bin/csrutil", "disable" },
	{ "/usr/bin/csrutil", "clear" },
	{ "/usr/bin/csrutil", "status", "now" },
	{ "/usr/bin/csrutil", "authenticated-root", "disable" },
	{ "/usr/bin/bputil", "-d" },
	{ "/usr/bin/bputil", "-e" },
	{ "/usr/bin/bputil", "-d", "-v", "not-a-uuid" },
	{ "/usr/bin/bputil", "-d", "-v", "01234567-89AB-cdef-0123-456789abcdef0" },
	{ "/usr/bin/bputil", "-n", "-v", UUID },
	{ "/usr/bin/bputil", "-dn", "-v", UUID },
	{ "/usr/bin/kmutil", "create" },
	{ "/usr/bin/kmutil", "configure-boot" },
	{ "/usr/bin/kmutil", "showloaded", "--output", "/x" },
	{ "/usr/bin/kmutil", "inspect", "-o", "/x" },
	{ "/usr/bin/kmutil", "inspect", "--output=/x" },
	{ "/usr/sbin/nvram", "x=y" },
	{ "/usr/sbin/nvram", "boot-args", "x=y" },
	{ "/usr/sbin/nvram", "-x", "x=y" },
	{ "/usr/sbin/nvram", "-c" },
	{ "/usr/sbin/nvram", "-d", "boot-args" },
	{ "/usr/sbin/nvram", "-f", "file" },
	{ "/usr/sbin/nvram", "" },
	{ "/usr/sbin/diskutil", "eraseDisk", "x" },
	{ "/usr/sbin/diskutil", "info", "-all" },
	{ "/usr/sbin/diskutil", "apfs", "deleteVolume", "disk3s1" },
	{ "/usr/sbin/sysctl", "a=b" },
	{ "/usr/sbin/sysctl", "-w", "a=b" },
	{ "/usr/sbin/sysctl", "-n", "a=b" },
	{ "/usr/sbin/sysctl", "-n", "a", "b=c" },
	{ "/usr/bin/profiles", "remove" },
	{ "/usr/sbin/pkgutil", "--forget", "x" },
	{ "/usr/sbin/pkgutil", "--check-signature" },
	{ "/usr/sbin/pkgutil", "--check-signature", "--expand" },
	{ "/usr/sbin/pkgutil", "--expand", "x.pkg", "y" },
	{ "/bin/ps" },
	{ "/bin/ps", "-axo", "command=" },
	{ "/bin/ps", "-axo", "comm=", "-E" },
	{ "/usr/bin/pmset", "-a", "sleep", "0" },
	{ "/sbin/route", "-n", "delete", "default" },
	{ "/usr/bin/hdiutil", "attach", "x" },
	{ "/usr/sbin/installer", "-pkg", "x" },
	{ "/usr/bin/curl", "https://example.org/" },
	{ "/bin/sh", "-c", "true" },
	{ "csrutil", "status" },
	{ "/usr/bin/../bin/csrutil", "status" },
};

#define DOWNLOAD                                                                                                       \
	"-q", "--fail", "--location", "--proto", "=https", "--proto-redir", "=https", "--connect-timeout", "30",           \
		"--progress-bar", "--speed-limit", "1", "--speed-time", "60", "--continue-at", "-", "--output"

static const char *const changing[][24] = {
	{ "/usr/bin/csrutil", "disable" },
	{ "/usr/bin/csrutil", "enable" },
	{ "/usr/bin/csrutil", "clear" },
	{ "/usr/bin/bputil", "-f", "-v", UUID },
	{ "/usr/bin/bputil", "-nkca", "-v", UUID },
	{ "/usr/bin/bputil", "-nkmcas", "-v", UUID },
	{ "/usr/bin/bputil", "--permissive-security", "--vuid", UUID },
	{ "/usr/bin/kmutil", "configure-boot", "-c", "/x.kc", "-v", "/Volumes/Macintosh HD" },
	{ "/usr/bin/kmutil", "configure-boot", "--volume", "/Volumes/-v", "--custom-boot-object", "/v --volume", "-C" },
	{ "/usr/bin/kmutil", "create", "-v", "-V", "development", "--volume-root", "/", "-v" },
	{ "/usr/sbin/nvram", "boot-args=hypervisor=0x1" },
	{ "/usr/sbin/nvram", "-s" },
	{ "/usr/sbin/diskutil", "apfs", "unlockVolume", "disk3s5" },
	{ "/usr/sbin/diskutil", "mount", "disk3s5" },
	{ "/usr/sbin/diskutil", "unmount", "disk3s5" },
	{ "/usr/bin/hdiutil", "attach", "x.dmg" },
	{ "/usr/sbin/installer", "-pkg", "x.pkg", "-target", "/" },
	{ "/usr/sbin/pkgutil", "--forget", "com.apple.pkg.KDK.23A344" },
	{ "/usr/bin/curl", DOWNLOAD, "/private/var/db/vmq-recovery/kits/x.part", "--", "https://example.org/x.dmg" },
};

static const char *const never[][24] = {
	{ "/usr/bin/bputil", "-n" },
	{ "/usr/bin/curl", "-o", "x", "https://example.org/" },
	{ "/usr/bin/curl", DOWNLOAD, "/vmq-recovery/x", "--", "http://example.org/" },
	{ "/usr/bin/curl", DOWNLOAD, "/etc/x", "--", "https://example.org/" },
	{ "/usr/bin/curl", DOWNLOAD, "/vmq-recovery/x", "--", "https://example.org/", "https://example.net/" },
	{ "/usr/bin/curl", DOWNLOAD, "/vmq-recovery/x", "--" },
	{ "/usr/bin/bputil", "-f" },
	{ "/usr/bin/bputil", "-d" },
	{ "/usr/bin/bputil", "-r", UUID },
	{ "/usr/bin/bputil", "-r01234567-89AB-cdef-0123-456789abcdef" },
	{ "/usr/bin/bputil", "--remove", UUID },
	{ "/usr/bin/bputil", "--rem", UUID, "-v", UUID },
	{ "/usr/bin/bputil", "-z", "-v", UUID },
	{ "/usr/bin/bputil", "--cleanup", "-v", UUID },
	{ "/usr/bin/bputil", "-s", "-v", UUID },
	{ "/usr/bin/bputil", "-gs", "-v", UUID },
	{ "/usr/bin/bputil", "-asn", "-v", UUID },
	{ "/usr/bin/bputil", "-n", "-s", "-v", UUID },
	{ "/usr/bin/bputil", "--disable-ssv", "-v", UUID },
	{ "/usr/bin/bputil", "-n", "-u", "joe", "-p", "secret", "-v", UUID },
	{ "/usr/bin/bputil", "-n", "-psecret", "-v", UUID },
	{ "/usr/bin/bputil", "-n", "--password=secret", "-v", UUID },
	{ "/usr/bin/bputil", "-n", "-v" },
	{ "/usr/bin/bputil", "-n", "-v", "-r" },
	{ "/usr/bin/bputil", "-nv01234567-89AB-cdef-0123-456789abcdef", "-z" },
	{ "/usr/bin/bputil", "-n", "-v", UUID, "word" },
	{ "/usr/bin/bputil", "-f", "-v", UUID, "-v", OTHER },
	{ "/usr/bin/bputil", "-v", UUID, "-nv", UUID },
	{ "/usr/bin/bputil", "--vuid", UUID, "-f", "--vuid", OTHER },
	{ "/usr/bin/bputil", "-f", "-v", UUID, "--vuid", OTHER },
	{ "/usr/bin/kmutil", "configure-boot", "-v", "/Volumes/A", "-c", "/x.kc", "-v", "/Volumes/B" },
	{ "/usr/bin/kmutil", "configure-boot", "--volume", "/Volumes/A", "--volume=/Volumes/B" },
	{ "/usr/bin/kmutil", "configure-boot", "-Cv", "/Volumes/A", "--volume", "/Volumes/A", "-c", "/x.kc" },
	{ "/usr/sbin/installer", "-pkg", "x.pkg", "-target", "/", "-target", "/Volumes/B" },
	{ "/usr/sbin/nvram", "-c" },
	{ "/usr/sbin/nvram", "-xc" },
	{ "/usr/sbin/nvram", "-z" },
	{ "/usr/sbin/nvram", "-f", "file" },
	{ "/usr/sbin/nvram", "-d", "boot-args" },
	{ "/usr/sbin/nvram", "-d", "40A0DDD2-77F8-4392-B4A3-1E7304206516:boot-args" },
	{ "/usr/sbin/nvram", "-d", "7C436110-AB2A-4BBB-A880-FE41995C9F82:boot-args" },
	{ "/usr/sbin/nvram", "-r", "boot-args" },
	{ "/usr/sbin/nvram", "-d" },
	{ "/usr/bin/csrutil", "authenticated-root", "disable" },
	{ "/usr/bin/csrutil", "authenticated-root", "enable" },
	{ "/usr/sbin/diskutil", "eraseDisk", "x" },
	{ "/usr/sbin/diskutil", "apfs", "deleteVolume", "x" },
	{ "/usr/sbin/diskutil", "list" },
	{ "/usr/sbin/sysctl", "a=b" },
	{ "/bin/ps", "-axo", "comm=" },
	{ "/usr/bin/pmset", "-g", "batt" },
	{ "/sbin/route", "-n", "get", "default" },
	{ "/usr/sbin/pkgutil", "--check-signature", "x.pkg" },
	{ "/usr/sbin/pkgutil", "--forget" },
	{ "/usr/sbin/pkgutil", "--forget", "com.apple.pkg.CLTools_Executables" },
	{ "/usr/sbin/pkgutil", "--forget", "com.apple.pkg.KDK.23A344", "com.apple.pkg.CLTools_Executables" },
	{ "/usr/sbin/pkgutil", "--forget", "--volume", "com.apple.pkg.KDK.23A344" },
	{ "/bin/sh", "-c", "true" },
	{ "/bin/rm", "-rf", "/" },
};

/* Whether the check lets the words through; a refusal says so by its code. */
static bool passes(int (*check)(const struct declared_tool *, const char *const *, struct error *),
                   const char *const *argv)
{
	struct error err;
	bool fine = check(NULL, argv, &err) == 0;
	assert_true(fine || strcmp(err.code, "refused") == 0);
	return fine;
}

static void commands_that_read_are_probes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(reading); i++)
		assert_true(passes(allowlist_check_read, reading[i]));
}

static void everything_else_is_no_probe(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(not_reading); i++)
		assert_false(passes(allowlist_check_read, not_reading[i]));
}

static void commands_that_change_go_through_the_door(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(changing); i++)
		assert_true(passes(allowlist_check_change, changing[i]));
}

static void what_is_never_used_does_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(never); i++)
		assert_false(passes(allowlist_check_change, never[i]));
}

static void a_declared_tool_has_its_forms(void **state)
{
	struct declared_tool *list = NULL;
	struct error err;
	(void)state;
	assert_int_equal(allowlist_declare(&list, "/nowhere", "/opt/bin/kit", WORDS("list", "show <word> --long"), &err),
	                 0);
	assert_int_equal(allowlist_check_read(list, WORDS("/opt/bin/kit", "list"), &err), 0);
	assert_int_equal(allowlist_check_read(list, WORDS("/opt/bin/kit", "show", "a=b", "--long"), &err), 0);
	assert_int_equal(allowlist_check_read(list, WORDS("/opt/bin/kit", "show", "-x", "--long"), &err), -1);
	assert_int_equal(allowlist_check_read(list, WORDS("/opt/bin/kit", "show", "", "--long"), &err), -1);
	assert_int_equal(allowlist_check_read(list, WORDS("/opt/bin/kit", "list", "more"), &err), -1);
	assert_int_equal(allowlist_check_read(list, WORDS("/opt/bin/kit"), &err), -1);
	assert_int_equal(allowlist_check_change(list, WORDS("/opt/bin/kit", "burn"), &err), 0);
	assert_int_equal(allowlist_check_change(list, WORDS("/opt/bin/other"), &err), -1);
	allowlist_forget(&list);
	assert_null(list);
}

static const char *const not_declarable[] = {
	"/usr/bin/csrutil",
	"/usr/bin/bputil",
	"/bin/sh",
	"/bin/bash",
	"/bin/zsh",
	"/usr/bin/env",
	"/usr/bin/sudo",
	"/usr/bin/perl",
	"/usr/bin/xargs",
	"kit",
	"./kit",
	"/opt//kit",
	"/opt/../bin/kit",
	"/opt/./kit",
	"/opt/",
	"/opt/..",
	"/opt/.",
	"/",
	"/Volumes/Mac HD/usr/bin/bputil",
	"/usr/bin/CSRUTIL",
	"/opt/copy/nvram",
	"/bin/SH",
	"/opt/Python3.11",
};

static void what_opens_a_way_round_the_door_is_not_declarable(void **state)
{
	struct declared_tool *list = NULL;
	struct error err;
	(void)state;
	for (size_t i = 0; i < COUNT(not_declarable); i++) {
		assert_int_equal(allowlist_declare(&list, "/nowhere", not_declarable[i], WORDS("list"), &err), -1);
		assert_string_equal(err.code, "refused");
	}
	assert_int_equal(allowlist_declare(&list, "/nowhere", "/opt/kit", WORDS("..."), &err), -1);
	assert_int_equal(allowlist_declare(&list, "/nowhere", "/opt/kit", WORDS(""), &err), -1);
	assert_null(list);
}

static void only_four_tools_may_be_answered(void **state)
{
	(void)state;
	assert_true(allowlist_may_be_answered("/usr/bin/csrutil"));
	assert_true(allowlist_may_be_answered("/usr/bin/bputil"));
	assert_true(allowlist_may_be_answered("/usr/bin/kmutil"));
	assert_true(allowlist_may_be_answered("/usr/sbin/diskutil"));
	assert_false(allowlist_may_be_answered("/usr/sbin/nvram"));
	assert_false(allowlist_may_be_answered("/opt/usr/bin/csrutil"));
	assert_false(allowlist_may_be_answered("csrutil"));
}

static void a_simulated_tool_is_known_by_its_path(void **state)
{
	(void)state;
	assert_string_equal(allowlist_path_at_end("/tmp/x/usr/bin/csrutil"), "/usr/bin/csrutil");
	assert_string_equal(allowlist_path_at_end("/usr/sbin/nvram"), "/usr/sbin/nvram");
	assert_string_equal(allowlist_path_at_end("/tmp/x/bin/ps"), "/bin/ps");
	assert_null(allowlist_path_at_end("/usr/bin/vmq-recovery"));
	assert_null(allowlist_path_at_end("csrutil"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_that_read_are_probes),
		cmocka_unit_test(everything_else_is_no_probe),
		cmocka_unit_test(commands_that_change_go_through_the_door),
		cmocka_unit_test(what_is_never_used_does_not),
		cmocka_unit_test(a_declared_tool_has_its_forms),
		cmocka_unit_test(what_opens_a_way_round_the_door_is_not_declarable),
		cmocka_unit_test(only_four_tools_may_be_answered),
		cmocka_unit_test(a_simulated_tool_is_known_by_its_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
