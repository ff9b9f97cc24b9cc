/*
 * Takes keys into a secret.
 * Must not keep them anywhere else.
 */
#include "child/capture.h"

#include "child/secret.h"

#define BACKSPACE 0x08
#define DELETE 0x7f
#define CTRL_U 0x15

void capture_begin(struct capture *capture)
{
	secret_wipe(capture->secret);
	capture->on = true;
}

enum capture_step capture_key(struct capture *capture, unsigned char key)
{
	size_t length;
	switch (key) {
	case '\r':
	case '\n':
		capture->on = false;
		(void)secret_bytes(capture->secret, &length);
		return length > 0 ? CAPTURE_DONE : CAPTURE_EMPTY;
	case BACKSPACE:
	case DELETE:
		secret_drop_last(capture->secret);
		return CAPTURE_MORE;
	case CTRL_U:
		secret_wipe(capture->secret);
		return CAPTURE_MORE;
	default:
		if (key >= 0x20)
			secret_add(capture->secret, (char)key);
		return CAPTURE_MORE;
	}
}

void capture_cancel(struct capture *capture)
{
	capture->on = false;
	secret_wipe(capture->secret);
}
