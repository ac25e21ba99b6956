"""`python -m bench.inside …`: what runs inside the portal's own process, or beside it with the same database; answers one line of JSON.

`fill`: what is due for so many people; `compose` and `compose_bare`: their digests, by the portal or in plain SQL.
`owe`: so many mails; `deliver` and `deliver_bare`: says when it is ready, then waits for a line before it works.
"""

import datetime as dt
import json
import os
import smtplib
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inno4sports.settings")
import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.mail import EmailMultiAlternatives  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from clusters.models import Membership  # noqa: E402
from dissemination.domain.digest import compose_digests  # noqa: E402
from dissemination.models import Finding  # noqa: E402
from inno4sports.core import clock, outbox, tasks  # noqa: E402
from inno4sports.core.models import HistoryEvent, Notification, OutboxMail  # noqa: E402
from inno4sports.management.bench_rows import FIRST, number_of  # noqa: E402
from learning.models import GoodPractice, Lesson  # noqa: E402

NOON = dt.datetime(2027, 6, 1, 12, tzinfo=dt.UTC)
MANAGERS = 40  # every so manieth person manages the region and is told of a practice that nobody else sees
CAUSE: dict[Any, str] = {Finding: "finding_published", Lesson: "lesson_shared", GoodPractice: "practice_submitted"}
KEPT = "bench_notes"

SAME_ROWS = (
    """INSERT INTO dissemination_digest (public_id, user_id, day, language, composed_at, items)
       SELECT gen_random_uuid(), u.id, '2027-06-01', u.language, now(), count(*) FROM clusters_user u JOIN core_notification n ON n.user_id = u.id
       WHERE n.settled_at IS NULL GROUP BY u.id""",
    """INSERT INTO core_outboxmail (public_id, template, language, "to", ids, sealed_body, status, key, attempts, created_at, next_at, lease_owner, last_error)
       SELECT gen_random_uuid(), 'dissemination.digest', d.language, u.email, jsonb_build_object('digest', d.public_id), '', 'queued',
       'digest:' || d.public_id, 0, now(), now(), '', '' FROM dissemination_digest d JOIN clusters_user u ON u.id = d.user_id""",
    """UPDATE core_notification n SET settled_at = now(), settled_by_way = 'digest', digest_id = d.public_id
       FROM dissemination_digest d WHERE d.user_id = n.user_id AND n.settled_at IS NULL""",
)


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def fill(people: int) -> dict[str, Any]:
    """Three open notifications for each: of a finding for everybody, of a lesson for the network, and for managers of a practice."""
    run("TRUNCATE dissemination_digest, core_outboxmail, core_notification", f"DROP TABLE IF EXISTS {KEPT}")
    Lesson.objects.update(audience="network")
    GoodPractice.objects.filter(status="submitted").update(cluster=Membership.objects.get(user_id=FIRST + 1).cluster)
    Membership.objects.filter(user_id__in=range(FIRST + 1, FIRST + people, MANAGERS)).update(role=Membership.Role.MANAGER)
    told: dict[Any, list[HistoryEvent]] = {}
    for model, verb, step in ((Finding, "publish_finding", 3), (Lesson, "share_lesson", 3), (GoodPractice, "submit_practice", 10)):
        ids = [number_of(model, n) for n in range(1, 900, step) if n % 10]  # those of 10, 20 … are drafts
        facts = {"thing_kind": model._meta.label_lower, "verb": verb, "actor_id": FIRST, "at": NOON - dt.timedelta(hours=1)}
        told[model] = HistoryEvent.objects.bulk_create(HistoryEvent(thing_id=i, **facts) for i in ids)
    notes = []
    for n in range(people):
        for model, events in told.items():
            if model is not GoodPractice or n % MANAGERS == 1:
                event = events[n % len(events)]
                notes.append(Notification(event=event, user_id=FIRST + n, cause=CAUSE[model], created_at=event.at))
    Notification.objects.bulk_create(notes, batch_size=5000)
    run(f"CREATE TABLE {KEPT} AS SELECT * FROM core_notification", "ANALYZE")
    return {"notifications": len(notes)}


def again(people: int) -> None:
    """The notifications of the first so many, open."""
    run(
        "TRUNCATE dissemination_digest, core_outboxmail, core_notification",
        f"INSERT INTO core_notification SELECT * FROM {KEPT} WHERE user_id < {FIRST + people}",
        "ANALYZE core_notification, dissemination_digest, core_outboxmail",
    )


def compose(people: int) -> dict[str, Any]:
    again(people)
    asked: list[str] = []

    def counting(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        asked.append(sql)
        return execute(sql, *more)

    began = time.perf_counter()
    with connection.execute_wrapper(counting), clock.at(NOON):
        made = compose_digests()
    return {"seconds": time.perf_counter() - began, "made": made, "queries": len(asked), "left": Notification.objects.open().count()}


def compose_bare(people: int) -> dict[str, Any]:
    """The same rows, written by three statements in one transaction."""
    again(people)
    began = time.perf_counter()
    with transaction.atomic():
        run(*SAME_ROWS)
    return {"seconds": time.perf_counter() - began, "made": OutboxMail.objects.count()}


def owe(count: int) -> dict[str, Any]:
    """So many mails ready made, as allauth gives them to us."""
    run("TRUNCATE core_outboxmail")
    message = EmailMultiAlternatives("Bench", "A line of text.\n" * 60, to=[f"person{n}@bench.example" for n in range(count)])
    message.attach_alternative("<p>A line of text.</p>\n" * 120, "text/html")
    with transaction.atomic():
        outbox.OutboxBackend().send_messages([message])
    return {"owed": OutboxMail.objects.count()}


def when_told() -> None:
    """Everything is imported and connected; the clock starts for all at once."""
    OutboxMail.objects.exists()
    print("ready", flush=True)
    sys.stdin.readline()


def deliver(_count: int) -> dict[str, Any]:
    """What one worker does when it is woken."""
    outbox.deliver_some(2)  # a worker that runs for a while has imported everything and filled its templates
    when_told()
    began = time.perf_counter()
    return {"sent": tasks.deliver_outbox(), "seconds": time.perf_counter() - began}


def deliver_bare(count: int) -> dict[str, Any]:
    """The first owed mail so many times over one connection."""
    row = OutboxMail.objects.order_by("id")[0]
    message = outbox.rendered(row)
    raw = (message if isinstance(message, bytes) else message.as_bytes()).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    at = urlsplit(settings.EMAIL_URL)
    with smtplib.SMTP(at.hostname or "", at.port or 0) as line:
        line.sendmail("portal@localhost", [row.to], raw)
        when_told()
        began = time.perf_counter()
        for _n in range(count):
            line.sendmail("portal@localhost", [row.to], raw)
        return {"sent": count, "seconds": time.perf_counter() - began}


if __name__ == "__main__":
    what: Callable[[int], dict[str, Any]] = {
        "fill": fill,
        "compose": compose,
        "compose_bare": compose_bare,
        "owe": owe,
        "deliver": deliver,
        "deliver_bare": deliver_bare,
    }[sys.argv[1]]
    print(json.dumps(what(int(sys.argv[2]))), flush=True)
