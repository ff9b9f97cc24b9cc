#!/bin/sh
# Builds one static library for one target from a source folder, Debian's or upstream's: lua, md, tinfo (of ncurses) or edit.
# Must not take anything of the build machine's own libraries.
# Usage: CC=… AR=… RANLIB=… CFLAGS=… HOST_TRIPLET=… static_lib.sh NAME SOURCE OUT     makes OUT/lib/libNAME.a and OUT/include/
set -eu
name=$1
source=$2
mkdir -p "$3/lib" "$3/include"
out=$(cd "$3" && pwd)
work=$out/work/$name
log=$work.log
rm -rf "$work"
mkdir -p "$work"

fail() {
    tail -n 20 "$log" >&2
    echo "lib$name: failed; all of it in $log" >&2
    exit 1
}

# Compiles each file after "--", with the further flags before it.
compile() {
    flags=-I$work
    while [ "$1" != -- ]; do flags="$flags $1" && shift; done
    shift
    for file in "$@"; do
        # shellcheck disable=SC2086  # CC and the flags are lists of words
        $CC $CFLAGS $flags -c "$file" -o "$work/$(basename "$file" .c).o"
    done
}

archive() {
    rm -f "$out/lib/lib$name.a"
    $AR rcs "$out/lib/lib$name.a" "$work"/*.o
}

# Runs the source's own configure in the work folder, and stays there.
configure() {
    source=$(cd "$source" && pwd)
    cd "$work"
    "$source/configure" --host="$HOST_TRIPLET" ${BUILD_TRIPLET:+--build="$BUILD_TRIPLET"} CC="$CC" AR="$AR" RANLIB="$RANLIB" \
        "$@" >"$log" 2>&1 || fail
}

# ACLOCAL=: and so on: Debian's patches touch configure.ac; what was generated is good as it is.
make_in() {
    make ACLOCAL=: AUTOCONF=: AUTOHEADER=: AUTOMAKE=: -C "$@" >>"$log" 2>&1 || fail
}

# Without dynamic loading, as the program loads nothing but what it embeds: LUA_USE_LINUX and LUA_USE_MACOSX would add dlopen.
build_lua() {
    # Debian's luaconf.h takes the folder for C modules from here. We have none.
    echo '#define DEB_HOST_MULTIARCH "none"' >"$work/lua5.4-deb-multiarch.h"
    compile -std=gnu99 -DLUA_USE_POSIX -- "$source"/src/*.c
    rm "$work/lua.o" "$work/luac.o"
    archive
    cp "$source"/src/lua.h "$source"/src/luaconf.h "$source"/src/lualib.h "$source"/src/lauxlib.h "$work"/*.h "$out/include/"
}

# The one part that is used, SHA-2. Not for macOS, whose libSystem has SHA-256 of its own.
build_md() {
    # The compiler's byte order, which is all that sha2.c takes from configure.
    printf '#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__\n#define WORDS_BIGENDIAN 1\n#endif\n' >"$work/config.h"
    compile -I"$source/include" -- "$source/src/sha2.c"
    archive
    cp "$source/include/sha2.h" "$source/include/sha256.h" "$out/include/"
}

# The terminfo half of ncurses, which libedit needs. Terminals of a Mac's own are compiled in, for a recovery without terminfo files.
build_tinfo() {
    # --with-ospeed=int: the default, short, wants <sys/ttydev.h>, which Zig's macOS headers lack.
    configure CFLAGS="$CFLAGS" \
        --prefix=/usr --with-build-cc="${BUILD_CC:-cc}" --with-termlib=tinfo --with-ospeed=int \
        --with-fallbacks=xterm-256color,xterm,vt100,nsterm,ansi,dumb \
        --with-tic-path="$(command -v tic)" --with-infocmp-path="$(command -v infocmp)" \
        --with-default-terminfo-dir=/usr/share/terminfo \
        --with-terminfo-dirs=/etc/terminfo:/lib/terminfo:/usr/share/terminfo \
        --without-shared --without-debug --without-ada --without-cxx --without-cxx-binding \
        --without-manpages --without-progs --without-tests --without-dlsym --without-gpm \
        --without-pcre2 --disable-widec --disable-home-terminfo --disable-db-install --disable-stripping
    make_in include
    make_in ncurses ../lib/libtinfo.a
    cp lib/libtinfo.a "$out/lib/"
    cp include/term.h include/curses.h include/unctrl.h include/ncurses_dll.h include/termcap.h "$out/include/"
}

# Against the libtinfo.a that is in OUT already.
build_edit() {
    # __STDC_ISO_10646__: wide characters are Unicode on all targets; not every header says so.
    # vis: libedit's own copies, for macOS would share its names. termcap: tinfo, nothing else.
    configure CFLAGS="$CFLAGS -D__STDC_ISO_10646__=201103L -I$out/include" LDFLAGS="-L$out/lib" LIBS=-ltinfo \
        --disable-shared --enable-static --disable-examples --disable-dependency-tracking \
        ac_cv_func_vis=no ac_cv_func_unvis=no ac_cv_func_strvis=no ac_cv_func_strunvis=no \
        ac_cv_lib_bsd_strlcpy=no ac_cv_lib_ncurses_tgetent=no ac_cv_lib_curses_tgetent=no ac_cv_lib_termcap_tgetent=no
    make_in src
    cp src/.libs/libedit.a "$out/lib/"
    cp "$source/src/histedit.h" "$out/include/"
}

case $name in
lua | md | tinfo | edit) "build_$name" ;;
*) echo "static_lib: no such library: $name" >&2 && exit 2 ;;
esac
