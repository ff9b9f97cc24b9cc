#!/bin/sh
# Writes the licences of the third-party code inside the macOS program, as Debian records them.
# It must not hold any licence text itself: what was built is what is quoted.
# Usage: notices.sh SOURCES DKJSON-COPYRIGHT >OUT
set -eu
sources=$1

quote() {
    printf '\n%s\n%s\n\n' "$1" "$(echo "$1" | sed 's/./=/g')"
    cat "$2"
}

echo "vmq-recovery contains code of these projects, unchanged but for Debian's patches."
for name in lua5.4 libedit ncurses; do
    quote "$name $(cat "$sources/$name/.debian-version")" "$sources/$name/debian/copyright"
done
quote "dkjson" "$2"
