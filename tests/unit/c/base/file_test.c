/* Tests of files: capped reads, atomic writes, listings, maps. */
#include "fixture.h"

/* What fsync does, call by call: an errno value, or 0. */
static const int *script;

int fsync(int fd)
{
	(void)fd;
	if (script == NULL || *script == 0)
		return 0;
	errno = *script++;
	return -1;
}

static int sync_by(const int *numbers)
{
	script = numbers;
	int result = file_sync(1);
	script = NULL;
	return result;
}

static void a_sync_is_tried_again_after_a_signal_and_only_then(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(sync_by((const int[]){ EINTR, EINTR, 0 }), 0);
	assert_int_equal(sync_by((const int[]){ EIO, 0 }), -1);
	assert_int_equal(errno, EIO);
	assert_int_equal(sync_by((const int[]){ EINVAL, 0 }), -1);
	script = (const int[]){ EINVAL, 0 }; /* no file system can do more for a folder */
	assert_int_equal(file_sync_folder(f->root, &f->err), 0);
	script = (const int[]){ EIO, 0 };
	assert_int_equal(file_sync_folder(f->root, &f->err), -1);
	assert_string_equal(f->err.code, "EIO");
	script = NULL;
}

static void put(struct fixture *f, const char *name, const char *text)
{
	assert_int_equal(replace_file(fixture_path(f, name), text, strlen(text), 0644, &f->err), 0);
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
	assert_int_equal(file_read("/proc/self/maps", 1000, &bytes, &length, &f->err), -1);
	assert_string_equal(f->err.code, "EFBIG");
}

/* Nobody waits for a FIFO, and no device is read to its end, which it has not. */
static void only_plain_files_are_opened(void **state)
{
	struct fixture *f = *state;
	char *bytes, fifo[PATH_MAX];
	size_t length, got;
	struct file_map map;
	(void)snprintf(fifo, sizeof fifo, "%s", fixture_path(f, "fifo"));
	assert_int_equal(mkfifo(fifo, 0600), 0);
	const char *const paths[] = { fifo, "/dev/zero" };
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(file_read(paths[i], 5000, &bytes, &length, &f->err), -1);
		assert_string_equal(f->err.code, "EINVAL");
		assert_non_null(strstr(f->err.text, "it is no plain file"));
		assert_int_equal(file_read_nofollow(paths[i], 5000, &bytes, &length, &f->err), -1);
		assert_int_equal(file_read_at(paths[i], 0, fifo + 3000, 1, &got, &f->err), -1);
		assert_int_equal(file_map(paths[i], &map, &f->err), -1);
		assert_string_equal(f->err.code, "EINVAL");
		assert_int_equal(file_append(paths[i], "x", 1, 0600, &f->err), -1);
		assert_string_equal(f->err.code, "EINVAL");
	}
}

static void a_link_is_followed_only_where_nobody_could_plant_it(void **state)
{
	struct fixture *f = *state;
	char *bytes, link[PATH_MAX];
	size_t length;
	struct file_map map;
	put(f, "ten", "0123456789");
	(void)snprintf(link, sizeof link, "%s", fixture_path(f, "link"));
	assert_int_equal(symlink("ten", link), 0);
	assert_int_equal(file_read(link, 10, &bytes, &length, &f->err), 0);
	free(bytes);
	assert_int_equal(file_read_nofollow(link, 10, &bytes, &length, &f->err), -1);
	assert_string_equal(f->err.code, "ELOOP");
	assert_int_equal(file_map_own(link, 10, &map, &f->err), -1);
	assert_string_equal(f->err.code, "ELOOP");
	assert_int_equal(file_append(link, "x", 1, 0600, &f->err), -1);
	assert_string_equal(f->err.code, "ELOOP");
	assert_int_equal(file_map_own(fixture_path(f, "ten"), 9, &map, &f->err), -1);
	assert_string_equal(f->err.code, "EFBIG");
	assert_int_equal(file_map_own(fixture_path(f, "ten"), 10, &map, &f->err), 0);
	assert_int_equal(map.length, 10);
	file_unmap(&map);
}

