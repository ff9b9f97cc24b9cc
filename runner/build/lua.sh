#!/bin/sh
# Builds liblua.a for one target from Lua's source folder (Debian's or lua.org's).
# It must not enable dynamic loading: the program loads nothing but what it embeds.
# Usage: CC=... AR=... CFLAGS=... lua.sh SOURCE OUT      makes OUT/lib/liblua.a, OUT/include/
set -eu
source=$1
out=$2
work=$out/work/lua
rm -rf "$work"
mkdir -p "$work" "$out/lib" "$out/include"

# Debian's luaconf.h takes the folder for C modules from here. We have none.
echo '#define DEB_HOST_MULTIARCH "none"' >"$work/lua5.4-deb-multiarch.h"

# LUA_USE_POSIX, not LUA_USE_LINUX or LUA_USE_MACOSX: those two add dlopen.
for file in "$source"/src/*.c; do
    name=$(basename "$file" .c)
    case $name in lua | luac) continue ;; esac
    # shellcheck disable=SC2086  # CC and CFLAGS are lists of words
    $CC $CFLAGS -std=gnu99 -DLUA_USE_POSIX -I"$work" -c "$file" -o "$work/$name.o"
done
rm -f "$out/lib/liblua.a"
$AR rcs "$out/lib/liblua.a" "$work"/*.o
for header in lua luaconf lualib lauxlib; do cp "$source/src/$header.h" "$out/include/"; done
cp "$work/lua5.4-deb-multiarch.h" "$out/include/"
