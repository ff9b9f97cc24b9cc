#!/bin/sh
# Puts the program where the shell finds it, with its manual pages and completions if they are here. It starts nothing.
# It must not need anything that a Mac lacks.
# Usage: sh install.sh [PREFIX]                  from the unpacked archive; PREFIX is /usr/local unless given
#        sh install.sh --from FOLDER [PREFIX]    from another folder
set -eu
from=$(dirname "$0")
if [ "${1:-}" = --from ]; then
    from=$2
    shift 2
fi
prefix=${1:-/usr/local}

fail() {
    echo "install: $*" >&2
    exit 1
}

# On a Mac it is shasum, elsewhere sha256sum.
check_sums() {
    if command -v sha256sum >/dev/null; then set -- sha256sum; else set -- shasum -a 256; fi
    (cd "$from" && "$@" -c SHA256SUMS >/dev/null 2>&1)
}

# Copies a file that may be missing.
put() {
    [ -e "$2" ] || return 0
    install -d "$prefix/$3"
    install -m "$1" "$2" "$prefix/$3/${4:-$(basename "$2")}"
}

[ ! -e "$from/SHA256SUMS" ] || check_sums || fail "a file is not as it was packed. Fetch the archive again. Nothing was installed"
[ -x "$from/vmq-recovery" ] || fail "there is no vmq-recovery in $from"
put 755 "$from/vmq-recovery" bin
for page in "$from"/man/*.[17]; do put 644 "$page" "share/man/man${page##*.}"; done
put 644 "$from/completions/vmq-recovery.bash" share/bash-completion/completions vmq-recovery
put 644 "$from/completions/_vmq-recovery" share/zsh/site-functions
put 644 "$from/completions/vmq-recovery.fish" share/fish/vendor_completions.d
echo "installed: $prefix/bin/vmq-recovery"
