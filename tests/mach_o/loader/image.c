/*
 * Maps a Mach-O program: its segments, at the distances that it asks for.
 * Must not need more of a file than the programs of this project use: the rest is named and given up.
 */
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader.h"

#define PAGE 0x4000u /* of arm64 macOS */

const void *image_file(const struct image *image, uint64_t offset, uint64_t length)
{
	if (offset > image->size || length > image->size - offset)
		give_up("the file is cut short");
	return image->file + offset;
}

char *image_place(const struct image *image, uint64_t address)
{
	return image->memory + (address - image->preferred);
}

const void *image_command(const struct image *image, const void *command, uint32_t kind)
{
	const struct macho_header *header = (const void *)image->file;
	const char *next = command == NULL ? (const char *)(header + 1)
	                                   : (const char *)command + ((const struct macho_command *)command)->size;
	const char *end = (const char *)(header + 1) + header->size;
	while (next < end) {
		const struct macho_command *found = (const void *)next;
		if (found->size < sizeof *found)
			give_up("a load command without a length");
		if ((found->kind & ~REQUIRED_BY_DYLD) == kind)
			return found;
		next += found->size;
	}
	return NULL;
}

static void read_file(struct image *image, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		give_up("%s: %s", path, strerror(errno));
	image->size = (size_t)st.st_size;
	void *file = mmap(NULL, image->size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file == MAP_FAILED)
		give_up("%s: %s", path, strerror(errno));
	(void)close(fd);
	image->file = file;
	const struct macho_header *header = image_file(image, 0, sizeof *header);
	if (header->magic != MAGIC_64 || header->cpu != CPU_ARM64 || header->type != EXECUTE)
		give_up("%s is not an arm64 macOS program", path);
	(void)image_file(image, sizeof *header, header->size);
}

/* What dyld does beyond this loader: newer fixups, other libraries, initialisers, thread-local data. */
static void refuse_more(const struct image *image)
{
	const struct macho_library *library = NULL;
	if (image_command(image, NULL, CHAINED_FIXUPS) != NULL)
		give_up("chained fixups are not known here");
	while ((library = image_command(image, library, LOAD_DYLIB)) != NULL)
		if (strcmp((const char *)library + library->name, "/usr/lib/libSystem.B.dylib") != 0)
			give_up("there is no %s here", (const char *)library + library->name);
	for (unsigned i = 0; i < image->count; i++) {
		const struct macho_section *section = (const void *)(image->segments[i] + 1);
		for (uint32_t n = 0; n < image->segments[i]->sections; n++) {
			unsigned type = section[n].flags & SECTION_TYPE;
			if (type == INITIALISERS || (type >= THREAD_LOCAL && type <= INITIALISER_OFFSETS))
				give_up("section %.16s: initialisers and thread-local data are not known here", section[n].name);
		}
	}
}

/* Lists the segments; returns the address behind the last one. */
static uint64_t list_segments(struct image *image)
{
	const struct macho_segment *segment = NULL;
	uint64_t end = 0;
	while ((segment = image_command(image, segment, SEGMENT_64)) != NULL) {
		if (image->count == IMAGE_SEGMENTS)
			give_up("too many segments");
		image->segments[image->count++] = segment;
		if (strcmp(segment->name, "__TEXT") == 0)
			image->preferred = segment->address;
		if (segment->address + segment->length > end)
			end = segment->address + segment->length;
	}
	if (image->preferred == 0)
		give_up("no segment __TEXT");
	return end;
}

void image_open(struct image *image, const char *path)
{
	read_file(image, path);
	uint64_t length = list_segments(image) - image->preferred;
	refuse_more(image);
	char *memory = mmap(NULL, length + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		give_up("mmap: %s", strerror(errno));
	image->memory = memory + (PAGE - (uintptr_t)memory % PAGE) % PAGE;
	for (unsigned i = 0; i < image->count; i++) {
		const struct macho_segment *segment = image->segments[i];
		if (segment->protection == 0) /* __PAGEZERO */
			continue;
		char *place = image_place(image, segment->address);
		if (mprotect(place, segment->length, PROT_READ | PROT_WRITE) != 0)
			give_up("mprotect: %s", strerror(errno));
		memcpy(place, image_file(image, segment->offset, segment->file_length), segment->file_length);
	}
}

void image_protect(const struct image *image)
{
	for (unsigned i = 0; i < image->count; i++) {
		const struct macho_segment *segment = image->segments[i];
		char *place = image_place(image, segment->address);
		if (segment->protection == 0)
			continue;
		if (mprotect(place, segment->length, (int)segment->protection) != 0)
			give_up("mprotect: %s", strerror(errno));
		if ((segment->protection & PROT_EXEC) != 0)
			__builtin___clear_cache(place, place + segment->length);
	}
}
