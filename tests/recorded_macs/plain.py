"""JSON and property lists without a library: every call of a tool is a new process, and imports cost most of it.

It must only be given what the fake Macs themselves wrote.
"""

import _json

XML = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}


class _Reading:
    """What the json module's own scanner wants to know; the module itself would cost more than a call."""

    strict, memo, parse_float, parse_int = True, {}, float, int
    object_hook = object_pairs_hook = parse_constant = None


_scan = _json.make_scanner(_Reading)


def read(text):
    """The value of JSON text that `write` (or the json module) made."""
    return _scan(text, 0)[0]


def write(value, indent=None, level=0):
    """JSON text of a value."""
    if isinstance(value, str):
        return _json.encode_basestring_ascii(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return repr(value)
    start, end = ("\n" + indent * (level + 1), "\n" + indent * level) if indent and value else ("", "")
    if isinstance(value, dict):
        parts = [f"{write(name)}: {write(one, indent, level + 1)}" for name, one in value.items()]
        return "{" + start + ("," + (start or " ")).join(parts) + end + "}"
    return "[" + start + ("," + (start or " ")).join(write(one, indent, level + 1) for one in value) + end + "]"


def _element(value, pad):
    if isinstance(value, bool):
        return f"{pad}<{str(value).lower()}/>\n"
    if isinstance(value, int):
        return f"{pad}<integer>{value}</integer>\n"
    if isinstance(value, str):
        return f"{pad}<string>{value.translate(XML)}</string>\n"
    if isinstance(value, bytes):
        import binascii
        return f"{pad}<data>\n{pad}{binascii.b2a_base64(value, newline=False).decode()}\n{pad}</data>\n"
    kind = "dict" if isinstance(value, dict) else "array"
    if not value:
        return f"{pad}<{kind}/>\n"
    if kind == "array":
        body = "".join(_element(one, pad + "\t") for one in value)
    else:
        body = "".join(f"{pad}\t<key>{name.translate(XML)}</key>\n{_element(value[name], pad + chr(9))}"
                       for name in sorted(value))
    return f"{pad}<{kind}>\n{body}{pad}</{kind}>\n"


def plist(value):
    """The XML property list of a value, as macOS lays it out."""
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" '
            '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0">\n' + _element(value, "")
            + "</plist>\n")
