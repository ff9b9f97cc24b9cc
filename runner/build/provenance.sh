#!/bin/sh
# Writes what the macOS program was made of: each input with its version and its SHA-256.
# It must not guess: what is not there ends it.
# Usage: provenance.sh VERSION ORIGIN SOURCE-ARCHIVE DKJSON >OUT
set -eu
here=$(dirname "$0")

sum() {
    printf '    %s  %s\n' "$(sha256sum "$1" | cut -d' ' -f1)" "${2:-$(basename "$1")}"
}

package() {
    dpkg-query -W -f "\${Version}" "$1"
}

# As the signed description of Debian's source package has them.
debian_source() {
    printf '\n%s %s, a Debian source package\n' "$1" "$(cat "build/sources/$1/.debian-version")"
    awk '/^[^ ]/ { inside = /^Checksums-Sha256:/; next } inside { print "    " $1 "  " $3 }' "build/sources/$1/.dsc"
}

printf 'vmq-recovery %s, %s\n' "$1" "$(cat "$2")"
sum "$3"
for name in lua5.4 libedit ncurses; do debian_source "$name"; done
printf '\ndkjson, from the Debian package lua-dkjson %s\n' "$(package lua-dkjson)"
sum "$4"
printf '\nCompiler and linker, with the headers of macOS: ziglang %s, one of these wheels\n' \
    "$(build/zig/bin/python -c 'from importlib.metadata import version; print(version("ziglang"))')"
sed -n 's/.*--hash=sha256:\([0-9a-f]*\).*/    \1/p' "$here/requirements.txt"
sum build/zig/zig "the compiler on this machine"
printf '\nTerminal descriptions: compiled by the Debian package ncurses-bin %s from those of ncurses\n' "$(package ncurses-bin)"
sum "$(command -v tic)"
sum "$(command -v infocmp)"
