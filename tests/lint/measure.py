"""Finds the functions of a C, Lua or Python file and how many lines each has.

It must not parse more of a language than that takes; the compilers judge the rest.
"""

import ast
import re

# A function in C starts in the first column, as does the brace that closes it.
C_OPENS = re.compile(r"^(?!struct |enum |union |typedef |extern |#|/|\*|\{)\w[^;=]*\([^;]*$")
C_NAME = re.compile(r"(\w+)\s*\(")
C_ONE_LINE = re.compile(r"^\w[^;={]*\)\s*\{.*\}\s*$")

LUA_TOKEN = re.compile(
    r"--\[(=*)\[.*?\]\1\]|--[^\n]*"  # comments
    r"|\[(=*)\[.*?\]\2\]"  # long strings
    r"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"  # strings
    r"|\b(?:function|if|do|repeat|end|until)\b",
    re.DOTALL,
)
LUA_OPENS = {"function", "if", "do", "repeat"}
LUA_CLOSES = {"end", "until"}


def c_functions(text):
    """Yields (line number, name, lines) of each function defined in a C file."""
    start = name = None
    for number, line in enumerate(text.splitlines(), 1):
        if start is None and C_OPENS.match(line):
            match = C_NAME.search(line)
            if C_ONE_LINE.match(line):
                yield number, match.group(1), 1
            else:
                start, name = number, match.group(1)
        elif start is None and C_ONE_LINE.match(line):
            yield number, C_NAME.search(line).group(1), 1
        elif start is not None and line.rstrip() == "}":
            yield start, name, number - start + 1
            start = None
        elif start is not None and line.endswith(";") and line[:1] not in " \t}":
            start = None  # it was a declaration over several lines


def lua_functions(text):
    """Yields (line number, name, lines) of each function in a Lua file, inner ones too."""
    open_blocks = []
    for match in LUA_TOKEN.finditer(text):
        word = match.group(0)
        if word in LUA_OPENS:
            open_blocks.append((word, match.start()))
        elif word in LUA_CLOSES and open_blocks:
            kind, start = open_blocks.pop()
            if kind == "function":
                first = text.count("\n", 0, start) + 1
                last = text.count("\n", 0, match.start()) + 1
                yield first, text.splitlines()[first - 1].strip(), last - first + 1


def python_functions(text):
    """Yields (line number, name, lines) of each function in a Python file."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name, node.end_lineno - node.lineno + 1


FUNCTIONS = {"c": c_functions, "lua": lua_functions, "python": python_functions}
