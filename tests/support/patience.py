"""How long tests wait. VMQ_PATIENCE=4 stretches every deadline for a machine that is four times slower.

Nothing else may hold a deadline of its own: a number of seconds in a test goes through `seconds` or `wait_for`.
"""

import os
import time

PATIENCE = float(os.environ.get("VMQ_PATIENCE") or 1)
LOOK = 0.02  # seconds between two looks at what is waited for


def seconds(number):
    """That many seconds on this machine."""
    return number * PATIENCE


def wait_for(condition, limit=20):
    """Wait until `condition` gives something true; returns that."""
    until = time.monotonic() + seconds(limit)
    while not (found := condition()):
        assert time.monotonic() < until, f"it never came to that in {seconds(limit):g} s"
        time.sleep(LOOK)
    return found
