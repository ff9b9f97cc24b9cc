"""The small JSON and property list writers against Python's own."""

import json
import plistlib

import pytest

from recorded_macs import plain

VALUES = [
    {}, [], {"a": []}, {"a": {}}, [1, -2, True, False, None, "x"], {"é☃": "\"\\\n\t\r\x00\x7f"}, ["𝄞", "a/b", "\u2028"],
    {"deep": [{"er": [[], {"y": 0.5}]}]}, {"sur\udc80rogate": "\udcff"},
]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("indent", [None, "  "])
def test_json(value, indent):
    """What is written is JSON, and reads back by either reader."""
    text = plain.write(value, indent)
    assert json.loads(text) == value
    assert plain.read(text) == value
    text.encode()  # nothing in it that UTF-8 cannot hold


@pytest.mark.parametrize("value", [{}, [], {"a": "b&<>", "n": 7, "t": True, "f": False, "l": [], "d": {"x": b"\0\1"}},
                                   [{"é": "☃"}, b"x" * 100, ""]])
def test_plist(value):
    """What is written is the property list of the value."""
    assert plistlib.loads(plain.plist(value).encode()) == value


def test_plist_layout():
    """Char for char what macOS writes for a small one."""
    value = {"boot-args": "-v", "list": ["a", {"b": 1}]}
    assert plain.plist(value) == plistlib.dumps(value).decode()
