/*
 * Darwin's structures and constants for arm64, as far as the program uses them, each with the public header that has
 * it.
 */
#ifndef DARWIN_H
#define DARWIN_H

#include <stdint.h>
#include <stdio.h>

/* <sys/fcntl.h> */
enum {
	DARWIN_O_NONBLOCK = 0x4,
	DARWIN_O_APPEND = 0x8,
	DARWIN_O_SYNC = 0x80,
	DARWIN_O_NOFOLLOW = 0x100,
	DARWIN_O_CREAT = 0x200,
	DARWIN_O_TRUNC = 0x400,
	DARWIN_O_EXCL = 0x800,
	DARWIN_O_NOCTTY = 0x20000,
	DARWIN_O_DIRECTORY = 0x100000,
	DARWIN_O_CLOEXEC = 0x1000000,
	DARWIN_F_GETFL = 3,
	DARWIN_F_SETFL = 4,
	DARWIN_F_FULLFSYNC = 51,
	DARWIN_F_DUPFD_CLOEXEC = 67,
	DARWIN_AT_FDCWD = -2,
	DARWIN_AT_REMOVEDIR = 0x80,
};

/* <sys/syslimits.h>: the end of the text included */
#define DARWIN_PATH_MAX 1024

/* <sys/stat.h>, struct stat with 64-bit inode numbers; times of <sys/_types/_timespec.h> */
struct darwin_time {
	int64_t seconds, nanoseconds;
};
struct darwin_stat {
	int32_t device;
	uint16_t mode, links;
	uint64_t inode;
	uint32_t user, group;
	int32_t special, padding;
	struct darwin_time accessed, modified, changed, born;
	int64_t size, blocks;
	int32_t block_size;
	uint32_t flags, generation;
	int32_t spare;
	int64_t more[2];
};
_Static_assert(sizeof(struct darwin_stat) == 144, "struct stat");

/* <sys/dirent.h>, struct dirent with 64-bit inode numbers */
struct darwin_dirent {
	uint64_t inode, offset;
	uint16_t length, name_length;
	uint8_t type;
	char name[1024];
};

/* <sys/mount.h>, struct statfs with 64-bit inode numbers */
struct darwin_statfs {
	uint32_t block_size;
	int32_t best_size;
	uint64_t blocks, free, available, files, free_files;
	int32_t id[2];
	uint32_t owner, type, flags, subtype;
	char type_name[16], on[1024], from[1024];
	uint32_t more_flags, reserved[7];
};
_Static_assert(sizeof(struct darwin_statfs) == 2168, "struct statfs");
enum { DARWIN_MNT_RDONLY = 0x1 };

/* <sys/_types/_timeval.h> */
struct darwin_timeval {
	int64_t seconds;
	int32_t microseconds;
};

/* <sys/termios.h> */
struct darwin_termios {
	uint64_t input, output, control, local;
	unsigned char keys[20];
	uint64_t input_speed, output_speed;
};
_Static_assert(sizeof(struct darwin_termios) == 72, "struct termios");
enum {
	DARWIN_VDSUSP = 11,
	DARWIN_VMIN = 16,
	DARWIN_VTIME = 17,
	DARWIN_VSTATUS = 18,
	DARWIN_VDISABLE = 0xff, /* _POSIX_VDISABLE */
};

/* <sys/ttycom.h>, <sys/filio.h> */
enum {
	DARWIN_TIOCSCTTY = 0x20007461,
	DARWIN_TIOCGWINSZ = 0x40087468,
	DARWIN_FIONREAD = 0x4004667f,
};
#define DARWIN_TIOCSWINSZ 0x80087467u

/* <sys/signal.h> */
#define DARWIN_SIGNALS 32
struct darwin_sigaction {
	void *handler;
	uint32_t mask;
	int32_t flags;
};
enum {
	DARWIN_SA_ONSTACK = 0x1,
	DARWIN_SA_RESTART = 0x2,
	DARWIN_SA_RESETHAND = 0x4,
	DARWIN_SA_NOCLDSTOP = 0x8,
	DARWIN_SA_NODEFER = 0x10,
	DARWIN_SA_NOCLDWAIT = 0x20,
};

/* <_stdio.h>: the inline getc_unlocked() reads `next` and `left`. Here `left` stays 0, so that it always calls
 * __srget(). */
struct darwin_file {
	unsigned char *next;
	int left, room;
	short flags, descriptor;
	FILE *here; /* in the place of members that no inline function reads */
};

/* <runetype.h>: the inline isalpha() and its kind read `types` */
struct darwin_runes {
	char magic[8], encoding[32];
	void *get, *put;
	int32_t invalid;
	uint32_t types[256];
	int32_t lower[256], upper[256];
	char more[64];
};
/* <_ctype.h>, _CTYPE_… */
enum {
	DARWIN_ALPHA = 0x100,
	DARWIN_CONTROL = 0x200,
	DARWIN_DIGIT = 0x400,
	DARWIN_GRAPH = 0x800,
	DARWIN_LOWER = 0x1000,
	DARWIN_PUNCT = 0x2000,
	DARWIN_SPACE = 0x4000,
	DARWIN_UPPER = 0x8000,
	DARWIN_HEX = 0x10000,
	DARWIN_BLANK = 0x20000,
	DARWIN_PRINT = 0x40000,
};

/* <regex.h>: re_g is a pointer of the library's own */
struct darwin_regex {
	int magic;
	size_t groups;
	const char *end;
	void *here;
};

/* <CommonCrypto/CommonDigest.h>: CC_SHA256_CTX has 104 bytes, CC_SHA512_CTX, for SHA-384 too, 208 */
struct darwin_digest {
	void *here;
};

#endif
