#!/bin/sh
# Installs the Debian packages of the named groups (packages.txt) that are missing.
# It must not touch the system when nothing is missing, nor remove or upgrade anything.
# Usage: deps.sh [--check] GROUP...   exit 0: all there now, 1: not; --check only looks
set -eu
table=$(dirname "$0")/packages.txt
check=
[ "$1" != --check ] || { check=yes && shift; }

fail() {
    echo "deps: $*" >&2
    exit 1
}

wanted() {
    for group in "$@"; do
        awk -v group="$group" '$1 == group { print $2 }' "$table"
    done
}

missing() {
    for package in $(wanted "$@"); do
        state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
        [ "$state" = installed ] || echo "$package"
    done
}

install_packages() {
    command="apt-get install -qq -y -o Dpkg::Use-Pty=0 --no-install-recommends $*"
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "missing: $*. Run as root: $command"
        command="sudo $command"
    fi
    echo "deps: $command"
    ${command%%apt-get*} env DEBIAN_FRONTEND=noninteractive apt-get update -qq ||
        echo "deps: apt-get update failed; trying with the package lists there are" >&2
    # shellcheck disable=SC2086  # the command is a list of words made above
    ${command%%apt-get*} env DEBIAN_FRONTEND=noninteractive ${command#sudo } >/dev/null ||
        fail "could not install: $*. Is there a network? By hand: $command"
}

if ! command -v dpkg-query >/dev/null; then
    echo "deps: this system is not Debian. Supported: Debian 12 on x86-64 or arm64." >&2
    fail "elsewhere install what these are called there, then use make DEPS=no: $(wanted "$@" | xargs)"
fi
packages=$(missing "$@")
[ -z "$packages" ] && exit 0
[ -z "$check" ] || fail "missing: $(echo "$packages" | xargs) (\`make deps\` installs them)"
# shellcheck disable=SC2086  # package names hold no blanks
install_packages $packages
left=$(missing "$@")
[ -z "$left" ] || fail "still missing: $left"
