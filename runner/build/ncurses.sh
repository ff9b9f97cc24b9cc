#!/bin/sh
# Builds libtinfo.a (the terminfo half of ncurses, which libedit needs) for one target.
# It must work in a system without terminfo files: common terminals are compiled in.
# Usage: CC=... AR=... RANLIB=... CFLAGS=... HOST_TRIPLET=... ncurses.sh SOURCE OUT
set -eu
source=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
work=$out/work/ncurses
rm -rf "$work"
mkdir -p "$work" "$out/lib" "$out/include"

# --with-ospeed=int: the default, short, wants <sys/ttydev.h>, which Zig's macOS headers lack.
terminals=xterm-256color,xterm,vt100,nsterm,ansi,dumb,screen-256color,tmux-256color,linux
cd "$work"
{
    "$source/configure" --host="$HOST_TRIPLET" ${BUILD_TRIPLET:+--build="$BUILD_TRIPLET"} \
        --prefix=/usr --with-build-cc="${BUILD_CC:-cc}" --with-termlib=tinfo --with-ospeed=int \
        --with-fallbacks=$terminals \
        --with-tic-path="$(command -v tic)" --with-infocmp-path="$(command -v infocmp)" \
        --with-default-terminfo-dir=/usr/share/terminfo \
        --with-terminfo-dirs=/etc/terminfo:/lib/terminfo:/usr/share/terminfo \
        --without-shared --without-debug --without-ada --without-cxx --without-cxx-binding \
        --without-manpages --without-progs --without-tests --without-dlsym --without-gpm \
        --without-pcre2 --disable-widec --disable-home-terminfo --disable-db-install \
        --disable-stripping CC="$CC" AR="$AR" RANLIB="$RANLIB" CFLAGS="$CFLAGS" &&
    make -C include &&
    make -C ncurses ../lib/libtinfo.a
} >"$out/work/ncurses.log" 2>&1 || {
    tail -n 20 "$out/work/ncurses.log" >&2
    echo "ncurses: failed; all of it in $out/work/ncurses.log" >&2
    exit 1
}
cp lib/libtinfo.a "$out/lib/"
cp include/term.h include/curses.h include/unctrl.h include/ncurses_dll.h include/termcap.h "$out/include/"
