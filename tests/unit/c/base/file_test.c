/* Tests of files: capped reads, atomic writes, listings, maps, checksums, scratch folders. */
#include "base/digest.h"
#include "fixture.h"

static void put(struct fixture *f, const char *name, const char *text)
{
	assert_int_equal(file_write_atomic(fixture_path(f, name), text, strlen(text), 0644, &f->err), 0);
}

static void a_whole_read_keeps_to_its_limit(void **state)
{
	struct fixture *f = *state;
	char *bytes;
	size_t length;
	put(f, "ten", "0123456789");
	assert_int_equal(file_read(fixture_path(f, "ten"), 10, &bytes, &length, &f->err), 0);
	assert_int_equal(length, 10);
	assert_string_equal(bytes, "0123456789");
	free(bytes);
	assert_int_equal(file_read(fixture_path(f, "ten"), 9, &bytes, &length, &f->err), -1);
	assert_string_equal(f->err.code, "EFBIG");
	assert_int_equal(file_read(fixture_path(f, "none"), 9, &bytes, &length, &f->err), -1);
	assert_string_equal(f->err.code, "ENOENT");
	assert_non_null(strstr(f->err.text, "/none: No such file or directory"));
	assert_int_equal(file_read(f->root, 9, &bytes, &length, &f->err), -1);
	assert_string_equal(f->err.code, "EISDIR");
}

static void a_file_without_a_size_is_read_to_its_end(void **state)
{
	struct fixture *f = *state;
	char *bytes;
	size_t length;
	assert_int_equal(file_read("/proc/self/maps", 1 << 20, &bytes, &length, &f->err), 0);
	assert_true(length > 5000);
	assert_int_equal(bytes[length], '\0');
	free(bytes);
	assert_int_equal(file_read("/dev/zero", 5000, &bytes, &length, &f->err), -1);
	assert_string_equal(f->err.code, "EFBIG");
}

static void a_part_may_end_early(void **state)
{
	struct fixture *f = *state;
	char bytes[8];
	size_t got;
	put(f, "ten", "0123456789");
	assert_int_equal(file_read_at(fixture_path(f, "ten"), 7, bytes, 8, &got, &f->err), 0);
	assert_int_equal(got, 3);
	assert_memory_equal(bytes, "789", 3);
	assert_int_equal(file_read_at(fixture_path(f, "ten"), 70, bytes, 8, &got, &f->err), 0);
	assert_int_equal(got, 0);
}

static size_t count_names(struct fixture *f)
{
	char **names;
	size_t count = 0;
	assert_int_equal(file_list(f->root, &names, &f->err), 0);
	while (names[count] != NULL)
		count++;
	free(names);
	return count;
}

