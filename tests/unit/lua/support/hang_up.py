"""Starts a program on a terminal, answers its prompts, and takes the terminal away: `hang_up.py PROGRAM [ARG…]`.

The answers are the lines of standard input. It prints what the program said and returns at once; the program may go on.
"""

import os
import pty
import select
import sys

QUIET = 0.3  # seconds without a word: a prompt


def read_until_quiet(master):
    """Returns what the program says until it waits or ends."""
    said = b""
    while select.select([master], [], [], QUIET)[0]:
        try:
            piece = os.read(master, 4096)
        except OSError:
            break
        if not piece:
            break
        said += piece
    return said


def main(words, answers):
    child, master = pty.fork()
    if child == 0:
        os.execv(words[0], words)
    said = read_until_quiet(master)
    for answer in answers:
        os.write(master, answer.encode())
        said += read_until_quiet(master)
    os.close(master)
    sys.stdout.buffer.write(said)


if __name__ == "__main__":
    main(sys.argv[1:], sys.stdin.readlines())
