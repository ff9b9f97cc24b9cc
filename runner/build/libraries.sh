#!/bin/sh
# Packs the libraries' sources as they were built, for a native build on a Mac, which has no Debian archive to fetch them from.
# Unpacked at the top of the source tree they lie where darwin.mk looks for them.
# Usage: libraries.sh OUT-FOLDER NAME DKJSON      makes OUT-FOLDER/NAME.tar.gz
set -eu
here=$(dirname "$0")
out=$1
name=$2

rm -rf "${out:?}/$name"
mkdir -p "$out/$name/build/sources"
for library in lua5.4 libedit ncurses; do
    cp -R "build/sources/$library" "$out/$name/build/sources/"
done
cp "$3" "$out/$name/build/sources/dkjson.lua"
sh "$here/archive.sh" "$out" "$name"
