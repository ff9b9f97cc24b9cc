/* Tests of the journal: what is durable is read back, what is torn is cut, what is corrupt is refused. */
#include "fixture.h"

static bool sync_fails;
static int syncs;

/* Stands in for the system's: durability cannot be seen from inside, but that it was asked for can. */
int fsync(int fd)
{
	(void)fd;
	syncs++;
	if (sync_fails)
		errno = EIO;
	return sync_fails ? -1 : 0;
}

static uint64_t append(struct fixture *f, const char *json)
{
	return journal_append(f->journal, json, strlen(json), &f->err);
}

static void reopen(struct fixture *f)
{
	journal_close(f->journal);
	f->journal = journal_open(f->root, 1, &f->err);
}

static void records_are_numbered_and_read_back(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(append(f, "{\"a\":1}"), 1);
	assert_int_equal(append(f, "{}"), 2);
	assert_string_equal(fixture_text(f, "0001.journal"), "1 7 cff7d56a {\"a\":1}\n2 2 297bd0aa {}\n");
	reopen(f);
	assert_non_null(f->journal);
	assert_int_equal(journal_torn(f->journal), 0);
	assert_int_equal(append(f, "{\"b\":2}"), 3);
}

static void an_append_is_durable_before_it_returns(void **state)
{
	struct fixture *f = *state;
	syncs = 0;
	(void)append(f, "{}");
	assert_int_equal(syncs, 1);
	syncs = 0;
	struct journal *other = journal_open(f->root, 2, &f->err);
	assert_int_equal(syncs, 1); /* the folder that holds the new name */
	journal_close(other);
}

