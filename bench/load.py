"""Loading a server: plain sockets, a few clients at once, each waiting for its answer."""

import socket
import statistics
import threading
import time
from dataclasses import dataclass, field

CLIENTS = 2


@dataclass
class Target:
    """What is asked for: a port, a path, headers, and the status that the answer must have."""

    port: int
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200

    def request(self) -> bytes:
        lines = {"Host": "localhost", "Connection": "close", "Accept-Encoding": "gzip", **self.headers}
        return (f"GET {self.path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items()) + "\r\n").encode()


def ask(target: Target) -> bytes:
    """One answer, with its head; another status than the wanted one ends the bench."""
    with socket.create_connection(("127.0.0.1", target.port), timeout=120) as line:
        line.sendall(target.request())
        parts = []
        while part := line.recv(1 << 16):
            parts.append(part)
    answer = b"".join(parts)
    if not answer.startswith(f"HTTP/1.1 {target.status} ".encode()):
        raise SystemExit(f"{target.path} answered {answer[:300]!r}")
    return answer


def times(target: Target, seconds: float) -> list[float]:
    """How long each answer took, with CLIENTS asking for so many seconds."""
    ask(target)  # what it refuses is said here, not in a thread
    end, found = time.perf_counter() + seconds, []

    def client() -> None:
        while (began := time.perf_counter()) < end:
            ask(target)
            found.append(time.perf_counter() - began)

    clients = [threading.Thread(target=client) for _client in range(CLIENTS)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    return found


def rate(target: Target, seconds: float) -> float:
    """Answers a second."""
    began = time.perf_counter()
    count = len(times(target, seconds))
    return count / (time.perf_counter() - began)


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def in_turn(ours: Target, limit: Target, *, rounds: int, seconds: float) -> tuple[float, float]:
    """Rates of both, loaded in turn: the medians of all rounds."""
    for target in (ours, limit):
        rate(target, min(seconds, 0.5))
    pairs = [(rate(ours, seconds), rate(limit, seconds)) for _round in range(rounds)]
    return statistics.median(a for a, _b in pairs), statistics.median(b for _a, b in pairs)
