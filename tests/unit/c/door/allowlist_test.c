/* Tests of the table of tools: what a probe may run, what may go through the door, what a plan may declare. */
#include "door/allowlist.h"
#include "fixture.h"

#define UUID "01234567-89AB-cdef-0123-456789abcdef"

static bool reads(const char *const *argv)
{
	struct error err;
	bool fine = allowlist_check_read(NULL, argv, &err) == 0;
	assert_true(fine || strcmp(err.code, "refused") == 0);
	return fine;
}

static bool changes(const char *const *argv)
{
	struct error err;
	bool fine = allowlist_check_change(NULL, argv, &err) == 0;
	assert_true(fine || strcmp(err.code, "refused") == 0);
	return fine;
}

#define READS(...) assert_true(reads(WORDS(__VA_ARGS__)))
#define NO_READ(...) assert_false(reads(WORDS(__VA_ARGS__)))
#define CHANGES(...) assert_true(changes(WORDS(__VA_ARGS__)))
#define NEVER(...) assert_false(changes(WORDS(__VA_ARGS__)))

static void forms_that_read_are_let_through(void **state)
{
	(void)state;
	READS("/usr/bin/csrutil", "status");
	READS("/usr/bin/csrutil", "authenticated-root", "status");
	READS("/usr/bin/bputil", "-d", "-v", UUID);
	READS("/usr/bin/bputil", "-d", "-j", "-v", UUID);
	READS("/usr/bin/kmutil", "inspect", "--show-fileset-entries", "-B", "/x.kc");
	READS("/usr/sbin/nvram", "boot-args");
	READS("/usr/sbin/nvram", "40A0DDD2-77F8-4392-B4A3-1E7304206516:boot-args");
	READS("/usr/sbin/nvram", "-x", "boot-args");
	READS("/usr/sbin/nvram", "-xp");
	READS("/usr/sbin/nvram", "-p");
	READS("/usr/sbin/nvram", "-x", "-p");
	READS("/usr/sbin/diskutil", "list");
	READS("/usr/sbin/diskutil", "list", "-plist");
	READS("/usr/sbin/diskutil", "info", "-plist", "/");
	READS("/usr/sbin/diskutil", "info", "disk3s1");
	READS("/usr/sbin/diskutil", "apfs", "list", "-plist");
	READS("/usr/sbin/diskutil", "apfs", "listVolumeGroups", "-plist");
	READS("/usr/sbin/diskutil", "apfs", "listUsers", "disk3s1", "-plist");
	READS("/usr/sbin/diskutil", "apfs", "listUsers", "-plist", "disk3s1");
	READS("/usr/sbin/sysctl", "-n", "kern.version");
	READS("/usr/sbin/sysctl", "hv.apple_isa_vm_quota");
	READS("/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice");
	READS("/usr/bin/uname", "-v");
	READS("/usr/bin/sw_vers");
	READS("/usr/bin/sw_vers", "--buildVersion");
	READS("/usr/bin/profiles", "status", "-type", "enrollment");
	READS("/usr/sbin/pkgutil", "--pkgs");
	READS("/usr/sbin/pkgutil", "--files", "com.apple.pkg.KDK");
	READS("/usr/sbin/pkgutil", "--pkg-info", "com.apple.pkg.KDK");
	READS("/usr/sbin/pkgutil", "--check-signature", "/Volumes/Kit/KernelDebugKit.pkg");
	READS("/bin/ps", "-axo", "comm=");
	READS("/usr/bin/pmset", "-g", "batt");
	READS("/sbin/route", "-n", "get", "default");
	READS("/usr/bin/hdiutil", "info");
}

