#!/bin/sh
# Writes the Homebrew formula of one version: it installs what `make dist` packed.
# Usage: formula.sh VERSION HOMEPAGE ARCHIVE >OUT
set -eu
archive=$(basename "$3")
cat <<END
# The Homebrew formula of vmq-recovery $1. Made by \`make dist\`: do not edit.
class VmqRecovery < Formula
  desc "Raise an Apple silicon Mac's limit of two macOS guests, and bring it back"
  homepage "$2"
  url "$2/releases/download/v$1/$archive"
  version "$1"
  sha256 "$(sha256sum "$3" | cut -d' ' -f1)"
  license "MIT"

  depends_on arch: :arm64
  depends_on macos: :monterey

  def install
    bin.install "vmq-recovery"
    man1.install Dir["man/*.1"]
    man7.install Dir["man/*.7"]
    bash_completion.install "completions/vmq-recovery.bash" => "vmq-recovery" if File.exist? "completions/vmq-recovery.bash"
    zsh_completion.install Dir["completions/_vmq-recovery"]
    fish_completion.install Dir["completions/vmq-recovery.fish"]
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/vmq-recovery --version")
  end
end
END
