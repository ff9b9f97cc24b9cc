#!/bin/sh
# Packs a folder so that the same files give the same bytes: names sorted, one date, no owners.
# Usage: archive.sh OUT-FOLDER NAME      makes OUT-FOLDER/NAME.tar.gz of OUT-FOLDER/NAME, and prints its path
set -eu
out=$1
name=$2
date=${SOURCE_DATE_EPOCH:-1767225600} # 1 January 2026

tar -C "$out" --format=gnu --sort=name --mtime="@$date" --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX,go-w \
    -cf - "$name" | gzip -9n >"$out/$name.tar.gz.part"
mv "$out/$name.tar.gz.part" "$out/$name.tar.gz"
echo "$out/$name.tar.gz"
