#!/bin/sh
# Packs this source tree, with the file ORIGIN that tells a build of it without git which commit it is.
# Usage: tree.sh OUT-FOLDER NAME ORIGIN      makes OUT-FOLDER/NAME.tar.gz
set -eu
here=$(dirname "$0")
out=$1
name=$2

# Tracked and new files; in a tree without git everything but what was made.
files() {
    if [ -e .git ]; then
        git -c safe.directory="$PWD" ls-files --cached --others --exclude-standard | LC_ALL=C sort -u
    else
        find . -path ./build -prune -o -name __pycache__ -prune -o ! -name ORIGIN -type f -print | sed 's|^\./||' | LC_ALL=C sort
    fi
}

rm -rf "${out:?}/$name"
mkdir -p "$out/$name"
# A file that is deleted but not committed is still listed.
files | while read -r file; do [ ! -e "$file" ] || echo "$file"; done | tar -cf - -T - | tar -C "$out/$name" -xf -
cp "$3" "$out/$name/ORIGIN"
sh "$here/archive.sh" "$out" "$name"
