/* Tests of folders. */
#include "base/folder.h"
#include "fixture.h"

static void put(struct fixture *f, const char *name)
{
	assert_int_equal(replace_file(fixture_path(f, name), "", 0, 0644, &f->err), 0);
}

static void folders_are_made_with_their_parents(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	assert_int_equal(folder_make(fixture_path(f, "x/y/z"), 0711, &f->err), 0);
	assert_int_equal(folder_make(fixture_path(f, "x/y/z"), 0700, &f->err), 0);
	assert_int_equal(stat(fixture_path(f, "x/y/z"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0711);
	put(f, "x/file");
	assert_int_equal(folder_make(fixture_path(f, "x/file/z"), 0700, &f->err), -1);
	assert_true(strcmp(f->err.code, "EEXIST") == 0 || strcmp(f->err.code, "ENOTDIR") == 0);
}

static void a_folder_is_tried_without_a_trace(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	assert_int_equal(folder_try(fixture_path(f, "x"), &f->err), 0);
	assert_int_equal(stat(fixture_path(f, "x"), &st), -1);
	assert_int_equal(folder_try(fixture_path(f, "x/y"), &f->err), -1);
	assert_string_equal(f->err.code, "ENOENT");
	assert_int_equal(folder_try(f->root, &f->err), -1);
	assert_string_equal(f->err.code, "EEXIST");
	assert_int_equal(stat(f->root, &st), 0);
}

static void a_mode_is_set_exactly(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	assert_int_equal(folder_set_mode(f->root, 0555, &f->err), 0);
	assert_int_equal(stat(f->root, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0555);
	assert_int_equal(folder_set_mode(f->root, 0700, &f->err), 0);
	assert_int_equal(folder_set_mode(fixture_path(f, "x"), 0700, &f->err), -1);
	assert_string_equal(f->err.code, "ENOENT");
}

static void names_come_sorted(void **state)
{
	struct fixture *f = *state;
	char **names;
	put(f, "b");
	put(f, "a");
	assert_int_equal(folder_list(f->root, &names, &f->err), 0);
	assert_string_equal(names[0], SCRATCH_MARKER);
	assert_string_equal(names[1], "0001.journal");
	assert_string_equal(names[2], "a");
	assert_string_equal(names[3], "b");
	assert_null(names[4]);
	free(names);
	assert_int_equal(folder_list(fixture_path(f, "none"), &names, &f->err), -1);
	assert_string_equal(f->err.code, "ENOENT");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(folders_are_made_with_their_parents),
		TEST(a_folder_is_tried_without_a_trace),
		TEST(a_mode_is_set_exactly),
		TEST(names_come_sorted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
