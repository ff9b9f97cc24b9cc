#!/bin/sh
# Builds libz.a for one target with the half that unpacks: the embedded scripts are compressed.
# Usage: CC=... AR=... CFLAGS=... zlib.sh SOURCE OUT
set -eu
source=$1
out=$2
work=$out/work/zlib
rm -rf "$work"
mkdir -p "$work" "$out/lib" "$out/include"
# fdopen: zlib 1.2.13 takes every Mac for one that lacks it.
for name in inflate inftrees inffast zutil adler32 crc32; do
    # shellcheck disable=SC2086  # CC and CFLAGS are lists of words
    $CC $CFLAGS -DHAVE_UNISTD_H -Dfdopen=fdopen -DDYNAMIC_CRC_TABLE -c "$source/$name.c" -o "$work/$name.o"
done
rm -f "$out/lib/libz.a"
$AR rcs "$out/lib/libz.a" "$work"/*.o
cp "$source/zlib.h" "$source/zconf.h" "$out/include/"
