"""The fake Mac's one state file: read it, change it under a lock. It must not know what the state means."""

import os

from . import plain

NAME = "recorded-mac.json"


def load(root):
    """Return the state of the Mac below `root`."""
    with open(os.path.join(root, NAME), encoding="utf-8") as file:
        return plain.read(file.read())


def save(root, state):
    """Replace the state file in one step, so that a reader never sees half of it."""
    path = os.path.join(root, NAME)
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(plain.write(state, " "))
    os.rename(temporary, path)


class Changing:
    """Context manager: lock the state, hand it out, store it again. An exception leaves it as it was."""

    def __init__(self, root):
        self.root = root

    def __enter__(self):
        import fcntl  # only who writes needs it
        self.lock = open(os.path.join(self.root, NAME + ".lock"), "w", encoding="utf-8")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.state = load(self.root)
        return self.state

    def __exit__(self, kind, *_):
        if kind is None:
            save(self.root, self.state)
        self.lock.close()


def group(state, uuid):
    """Return the volume group with that UUID in any case of letters, or None."""
    for one in state["groups"]:
        if one["uuid"].lower() == uuid.lower():
            return one
    return None


def below(root, path):
    """Turn a path the Mac knows into one below the root."""
    return os.path.join(root, path.lstrip("/"))


def release(state):
    """The booted system's release as numbers, (26, 3, 1); in recovery it is the paired system's (§6.4)."""
    told = group(state, state["booted"])["os"]
    return tuple(int(part) for part in told["version"].split("."))
