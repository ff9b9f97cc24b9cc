/* Tests of the acts on files: what they do, what they refuse, and that only the door lets them happen. */
#include "fixture.h"

#include "door/file_act.h"

#define OWN "/p/vmq-recovery"

static struct relay_result result;

static int with_folder(void **state)
{
	struct fixture *f;
	if (fixture_make(state) != 0)
		return -1;
	f = *state;
	return folder_make(fixture_path(f, "p/vmq-recovery"), 0755, &f->err);
}

static void put(struct fixture *f, const char *name, const char *text)
{
	assert_int_equal(replace_file(fixture_path(f, name), text, strlen(text), 0600, &f->err), 0);
}

/* Intends and does; returns the status that the act ended with. */
static int act(struct fixture *f, const char *const *argv)
{
	struct door_order order = { .argv = argv, .relay = { .screen = -1 } };
	fixture_intend(f, argv);
	assert_int_equal(door_act(&f->setup, f->journal, &order, &result, &f->err), 0);
	assert_true(result.end.exited);
	return result.end.exit;
}

static void assert_said(const char *words)
{
	char *output = fixture_output(&result);
	assert_non_null(strstr(output, words));
	free(output);
}

static mode_t mode_of(struct fixture *f, const char *name)
{
	struct stat st;
	assert_int_equal(file_stat(fixture_path(f, name), false, &st, &f->err), 0);
	return st.st_mode & 07777;
}

static size_t count_names(struct fixture *f, const char *folder)
{
	char **names;
	size_t count = 0;
	assert_int_equal(folder_list(fixture_path(f, folder), &names, &f->err), 0);
	while (names[count] != NULL)
		count++;
	free(names);
	return count;
}

static void it_copies_with_a_mode(void **state)
{
	struct fixture *f = *state;
	put(f, "/p/vmq-recovery/source", "what is copied");
	put(f, "/p/vmq-recovery/target", "what was there");
	assert_int_equal(act(f, WORDS("copy", "/p/vmq-recovery/source", "/p/vmq-recovery/target", "0644")), 0);
	assert_string_equal(fixture_text(f, "/p/vmq-recovery/target"), "what is copied");
	assert_int_equal(mode_of(f, "/p/vmq-recovery/target"), 0644);
	assert_string_equal(fixture_text(f, "/p/vmq-recovery/source"), "what is copied");
	assert_int_equal(count_names(f, OWN), 2);
}

static void it_takes_the_place_of_what_was_cut_off(void **state)
{
	struct fixture *f = *state;
	put(f, "/p/vmq-recovery/source", "what is copied");
	put(f, "/p/vmq-recovery/target.vmq-recovery.new", "half of what was to be");
	assert_int_equal(act(f, WORDS("copy", "/p/vmq-recovery/source", "/p/vmq-recovery/target", "0644")), 0);
	assert_string_equal(fixture_text(f, "/p/vmq-recovery/target"), "what is copied");
	assert_int_equal(count_names(f, OWN), 2);
}

static void it_copies_a_file_larger_than_its_piece(void **state)
{
	struct fixture *f = *state;
	char *text = calloc(1, 1000001);
	assert_non_null(text);
	for (size_t i = 0; i < 1000000; i++)
		text[i] = (char)('a' + i % 23);
	put(f, "/p/vmq-recovery/source", text);
	assert_int_equal(act(f, WORDS("copy", "/p/vmq-recovery/source", "/p/vmq-recovery/target", "644")), 0);
	char *bytes;
	size_t length;
	assert_int_equal(file_read(fixture_path(f, "/p/vmq-recovery/target"), 2000000, &bytes, &length, &f->err), 0);
	assert_int_equal(length, 1000000);
	assert_memory_equal(bytes, text, length);
	free(bytes);
	free(text);
}

static void it_leaves_what_was_there_when_it_fails(void **state)
{
	struct fixture *f = *state;
	struct rlimit before, limit;
	char *text = calloc(1, 600001);
	assert_non_null(text);
	memset(text, 'x', 600000);
	put(f, "/p/vmq-recovery/source", text);
	free(text);
	put(f, "/p/vmq-recovery/target", "old");
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = 500000;
	(void)setrlimit(RLIMIT_FSIZE, &limit);
	int status = act(f, WORDS("copy", "/p/vmq-recovery/source", "/p/vmq-recovery/target", "0644"));
	(void)setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(status, 1);
	assert_said("cannot write ");
	assert_string_equal(fixture_text(f, "/p/vmq-recovery/target"), "old");
	assert_int_equal(count_names(f, OWN), 2);
}

