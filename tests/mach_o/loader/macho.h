/*
 * The parts of a Mach-O file that a loader reads, as <mach-o/loader.h> has them.
 */
#ifndef MACHO_H
#define MACHO_H

#include <stdint.h>

enum {
	MAGIC_64 = 0xfeedfacf,     /* MH_MAGIC_64 */
	CPU_ARM64 = 0x0100000c,    /* CPU_TYPE_ARM64 of <mach/machine.h> */
	EXECUTE = 2,               /* MH_EXECUTE */
	SEGMENT_64 = 0x19,         /* LC_SEGMENT_64 */
	LOAD_DYLIB = 0xc,          /* LC_LOAD_DYLIB */
	MAIN = 0x28,               /* LC_MAIN, less LC_REQ_DYLD */
	DYLD_INFO = 0x22,          /* LC_DYLD_INFO and, with LC_REQ_DYLD, LC_DYLD_INFO_ONLY */
	CHAINED_FIXUPS = 0x34,     /* LC_DYLD_CHAINED_FIXUPS, less LC_REQ_DYLD */
	SECTION_TYPE = 0xff,       /* the part of a section's flags that is its type */
	INITIALISERS = 0x9,        /* S_MOD_INIT_FUNC_POINTERS */
	THREAD_LOCAL = 0x11,       /* S_THREAD_LOCAL_REGULAR, the first of the types for thread-local data */
	INITIALISER_OFFSETS = 0x16 /* S_INIT_FUNC_OFFSETS, the last of them and of all */
};
#define REQUIRED_BY_DYLD UINT32_C(0x80000000) /* LC_REQ_DYLD */

/* struct mach_header_64 */
struct macho_header {
	uint32_t magic, cpu, subtype, type, count, size, flags, reserved;
};

/* struct load_command */
struct macho_command {
	uint32_t kind, size;
};

/* struct segment_command_64 */
struct macho_segment {
	uint32_t kind, size;
	char name[16];
	uint64_t address, length, offset, file_length;
	uint32_t most_protection, protection, sections, flags;
};

/* struct section_64 */
struct macho_section {
	char name[16], segment[16];
	uint64_t address, length;
	uint32_t offset, align, relocations, relocation_count, flags, reserved[3];
};

/* struct entry_point_command */
struct macho_entry {
	uint32_t kind, size;
	uint64_t offset, stack;
};

/* struct dylib_command: the name's place is counted from the command's start */
struct macho_library {
	uint32_t kind, size, name, timestamp, current, compatible;
};

/* struct dyld_info_command: places and lengths of the opcodes, from the file's start */
struct macho_opcodes {
	uint32_t kind, size, rebase, rebase_length, bind, bind_length, weak, weak_length, lazy, lazy_length, export,
		export_length;
};

#endif
