"""What one run of the portal holds alone on its machine: its data folder and its port."""

import fcntl
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.core.management.base import CommandError

PREVIOUS_ENDS_WITHIN = 30.0


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it lives, as somebody else's
        return True
    return True


def bind_port(address: str, port: int) -> socket.socket:
    """A bound socket that does not listen yet, for gunicorn to inherit; CommandError when the port is busy."""
    bound = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((address, port))
    except PermissionError as error:
        bound.close()
        raise CommandError(f"Port {port} needs more rights than this account has: choose one above 1023, e.g. PORT=8000.") from error
    except (OSError, OverflowError) as error:
        bound.close()
        raise CommandError(
            f"Port {port} is busy or cannot be used on {address}: stop the program that listens there, or choose another one, e.g. PORT=8001."
        ) from error
    return bound


def claim(data_dir: Path, address: str, port: int, say: Callable[[str], None]) -> tuple[IO[str], socket.socket]:
    """Lock the data folder and take the port, or raise CommandError with a sentence. Children inherit the lock.

    So a folder is free again only when the last process of a run has ended, even if its supervisor was killed.
    """
    lock = (data_dir / "supervise.lock").open("a+")
    try:
        wait_for(lock, data_dir, address, port, say)
        bound = bind_port(address, port)
    except BaseException:
        lock.close()
        raise
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock, bound


def wait_for(lock: IO[str], data_dir: Path, address: str, port: int, say: Callable[[str], None]) -> None:
    """Take the lock; wait only while its last supervisor is gone and what it had started is ending."""
    until = time.monotonic() + PREVIOUS_ENDS_WITHIN
    waited = False
    while not try_lock(lock):
        lock.seek(0)
        holder = int(lock.read().strip() or 0)
        if holder and is_alive(holder):
            bind_port(address, port).close()  # a busy port is the sentence that helps more
            raise CommandError(f"A portal already runs on the data folder {data_dir} (process {holder}): stop it, or choose another DATA_DIR.")
        if time.monotonic() > until:
            raise CommandError(f"Processes of an earlier run still hold {data_dir}: end them, or choose another DATA_DIR.")
        if not waited:
            say("An earlier run is still ending; waiting for it …")
            waited = True
        time.sleep(0.2)


def try_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # somebody holds it
        return False
    return True
