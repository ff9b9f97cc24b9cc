#!/bin/sh
# Installs the git hook that runs `make quick` before each commit. Worktrees of the same clone share it.
# It must not replace a hook that somebody else wrote.
set -eu
here=$(dirname "$0")
hook=$(git rev-parse --git-path hooks)/pre-commit

if [ -e "$hook" ] && ! grep -q 'make quick' "$hook"; then
    echo "hooks: $hook is there already and is not ours. Add to it: make quick" >&2
    exit 1
fi
mkdir -p "$(dirname "$hook")"
cp "$here/pre-commit" "$hook"
chmod 755 "$hook"
echo "hooks: each commit now runs \`make quick\` ($hook). Without it: git commit --no-verify"
