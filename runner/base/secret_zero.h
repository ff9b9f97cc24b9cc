/*
 * Overwrites what nobody may find in memory: a password, typed keys, a buffer that held one of them.
 * memset must not be used for that: a compiler leaves out a store that nobody reads.
 */
#ifndef VMQ_SECRET_ZERO_H
#define VMQ_SECRET_ZERO_H

#include "base/portable.h"

void secret_zero(void *bytes, size_t length);

#endif
