#!/bin/sh
# Packs what a Mac's owner gets: the program, what to read, and the checksums of both.
# Usage: dist.sh NAME OUT-FOLDER [FOLDER/]=FILE...      makes OUT-FOLDER/NAME.tar.gz, each FILE in its FOLDER there
set -eu
here=$(dirname "$0")
name=$1
out=$2
shift 2

rm -rf "${out:?}/$name"
for pair in "$@"; do
    file=${pair#*=}
    mode=644
    [ -x "$file" ] && mode=755
    mkdir -p "$out/$name/${pair%%=*}"
    install -m "$mode" "$file" "$out/$name/${pair%%=*}"
done
(cd "$out/$name" && find . -type f | sed 's|^\./||' | LC_ALL=C sort | xargs sha256sum -- >"../$name.sums")
install -m 644 "$out/$name.sums" "$out/$name/SHA256SUMS"
rm "$out/$name.sums"
sh "$here/archive.sh" "$out" "$name"