static void it_copies_no_folder_and_nothing_that_is_not_there(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(act(f, WORDS("copy", OWN, "/p/vmq-recovery/target", "0644")), 1);
	assert_said("Is a directory");
	assert_int_equal(act(f, WORDS("copy", "/p/vmq-recovery/nothing", "/p/vmq-recovery/target", "0644")), 1);
	assert_said("No such file or directory");
	assert_int_equal(count_names(f, OWN), 0);
}

static void it_copies_the_program(void **state)
{
	struct fixture *f = *state;
	char program[PATH_MAX];
	struct stat ours, theirs;
	assert_int_equal(act(f, WORDS("copy-program", "/vmq-recovery", "0755")), 0);
	assert_int_equal(mode_of(f, "vmq-recovery"), 0755);
	assert_int_equal(system_executable(program, &f->err), 0);
	assert_int_equal(stat(program, &ours), 0);
	assert_int_equal(stat(fixture_path(f, "vmq-recovery"), &theirs), 0);
	assert_int_equal(ours.st_size, theirs.st_size);
}

static void it_moves(void **state)
{
	struct fixture *f = *state;
	put(f, "/p/vmq-recovery/source", "new");
	put(f, OWN "/elsewhere", "old");
	assert_int_equal(act(f, WORDS("move", "/p/vmq-recovery/source", OWN "/elsewhere")), 0);
	assert_string_equal(fixture_text(f, OWN "/elsewhere"), "new");
	assert_int_equal(count_names(f, OWN), 1);
	assert_int_equal(act(f, WORDS("move", "/p/vmq-recovery/source", OWN "/elsewhere")), 1);
	assert_string_equal(fixture_text(f, OWN "/elsewhere"), "new");
}

static void it_writes(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(act(f, WORDS("write", "/p/vmq-recovery/text", "0600", "line \"one\"\n\303\274\n")), 0);
	assert_string_equal(fixture_text(f, "/p/vmq-recovery/text"), "line \"one\"\n\303\274\n");
	assert_int_equal(mode_of(f, "/p/vmq-recovery/text"), 0600);
}

static void it_makes_folders_and_uses_its_own(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(act(f, WORDS("make-folder", "/p/b/vmq-recovery", "0700")), 0);
	assert_int_equal(mode_of(f, "p/b/vmq-recovery"), 0700);
	assert_int_equal(act(f, WORDS("make-folder", "/p/b/vmq-recovery", "0755")), 0);
	assert_int_equal(mode_of(f, "p/b/vmq-recovery"), 0755);
}

static void it_uses_no_folder_of_others(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(chmod(fixture_path(f, OWN), 0775), 0);
	assert_int_equal(act(f, WORDS("make-folder", OWN, "0755")), 1);
	assert_said("others can write it");
	assert_int_equal(mode_of(f, OWN), 0775);
	assert_int_equal(chmod(fixture_path(f, OWN), 0755), 0);
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(fixture_path(f, OWN), 501, 20), 0);
	assert_int_equal(act(f, WORDS("make-folder", OWN, "0755")), 1);
	assert_said("it belongs to user 501");
}

/* What lies on the way below the mount point: folders only, for every act and both of its paths. */
static void it_follows_no_link_on_the_way(void **state)
{
	struct fixture *f = *state;
	put(f, "/p/vmq-recovery/source", "x");
	assert_int_equal(mkdir(fixture_path(f, "secret"), 0700), 0);
	put(f, "secret/file", "mine");
	assert_int_equal(symlink("../../secret", fixture_path(f, "/p/vmq-recovery/link")), 0);
	const char *const *const acts[] = {
		WORDS("copy", "/p/vmq-recovery/source", "/p/vmq-recovery/link/new", "0644"),
		WORDS("copy", "/p/vmq-recovery/link/file", "/p/vmq-recovery/new", "0644"),
		WORDS("move", "/p/vmq-recovery/link/file", "/p/vmq-recovery/new"),
		WORDS("move", "/p/vmq-recovery/source", "/p/vmq-recovery/link/new"),
		WORDS("write", "/p/vmq-recovery/link/new", "0644", "x"),
		WORDS("copy-program", "/p/vmq-recovery/link/new", "0755"),
		WORDS("make-folder", "/p/vmq-recovery/link/new", "0755"),
		WORDS("make-folder", "/p/vmq-recovery/link", "0755"),
		WORDS("remove", "/p/vmq-recovery/link/file"),
	};
	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
		assert_int_equal(act(f, acts[i]), 1);
	assert_string_equal(fixture_text(f, "secret/file"), "mine");
	assert_int_equal(count_names(f, "secret"), 1);
	assert_int_equal(count_names(f, OWN), 2);
}

