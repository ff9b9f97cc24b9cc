/*
 * Checksums: SHA-256 of files and texts, CRC-32C of journal records.
 * Must not know what is being summed.
 */
#ifndef VMQ_DIGEST_H
#define VMQ_DIGEST_H

#include "base/error.h"

#define DIGEST_HEX 65 /* 64 lower-case hex digits and a NUL */

/* Writes the bytes as twice as many lower-case hex digits and a NUL. */
void digest_hex(const unsigned char *sum, size_t length, char *hex);

/* SHA-256 of an open file from where it stands, `left` bytes of it or all (-1), read in pieces of constant size;
 * `search` (or NULL) takes them in as well; `meter` (or NULL) hears how far it has come; `path` is for messages.
 * Returns 0, or -1 with `err`. */
struct meter;
struct search;
int digest_file(int fd, int64_t left, const char *path, struct search *search, struct meter *meter,
                char hex[DIGEST_HEX], struct error *err);
void digest_text(const char *text, size_t length, char hex[DIGEST_HEX]);

/* For other sums: how one takes in bytes, a text in pieces that every platform's can take, and an open file from where
 * it stands, `left` bytes of it or all (-1). Returns 0, an errno value, or DIGEST_ENDS_EARLY. */
typedef void digest_adder(void *state, const char *bytes, size_t length);
#define DIGEST_ENDS_EARLY (-1)
void digest_pieces(digest_adder *add, void *state, const char *text, size_t length);
int digest_descriptor(digest_adder *add, void *state, int fd, int64_t left, struct meter *meter);

/* CRC-32C (Castagnoli, RFC 3720 B.4): of "123456789" it is e3069283. */
uint32_t digest_crc32c(const char *bytes, size_t length);

#endif
