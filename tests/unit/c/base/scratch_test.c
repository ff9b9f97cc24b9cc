/* Tests of scratch folders: what is removed, and what is not. */
#include "base/scratch.h"
#include "fixture.h"

static void a_scratch_folder_is_removed_with_all_in_it(void **state)
{
	struct fixture *f = *state;
	char other[PATH_MAX];
	assert_int_equal(scratch_make(other, &f->err), 0);
	assert_int_equal(replace_file(fixture_path(f, "kept"), "", 0, 0644, &f->err), 0);
	/* A link inside is removed, not followed; a folder nobody may write is removed all the same. */
	char inside[PATH_MAX + 16];
	(void)snprintf(inside, sizeof inside, "%s/link", other);
	assert_int_equal(symlink(f->root, inside), 0);
	(void)snprintf(inside, sizeof inside, "%s/sealed", other);
	assert_int_equal(mkdir(inside, 0500), 0);
	assert_int_equal(scratch_remove(other, &f->err), 0);
	assert_int_equal(access(other, F_OK), -1);
	assert_int_equal(access(fixture_path(f, "kept"), F_OK), 0);
}

static void nothing_else_is_removed(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(scratch_remove("/tmp", &f->err), -1);
	assert_string_equal(f->err.code, "refused");
	assert_int_equal(scratch_remove("/", &f->err), -1);
	assert_string_equal(f->err.code, "refused");
	assert_int_equal(mkdir(fixture_path(f, "unmarked"), 0700), 0);
	assert_int_equal(scratch_remove(fixture_path(f, "unmarked"), &f->err), -1);
	assert_string_equal(f->err.code, "refused");
}

static void a_scratch_folder_is_its_owners_and_marked(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	assert_int_equal(stat(f->root, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(access(fixture_path(f, SCRATCH_MARKER), F_OK), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(a_scratch_folder_is_removed_with_all_in_it),
		TEST(nothing_else_is_removed),
		TEST(a_scratch_folder_is_its_owners_and_marked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
