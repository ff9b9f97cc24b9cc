#!/usr/bin/env python3
"""Reads every text that a person reads: words that were given up are refused, and so are words that are neither English nor ours.

It must not judge style beyond single words and phrases. What is refused stands in .github/CONTRIBUTING.md with what to write
instead; our own terms stand in terms.txt.
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = Path(".github/CONTRIBUTING.md")
DICTIONARY = Path("/usr/share/dict/british-english")
# The simulated tools speak as Apple's do; three modules hold another language's words.
SCREENS = ["stdlib/**/*.lua", "scripts/**/*.lua"]
PAGES = ["README.md", ".github/*.md", "tests/README.md", "runner/README.md"]
NOT_OURS = ("stdlib/sim/tool/", "stdlib/sim/catalogue.lua", "stdlib/sim/kernel_banner.lua", "stdlib/cli/completion.lua",
            "stdlib/manual/mdoc.lua", "stdlib/screen/html.lua")
# What is written as it is typed or printed: code, options, paths, names with a dot, an underscore or a capital inside.
AS_TYPED = re.compile(r"`[^`]*`|https?://\S+|--?[a-z][\w-]*|\S*[/\\_<>={}|%@]\S*|\b\w+(?:\.\w+)+(?:\(\))?|\b\w*\d\w*\b|\b\w*[a-z][A-Z]\w*|…")
CODE = re.compile(r"^    .*$", re.MULTILINE)  # in a page of the manual
CLASS = re.compile(r"\[([A-Z])[a-z]\]")  # in a pattern that finds a word with and without a capital
WORD = re.compile(r"[A-Za-z][A-Za-z']*[A-Za-z]|[A-Za-z]")
STRING = re.compile(r"\[(=*)\[(.*?)\]\1\]|\"((?:\\.|[^\"\\\n])*)\"|'((?:\\.|[^'\\\n])*)'|--\[\[.*?\]\]|--[^\n]*", re.DOTALL)


def texts_of_lua(path):
    """Yields (line, text) of each string with a blank in it, and of each doc comment: what is meant for people."""
    source = path.read_text("utf-8")
    for found in STRING.finditer(source):
        line = source.count("\n", 0, found.start()) + 1
        if found[0].startswith("---"):
            yield line, found[0].lstrip("-")
        elif not found[0].startswith("--"):
            text = next(one for one in found.groups()[1:] if one is not None)
            text = CODE.sub("", text)
            if " " in text.strip():
                yield line, text.replace("\\n", " ").replace('\\"', '"').replace("\\'", "'")


def texts_of_page(path):
    """Yields (line, text) of each line that is no code."""
    in_code = False
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("```"):
            in_code = not in_code
        elif not in_code and not line.startswith("    "):
            yield number, line


def texts():
    """Yields (path, line, text) of everything that people read."""
    for pattern in SCREENS:
        for path in sorted(Path().glob(pattern)):
            if not str(path).startswith(NOT_OURS):
                yield from ((path, line, text) for line, text in texts_of_lua(path))
    for pattern in PAGES:
        for path in sorted(Path().glob(pattern)):
            yield from ((path, line, text) for line, text in texts_of_page(path))


def refused():
    """The phrases of the page's table, each as (pattern, what to write instead)."""
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", PAGE.read_text("utf-8").split("## How we write")[1], re.MULTILINE)
    return [(re.compile(r"\b" + re.escape(phrase.strip()) + r"\b", re.IGNORECASE), better.strip())
            for cell, better in rows if cell not in ("not", "---") for phrase in cell.split(";")]


def phrase_faults(everything):
    """Yields a complaint for each phrase that was given up."""
    table = refused()
    if not table:
        yield f"{PAGE}: the table of words is gone"
    for path, line, text in everything:
        dense = " ".join(text.split())
        for pattern, better in table if path != PAGE else ():
            if pattern.search(dense):
                yield f"{path}:{line}: {pattern.search(dense)[0]!r}; write: {better}"


def own_terms():
    """The words of terms.txt, without the comments."""
    lines = (HERE / "terms.txt").read_text("utf-8").splitlines()
    return {word for line in lines for word in line.split("#")[0].split()}


def unknown(words, known):
    """The words that are neither in the dictionary nor ours, whatever their first letter."""
    return [word for word in words if not {word, word.lower(), word.removesuffix("'s"), word.lower().removesuffix("'s")} & known]


def term_faults(everything):
    """Yields a complaint for each word that nobody can look up."""
    known = set(DICTIONARY.read_text("utf-8").split()) | own_terms()
    for path, line, text in everything:
        for word in unknown(WORD.findall(AS_TYPED.sub(" ", CLASS.sub(r"\1", text))), known):
            yield f"{path}:{line}: {word!r} is no English word, and not among our terms (tests/lint/terms.txt)"


def main():
    everything = list(texts())
    faults = [*phrase_faults(everything), *term_faults(everything)]
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
