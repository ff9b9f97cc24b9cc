/*
 * Binding of file, digest and scratch.
 * Must not hold logic.
 */
#include "base/digest.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/replace.h"
#include "base/scratch.h"
#include "base/search.h"
#include "base/sha384.h"
#include "lua/lib.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define READ_LIMIT ((lua_Integer)1 << 20)
#define LARGEST ((lua_Integer)1 << 40)

static lua_Integer check_size(lua_State *L, int argument)
{
	lua_Integer n = luaL_checkinteger(L, argument);
	luaL_argcheck(L, n >= 0 && n <= LARGEST, argument, "not a size or offset");
	return n;
}

static mode_t check_mode(lua_State *L, int argument)
{
	lua_Integer mode = luaL_checkinteger(L, argument);
	luaL_argcheck(L, mode >= 0 && mode <= 07777, argument, "not a mode");
	return (mode_t)mode;
}

/* read(path[, limit[, follow]]): a link only where somebody has named the file, or nobody could have planted one */
static int read_file(lua_State *L)
{
	const char *path = lib_check_path(L, 1);
	lua_Integer limit = lua_isnoneornil(L, 2) ? READ_LIMIT : check_size(L, 2);
	int (*read)(const char *, size_t, char **, size_t *, struct error *) =
		lua_toboolean(L, 3) ? file_read : file_read_nofollow;
	struct error err;
	size_t length;
	void **box = lib_new_box(L);
	char *bytes;
	if (read(path, (size_t)limit, &bytes, &length, &err) != 0)
		return lib_fail(L, &err);
	*box = bytes;
	lua_pushlstring(L, bytes, length);
	lib_empty_box(box);
	return 1;
}

/* read_at(path, offset, length) */
static int read_at(lua_State *L)
{
	const char *path = lib_check_path(L, 1);
	lua_Integer offset = check_size(L, 2), length = check_size(L, 3);
	struct error err;
	size_t got;
	luaL_Buffer buffer;
	char *bytes = luaL_buffinitsize(L, &buffer, (size_t)length);
	if (file_read_at(path, (off_t)offset, bytes, (size_t)length, &got, &err) != 0)
		return lib_fail(L, &err);
	luaL_pushresultsize(&buffer, got);
	return 1;
}

static const char *type_name(mode_t mode)
{
	return S_ISREG(mode)    ? "file"
	       : S_ISDIR(mode)  ? "directory"
	       : S_ISLNK(mode)  ? "link"
	       : S_ISFIFO(mode) ? "fifo"
	                        : "other";
}

/* stat(path[, nofollow]) */
static int stat_file(lua_State *L)
{
	struct stat st;
	struct error err;
	const char *path = lib_check_path(L, 1);
	if (file_stat(path, !lua_toboolean(L, 2), &st, &err) != 0)
		return lib_fail(L, &err);
	lua_createtable(L, 0, 9);
	lua_pushstring(L, type_name(st.st_mode));
	lua_setfield(L, -2, "type");
	lib_set_integer(L, "size", (lua_Integer)st.st_size);
	lib_set_integer(L, "mode", (lua_Integer)(st.st_mode & 07777));
	lib_set_integer(L, "uid", (lua_Integer)st.st_uid);
	lib_set_integer(L, "gid", (lua_Integer)st.st_gid);
	lua_pushboolean(L, file_acl_writes(path));
	lua_setfield(L, -2, "acl_writes");
	lib_set_integer(L, "mtime", (lua_Integer)st.st_mtime);
	lib_set_integer(L, "inode", (lua_Integer)st.st_ino);
	lib_set_integer(L, "device", (lua_Integer)st.st_dev);
	return 1;
}

static int list(lua_State *L)
{
	const char *path = lib_check_path(L, 1);
	struct error err;
	char **found;
	void **box = lib_new_box(L);
	if (folder_list(path, &found, &err) != 0)
		return lib_fail(L, &err);
	*box = found;
	lua_newtable(L);
	for (lua_Integer i = 0; found[i] != NULL; i++) {
		lua_pushstring(L, found[i]);
		lua_rawseti(L, -2, i + 1);
	}
	lib_empty_box(box);
	return 1;
}

/* make_directory(path, mode) */
static int make_directory(lua_State *L)
{
	struct error err;
	return lib_done(L, folder_make(lib_check_path(L, 1), check_mode(L, 2), &err), &err);
}

/* try_directory(path) */
static int try_directory(lua_State *L)
{
	struct error err;
	return lib_done(L, folder_try(lib_check_path(L, 1), &err), &err);
}

/* set_mode(path, mode) */
static int set_mode(lua_State *L)
{
	struct error err;
	return lib_done(L, folder_set_mode(lib_check_path(L, 1), check_mode(L, 2), &err), &err);
}

/* write_atomic(path, text, mode) */
static int write_atomic(lua_State *L)
{
	size_t length;
	struct error err;
	const char *path = lib_check_path(L, 1), *text = luaL_checklstring(L, 2, &length);
	return lib_done(L, replace_file(path, text, length, check_mode(L, 3), &err), &err);
}

/* append(path, text, mode) */
static int append(lua_State *L)
{
	size_t length;
	struct error err;
	const char *path = lib_check_path(L, 1), *text = luaL_checklstring(L, 2, &length);
	return lib_done(L, file_append(path, text, length, check_mode(L, 3), &err), &err);
}

static int remove_file(lua_State *L)
{
	struct error err;
	return lib_done(L, file_remove(lib_check_path(L, 1), &err), &err);
}

/* link(target, path) */
static int make_link(lua_State *L)
{
	struct error err;
	return lib_done(L, file_link(lib_check_path(L, 1), lib_check_path(L, 2), &err), &err);
}

