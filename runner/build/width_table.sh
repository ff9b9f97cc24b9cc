#!/bin/sh
# Makes runner/terminal/width_table.h of Unicode's own file: which characters take two columns, and which take none.
# Must not be needed for a build: the table is kept, and `make check-lint` holds it against the file.
# Usage: width_table.sh [--check] [FILE]     (FILE: EastAsianWidth.txt, by default that of Debian's package unicode-data)
set -eu
table=runner/terminal/width_table.h
check=
[ "${1:-}" != --check ] || { check=yes && shift; }
file=${1:-/usr/share/unicode/EastAsianWidth.txt}

# A line of the file: FIRST[..LAST];WIDTH # CATEGORY … Width W and F take two columns. Control, format and combining characters
# (Cc, Cf, Mn, Me) take none, but for the soft hyphen, which terminals show.
print_table() {
    awk '
    function number(hex,    i, n) {
        for (i = 1; i <= length(hex); i++) n = 16 * n + index("0123456789ABCDEF", substr(hex, i, 1)) - 1
        return n
    }
    function add(kind, first, last) {
        if (count[kind] && ends[kind, count[kind]] + 1 == first) { ends[kind, count[kind]] = last; return }
        begins[kind, ++count[kind]] = first
        ends[kind, count[kind]] = last
    }
    function show(kind,    i) {
        printf "static const struct width_range %s[] = {", kind
        for (i = 1; i <= count[kind]; i++)
            printf "%s{ 0x%04x, 0x%04x },", i % 6 == 1 ? "\n\t" : " ", begins[kind, i], ends[kind, i]
        print "\n};"
    }
    NR == 1 { source = $2 }
    /^[0-9A-F]/ {
        split($1, parts, ";")
        if (split(parts[1], range, /\.\./) == 1) range[2] = range[1]
        if ($3 ~ /^(Cc|Cf|Mn|Me)$/ && parts[1] != "00AD") add("none", number(range[1]), number(range[2]))
        if (parts[2] ~ /^[WF]$/) add("wide", number(range[1]), number(range[2]))
    }
    END {
        print "/* Made by runner/build/width_table.sh of " source ": do not edit. For width.c alone. */"
        print "/* clang-format off */"
        show("none")
        show("wide")
    }' "$file"
}

[ -r "$file" ] || { echo "width_table: $file is missing: the Debian package unicode-data has it" >&2 && exit 1; }
if [ -n "$check" ]; then
    print_table | cmp -s - "$table" && exit 0
    echo "width_table: $table is not what $file gives: run runner/build/width_table.sh" >&2
    exit 1
fi
trap 'rm -f "$table.new"' EXIT
print_table >"$table.new"
mv "$table.new" "$table"
