"""Ends the supervisor's children when the supervisor itself was killed; a program of its own, standard library only.

Each line on its standard input names the process groups that run now. The end of the input without an empty last line
means that the supervisor is gone: it asks every leader to end (SIGTERM) and, GRACE seconds later, kills what is left.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE = 5.0


def groups_at_the_end(lines: Iterable[str]) -> list[int]:
    """The process groups of the last whole line; blocks until the other end of the pipe is closed."""
    groups: list[int] = []
    for line in lines:
        if line.endswith("\n"):
            groups = [int(word) for word in line.split()]
    return groups


def lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group of zombies
        return False
    return True


def end(groups: list[int], grace: float = GRACE) -> None:
    """SIGTERM to each leader, SIGKILL to each group that still lives after `grace` seconds."""
    for group in groups:
        try:
            os.kill(group, signal.SIGTERM)
        except OSError:  # this one is gone already
            continue
    until = time.monotonic() + grace
    while time.monotonic() < until and any(map(lives, groups)):
        time.sleep(0.1)
    for group in groups:
        try:
            os.killpg(group, signal.SIGKILL)
        except OSError:  # this one is gone already
            continue


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    end(groups_at_the_end(sys.stdin))


if __name__ == "__main__":
    main()
