#!/bin/sh
# Builds libedit.a for one target, against the libtinfo.a that ncurses.sh left in OUT.
# It must not take the build machine's own curses, nor libbsd's string functions.
# Usage: CC=... AR=... RANLIB=... CFLAGS=... HOST_TRIPLET=... libedit.sh SOURCE OUT
set -eu
source=$(cd "$1" && pwd)
out=$(cd "$2" && pwd)
work=$out/work/libedit
rm -rf "$work"
mkdir -p "$work" "$out/lib" "$out/include"
cd "$work"

# __STDC_ISO_10646__: wide characters are Unicode on all targets; not every header says so.
# vis: libedit's own copies, for macOS would share its names. termcap: tinfo, nothing else.
# ACLOCAL=: and so on: Debian's patches touch configure.ac; what was generated is good as it is.
{
    "$source/configure" --host="$HOST_TRIPLET" ${BUILD_TRIPLET:+--build="$BUILD_TRIPLET"} \
        --disable-shared --enable-static --disable-examples --disable-dependency-tracking \
        ac_cv_func_vis=no ac_cv_func_unvis=no ac_cv_func_strvis=no ac_cv_func_strunvis=no \
        ac_cv_lib_bsd_strlcpy=no ac_cv_lib_ncurses_tgetent=no ac_cv_lib_curses_tgetent=no \
        ac_cv_lib_termcap_tgetent=no CC="$CC" AR="$AR" RANLIB="$RANLIB" \
        CFLAGS="$CFLAGS -D__STDC_ISO_10646__=201103L -I$out/include" LDFLAGS="-L$out/lib" LIBS=-ltinfo &&
    make ACLOCAL=: AUTOCONF=: AUTOHEADER=: AUTOMAKE=: -C src
} >"$out/work/libedit.log" 2>&1 || {
    tail -n 20 "$out/work/libedit.log" >&2
    echo "libedit: failed; all of it in $out/work/libedit.log" >&2
    exit 1
}
cp src/.libs/libedit.a "$out/lib/"
cp "$source/src/histedit.h" "$out/include/"