static void what_others_can_write_is_not_ours(void **state)
{
	struct fixture *f = *state;
	struct file_map map;
	put(f, "ten", "0123456789");
	const mode_t modes[] = { 0620, 0602, 0666 };
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		assert_int_equal(chmod(fixture_path(f, "ten"), modes[i]), 0);
		assert_int_equal(file_map_own(fixture_path(f, "ten"), 10, &map, &f->err), -1);
		assert_string_equal(f->err.code, "refused");
		assert_int_equal(file_map(fixture_path(f, "ten"), &map, &f->err), 0);
		file_unmap(&map);
	}
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
	assert_int_equal(folder_list(f->root, &names, &f->err), 0);
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
	assert_int_equal(replace_file(fixture_path(f, "a"), "newer", 5, 0600, &f->err), 0);
	assert_string_equal(fixture_text(f, "a"), "newer");
	assert_int_equal(file_stat(fixture_path(f, "a"), true, &st, &f->err), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = 4;
	(void)setrlimit(RLIMIT_FSIZE, &limit);
	int result = replace_file(fixture_path(f, "a"), "newest", 6, 0600, &f->err);
	(void)setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(result, -1);
	assert_string_equal(f->err.code, "EFBIG");
	assert_string_equal(fixture_text(f, "a"), "newer");
	assert_int_equal(replace_file(fixture_path(f, "no/a"), "x", 1, 0600, &f->err), -1);
	assert_string_equal(f->err.code, "ENOENT");
	assert_int_equal(folder_make(fixture_path(f, "folder"), 0700, &f->err), 0);
	assert_int_equal(replace_file(fixture_path(f, "folder"), "x", 1, 0600, &f->err), -1);
	assert_int_equal(count_names(f), count + 1);
}

static void a_relative_name_is_written_where_we_are(void **state)
{
	struct fixture *f = *state;
	char here[PATH_MAX];
	assert_non_null(getcwd(here, sizeof here));
	assert_int_equal(chdir(f->root), 0);
	assert_int_equal(replace_file("plain", "x", 1, 0600, &f->err), 0);
	assert_int_equal(chdir(here), 0);
	assert_string_equal(fixture_text(f, "plain"), "x");
}

static void appending_goes_to_the_end(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(file_append(fixture_path(f, "log"), "one ", 4, 0600, &f->err), 0);
	assert_int_equal(file_append(fixture_path(f, "log"), "two", 3, 0600, &f->err), 0);
	assert_string_equal(fixture_text(f, "log"), "one two");
	struct rlimit before, limit;
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = 7;
	(void)setrlimit(RLIMIT_FSIZE, &limit);
	int result = file_append(fixture_path(f, "log"), "x", 1, 0600, &f->err);
	(void)setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(result, -1);
	assert_string_equal(f->err.code, "EFBIG");
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

static void the_free_space_is_told(void **state)
{
	struct fixture *f = *state;
	uint64_t available = 0;
	bool read_only = true;
	assert_int_equal(file_space(f->root, &available, &read_only, &f->err), 0);
	assert_true(available > 0);
	assert_false(read_only);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(a_whole_read_keeps_to_its_limit),
		TEST(a_file_without_a_size_is_read_to_its_end),
		TEST(only_plain_files_are_opened),
		TEST(a_link_is_followed_only_where_nobody_could_plant_it),
		TEST(what_others_can_write_is_not_ours),
		TEST(a_part_may_end_early),
		TEST(a_sync_is_tried_again_after_a_signal_and_only_then),
		TEST(an_atomic_write_replaces_or_leaves),
		TEST(a_relative_name_is_written_where_we_are),
		TEST(appending_goes_to_the_end),
		TEST(bytes_are_found_in_a_map),
		TEST(the_free_space_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