/* What leads to a mount point may be a link: so a Mac's folders at the top are made of two volumes. */
static void it_follows_what_leads_to_the_mount_point(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(symlink("p", fixture_path(f, "Users")), 0);
	assert_int_equal(folder_make(fixture_path(f, "Volumes"), 0755, &f->err), 0);
	assert_int_equal(symlink("../p", fixture_path(f, "Volumes/Data")), 0);
	assert_int_equal(act(f, WORDS("write", "/Users/vmq-recovery/one", "0644", "x")), 0);
	assert_int_equal(act(f, WORDS("write", "/Volumes/Data/vmq-recovery/two", "0644", "x")), 0);
	assert_int_equal(act(f, WORDS("copy-program", "/Volumes/Data/vmq-recovery/three", "0755")), 0);
	assert_int_equal(count_names(f, OWN), 3);
}

static void it_takes_what_a_person_has_named(void **state)
{
	struct fixture *f = *state;
	put(f, "mine", "of the person");
	assert_int_equal(mkdir(fixture_path(f, "there"), 0700), 0);
	assert_int_equal(file_act_name(&f->setup.named, "/mine", &f->err), 0);
	assert_int_equal(file_act_name(&f->setup.named, "/there", &f->err), 0);
	assert_int_equal(act(f, WORDS("copy", "/mine", "/p/vmq-recovery/taken", "0644")), 0);
	assert_int_equal(act(f, WORDS("copy", "/p/vmq-recovery/taken", "/there/taken", "0644")), 0);
	assert_int_equal(act(f, WORDS("move", "/p/vmq-recovery/taken", "/there/moved")), 0);
	const char *const *const acts[] = {
		WORDS("copy", "/p/vmq-recovery/x", "/mines", "0644"),
		WORDS("copy", "/p/vmq-recovery/x", "/there/sub/taken", "0644"),
		WORDS("remove", "/mine"),
		WORDS("write", "/there/taken", "0644", "x"),
	};
	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
		assert_int_equal(file_act_check(f->setup.named, acts[i], &f->err), -1);
		assert_string_equal(f->err.code, "refused");
	}
}

static void it_follows_no_link_that_lies_in_a_folders_place(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(mkdir(fixture_path(f, "theirs"), 0777), 0);
	assert_int_equal(symlink(fixture_path(f, "theirs"), fixture_path(f, "a-vmq-recovery")), 0);
	assert_int_equal(rename(fixture_path(f, "a-vmq-recovery"), fixture_path(f, "vmq-recovery")), 0);
	assert_int_equal(act(f, WORDS("make-folder", "/vmq-recovery", "0755")), 1);
	assert_said("as a folder");
}

static void it_removes_files_alone(void **state)
{
	struct fixture *f = *state;
	put(f, "/p/vmq-recovery/file", "x");
	assert_int_equal(act(f, WORDS("remove", "/p/vmq-recovery/file")), 0);
	assert_int_equal(act(f, WORDS("remove", "/p/vmq-recovery/file")), 0); /* gone already */
	assert_int_equal(act(f, WORDS("remove", OWN)), 1);
	assert_int_equal(count_names(f, "p"), 1);
}

#define KIT "/Library/Developer/KDKs/KDK_14.0_23A344.kdk"

static void it_removes_a_kit_and_follows_no_link_in_it(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(folder_make(fixture_path(f, KIT "/System/Library"), 0755, &f->err), 0);
	put(f, KIT "/System/Library/x", "x");
	put(f, "/p/vmq-recovery/kept", "kept");
	assert_int_equal(file_link(fixture_path(f, OWN), fixture_path(f, KIT "/System/link"), &f->err), 0);
	assert_int_equal(act(f, WORDS("remove-kit", KIT)), 0);
	assert_int_equal(count_names(f, "/Library/Developer/KDKs"), 0);
	assert_string_equal(fixture_text(f, "/p/vmq-recovery/kept"), "kept");
	assert_int_equal(act(f, WORDS("remove-kit", KIT)), 0);
}

static void it_needs_an_open_intent(void **state)
{
	struct fixture *f = *state;
	struct door_order order = { .argv = WORDS("write", "/p/vmq-recovery/text", "0644", "x"),
		                        .relay = { .screen = -1 } };
	assert_int_equal(door_act(&f->setup, f->journal, &order, &result, &f->err), -1);
	assert_string_equal(f->err.code, "refused");
	fixture_intend(f, WORDS("write", "/p/vmq-recovery/text", "0644", "y"));
	assert_int_equal(door_act(&f->setup, f->journal, &order, &result, &f->err), -1);
	assert_int_equal(count_names(f, OWN), 0);
}

