#!/bin/sh
# Says which source this tree is: "commit 0123456789ab of 2026-11-25", for `--version`. The same tree always gives the same words.
# A tree without git has the file ORIGIN, which tree.sh wrote into the archive that it was unpacked from.
# Usage: origin.sh OUT     (OUT is rewritten only if its text changes, so that nothing is rebuilt without need)
set -eu
out=$1
new=$out.$$
trap 'rm -f "$new"' EXIT

# The folder may belong to somebody else, as in a container: only this one call trusts it.
in_git() {
    git -c safe.directory="$PWD" "$@"
}

# What goes into the program; a change elsewhere makes no other program.
changed() {
    [ -n "$(in_git status --porcelain -- Makefile runner scripts stdlib)" ]
}

origin() {
    if [ -e .git ] && in_git rev-parse -q --verify HEAD >/dev/null 2>&1; then
        printf 'commit %.12s of ' "$(in_git rev-parse HEAD)"
        printf '%s' "$(TZ=UTC in_git log -1 --format=%cd --date=format-local:%Y-%m-%d)"
        if changed; then printf ', with changes'; fi
    elif [ -f ORIGIN ]; then
        cat ORIGIN
    else
        printf 'commit unknown'
    fi
}

origin >"$new"
cmp -s "$new" "$out" || mv "$new" "$out"
