"""Digests: composed from open notifications at each person's hour; every notification is told exactly once or said why not."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery

from clusters.models import User
from clusters.search import seen_by_each
from dissemination.models import Digest
from inno4sports.core import clock
from inno4sports.core.models import Notification
from inno4sports.core.outbox import send_mails_later
from inno4sports.core.search import Key

BATCH = 1000
AT_ONCE = 10_000  # keys in one statement: SQLite takes no more than three times as many


def compose_digests() -> int:
    """Compose for everybody whose hour has come today; answers how many digests were made. Safe to run twice at once."""
    Notification.objects.open().filter(user__digest=User.Rhythm.NEVER).update(settled_at=clock.now(), settled_by_way=Notification.Way.NEVER)
    total = 0
    due = due_users()
    for begin in range(0, len(due), BATCH):
        total += _compose_batch(due[begin : begin + BATCH])
    return total


def due_users() -> list[int]:
    """Keys of people with an open notification whose own hour has come, and who had no digest on their own day yet."""
    waiting = Notification.objects.open().filter(user=OuterRef("pk"))
    users = User.objects.filter(Exists(waiting), is_active=True, digest=User.Rhythm.DAILY).order_by("pk")
    ready = [
        (key, local.date()) for key, zone, hour in users.values_list("pk", "timezone", "digest_hour") if (local := local_time(zone)).hour >= hour
    ]
    had = set(Digest.objects.filter(day__in={day for _key, day in ready}).values_list("user_id", "day"))
    return [key for key, day in ready if (key, day) not in had]


def local_time(zone: str) -> dt.datetime:
    return clock.now().astimezone(clock.zone(zone))


@transaction.atomic
def _compose_batch(keys: list[int]) -> int:
    """One digest row, one mail and the settled notifications for each; the unique (person, day) stops a second composer."""
    locked = list(User.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    days = {u.pk: local_time(u.timezone).date() for u in locked}
    had = set(Digest.objects.filter(user__in=locked, day__in=set(days.values())).values_list("user_id", "day"))
    todo = [u for u in locked if (u.pk, days[u.pk]) not in had]
    mine = _open_by_user(todo)
    seen = seen_by_each({user: {note.thing for note in mine[user.pk]} for user in todo})
    hidden = {note.pk for key, notes in mine.items() for note in notes if note.thing[1] not in seen[key]}
    Notification.objects.filter(pk__in=hidden).update(settled_at=clock.now(), settled_by_way=Notification.Way.HIDDEN)
    told = {u.pk: [n.pk for n in mine[u.pk] if n.pk not in hidden] for u in todo}
    digests = [Digest(user=u, day=days[u.pk], language=u.language, composed_at=clock.now(), items=len(told[u.pk])) for u in todo if told[u.pk]]
    Digest.objects.bulk_create(digests)
    settled = [key for notes in told.values() for key in notes]
    its_digest = Digest.objects.filter(pk__in=[d.pk for d in digests], user=OuterRef("user")).values("public_id")
    for begin in range(0, len(settled), AT_ONCE):
        rows = Notification.objects.filter(pk__in=settled[begin : begin + AT_ONCE])
        rows.update(settled_at=clock.now(), settled_by_way=Notification.Way.DIGEST, digest_id=Subquery(its_digest))
    people = {u.pk: u for u in todo}
    send_mails_later(
        "dissemination.digest",
        [(people[d.user_id].email, d.language, f"digest:{d.public_id}", {"digest": str(d.public_id)}) for d in digests],
    )
    return len(digests)


class Open(NamedTuple):
    """A notification that waits, and what it is about."""

    pk: int
    user: int
    thing: Key


def _open_by_user(users: Iterable[User]) -> dict[int, list[Open]]:
    found: dict[int, list[Open]] = {user.pk: [] for user in users}
    rows = Notification.objects.open().filter(user__in=found).order_by("id")
    for pk, user, kind, public_id in rows.values_list("pk", "user_id", "event__thing_kind", "event__thing_id"):
        found[user].append(Open(pk, user, (kind, public_id)))
    return found


@transaction.atomic
def change_preferences(user: User, *, digest: str, digest_hour: int) -> User:
    """Rhythm and hour, by the link in the mail."""
    user.digest, user.digest_hour = digest, digest_hour
    user.version += 1
    user.save(update_fields=["digest", "digest_hour", "version"])
    return user


def unsubscribe(user: User) -> User:
    """No digest any more; saying it again changes nothing."""
    return change_preferences(user, digest=User.Rhythm.NEVER, digest_hour=user.digest_hour)
