"""The fake Mac's one state file: read it, change it under a lock. It must not know what the state means."""

import contextlib
import fcntl
import json
import os

NAME = "recorded-mac.json"


def load(root):
    """Return the state of the Mac below `root`."""
    with open(os.path.join(root, NAME), encoding="utf-8") as file:
        return json.load(file)


def save(root, state):
    """Replace the state file in one step, so that a reader never sees half of it."""
    path = os.path.join(root, NAME)
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(state, file, indent=1, ensure_ascii=False)
    os.rename(temporary, path)


@contextlib.contextmanager
def changing(root):
    """Lock the state, yield it, store it again; an exception leaves it as it was."""
    with open(os.path.join(root, NAME + ".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = load(root)
        yield state
        save(root, state)


def group(state, uuid):
    """Return the volume group with that UUID in any case of letters, or None."""
    for one in state["groups"]:
        if one["uuid"].lower() == uuid.lower():
            return one
    return None


def below(root, path):
    """Turn a path the Mac knows into one below the root."""
    return os.path.join(root, path.lstrip("/"))
