/*
 * First include of every source file: asks the system's headers for POSIX and the few extensions used here.
 * Must not declare anything of ours and must not tell one system from another.
 */
#ifndef VMQ_PORTABLE_H
#define VMQ_PORTABLE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#ifndef _DARWIN_C_SOURCE
#define _DARWIN_C_SOURCE 1
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#endif