static void a_dry_run_touches_nothing(void **state)
{
	struct fixture *f = *state;
	f->setup.dry_run = true;
	struct door_order order = { .argv = WORDS("write", "/p/vmq-recovery/text", "0644", "x"),
		                        .relay = { .screen = -1 } };
	assert_int_equal(door_act(&f->setup, NULL, &order, &result, &f->err), 1);
	assert_int_equal(count_names(f, OWN), 0);
}

static const char *const refused[][6] = {
	{ "remove", "/etc/passwd" },
	{ "remove", "/vmq-recovery-not/x" },
	{ "remove", "/x/my-vmq-recovery" },
	{ "remove-kit", "/p/vmq-recovery/x" },
	{ "remove-kit", "/Library/Developer/KDKs" },
	{ "remove-kit", "/Library/Developer/KDKs/KDK_1.kdk/System" },
	{ "remove-kit", "/Library/Developer/KDKs/KDK_1" },
	{ "remove-kit", "/Library/Developer/KDKs/x.kdk" },
	{ "remove-kit", "/Library/Developer/KDKs/KDK_../../x.kdk" },
	{ "remove-kit", "/x/Library/Developer/KDKs/KDK_1.kdk" },
	{ "remove-kit" },
	{ "write", "/etc/x", "0644", "t" },
	{ "make-folder", "/x", "0755" },
	{ "copy-program", "/usr/bin/x", "0755" },
	{ "move", "/etc/passwd", "/p/vmq-recovery/x" },
	{ "move", "/p/vmq-recovery/x", "/etc/passwd" },
	{ "copy", "/etc/passwd", "/p/vmq-recovery/x", "0644" },
	{ "copy", "/p/vmq-recovery/x", "/etc/passwd", "0644" },
	{ "remove", "/p/vmq-recovery/../../etc/passwd" },
	{ "remove", "/p/vmq-recovery/.." },
	{ "remove", "/p/vmq-recovery/" },
	{ "remove", "/p/vmq-recovery//x" },
	{ "remove", "/p/vmq-recovery/./x" },
	{ "remove", "/p/vmq-recovery/." },
	{ "remove", "vmq-recovery" },
	{ "remove", "" },
	{ "remove", "/" },
	{ "write", "/p/vmq-recovery/x", "0666", "t" },
	{ "write", "/p/vmq-recovery/x", "4755", "t" },
	{ "write", "/p/vmq-recovery/x", "", "t" },
	{ "write", "/p/vmq-recovery/x", "rw", "t" },
	{ "write", "/p/vmq-recovery/x", "-644", "t" },
	{ "write", "/p/vmq-recovery/x", "0644" },
	{ "remove" },
	{ "remove", "/p/vmq-recovery/a", "/p/vmq-recovery/b" },
	{ "copy", "/a", "/p/vmq-recovery/b" },
	{ "copy", "/a", "/p/vmq-recovery/b", "0644", "more" },
};

static void it_refuses_what_is_not_its_own_and_odd_forms(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct door_order order = { .argv = refused[i], .relay = { .screen = -1 } };
		fixture_intend(f, refused[i]);
		assert_int_equal(door_act(&f->setup, f->journal, &order, &result, &f->err), -1);
		assert_string_equal(f->err.code, "refused");
	}
	assert_false(file_act_named("rm"));
	assert_false(file_act_named("/bin/rm"));
	assert_true(file_act_named("remove"));
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, with_folder, fixture_remove)
	const struct CMUnitTest tests[] = {
		T(it_copies_with_a_mode),
		T(it_takes_the_place_of_what_was_cut_off),
		T(it_copies_a_file_larger_than_its_piece),
		T(it_leaves_what_was_there_when_it_fails),
		T(it_copies_no_folder_and_nothing_that_is_not_there),
		T(it_copies_the_program),
		T(it_moves),
		T(it_writes),
		T(it_makes_folders_and_uses_its_own),
		T(it_uses_no_folder_of_others),
		T(it_follows_no_link_on_the_way),
		T(it_follows_what_leads_to_the_mount_point),
		T(it_takes_what_a_person_has_named),
		T(it_follows_no_link_that_lies_in_a_folders_place),
		T(it_removes_files_alone),
		T(it_removes_a_kit_and_follows_no_link_in_it),
		T(it_needs_an_open_intent),
		T(a_dry_run_touches_nothing),
		T(it_refuses_what_is_not_its_own_and_odd_forms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
