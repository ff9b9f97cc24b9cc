#!/bin/sh
# Writes the assembler file that puts the Lua sources inside the program, with an index sorted by name for runner/lua/embed.c.
# Must not copy the sources: the assembler reads them (.incbin), so its object depends on each FILE as well as on OUT.
#
# usage: embed.sh OUT FILE=NAME...
#   OUT   is rewritten only if its text changes, so that nothing is rebuilt without need.
#   FILE  is a path as the assembler will see it (from the folder the compiler is started in).
set -eu

if [ $# -lt 2 ]; then
    echo "usage: $0 OUT FILE=NAME..." >&2
    exit 2
fi
out=$1
shift
new=$out.$$
trap 'rm -f "$new"' EXIT

for pair in "$@"; do
    case $pair in
    *\"* | *\\*) echo "$0: a quote or backslash in: $pair" >&2; exit 2 ;;
    ?*=?*) printf '%s\t%s\n' "${pair#*=}" "${pair%%=*}" ;;
    *) echo "$0: not FILE=NAME: $pair" >&2; exit 2 ;;
    esac
done | LC_ALL=C sort | awk -F '\t' '
    $1 == previous { print "embed.sh: the name " $1 " is given twice" > "/dev/stderr"; failed = 1; exit 1 }
    { previous = $1; name[NR] = $1; file[NR] = $2 }
    END {
        if (failed) exit 1
        print "/* Made by runner/build/embed.sh. */"
        print "#if defined(__APPLE__)"
        print "#define GLOBAL(name) _##name"
        print "#define LOCAL(name) L##name"
        print "\t.section __TEXT,__const"
        print "#else"
        print "#define GLOBAL(name) name"
        print "#define LOCAL(name) .L##name"
        print "\t.section .note.GNU-stack,\"\",%progbits"
        print "\t.section .rodata,\"a\",%progbits"
        print "#endif"
        print "\t.p2align 3"
        print "\t.globl GLOBAL(embed_count)\nGLOBAL(embed_count):\n\t.long " NR
        print "\t.p2align 3"
        print "\t.globl GLOBAL(embed_index)\nGLOBAL(embed_index):\nLOCAL(start):"
        for (i = 1; i <= NR; i++)
            printf "\t.long LOCAL(name%d) - LOCAL(start), LOCAL(text%d) - LOCAL(start), LOCAL(end%d) - LOCAL(text%d)\n", i, i, i, i
        for (i = 1; i <= NR; i++)
            printf "LOCAL(name%d):\n\t.asciz \"%s\"\nLOCAL(text%d):\n\t.incbin \"%s\"\nLOCAL(end%d):\n", i, name[i], i, file[i], i
    }' >"$new"

[ -s "$new" ]
if ! cmp -s "$new" "$out"; then
    mv "$new" "$out"
fi