static int remove_tree(lua_State *L)
{
	struct error err;
	return lib_done(L, scratch_remove(lib_check_path(L, 1), &err), &err);
}

static int make_scratch(lua_State *L)
{
	char path[PATH_MAX];
	struct error err;
	return lib_text(L, scratch_make(path, &err), path, &err);
}

static void push_places(lua_State *L, const struct search *search)
{
	lua_createtable(L, (int)search->count, 0);
	for (size_t i = 0; i < search->count; i++) {
		lua_pushinteger(L, (lua_Integer)search->places[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
}

/* The sum of `length` bytes of a file, or all (-1), from `from` on. Returns 0, or -1 with `err`. */
static int sum_of(lua_State *L, const char *path, lua_Integer from, lua_Integer length, struct search *search,
                  char hex[DIGEST_HEX], struct error *err)
{
	int fd = file_open(path, O_RDONLY, err), result = -1;
	if (fd < 0)
		return -1;
	if (lseek(fd, (off_t)from, SEEK_SET) < 0)
		(void)error_system(err, errno, "cannot read %s at %lld", path, (long long)from);
	else
		result = digest_file(fd, length, path, search, &lib_host(L)->progress_bar.meter, hex, err);
	(void)close(fd);
	return result;
}

/* sha256(path[, text, from]): also, by the same reading, the first SEARCH_PLACES offsets from there on of the text */
static int sha256(lua_State *L)
{
	char hex[DIGEST_HEX];
	size_t length;
	struct error err;
	struct search search;
	const char *path = lib_check_path(L, 1), *text = luaL_optlstring(L, 2, NULL, &length);
	if (text == NULL)
		return lib_text(L, sum_of(L, path, 0, -1, NULL, hex, &err), hex, &err);
	luaL_argcheck(L, length >= 1 && length <= SEARCH_LONGEST, 2, "no text that can be searched for");
	search_begin(&search, text, length, (uint64_t)check_size(L, 3));
	if (sum_of(L, path, 0, -1, &search, hex, &err) != 0)
		return lib_fail(L, &err);
	lua_pushstring(L, hex);
	push_places(L, &search);
	return 2;
}

/* sha256_part(path, offset, length) */
static int sha256_part(lua_State *L)
{
	char hex[DIGEST_HEX];
	struct error err;
	const char *path = lib_check_path(L, 1);
	lua_Integer from = check_size(L, 2), length = check_size(L, 3);
	return lib_text(L, sum_of(L, path, from, length, NULL, hex, &err), hex, &err);
}

static int sha256_text(lua_State *L)
{
	char hex[DIGEST_HEX];
	size_t length;
	const char *text = luaL_checklstring(L, 1, &length);
	digest_text(text, length, hex);
	lua_pushstring(L, hex);
	return 1;
}

/* sha384(text[, path[, offset, length]]): of the text, and behind it of that part of the file */
static int sha384_of(lua_State *L)
{
	char hex[SHA384_HEX];
	size_t size;
	struct error err;
	const char *text = luaL_checklstring(L, 1, &size);
	struct sha384_part part = { lua_isnoneornil(L, 2) ? NULL : lib_check_path(L, 2), 0, -1,
		                        &lib_host(L)->progress_bar.meter };
	if (!lua_isnoneornil(L, 3)) {
		part.offset = check_size(L, 3);
		part.length = check_size(L, 4);
	}
	return lib_text(L, sha384(text, size, &part, hex, &err), hex, &err);
}

/* find(path, needle[, from]) */
static int find(lua_State *L)
{
	size_t length;
	struct error err;
	const char *path = lib_check_path(L, 1), *needle = luaL_checklstring(L, 2, &length);
	lua_Integer from = lua_isnoneornil(L, 3) ? 0 : check_size(L, 3);
	struct file_map *map = lib_new_map(L);
	if (file_map(path, map, &err) != 0)
		return lib_fail(L, &err);
	int64_t at = file_map_find(map, needle, length, (uint64_t)from);
	file_unmap(map);
	if (at < 0)
		return 0;
	lua_pushinteger(L, at);
	return 1;
}

/* contains(path, other) */
static int contains(lua_State *L)
{
	struct error err;
	const char *path = lib_check_path(L, 1), *other = lib_check_path(L, 2);
	struct file_map *map = lib_new_map(L), *needle = lib_new_map(L);
	if (file_map(path, map, &err) != 0 || file_map(other, needle, &err) != 0)
		return lib_fail(L, &err);
	bool found = file_map_find(map, needle->bytes, needle->length, 0) >= 0;
	file_unmap(map);
	file_unmap(needle);
	lua_pushboolean(L, found);
	return 1;
}

static int space(lua_State *L)
{
	uint64_t available;
	bool read_only;
	struct error err;
	if (file_space(lib_check_path(L, 1), &available, &read_only, &err) != 0)
		return lib_fail(L, &err);
	lua_pushinteger(L, (lua_Integer)available);
	lua_pushboolean(L, read_only);
	return 2;
}

int lib_open_file(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "read", read_file },
		{ "read_at", read_at },
		{ "stat", stat_file },
		{ "list", list },
		{ "make_directory", make_directory },
		{ "try_directory", try_directory },
		{ "set_mode", set_mode },
		{ "write_atomic", write_atomic },
		{ "append", append },
		{ "remove", remove_file },
		{ "link", make_link },
		{ "remove_tree", remove_tree },
		{ "make_scratch", make_scratch },
		{ "sha256", sha256 },
		{ "sha256_part", sha256_part },
		{ "sha256_text", sha256_text },
		{ "sha384", sha384_of },
		{ "find", find },
		{ "contains", contains },
		{ "space", space },
		{ NULL, NULL },
	};
	luaL_newlib(L, functions);
	return 1;
}
