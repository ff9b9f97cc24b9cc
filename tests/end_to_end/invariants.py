"""What must hold for every call of every tool in every test, whatever the program was asked to do."""

import re

ALLOWED_ENVIRONMENT = {"PATH", "HOME", "TERM", "LANG", "COLUMNS"}
UUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", re.IGNORECASE)
# bputil flags that must never be seen: passwords in argv, other groups' policies removed, the sealed system opened but in a policy
# that is made anew as it was (-n…s)
FORBIDDEN = set("upzr")
FORBIDDEN_LONG = {"--username", "--password", "--cleanup", "--remove", "--disable-ssv"}


def bputil_flags(argv):
    """Single letters and long names of a bputil call, -v's value left out."""
    letters, long_names, words = set(), set(), iter(argv[1:])
    for word in words:
        if word.startswith("--"):
            long_names.add(word.partition("=")[0])
            if word == "--vuid":
                next(words, None)
        elif word.startswith("-"):
            letters |= set(word[1:])
            if "v" in word:
                next(words, None)
    return letters, long_names


def _check_bputil(argv, groups):
    letters, long_names = bputil_flags(argv)
    assert not letters & FORBIDDEN, f"never: {argv}"
    assert "s" not in letters or "n" in letters, f"never: {argv}"
    assert not long_names & FORBIDDEN_LONG, f"never: {argv}"
    named = [word for word in argv if UUID.fullmatch(word)]
    assert len(named) == 1, f"the volume group is always named: {argv}"
    if not letters & set("de") and not long_names & {"--display-policy", "--display-all-policies"}:
        assert named[0] in groups, f"another group's policy: {argv}"


def _may_hold(argv, path):
    """May this call have that file open? The Mac's lock only, and only who writes the policy or NVRAM (claims B.3)."""
    writes = argv[0] in ("csrutil", "bputil", "nvram") or argv[:2] == ["kmutil", "configure-boot"]
    return writes and path.endswith("/private/var/run/vmq-recovery/lock")


def _check_start(record, secrets, groups):
    argv = record["argv"]
    assert record["path"].startswith("/"), f"not started by an absolute path: {record['path']}"
    assert set(record["env"]) <= ALLOWED_ENVIRONMENT, f"{argv} inherited {sorted(record['env'])}"
    assert all(_may_hold(argv, one) for one in record["inherited"]), f"{argv} inherited descriptors {record['inherited']}"
    assert record["group"] == record["pid"], f"{argv} does not run in a process group of its own"
    for secret in secrets:
        assert secret not in "\0".join(argv), f"password in argv: {argv}"
        assert secret not in "\0".join(record["env"].values()), f"password in the environment of {argv}"
    if argv[0] == "bputil":
        _check_bputil(argv, groups)
    if argv[0] == "nvram":
        assert "-c" not in argv and "-z" not in argv, f"never: {argv}"


def check(mac, targets=None):
    """Check the whole call log of `mac`; `targets` are the groups whose policy may be changed (the first)."""
    state = mac.state()
    groups = targets or [state["default"]]
    secrets = {one["password"] for group in state["groups"] for one in group["owners"]}
    for record in mac.records("start"):
        _check_start(record, secrets, groups)


EVENTS = {"start", "preflight", "plan", "step", "output", "prompt", "undo", "phase", "status", "end", "kit", "collection",
          "mac-record"}
STEP_EVENTS = {"skipped", "intent", "started", "ended", "done", "failed", "again"}
NEEDED = {"preflight": ("check", "verdict", "detail"), "plan": ("steps",), "step": ("name", "event"),
          "output": ("step", "text"), "prompt": ("step", "kind"), "undo": ("step", "rung", "leaves", "verdict"),
          "phase": ("next", "instructions"), "status": ("environment", "group", "policy", "kernel", "boot_args",
                                                        "journal"),
          "kit": ("build", "version", "fits"), "collection": ("path", "size", "sha256", "kernel")}


def check_events(result, command):
    """The whole stream is what cli.md promises: first and last line, known types, their fields."""
    events = result.events
    assert events, "no events at all: " + result.err
    first, last = events[0], events[-1]
    assert (first["type"], first["format"], first["command"]) == ("start", 1, command)
    assert "version" in first and "run" in first or command not in ("apply", "revert", "run", "resume", "rollback")
    assert (last["type"], last["exit"]) == ("end", result.code) and "result" in last
    assert [one["type"] for one in events].count("start") == 1 == [one["type"] for one in events].count("end")
    for one in events:
        assert one["type"] in EVENTS and one["time"], one
        missing = [name for name in NEEDED.get(one["type"], ()) if name not in one]
        assert not missing, f"{missing} missing in {one}"
        if one["type"] == "step":
            assert one["event"] in STEP_EVENTS, one
        if one["type"] == "preflight":
            assert one["verdict"] in ("ok", "bad", "unknown"), one
