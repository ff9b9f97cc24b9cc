"""Where Lua code can be broken in a small way, and how. It must not read or run anything.

Left out are texts for people: a mutant in a sentence says nothing about the tests of the logic.
"""

import re
from typing import NamedTuple


class Mutant(NamedTuple):
    """Bytes from `start` to `end` become `new`."""

    line: int
    start: int
    end: int
    new: str
    what: str


TOKEN = re.compile(
    r"(?P<comment>--\[(?P<c>=*)\[.*?\](?P=c)\]|--[^\n]*)"
    r"|(?P<string>\[(?P<s>=*)\[.*?\](?P=s)\]|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')"
    r"|(?P<number>0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<operator>\.\.\.|\.\.|==|~=|<=|>=|//|::|<<|>>|[-+*/%^#&~|<>=(){}\[\];:,.])"
    r"|(?P<blank>\s+)", re.DOTALL)

SWAPPED = {"==": "~=", "~=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "and": "or", "or": "and", "+": "-", "&": "|",
           "|": "&", "<<": ">>", ">>": "<<", "true": "false", "false": "true", "not": ""}

# Words that say how something is; each becomes another of its row.
VERDICTS = [
    ("done", "todo", "unknown", "pending"), ("ok", "bad"), ("on", "off"), ("absent", "none"), ("full", "reduced", "permissive"),
    ("macos", "recovery", "paired-recovery", "any"), ("forward", "back"), ("failed", "asked"), ("undone", "lower", "refused"),
    ("enabled", "disabled", "custom"), ("complete", "incomplete"), ("stopped", "closed", "person", "undecided"),
    ("credentials", "claimed", "pairing"), ("incomplete", "contradiction"), ("release", "development"), ("now", "restart"),
]
MAGIC = set("^$()%.[]*+-?")
SENTENCE = re.compile(r"[A-Za-z,:;] [a-z%]")
# What stands before the last of these on a line decides; what stands behind may be a sentence in the making.
DECIDES = {"then", "do", "else"}


class Token(NamedTuple):
    """One token with its kind (a group of TOKEN)."""

    kind: str
    text: str
    start: int
    end: int
    line: int


def tokens(source):
    """The tokens, without comments and blanks."""
    found, line = [], 1
    for match in TOKEN.finditer(source):
        kind = match.lastgroup if match.lastgroup not in ("c", "s") else "comment" if match.group("comment") else "string"
        if kind not in ("comment", "blank"):
            found.append(Token(kind, match.group(), match.start(), match.end(), line))
        line += match.group().count("\n")
    return found


def in_sentences(found):
    """The numbers of tokens that only help to make a sentence: those behind what decides, on a line with a sentence in it."""
    lines, skipped = {}, set()
    for number, token in enumerate(found):
        lines.setdefault(token.line, []).append(number)
    for numbers in lines.values():
        behind = max((n for n in numbers if found[n].text in DECIDES and found[n].kind == "name"), default=numbers[0] - 1)
        rest = [n for n in numbers if n > behind]
        if any(found[n].kind == "string" and SENTENCE.search(found[n].text) for n in rest):
            skipped.update(rest)
    return skipped


def texts(found, start, stop):
    return [token.text for token in found[max(0, start):stop]]


def changes_nothing(found, number, new):
    """Is the meaning the same for sure? error(x, 0) of a table, find(x, 0, true), sub(0, n), a plain find of a word without magic."""
    if new == "0" and texts(found, number - 2, number + 2) == ["sub", "(", "1", ","]:
        return True
    if texts(found, number - 1, number + 2) == [",", "0", ")"]:
        depth, at = 0, number
        while depth >= 0 and at > 0:
            at -= 1
            depth += (found[at].text in (")", "}", "]")) - (found[at].text in ("(", "{", "["))
        return found[at - 1].text == "error"
    if texts(found, number - 1, number + 4) == [",", "1", ",", "true", ")"]:
        return new == "0"
    if texts(found, number - 3, number + 2) == [",", "1", ",", "true", ")"]:
        needle = found[number - 4]
        return needle.kind == "string" and not set(needle.text[1:-1]) & MAGIC
    return False


def other_numbers(found, number):
    """One more, and one less."""
    token = found[number]
    if not re.fullmatch(r"\d+|0[xX][0-9a-fA-F]+", token.text):
        return
    value = int(token.text, 0) if token.text[:2].lower() == "0x" else int(token.text)
    for new in (value + 1, value - 1):
        if new >= 0 and not changes_nothing(found, number, str(new)):
            yield Mutant(token.line, token.start, token.end, str(new), f"{token.text} becomes {new}")


def other_verdicts(token):
    """Other words of the same row."""
    word = token.text[1:-1]
    for row in VERDICTS:
        if word in row:
            for new in row:
                if new != word:
                    yield Mutant(token.line, token.start, token.end, f'"{new}"', f'"{word}" becomes "{new}"')
            return


def condition_end(found, number):
    """The number of the `then` or `do` that ends the condition begun at `number`."""
    depth = 0
    for index in range(number + 1, len(found)):
        text = found[index].text if found[index].kind in ("name", "operator") else ""
        if depth == 0 and text in ("then", "do"):
            return index
        depth += text == "function"
        depth -= text == "end"
    return None


def negated(found, number):
    """The condition of an `if`, `elseif` or `while`, negated: two changes in one."""
    stop = condition_end(found, number)
    if stop is None or stop == number + 1:
        return None
    return found[number + 1].start, found[stop - 1].end


def dropped_return(found, number):
    """A `return` with a value that hands out nothing. The module's own is left alone; false is as good as nothing."""
    token, after = found[number], found[number + 1] if number + 1 < len(found) else None
    is_modules = all(other.text != "end" for other in found[number:])
    if after is None or after.text in ("end", "nil", "false", "else", "elseif", ";") or is_modules:
        return None
    return Mutant(token.line, token.start, token.start, "do return nil end ", "the return is dropped")


def mutants(source):
    """Every mutant of a module's source."""
    found = tokens(source)
    skipped = in_sentences(found)
    for number, token in enumerate(found):
        before = found[number - 1] if number else None
        if token.kind == "name" and token.text in ("if", "elseif", "while"):
            if span := negated(found, number):
                yield Mutant(token.line, *span, f"not ({source[span[0]:span[1]]})", "the condition is negated")
        elif token.kind == "name" and token.text == "return":
            if mutant := dropped_return(found, number):
                yield mutant
        elif number in skipped:
            continue
        elif token.kind == "number":
            yield from other_numbers(found, number)
        elif token.kind == "string":
            yield from other_verdicts(token)
        elif token.text in SWAPPED and token.kind in ("name", "operator") and not changes_nothing(found, number, "false"):
            new = SWAPPED[token.text]
            yield Mutant(token.line, token.start, token.end, f" {new} ", f"{token.text} becomes {new or 'nothing'}")
        elif token.text == "-" and before is not None and (before.kind in ("name", "number") or before.text in (")", "]")):
            yield Mutant(token.line, token.start, token.end, "+", "- becomes +")