static void an_atomic_write_replaces_or_leaves(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	struct rlimit before, limit;
	put(f, "a", "old");
	size_t count = count_names(f);
	assert_int_equal(file_write_atomic(fixture_path(f, "a"), "newer", 5, 0600, &f->err), 0);
	assert_string_equal(fixture_text(f, "a"), "newer");
	assert_int_equal(file_stat(fixture_path(f, "a"), true, &st, &f->err), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = 4;
	(void)setrlimit(RLIMIT_FSIZE, &limit);
	int result = file_write_atomic(fixture_path(f, "a"), "newest", 6, 0600, &f->err);
	(void)setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(result, -1);
	assert_string_equal(f->err.code, "EFBIG");
	assert_string_equal(fixture_text(f, "a"), "newer");
	assert_int_equal(file_write_atomic(fixture_path(f, "no/a"), "x", 1, 0600, &f->err), -1);
	assert_string_equal(f->err.code, "ENOENT");
	assert_int_equal(file_make_directory(fixture_path(f, "folder"), 0700, &f->err), 0);
	assert_int_equal(file_write_atomic(fixture_path(f, "folder"), "x", 1, 0600, &f->err), -1);
	assert_int_equal(count_names(f), count + 1);
}

static void a_relative_name_is_written_where_we_are(void **state)
{
	struct fixture *f = *state;
	char here[PATH_MAX];
	assert_non_null(getcwd(here, sizeof here));
	assert_int_equal(chdir(f->root), 0);
	assert_int_equal(file_write_atomic("plain", "x", 1, 0600, &f->err), 0);
	assert_int_equal(chdir(here), 0);
	assert_string_equal(fixture_text(f, "plain"), "x");
}

static void folders_are_made_with_their_parents(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	assert_int_equal(file_make_directory(fixture_path(f, "x/y/z"), 0711, &f->err), 0);
	assert_int_equal(file_make_directory(fixture_path(f, "x/y/z"), 0700, &f->err), 0);
	assert_int_equal(stat(fixture_path(f, "x/y/z"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0711);
	put(f, "x/file", "");
	assert_int_equal(file_make_directory(fixture_path(f, "x/file/z"), 0700, &f->err), -1);
	assert_true(strcmp(f->err.code, "EEXIST") == 0 || strcmp(f->err.code, "ENOTDIR") == 0);
}

static void names_come_sorted(void **state)
{
	struct fixture *f = *state;
	char **names;
	put(f, "b", "");
	put(f, "a", "");
	assert_int_equal(file_list(f->root, &names, &f->err), 0);
	assert_string_equal(names[0], SCRATCH_MARKER);
	assert_string_equal(names[1], "0001.journal");
	assert_string_equal(names[2], "a");
	assert_string_equal(names[3], "b");
	assert_null(names[4]);
	free(names);
	assert_int_equal(file_list(fixture_path(f, "none"), &names, &f->err), -1);
	assert_string_equal(f->err.code, "ENOENT");
}

static void appending_goes_to_the_end(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(file_append(fixture_path(f, "log"), "one ", 4, 0600, &f->err), 0);
	assert_int_equal(file_append(fixture_path(f, "log"), "two", 3, 0600, &f->err), 0);
	assert_string_equal(fixture_text(f, "log"), "one two");
	assert_int_equal(file_append("/dev/full", "x", 1, 0600, &f->err), -1);
	assert_string_equal(f->err.code, "ENOSPC");
}

static void bytes_are_found_in_a_map(void **state)
{
	struct fixture *f = *state;
	struct file_map map;
	put(f, "hay", "needle in a hay of needles");
	assert_int_equal(file_map(fixture_path(f, "hay"), &map, &f->err), 0);
	assert_int_equal(file_map_find(&map, "needle", 6, 0), 0);
	assert_int_equal(file_map_find(&map, "needle", 6, 1), 19);
	assert_int_equal(file_map_find(&map, "needle", 6, 20), -1);
	assert_int_equal(file_map_find(&map, "", 0, 26), 26);
	assert_int_equal(file_map_find(&map, "x", 1, 27), -1);
	file_unmap(&map);
	put(f, "empty", "");
	assert_int_equal(file_map(fixture_path(f, "empty"), &map, &f->err), 0);
	assert_int_equal(file_map_find(&map, "x", 1, 0), -1);
	file_unmap(&map);
	assert_int_equal(file_map(f->root, &map, &f->err), -1);
	assert_string_equal(f->err.code, "EISDIR");
}

static void checksums_are_the_published_ones(void **state)
{
	struct fixture *f = *state;
	char hex[DIGEST_HEX];
	digest_text("abc", 3, hex); /* FIPS 180-2, B.1 */
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	put(f, "abc", "abc");
	assert_int_equal(digest_file(fixture_path(f, "abc"), hex, &f->err), 0);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(digest_file(f->root, hex, &f->err), -1);
	assert_string_equal(f->err.code, "EISDIR");
	assert_int_equal(digest_crc32c("123456789", 9), 0xe3069283); /* RFC 3720 B.4's check value */
	assert_int_equal(digest_crc32c("", 0), 0);
}

static void the_free_space_is_told(void **state)
{
	struct fixture *f = *state;
	uint64_t available = 0;
	bool read_only = true;
	assert_int_equal(file_space(f->root, &available, &read_only, &f->err), 0);
	assert_true(available > 0);
	assert_false(read_only);
}

static void only_a_marked_folder_in_its_place_is_removed(void **state)
{
	struct fixture *f = *state;
	char other[PATH_MAX];
	assert_int_equal(scratch_make(other, &f->err), 0);
	put(f, "kept", "");
	/* A link inside is removed, not followed; a folder nobody may write is removed all the same. */
	char inside[PATH_MAX + 16];
	(void)snprintf(inside, sizeof inside, "%s/link", other);
	assert_int_equal(symlink(f->root, inside), 0);
	(void)snprintf(inside, sizeof inside, "%s/sealed", other);
	assert_int_equal(mkdir(inside, 0500), 0);
	assert_int_equal(scratch_remove(other, &f->err), 0);
	assert_int_equal(access(other, F_OK), -1);
	assert_int_equal(access(fixture_path(f, "kept"), F_OK), 0);
	assert_int_equal(scratch_remove("/tmp", &f->err), -1);
	assert_string_equal(f->err.code, "refused");
	assert_int_equal(scratch_remove("/", &f->err), -1);
	assert_string_equal(f->err.code, "refused");
	assert_int_equal(mkdir(fixture_path(f, "unmarked"), 0700), 0);
	assert_int_equal(scratch_remove(fixture_path(f, "unmarked"), &f->err), -1);
	assert_string_equal(f->err.code, "refused");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(a_whole_read_keeps_to_its_limit),
		TEST(a_file_without_a_size_is_read_to_its_end),
		TEST(a_part_may_end_early),
		TEST(an_atomic_write_replaces_or_leaves),
		TEST(a_relative_name_is_written_where_we_are),
		TEST(folders_are_made_with_their_parents),
		TEST(names_come_sorted),
		TEST(appending_goes_to_the_end),
		TEST(bytes_are_found_in_a_map),
		TEST(checksums_are_the_published_ones),
		TEST(the_free_space_is_told),
		TEST(only_a_marked_folder_in_its_place_is_removed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
