/*
 * Runs the opcodes of LC_DYLD_INFO, as <mach-o/loader.h> describes them (REBASE_OPCODE_…, BIND_OPCODE_…): each is four
 * bits of operation and four of immediate, then numbers in LEB128.
 */
#include "opcodes.h"

#include <stdbool.h>
#include <string.h>

#include "loader.h"
#include "symbols.h"

struct reader {
	const struct image *image;
	const unsigned char *next, *end;
	char *at;           /* the address that the next operation is for */
	uint64_t value;     /* what is bound there */
	const char *symbol; /* its name */
	bool lazy;
};

static uint64_t unsigned_number(struct reader *r)
{
	uint64_t value = 0;
	for (int shift = 0; r->next < r->end; shift += 7) {
		unsigned char byte = *r->next++;
		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0)
			return value;
	}
	give_up("a number is cut short");
}

static void go_to_segment(struct reader *r, unsigned index)
{
	if (index >= r->image->count)
		give_up("no segment %u", index);
	r->at = image_place(r->image, r->image->segments[index]->address) + unsigned_number(r);
}

static void has_place(const struct reader *r)
{
	if (r->at == NULL)
		give_up("an operation before the first segment");
}

/* Adds how far the program has moved to the address that is there. */
static void rebase(struct reader *r, uint64_t times, uint64_t skip)
{
	for (has_place(r); times > 0; times--, r->at += sizeof(uint64_t) + skip) {
		uint64_t value;
		memcpy(&value, r->at, sizeof value);
		value += (uint64_t)(uintptr_t)r->image->memory - r->image->preferred;
		memcpy(r->at, &value, sizeof value);
	}
}

/* One rebase operation. False at the end. */
static bool rebase_step(struct reader *r)
{
	unsigned immediate = *r->next & 0x0f, operation = *r->next++ & 0xf0;
	uint64_t times;
	switch (operation) {
	case 0x00:
		return false;
	case 0x10:
		break; /* the type: pointers alone */
	case 0x20:
		go_to_segment(r, immediate);
		break;
	case 0x30:
		r->at += unsigned_number(r);
		break;
	case 0x40:
		r->at += immediate * sizeof(uint64_t);
		break;
	case 0x50:
		rebase(r, immediate, 0);
		break;
	case 0x60:
		rebase(r, unsigned_number(r), 0);
		break;
	case 0x70:
		rebase(r, 1, unsigned_number(r));
		break;
	case 0x80:
		times = unsigned_number(r);
		rebase(r, times, unsigned_number(r));
		break;
	default:
		give_up("rebase operation %#x", operation);
	}
	return true;
}

static void bind(struct reader *r, uint64_t times, uint64_t skip)
{
	for (has_place(r); times > 0; times--, r->at += sizeof(uint64_t) + skip)
		memcpy(r->at, &r->value, sizeof r->value);
}

static void set_symbol(struct reader *r)
{
	r->symbol = (const char *)r->next;
	r->next += strnlen(r->symbol, (size_t)(r->end - r->next)) + 1;
	r->value = (uint64_t)(uintptr_t)symbols_find(r->symbol);
}

/* One bind operation. False at the end; lazy imports have an end each. */
static bool bind_step(struct reader *r)
{
	unsigned immediate = *r->next & 0x0f, operation = *r->next++ & 0xf0;
	uint64_t times;
	switch (operation) {
	case 0x00:
		return r->lazy;
	case 0x10:
	case 0x30:
	case 0x50:
		break; /* which library, and the type: there is one of each */
	case 0x20:
		(void)unsigned_number(r);
		break;
	case 0x40:
		set_symbol(r);
		break;
	case 0x70:
		go_to_segment(r, immediate);
		break;
	case 0x80:
		r->at += unsigned_number(r);
		break;
	case 0x90:
		bind(r, 1, 0);
		break;
	case 0xa0:
		bind(r, 1, unsigned_number(r));
		break;
	case 0xb0:
		bind(r, 1, immediate * sizeof(uint64_t));
		break;
	case 0xc0:
		times = unsigned_number(r);
		bind(r, times, unsigned_number(r));
		break;
	default:
		give_up("bind operation %#x", operation); /* an addend (0x60) too */
	}
	return true;
}

static void run(const struct image *image, uint32_t offset, uint32_t length, bool step(struct reader *), bool lazy)
{
	struct reader reader = { .image = image, .next = image_file(image, offset, length), .lazy = lazy };
	reader.end = reader.next + length;
	while (reader.next < reader.end && step(&reader))
		;
}

void opcodes_apply(const struct image *image)
{
	const struct macho_opcodes *opcodes = image_command(image, NULL, DYLD_INFO);
	if (opcodes != NULL) {
		run(image, opcodes->rebase, opcodes->rebase_length, rebase_step, false);
		run(image, opcodes->bind, opcodes->bind_length, bind_step, false);
		run(image, opcodes->lazy, opcodes->lazy_length, bind_step, true);
	} else {
		give_up("the program has no LC_DYLD_INFO");
	}
}
