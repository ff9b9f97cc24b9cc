#!/bin/sh
# Fetches and unpacks one Debian source package of the release this machine runs.
# It must not change the system's apt: its configuration and state live below build/apt.
# Usage: source.sh PACKAGE FOLDER     (FOLDER appears whole or not at all)
set -eu
package=$1
folder=$2
apt=$PWD/build/apt

fail() {
    echo "source: $*" >&2
    exit 1
}

# The machine's own Debian entries, as deb-src; entries of others have no source for us.
write_sources_list() {
    # shellcheck disable=SC1091
    . /etc/os-release
    apt-get indextargets --format "\$(REPO_URI) \$(RELEASE) \$(COMPONENT)" 'Identifier: Packages' |
        sort -u -k2,2 -k1,1 | awk -v release="$VERSION_CODENAME" '
            $2 ~ "^" release "(-updates|-security)?$" && $3 == "main" {
                print "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]", $1, $2, $3
            }' >"$apt/sources.list"
    [ -s "$apt/sources.list" ] ||
        fail "apt knows no Debian archive for '$VERSION_CODENAME'. Supported: Debian 12 with its usual sources"
}

private_apt() {
    apt-get -qq -o "Dir::State=$apt/state" -o Dir::State::status=/var/lib/dpkg/status \
        -o "Dir::Cache=$apt/cache" -o "Dir::Etc::SourceList=$apt/sources.list" \
        -o Dir::Etc::SourceParts=/dev/null -o APT::Sandbox::User= "$@"
}

# One list download serves all packages of one build.
update_lists() {
    [ ! -e "$apt/.updated" ] || return 0
    mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
    write_sources_list
    private_apt -o APT::Update::Error-Mode=any update || return 1
    touch "$apt/.updated"
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-source >/dev/null; then
    fail "this needs Debian 12 with dpkg-dev; on a Mac give the sources by variables (runner/build/darwin.mk)"
fi
# One at a time: make may start several of these together, and they share apt's folders.
mkdir -p "$apt"
exec 9>"$apt/turn"
flock 9
advice="source package '$package' is wanted. Is there a network? By hand: apt-get source $package"


# A list that has grown old names files the archive no longer has: fetch it anew, once.
download() {
    update_lists || fail "could not fetch the list of source packages; $advice"
    private_apt source --download-only "$package" && return 0
    rm -f "$apt/.updated"
    update_lists && private_apt source --download-only "$package"
}
part=$PWD/$folder.part
rm -rf "$part" "$folder"
mkdir -p "$part"
(cd "$part" && download) || fail "could not fetch: $advice"
dpkg-source --no-check -x "$part"/*.dsc "$part/tree" >"$part/log" 2>&1 || fail "$(cat "$part/log")"
cp "$part"/*.dsc "$part/tree/.dsc" # the hashes of what was fetched, for the provenance file
sed -n 's/^Version: //p' "$part"/*.dsc | head -n 1 >"$part/tree/.debian-version"
mv "$part/tree" "$folder"
rm -rf "$part"
