#!/bin/sh
# Builds libmd.a for a Linux target with the one part that is used: the SHA-2 functions.
# It must not be used for macOS, whose libSystem has SHA-256 of its own.
# Usage: CC=... AR=... CFLAGS=... libmd.sh SOURCE OUT
set -eu
source=$1
out=$2
work=$out/work/libmd
rm -rf "$work"
mkdir -p "$work" "$out/lib" "$out/include"

# The compiler's byte order, which is all that sha2.c takes from configure.
cat >"$work/config.h" <<'END'
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define WORDS_BIGENDIAN 1
#endif
END
# shellcheck disable=SC2086  # CC and CFLAGS are lists of words
$CC $CFLAGS -I"$work" -I"$source/include" -c "$source/src/sha2.c" -o "$work/sha2.o"
rm -f "$out/lib/libmd.a"
$AR rcs "$out/lib/libmd.a" "$work/sha2.o"
cp "$source/include/sha2.h" "$source/include/sha256.h" "$out/include/"