static void everything_else_is_no_probe(void **state)
{
	(void)state;
	NO_READ("/usr/bin/csrutil");
	NO_READ("/usr/bin/csrutil", "disable");
	NO_READ("/usr/bin/csrutil", "clear");
	NO_READ("/usr/bin/csrutil", "status", "now");
	NO_READ("/usr/bin/csrutil", "authenticated-root", "disable");
	NO_READ("/usr/bin/bputil", "-d");
	NO_READ("/usr/bin/bputil", "-e");
	NO_READ("/usr/bin/bputil", "-d", "-v", "not-a-uuid");
	NO_READ("/usr/bin/bputil", "-d", "-v", "01234567-89AB-cdef-0123-456789abcdef0");
	NO_READ("/usr/bin/bputil", "-n", "-v", UUID);
	NO_READ("/usr/bin/bputil", "-dn", "-v", UUID);
	NO_READ("/usr/bin/kmutil", "create");
	NO_READ("/usr/bin/kmutil", "configure-boot");
	NO_READ("/usr/bin/kmutil", "inspect", "-o", "/x");
	NO_READ("/usr/bin/kmutil", "inspect", "--output=/x");
	NO_READ("/usr/sbin/nvram", "x=y");
	NO_READ("/usr/sbin/nvram", "boot-args", "x=y");
	NO_READ("/usr/sbin/nvram", "-x", "x=y");
	NO_READ("/usr/sbin/nvram", "-c");
	NO_READ("/usr/sbin/nvram", "-d", "boot-args");
	NO_READ("/usr/sbin/nvram", "-f", "file");
	NO_READ("/usr/sbin/nvram", "");
	NO_READ("/usr/sbin/diskutil", "eraseDisk", "x");
	NO_READ("/usr/sbin/diskutil", "info", "-all");
	NO_READ("/usr/sbin/diskutil", "apfs", "deleteVolume", "disk3s1");
	NO_READ("/usr/sbin/sysctl", "a=b");
	NO_READ("/usr/sbin/sysctl", "-w", "a=b");
	NO_READ("/usr/sbin/sysctl", "-n", "a=b");
	NO_READ("/usr/sbin/sysctl", "-n", "a", "b=c");
	NO_READ("/usr/bin/profiles", "remove");
	NO_READ("/usr/sbin/pkgutil", "--forget", "x");
	NO_READ("/usr/sbin/pkgutil", "--check-signature");
	NO_READ("/usr/sbin/pkgutil", "--check-signature", "--expand");
	NO_READ("/usr/sbin/pkgutil", "--expand", "x.pkg", "y");
	NO_READ("/bin/ps");
	NO_READ("/usr/bin/pmset", "-a", "sleep", "0");
	NO_READ("/sbin/route", "-n", "delete", "default");
	NO_READ("/bin/ps", "-axo", "command=");
	NO_READ("/bin/ps", "-axo", "comm=", "-E");
	NO_READ("/usr/bin/hdiutil", "attach", "x");
	NO_READ("/usr/sbin/installer", "-pkg", "x");
	NO_READ("/usr/bin/curl", "https://example.org/");
	NO_READ("/bin/sh", "-c", "true");
	NO_READ("csrutil", "status");
	NO_READ("/usr/bin/../bin/csrutil", "status");
}

#define DOWNLOAD                                                                                                       \
	"-q", "--fail", "--location", "--proto", "=https", "--proto-redir", "=https", "--connect-timeout", "30",           \
		"--progress-bar", "--speed-limit", "1", "--speed-time", "60", "--continue-at", "-", "--output"

static void forms_that_change_go_through_the_door(void **state)
{
	(void)state;
	CHANGES("/usr/bin/csrutil", "disable");
	CHANGES("/usr/bin/csrutil", "enable");
	CHANGES("/usr/bin/csrutil", "clear");
	CHANGES("/usr/bin/bputil", "-f", "-v", UUID);
	CHANGES("/usr/bin/bputil", "-nkca", "-v", UUID);
	CHANGES("/usr/bin/bputil", "--permissive-security", "--vuid", UUID);
	CHANGES("/usr/bin/kmutil", "configure-boot", "-c", "/x.kc", "-v", "/Volumes/Macintosh HD");
	CHANGES("/usr/sbin/nvram", "boot-args=hypervisor=0x1");
	CHANGES("/usr/sbin/nvram", "-s");
	CHANGES("/usr/sbin/diskutil", "apfs", "unlockVolume", "disk3s5");
	CHANGES("/usr/sbin/diskutil", "mount", "disk3s5");
	CHANGES("/usr/sbin/diskutil", "unmount", "disk3s5");
	CHANGES("/usr/bin/hdiutil", "attach", "x.dmg");
	CHANGES("/usr/sbin/installer", "-pkg", "x.pkg", "-target", "/");
	CHANGES("/usr/bin/curl", DOWNLOAD, "/private/var/db/vmq-recovery/kits/x.part", "--", "https://example.org/x.dmg");
}

