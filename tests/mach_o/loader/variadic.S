// Entry points of functions with a variable number of arguments: the address of those, which is the stack pointer, is handed
// on as one more argument, behind the fixed ones.

	.text
	.macro	variadic name, target, fixed
	.globl	\name
	.type	\name, %function
\name:	mov	x\fixed, sp
	b	\target
	.size	\name, . - \name
	.endm

	variadic darwin_printf, list_printf, 1
	variadic darwin_fprintf, list_fprintf, 2
	variadic darwin_sprintf, list_sprintf, 2
	variadic darwin_snprintf, list_snprintf, 3
	variadic darwin_sprintf_checked, list_sprintf_checked, 4
	variadic darwin_open, list_open, 2
	variadic darwin_openat, list_openat, 3
	variadic darwin_fcntl, list_fcntl, 2
	variadic darwin_ioctl, list_ioctl, 2
	variadic darwin_execlp, list_execlp, 2

	.section .note.GNU-stack, "", %progbits
