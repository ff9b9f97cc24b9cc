/*
 * Fuzzes the taking of a password key by key, against a plain buffer edited the same way.
 * Must not hold a real password.
 */
#include "fuzz.h"

#include "child/capture.h"
#include "child/secret.h"

static char typed[SECRET_LONGEST + 1];
static size_t length;

/* A whole character is taken back at once. */
static void take_back(void)
{
	while (length > 0 && ((unsigned char)typed[--length] & 0xC0) == 0x80)
		;
}

static void edit(unsigned char key)
{
	if (key == 0x08 || key == 0x7F)
		take_back();
	else if (key == 0x15)
		length = 0;
	else if (key >= 0x20 && length < SECRET_LONGEST)
		typed[length++] = (char)key;
}

static void check(const struct secret *secret)
{
	size_t kept;
	const char *bytes = secret_bytes(secret, &kept);
	PROMISE(kept == length && memcmp(bytes, typed, length) == 0);
	PROMISE(kept == 0 || ((unsigned char)bytes[kept - 1] >= 0x20 && bytes[kept - 1] != 0x7F));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct secret *secret;
	struct error err;
	if (secret == NULL)
		secret = secret_new(&err);
	PROMISE(secret != NULL);
	secret_wipe(secret);
	struct capture capture = { secret, true };
	length = 0;
	for (size_t i = 0; i < size; i++) {
		enum capture_step step = capture_key(&capture, data[i]);
		bool enter = data[i] == '\r' || data[i] == '\n';
		if (!enter)
			edit(data[i]);
		PROMISE(step == (!enter ? CAPTURE_MORE : length > 0 ? CAPTURE_DONE : CAPTURE_EMPTY));
		PROMISE(capture.on == !enter);
		check(secret);
		capture.on = true;
	}
	capture_cancel(&capture);
	length = 0;
	check(secret);
	PROMISE(!capture.on);
	return 0;
}
