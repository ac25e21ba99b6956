"""Counts and latencies of requests, in one small file that all web processes of a machine share (docs/adr/0022)."""

import fcntl
import mmap
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]

# Upper edges in seconds; a last bucket takes the rest.
EDGES = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = ("read", "write")
STATUSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
# For each method and status: the buckets, then the sum in microseconds.
WIDTH = len(EDGES) + 2
SIZE = 8 * WIDTH * len(METHODS) * len(STATUSES)


class Counters:
    """Numbers of 8 bytes in a mapped file. The kernel frees the lock of a process that is killed while it counts."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.pid = os.getpid()
        self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.fstat(self.file).st_size < SIZE:
            os.ftruncate(self.file, SIZE)
        self.numbers = mmap.mmap(self.file, SIZE)
        self.threads = threading.Lock()

    @contextmanager
    def locked(self) -> Iterator[None]:
        with self.threads:
            fcntl.flock(self.file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self.file, fcntl.LOCK_UN)

    def count(self, method: str, status: int, seconds: float) -> None:
        row = METHODS.index("read" if method in ("GET", "HEAD", "OPTIONS") else "write") * len(STATUSES) + min(max(status // 100, 1), 5) - 1
        bucket = next((n for n, edge in enumerate(EDGES) if seconds <= edge), len(EDGES))
        with self.locked():
            self._add(row * WIDTH + bucket, 1)
            self._add(row * WIDTH + WIDTH - 1, int(seconds * 1_000_000))

    def _add(self, place: int, number: int) -> None:
        (before,) = struct.unpack_from("<Q", self.numbers, place * 8)
        struct.pack_into("<Q", self.numbers, place * 8, before + number)

    def read(self) -> Iterator[tuple[str, str, list[int], float]]:
        """Method, status, the count in each bucket, and the sum of seconds, for all that was ever counted."""
        with self.locked():
            numbers = struct.unpack(f"<{SIZE // 8}Q", self.numbers[:])
        for m, method in enumerate(METHODS):
            for s, status in enumerate(STATUSES):
                begin = (m * len(STATUSES) + s) * WIDTH
                *buckets, micros = numbers[begin : begin + WIDTH]
                if any(buckets):
                    yield method, status, list(buckets), micros / 1_000_000


_counters: Counters | None = None
_making = threading.Lock()


def counters() -> Counters:
    """Those of this machine; opened anew after a fork, for a lock belongs to whoever opened the file."""
    global _counters
    with _making:
        if _counters is None or _counters.pid != os.getpid():
            _counters = Counters(settings.DATA_DIR / "counters" / socket.gethostname())
        return _counters


def count_requests(get_response: Handler) -> Handler:
    """The outermost middleware: what a visitor waits for, until the answer begins."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = get_response(request)
        counters().count(request.method or "", response.status_code, time.perf_counter() - began)
        return response

    return middleware