static void forms_that_are_never_used_do_not(void **state)
{
	(void)state;
	NEVER("/usr/bin/bputil", "-n");
	NEVER("/usr/bin/curl", "-o", "x", "https://example.org/");
	NEVER("/usr/bin/curl", DOWNLOAD, "/vmq-recovery/x", "--", "http://example.org/");
	NEVER("/usr/bin/curl", DOWNLOAD, "/etc/x", "--", "https://example.org/");
	NEVER("/usr/bin/curl", DOWNLOAD, "/vmq-recovery/x", "--", "https://example.org/", "https://example.net/");
	NEVER("/usr/bin/curl", DOWNLOAD, "/vmq-recovery/x", "--");
	NEVER("/usr/bin/bputil", "-f");
	NEVER("/usr/bin/bputil", "-d");
	NEVER("/usr/bin/bputil", "-r", UUID);
	NEVER("/usr/bin/bputil", "-r01234567-89AB-cdef-0123-456789abcdef");
	NEVER("/usr/bin/bputil", "--remove", UUID);
	NEVER("/usr/bin/bputil", "--rem", UUID, "-v", UUID);
	NEVER("/usr/bin/bputil", "-z", "-v", UUID);
	NEVER("/usr/bin/bputil", "--cleanup", "-v", UUID);
	NEVER("/usr/bin/bputil", "-nkcas", "-v", UUID);
	NEVER("/usr/bin/bputil", "--disable-ssv", "-v", UUID);
	NEVER("/usr/bin/bputil", "-n", "-u", "joe", "-p", "secret", "-v", UUID);
	NEVER("/usr/bin/bputil", "-n", "-psecret", "-v", UUID);
	NEVER("/usr/bin/bputil", "-n", "--password=secret", "-v", UUID);
	NEVER("/usr/bin/bputil", "-n", "-v");
	NEVER("/usr/bin/bputil", "-n", "-v", "-r");
	NEVER("/usr/bin/bputil", "-nv01234567-89AB-cdef-0123-456789abcdef", "-z");
	NEVER("/usr/bin/bputil", "-n", "-v", UUID, "word");
	NEVER("/usr/sbin/nvram", "-c");
	NEVER("/usr/sbin/nvram", "-xc");
	NEVER("/usr/sbin/nvram", "-z");
	NEVER("/usr/sbin/nvram", "-f", "file");
	NEVER("/usr/sbin/nvram", "-d", "boot-args");
	NEVER("/usr/sbin/nvram", "-d", "40A0DDD2-77F8-4392-B4A3-1E7304206516:boot-args");
	NEVER("/usr/sbin/nvram", "-d", "7C436110-AB2A-4BBB-A880-FE41995C9F82:boot-args");
	NEVER("/usr/sbin/nvram", "-r", "boot-args");
	NEVER("/usr/sbin/nvram", "-d");
	NEVER("/usr/bin/csrutil", "authenticated-root", "disable");
	NEVER("/usr/bin/csrutil", "authenticated-root", "enable");
	NEVER("/usr/sbin/diskutil", "eraseDisk", "x");
	NEVER("/usr/sbin/diskutil", "apfs", "deleteVolume", "x");
	NEVER("/usr/sbin/diskutil", "list");
	NEVER("/usr/sbin/sysctl", "a=b");
	NEVER("/bin/ps", "-axo", "comm=");
	NEVER("/usr/bin/pmset", "-g", "batt");
	NEVER("/sbin/route", "-n", "get", "default");
	NEVER("/usr/sbin/pkgutil", "--check-signature", "x.pkg");
	NEVER("/bin/sh", "-c", "true");
	NEVER("/bin/rm", "-rf", "/");
}

static void a_declared_tool_has_its_forms(void **state)
{
	struct declared_tool *list = NULL;
	struct error err;
	(void)state;
	assert_int_equal(allowlist_declare(&list, "/opt/bin/kit", WORDS("list", "show <word> --long"), &err), 0);
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

static void what_opens_a_way_round_the_door_is_not_declarable(void **state)
{
	static const char *const paths[] = {
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
		"/",
		"/Volumes/Mac HD/usr/bin/bputil",
	};
	struct declared_tool *list = NULL;
	struct error err;
	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		assert_int_equal(allowlist_declare(&list, paths[i], WORDS("list"), &err), -1);
		assert_string_equal(err.code, "refused");
	}
	assert_int_equal(allowlist_declare(&list, "/opt/kit", WORDS("..."), &err), -1);
	assert_int_equal(allowlist_declare(&list, "/opt/kit", WORDS(""), &err), -1);
	assert_null(list);
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
		cmocka_unit_test(forms_that_read_are_let_through),
		cmocka_unit_test(everything_else_is_no_probe),
		cmocka_unit_test(forms_that_change_go_through_the_door),
		cmocka_unit_test(forms_that_are_never_used_do_not),
		cmocka_unit_test(a_declared_tool_has_its_forms),
		cmocka_unit_test(what_opens_a_way_round_the_door_is_not_declarable),
		cmocka_unit_test(a_simulated_tool_is_known_by_its_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
