"""curl for two kinds of address: the public list of kits and the disk images it names. It goes nowhere."""

import os
import time

from .. import downloads

WITH_VALUE = {"--proto": "proto", "--proto-redir": "redirected", "--connect-timeout": "", "--speed-limit": "",
              "--speed-time": "", "--max-time": "", "--retry": "", "--user-agent": "", "--continue-at": "resume",
              "-C": "resume", "--output": "output", "-o": "output", "-m": "", "-A": "", "-y": "", "-Y": ""}
BARE = {"-q": "", "--disable": "", "--fail": "fail", "-f": "fail", "--location": "follow", "-L": "follow",
        "--progress-bar": "bar", "-#": "bar", "--silent": "silent", "-s": "silent", "--show-error": "errors",
        "-S": "errors"}
CHUNKS = 8


def _options(tool):
    told, rest, addresses = {}, list(tool.arguments), []
    while rest:
        word = rest.pop(0)
        if word == "--":
            addresses += rest
            break
        if word in WITH_VALUE and rest:
            told[WITH_VALUE[word]] = rest.pop(0)
        elif word in BARE:
            told[BARE[word]] = True
        elif word.startswith("-"):
            tool.fail(f"curl: option {word}: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information",
                      2)
        else:
            addresses.append(word)
    if len(addresses) != 1:
        tool.fail("curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information", 2)
    return told, addresses[0]


def _fail(tool, options, status, text):
    """-s keeps errors to itself unless -S is there too."""
    if "silent" in options and "errors" not in options:
        tool.finish(status)
    tool.fail(f"curl: ({status}) {text}", status)


def _connect(tool, options, address):
    """The bytes at the address; ends where there is no way to them."""
    scheme, _, rest = address.partition("://")
    if options.get("proto", "").lstrip("=") not in ("", scheme):
        _fail(tool, options, 1, f'Protocol "{scheme}" disabled')
    if not tool.state()["knobs"]["online"]:
        _fail(tool, options, 6, f"Could not resolve host: {rest.partition('/')[0]}")
    data = downloads.fetch(os.path.dirname(tool.root), address)
    if data is None:
        if "fail" in options:
            _fail(tool, options, 22, "The requested URL returned error: 404")
        return b"Not Found"
    if address != downloads.MANIFEST and "follow" not in options:
        tool.finish(0)  # a release's file is somewhere else; who does not follow gets nothing
    if tool.has_fault("wrong-bytes"):
        half = len(data) // 2
        data = data[:half] + bytes(byte ^ 1 for byte in data[half:half + 4]) + data[half + 4:]
    return data


def _start(tool, options, path, data):
    """From where on to write: `--continue-at -` goes on behind what is there."""
    if options.get("resume") != "-" or not os.path.exists(path):
        return 0
    start = os.path.getsize(path)
    if start >= len(data):
        if tool.state()["knobs"]["resume_of_whole"] == "416":
            _fail(tool, options, 22, "The requested URL returned error: 416")
        tool.finish(0)
    return start


def _columns():
    """As curl's own source has it: what COLUMNS says, or 79."""
    told = os.environ.get("COLUMNS", "")
    return int(told) if told.isdigit() and int(told) > 20 else 79


def _bar(tool, options, done, whole):
    if "bar" in options:
        share, width = done / whole, _columns() - 7
        tool.err(f"\r{'#' * int(width * share):<{width}} {100 * share:5.1f}%")


def _trouble(tool, options, missing):
    """What happens in the middle of a download."""
    if tool.has_fault("cut"):
        _fail(tool, options, 18, f"transfer closed with {missing} bytes remaining to read")
    if tool.has_fault("full"):
        _fail(tool, options, 23, "Failure writing output to destination")
    tool.halfway()


def _deliver(tool, options, file, data, start):
    """Chunk by chunk, so that whoever stops it in between finds what had come until then."""
    seconds = tool.state()["knobs"]["download_seconds"]
    size = max(1, (len(data) - start + CHUNKS - 1) // CHUNKS)
    places = range(start, len(data), size)
    for at in places:
        if at == places[len(places) // 2]:
            _trouble(tool, options, len(data) - at)
        part = data[at:at + size]
        while part:
            part = part[os.write(file, part):]
        _bar(tool, options, min(at + size, len(data)), len(data))
        time.sleep(seconds / len(places))
    if "bar" in options:
        tool.err("\n")


def curl(tool):
    """Play it."""
    options, address = _options(tool)
    tool.die_of_signals()
    data = _connect(tool, options, address)
    if "output" not in options:
        tool.out(data)
        return
    path = tool.below(options["output"])
    start = _start(tool, options, path, data)
    if tool.has_fault("lie"):
        return
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | (os.O_APPEND if start else os.O_TRUNC), 0o644)
        try:
            _deliver(tool, options, file, data, start)
        finally:
            os.close(file)
    except OSError:
        _fail(tool, options, 23, "Failure writing output to destination")
