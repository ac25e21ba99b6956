"""What is measured, in Prometheus' text format: what waits, how long, who was seen, how requests fare."""

from collections.abc import Callable, Iterator

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Min, QuerySet

from . import clock
from .counters import EDGES, counters
from .holds import sending_held
from .models import Heartbeat, Job, Notification, OutboxMail, Slot

Labels = dict[str, str]
Sample = tuple[str, Labels, float]


def as_text() -> str:
    """Everything, as `GET /metrics` answers it; without the database what this machine knows alone."""
    lines: list[str] = []
    try:
        rows = [*of_the_database(), metric("database_up", "Whether the database answered.", [("", {}, 1)])]
    except DatabaseError:
        connection.close()
        rows = [metric("database_up", "Whether the database answered.", [("", {}, 0)])]
    for name, kind, words, samples in [*rows, *of_the_broker(), of_requests()]:
        lines += [f"# HELP inno4sports_{name} {words}", f"# TYPE inno4sports_{name} {kind}"]
        lines += [f"inno4sports_{name}{ending}{labelled(labels)} {value:g}" for ending, labels, value in samples]
    return "\n".join(lines) + "\n"


Metric = tuple[str, str, str, list[Sample]]


def metric(name: str, words: str, samples: list[Sample], kind: str = "gauge") -> Metric:
    return name, kind, words, samples


def labelled(labels: Labels) -> str:
    """`{a="b"}`, with what the format reserves escaped; nothing for no labels."""
    escaped = [(k, v.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")) for k, v in labels.items()]
    return "{" + ",".join(f'{k}="{v}"' for k, v in escaped) + "}" if labels else ""


# What apps have waiting themselves: name -> rows with `status`, those of `waiting`, and `created_at`.
QUEUES: dict[str, tuple[str, Callable[[], QuerySet], tuple[str, ...]]] = {}


def measured(name: str, words: str, rows: Callable[[], QuerySet], waiting: tuple[str, ...]) -> None:
    """Register a queue of an app: how many of it wait, and since when the oldest."""
    QUEUES[name] = (words, rows, waiting)


def of_queues(age: Callable[[object], float]) -> Iterator[Metric]:
    for name, (words, rows, waiting) in QUEUES.items():
        found = rows().filter(status__in=waiting).order_by().aggregate(n=Count("pk"), oldest=Min("created_at"))
        yield metric(f"{name}_waiting", f"{words} that wait.", [("", {}, found["n"])])
        yield metric(f"{name}_oldest_seconds", "Age of the oldest of them.", [("", {}, age(found["oldest"]))])


def of_the_database() -> Iterator[Metric]:
    now = clock.now()

    def age(moment: object) -> float:
        return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())  # type: ignore[operator]  # a moment of a row

    yield from of_queues(age)
    mails = OutboxMail.objects.values_list("status").annotate(n=Count("pk"), oldest=Min("created_at")).order_by("status")
    found = {status: (n, oldest) for status, n, oldest in mails}
    yield metric("outbox_mails", "Mails in the outbox by state.", [("", {"status": s}, found.get(s, (0, None))[0]) for s in OutboxMail.Status.values])
    waiting = [found[s][1] for s in ("queued", "leased") if s in found]
    yield metric("outbox_oldest_seconds", "Age of the oldest mail that waits.", [("", {}, age(min(waiting, default=None)))])
    jobs = dict(Job.objects.values_list("status").annotate(n=Count("pk")).order_by("status"))
    yield metric("jobs", "Long works by state.", [("", {"status": s}, jobs.get(s, 0)) for s in Job.Status.values])
    unfinished = Job.objects.filter(status__in=["queued", "running"]).aggregate(oldest=Min("created_at"))["oldest"]
    yield metric("jobs_oldest_seconds", "Age of the oldest work that is not finished.", [("", {}, age(unfinished))])
    # Who left gets no digest, so none of theirs is late.
    untold = Notification.objects.open().filter(user__is_active=True).aggregate(n=Count("pk"), oldest=Min("created_at"))
    yield metric("notifications_open", "What is not yet told by any way.", [("", {}, untold["n"])])
    yield metric("digest_lag_seconds", "Age of the oldest of it; a day is normal.", [("", {}, age(untold["oldest"]))])
    seen = Heartbeat.objects.order_by("name").values_list("name", "seen_at")
    yield metric("heartbeat_age_seconds", "Since a kind of process was seen at work.", [("", {"name": n}, age(at)) for n, at in seen])
    slots = Slot.objects.order_by("name").values_list("name", "at")
    yield metric(
        "slot_age_seconds",
        "Since the last slot of a task of the timetable began; beat: since its last look.",
        [("", {"task": n}, age(at)) for n, at in slots],
    )
    yield metric("sending_held", "1 while nothing may be sent (after a restore).", [("", {}, float(sending_held()))])


def of_the_broker() -> Iterator[Metric]:
    """How many wake-ups wait; nothing at all when the broker does not answer."""
    if settings.REDIS_URL:
        try:
            with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as server:
                length = float(server.llen("celery"))
        except redis.RedisError:
            return
    else:
        folder = settings.BROKER_DIR / "queue"
        length = float(sum(1 for _ in folder.iterdir())) if folder.is_dir() else 0.0
    yield metric("queue_length", "Messages that wait for a worker.", [("", {}, length)])


def of_requests() -> Metric:
    """A histogram over all web processes of this machine, since its file was begun."""
    samples: list[Sample] = []
    for method, status, buckets, seconds in counters().read():
        labels, total = {"method": method, "status": status}, 0
        for edge, number in zip([*map(str, EDGES), "+Inf"], buckets, strict=True):
            total += number
            samples.append(("_bucket", {**labels, "le": edge}, total))
        samples += [("_sum", labels, seconds), ("_count", labels, total)]
    return metric("request_seconds", "Requests and their latencies, on this machine.", samples, "histogram")
