#!/bin/sh
# Packs what a Mac's owner gets: the program, what to read, and the checksums of both.
# The same files give the same archive: names sorted, one date, no owners.
# Usage: dist.sh NAME OUT-FOLDER FILE...      makes OUT-FOLDER/NAME.tar.gz
set -eu
name=$1
out=$2
shift 2
date=${SOURCE_DATE_EPOCH:-1767225600} # 1 January 2026

rm -rf "${out:?}/$name"
mkdir -p "$out/$name"
for file in "$@"; do
    mode=644
    [ -x "$file" ] && mode=755
    install -m "$mode" "$file" "$out/$name/"
done
(cd "$out/$name" && sha256sum -- * >"../$name.sums" && mv "../$name.sums" SHA256SUMS && chmod 644 SHA256SUMS)
tar -C "$out" --format=ustar --sort=name --mtime="@$date" --owner=0 --group=0 --numeric-owner \
    -cf - "$name" | gzip -9n >"$out/$name.tar.gz.part"
mv "$out/$name.tar.gz.part" "$out/$name.tar.gz"
echo "$out/$name.tar.gz"
