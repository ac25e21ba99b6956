"""The rows about work in the background: digests beside plain SQL, delivery beside one SMTP connection to the same server."""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.rows import Row
from bench.servers import ROOT, environment, prepare

PEOPLE, BATCH = 10_000, 1000
MAILS, SLOW, PAUSE = 400, 120, 0.05
DATABASE = "work"


def inside(what: str, count: int, **more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.inside", what, str(count)]
    return subprocess.Popen(command, cwd=ROOT, env=environment(DATABASE, **more), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def told(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Its last line; a process that ends without one ends the measurement."""
    out, _err = process.communicate()
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, process.args[2:]))} failed")  # type: ignore[index]  # the list above
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


class Work:
    """A database of its own with people to whom something happened."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        prepare(DATABASE, fresh=False, filled=PEOPLE)
        told(inside("fill", PEOPLE))

    def digests(self) -> list[Row]:
        """Composed for everybody at once, beside the same rows by three statements; then how many queries a batch takes."""
        ours, bare = [], []
        for _round in range(self.rounds):
            for rates, what in ((ours, "compose"), (bare, "compose_bare")):
                made = told(inside(what, PEOPLE))
                rates.append(made["made"] / made["seconds"])
        few, many = (told(inside("compose", count))["queries"] for count in (BATCH // 10, BATCH))
        return [
            Row(f"digests of {PEOPLE:,} people", statistics.median(ours), statistics.median(bare), "a second", 0.17),
            Row(f"queries for {BATCH} people beside {BATCH // 10}", many, few, "queries", 1.2, at_least=False),
        ]

    def delivery(self) -> list[Row]:
        """One worker: mails that are ready made, as allauth's, and digests, which are written when they are sent."""
        return [
            self.delivered("delivery of ready mails, 1 worker", "owe", MAILS, 1, 0.75),
            self.delivered("delivery of digests, 1 worker", "compose", MAILS, 1, 0.75),
        ]

    def workers(self) -> list[Row]:
        """Four workers on a server that answers at once, and on one that waits."""
        return [
            self.delivered("delivery of ready mails, 4 workers", "owe", 4 * MAILS, 4, 1.2),
            self.delivered("the same, the server waits 50 ms a mail", "owe", 4 * SLOW, 4, 3.6, pause=PAUSE),
        ]

    def delivered(self, name: str, owe: str, mails: int, workers: int, wanted: float, pause: float = 0) -> Row:
        ours, bare, busy = [], [], []
        with sink(pause) as url:
            for _round in range(self.rounds):
                told(inside(owe, mails))
                bare.append(rate([inside("deliver_bare", mails // workers, EMAIL_URL=url)])[0])
                found, full = rate([inside("deliver", mails, EMAIL_URL=url) for _worker in range(workers)])
                ours.append(found)
                busy.append(full)
        row = Row(name, statistics.median(ours), statistics.median(bare), "a second", wanted)
        if workers > 1 and not pause and not row.ok and statistics.median(busy) >= 0.95:
            row.excuse = f"both cores full: {statistics.median(busy):.0%}"
        return row


@contextmanager
def sink(pause: float) -> Iterator[str]:
    """A mail server in a process of its own."""
    server = subprocess.Popen([sys.executable, "-m", "bench.sink", str(pause)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield f"smtp://127.0.0.1:{int(server.stdout.readline())}"
    finally:
        server.terminate()
        server.wait()


def rate(senders: list[subprocess.Popen[str]]) -> tuple[float, float]:
    """Mails a second of all together, each over its own time, as the last batch of a queue keeps only some of them; and how busy the machine was."""
    for sender in senders:
        assert sender.stdout is not None
        if sender.stdout.readline().strip() != "ready":
            raise SystemExit("a sender did not start")
    before = used()
    for sender in senders:
        assert sender.stdin is not None
        sender.stdin.write("go\n")
        sender.stdin.flush()
    done = [json.loads(sender.stdout.readline()) for sender in senders if sender.stdout is not None]
    after = used()
    for sender in senders:
        sender.communicate()
    return sum(one["sent"] / one["seconds"] for one in done), share(before, after)


def used() -> list[int]:
    """Ticks of all cores by what they did; none where the system does not tell."""
    told = Path("/proc/stat")
    return [int(word) for word in told.read_text().split("\n")[0].split()[1:9]] if told.exists() else []


def share(before: list[int], after: list[int]) -> float:
    """How much of the time no core idled, as far as is known."""
    spent = [b - a for a, b in zip(before, after, strict=True)]
    return 1 - (spent[3] + spent[4]) / sum(spent) if sum(spent) else 0.0


MEASURES: dict[str, Callable[[Work], list[Row]]] = {"digests": Work.digests, "delivery": Work.delivery, "workers": Work.workers}
