#!/bin/sh
# Writes the manual's pages for man(1) and the completions of shells, as the program itself prints them.
# Usage: man.sh PROGRAM FOLDER      makes in FOLDER man/vmq-recovery.1, man/vmq-recovery-COMMAND.1, man/vmq-recovery-TOPIC.7 and completions/
set -eu
program=$1
man=$2/man
completions=$2/completions

rm -rf "$man" "$completions"
mkdir -p "$man" "$completions"
"$program" help --mdoc >"$man/vmq-recovery.1"
"$program" source | sed -nE 's,^stdlib/manual/(command|topic)/(.*)\.lua$,\1 \2,p' | while read -r kind name; do
    name=$(echo "$name" | tr _ -)
    section=1
    [ "$kind" = command ] || section=7
    "$program" help "$name" --mdoc >"$man/vmq-recovery-$name.$section"
done
"$program" completion bash >"$completions/vmq-recovery.bash"
"$program" completion zsh >"$completions/_vmq-recovery"
"$program" completion fish >"$completions/vmq-recovery.fish"