static void the_file_is_for_its_owner_only(void **state)
{
	struct stat st;
	assert_int_equal(stat(journal_path(((struct fixture *)*state)->journal), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void a_text_that_is_no_line_is_refused(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(journal_append(f->journal, "{\n}", 3, &f->err), 0);
	assert_int_equal(journal_append(f->journal, "{\0}", 3, &f->err), 0);
	assert_int_equal(journal_append(f->journal, "", 0, &f->err), 0);
	assert_int_equal(append(f, "{}"), 1);
}

static void a_tail_torn_at_every_byte_is_cut(void **state)
{
	struct fixture *f = *state;
	char whole[256];
	(void)append(f, "{\"first\":true}");
	size_t kept = strlen(fixture_text(f, "0001.journal"));
	(void)append(f, "{\"second\":true}");
	(void)snprintf(whole, sizeof whole, "%s", fixture_text(f, "0001.journal"));
	for (size_t length = kept; length < strlen(whole); length++) {
		assert_int_equal(truncate(journal_path(f->journal), (off_t)length), 0);
		reopen(f);
		assert_non_null(f->journal);
		assert_int_equal(journal_torn(f->journal), length - kept);
		assert_int_equal(strlen(fixture_text(f, "0001.journal")), kept);
		assert_int_equal(append(f, "{\"second\":true}"), 2);
		assert_string_equal(fixture_text(f, "0001.journal"), whole);
	}
}

static void any_changed_byte_of_a_whole_line_is_corruption(void **state)
{
	struct fixture *f = *state;
	char whole[256];
	(void)append(f, "{\"first\":true}");
	(void)append(f, "{\"second\":true}");
	(void)snprintf(whole, sizeof whole, "%s", fixture_text(f, "0001.journal"));
	size_t length = strlen(whole);
	for (size_t i = 0; i + 1 < length; i++) {
		whole[i] ^= 1;
		assert_int_equal(replace_file(fixture_path(f, "0001.journal"), whole, length, 0600, &f->err), 0);
		struct journal *journal = journal_open(f->root, 1, &f->err);
		assert_null(journal);
		assert_string_equal(f->err.code, "corrupt");
		assert_non_null(strstr(f->err.text, i < strlen(whole) / 2 ? "0001.journal:" : "0001.journal:2: "));
		whole[i] ^= 1;
	}
}

static void a_missing_record_is_corruption(void **state)
{
	struct fixture *f = *state;
	static const char text[] = "2 2 297bd0aa {}\n";
	assert_int_equal(replace_file(fixture_path(f, "0001.journal"), text, sizeof text - 1, 0600, &f->err), 0);
	assert_null(journal_open(f->root, 1, &f->err));
	assert_non_null(strstr(f->err.text, "0001.journal:1: the record's number does not follow the one before"));
}

/* A limit on the size of files stands in for a full disk: the write is cut short, then fails. */
static void a_write_that_fails_leaves_the_end_and_poisons(void **state)
{
	struct fixture *f = *state;
	struct rlimit before, limit;
	(void)append(f, "{\"first\":true}");
	size_t kept = strlen(fixture_text(f, "0001.journal"));
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = kept + 9;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(append(f, "{\"second\":true}"), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_string_equal(f->err.code, "EFBIG");
	assert_int_equal(strlen(fixture_text(f, "0001.journal")), kept);
	assert_int_equal(append(f, "{}"), 0);
	assert_string_equal(f->err.code, "EFBIG");
	assert_int_equal(journal_intent(f->journal, WORDS("/usr/bin/csrutil"), "{}", 2, &f->err), 0);
	assert_false(journal_take_intent(f->journal, WORDS("/usr/bin/csrutil")));
	reopen(f);
	assert_int_equal(append(f, "{}"), 2);
}

static void a_link_is_not_followed(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(unlink(journal_path(f->journal)), 0);
	journal_close(f->journal);
	/* Opening a link is refused: whoever can write the folder must not lead the journal elsewhere. */
	assert_int_equal(symlink("/dev/full", fixture_path(f, "0001.journal")), 0);
	f->journal = journal_open(f->root, 1, &f->err);
	assert_null(f->journal);
	assert_string_equal(f->err.code, "ELOOP");
}

static void a_sync_that_fails_opens_no_intent(void **state)
{
	struct fixture *f = *state;
	sync_fails = true;
	uint64_t sequence = journal_intent(f->journal, WORDS("/usr/bin/csrutil", "disable"), "{}", 2, &f->err);
	sync_fails = false;
	assert_int_equal(sequence, 0);
	assert_string_equal(f->err.code, "EIO");
	assert_false(journal_take_intent(f->journal, WORDS("/usr/bin/csrutil", "disable")));
	assert_int_equal(append(f, "{}"), 0);
	assert_string_equal(fixture_text(f, "0001.journal"), "");
}

static void an_intent_holds_its_words_as_json(void **state)
{
	struct fixture *f = *state;
	const char *const *argv = WORDS("/usr/sbin/nvram", "a=\"\\\x01\xc3\xa9");
	assert_int_equal(journal_intent(f->journal, argv, "{ \"step\":\"x\"}", 13, &f->err), 1);
	assert_non_null(strstr(fixture_text(f, "0001.journal"),
	                       "{\"argv\":[\"/usr/sbin/nvram\",\"a=\\\"\\\\\\u0001\xc3\xa9\"],\"step\":\"x\"}"));
	assert_int_equal(journal_intent(f->journal, argv, "{ }", 3, &f->err), 2);
	assert_non_null(strstr(fixture_text(f, "0001.journal"), "\xc3\xa9\"]}\n"));
	assert_int_equal(journal_intent(f->journal, argv, "[]", 2, &f->err), 0);
	assert_int_equal(journal_intent(f->journal, WORDS(NULL), "{}", 2, &f->err), 0);
}

static void an_intent_is_taken_once_and_only_with_its_words(void **state)
{
	struct fixture *f = *state;
	const char *const *argv = WORDS("/usr/bin/csrutil", "disable");
	assert_false(journal_take_intent(f->journal, argv));
	fixture_intend(f, argv);
	assert_false(journal_take_intent(f->journal, WORDS("/usr/bin/csrutil")));
	assert_false(journal_take_intent(f->journal, WORDS("/usr/bin/csrutil", "disable", "--no")));
	assert_false(journal_take_intent(f->journal, WORDS("/usr/bin/csrutil", "enable")));
	assert_true(journal_take_intent(f->journal, argv));
	assert_false(journal_take_intent(f->journal, argv));
	fixture_intend(f, argv);
	fixture_intend(f, WORDS("/usr/bin/csrutil", "enable"));
	assert_false(journal_take_intent(f->journal, argv));
}

static void an_intent_of_an_earlier_start_is_not_open(void **state)
{
	struct fixture *f = *state;
	fixture_intend(f, WORDS("/usr/bin/csrutil", "disable"));
	reopen(f);
	assert_false(journal_take_intent(f->journal, WORDS("/usr/bin/csrutil", "disable")));
}

static void names_and_numbers_agree(void **state)
{
	struct fixture *f = *state;
	char path[PATH_MAX];
	journal_name(path, "/x", 42);
	assert_string_equal(path, "/x/0042.journal");
	assert_int_equal(journal_number("0042.journal"), 42);
	assert_int_equal(journal_number("42.journal"), 0);
	assert_int_equal(journal_number("0042.journal~"), 0);
	assert_null(journal_open(f->root, 10000, &f->err));
	assert_null(journal_open(f->root, 0, &f->err));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest tests[] = {
		TEST(records_are_numbered_and_read_back),
		TEST(an_append_is_durable_before_it_returns),
		TEST(the_file_is_for_its_owner_only),
		TEST(a_text_that_is_no_line_is_refused),
		TEST(a_tail_torn_at_every_byte_is_cut),
		TEST(any_changed_byte_of_a_whole_line_is_corruption),
		TEST(a_missing_record_is_corruption),
		TEST(a_write_that_fails_leaves_the_end_and_poisons),
		TEST(a_link_is_not_followed),
		TEST(a_sync_that_fails_opens_no_intent),
		TEST(an_intent_holds_its_words_as_json),
		TEST(an_intent_is_taken_once_and_only_with_its_words),
		TEST(an_intent_of_an_earlier_start_is_not_open),
		TEST(names_and_numbers_agree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
