/*
 * Keeps a password in a page of its own.
 * Must not copy it anywhere else.
 */
#include "child/secret.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef __APPLE__
#include <mach/vm_inherit.h>
#endif

#include "base/secret_zero.h"
#include "base/signals.h"

struct secret {
	size_t length;
	char bytes[SECRET_LONGEST + 1];
};

void secret_wipe(struct secret *secret)
{
	if (secret == NULL)
		return;
	secret_zero(secret->bytes, sizeof secret->bytes);
	secret->length = 0;
}

void secret_release(struct secret *secret)
{
	if (secret == NULL)
		return;
	secret_wipe(secret);
	(void)munlock(secret, sizeof *secret);
	(void)munmap(secret, sizeof *secret);
}

/* A page of its own. Where a limit refuses to lock it in memory, the run goes on all the same. */
static struct secret *make_page(struct error *err)
{
	struct rlimit none = { 0, 0 };
	struct secret *secret = mmap(NULL, sizeof *secret, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	if (secret == MAP_FAILED) {
		(void)error_system(err, errno, "cannot get memory for a password");
		return NULL;
	}
	(void)mlock(secret, sizeof *secret);
	(void)setrlimit(RLIMIT_CORE, &none);
#ifdef MADV_DONTDUMP
	(void)madvise(secret, sizeof *secret, MADV_DONTDUMP);
#endif
#ifdef MADV_DONTFORK
	(void)madvise(secret, sizeof *secret, MADV_DONTFORK);
#endif
#ifdef VM_INHERIT_NONE
	(void)minherit(secret, sizeof *secret, VM_INHERIT_NONE);
#endif
	return secret;
}

struct secret *secret_new(struct error *err)
{
	return make_page(err);
}

void secret_add(struct secret *secret, char byte)
{
	if (secret->length < SECRET_LONGEST)
		secret->bytes[secret->length++] = byte;
}

static bool continues_character(char byte)
{
	return ((unsigned char)byte & 0xC0) == 0x80;
}

void secret_drop_last(struct secret *secret)
{
	bool more = secret->length > 0;
	while (more) {
		more = continues_character(secret->bytes[--secret->length]) && secret->length > 0;
		secret->bytes[secret->length] = '\0';
	}
}

/* Returns the secret if it can be typed at a prompt, else releases it. */
static struct secret *check(struct secret *secret, struct error *err)
{
	const char *why = secret->length == 0 ? "it is empty" : NULL;
	for (size_t i = 0; i < secret->length && why == NULL; i++)
		if ((unsigned char)secret->bytes[i] < 0x20 || secret->bytes[i] == 0x7f)
			why = "it has a control character";
	if (why == NULL)
		return secret;
	(void)error_set(err, "EINVAL", "cannot use this password: %s", why);
	secret_release(secret);
	return NULL;
}

/* Reads one line, a byte at a time, so that what follows it stays unread. Returns 0, or an errno value. */
static int read_line(int fd, struct secret *secret)
{
	int n;
	while ((n = signals_read_byte(fd, secret->bytes + secret->length)) > 0 && secret->bytes[secret->length] != '\n')
		if (++secret->length > SECRET_LONGEST)
			return E2BIG;
	if (n < 0)
		return errno;
	secret->bytes[secret->length] = '\0';
	return 0;
}

struct secret *secret_from_fd(int fd, struct error *err)
{
	struct secret *secret = make_page(err);
	if (secret == NULL)
		return NULL;
	int number = read_line(fd, secret);
	if (number == 0)
		return check(secret, err);
	(void)error_system(err, number, "cannot read a password from descriptor %d", fd);
	if (number == E2BIG)
		(void)error_set(err, "EINVAL", "cannot use this password: it is longer than %d bytes", SECRET_LONGEST);
	secret_release(secret);
	return NULL;
}

struct secret *secret_from_text(const char *text, size_t length, struct error *err)
{
	if (length > SECRET_LONGEST) {
		(void)error_set(err, "EINVAL", "cannot use this password: it is longer than %d bytes", SECRET_LONGEST);
		return NULL;
	}
	struct secret *secret = make_page(err);
	if (secret == NULL)
		return NULL;
	memcpy(secret->bytes, text, length);
	secret->length = length;
	return check(secret, err);
}

const char *secret_bytes(const struct secret *secret, size_t *length)
{
	*length = secret->length;
	return secret->bytes;
}
