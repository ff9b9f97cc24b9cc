#!/bin/sh
# Makes a Python virtual environment with exactly the pinned packages given.
# A half-made one is never used: FOLDER/.done appears last, and without it all is made anew.
# Usage: venv.sh FOLDER REQUIREMENTS-FILE...
set -eu
folder=$1
shift

fail() {
    echo "venv: $*" >&2
    exit 1
}

rm -rf "$folder"
mkdir -p "$(dirname "$folder")"
python3 -m venv "$folder" ||
    fail "cannot make $folder: the Debian package python3-venv is needed: apt-get install python3-venv"
for file in "$@"; do
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
        --requirement "$file" ||
        fail "could not install $(grep -v '^ *[#-]' "$file" | cut -d' ' -f1 | xargs) (wanted by $file)." \
            "Is there a network? By hand: python3 -m pip install -r $file"
done
touch "$folder/.done"
