/*
 * Columns that text takes on a terminal.
 * Not by wcwidth: that depends on a locale which recoveryOS may not have.
 */
#ifndef VMQ_WIDTH_H
#define VMQ_WIDTH_H

#include "base/portable.h"

/* Columns of UTF-8 text. Control and combining characters take none, a byte that is no UTF-8 one. */
size_t width_columns(const char *text, size_t length);

#endif
