"""Starts a program on a terminal, answers its prompts, and takes the terminal away.

Usage: hang_up.py SECONDS PROGRAM [ARG…], with the answers as the lines of standard input. An answer is typed when the
program has been quiet for SECONDS. It prints what the program said and returns at once; the program may go on.
"""

import os
import pty
import select
import sys


def read_until_quiet(master, seconds):
    """Returns what the program says until it waits or ends."""
    said = b""
    while select.select([master], [], [], seconds)[0]:
        try:
            piece = os.read(master, 4096)
        except OSError:
            break
        if not piece:
            break
        said += piece
    return said


def main(seconds, words, answers):
    child, master = pty.fork()
    if child == 0:
        os.execv(words[0], words)
    said = read_until_quiet(master, 0.3)
    for answer in answers:
        os.write(master, answer.encode())
        said += read_until_quiet(master, seconds)
    os.close(master)
    sys.stdout.buffer.write(said)


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:], sys.stdin.readlines())
