"""Digests: composed from open notifications at each person's hour; every notification is told exactly once or said why not."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef

from clusters.models import User
from dissemination.models import Digest
from inno4sports.core import clock
from inno4sports.core.models import Notification
from inno4sports.core.outbox import send_mails_later
from inno4sports.core.search import visible_ids

BATCH = 500


def compose_digests() -> int:
    """Compose for everybody whose hour has come today; answers how many digests were made. Safe to run twice at once."""
    Notification.objects.open().filter(user__digest=User.Rhythm.NEVER).update(settled_at=clock.now(), settled_by_way=Notification.Way.NEVER)
    total = 0
    due = due_users()
    for begin in range(0, len(due), BATCH):
        total += _compose_batch(due[begin : begin + BATCH])
    return total


def due_users() -> list[User]:
    """People with an open notification whose own hour has come, and who had no digest on their own day yet."""
    waiting = Notification.objects.open().filter(user=OuterRef("pk"))
    users = User.objects.filter(Exists(waiting), is_active=True, digest=User.Rhythm.DAILY).order_by("pk")
    ready = [(user, local) for user in users if (local := local_time(user)).hour >= user.digest_hour]
    days = {local.date() for _user, local in ready}
    had = set(Digest.objects.filter(day__in=days).values_list("user_id", "day"))
    return [user for user, local in ready if (user.pk, local.date()) not in had]


def local_time(user: User) -> dt.datetime:
    return clock.now().astimezone(clock.zone(user.timezone))


@transaction.atomic
def _compose_batch(users: list[User]) -> int:
    """One digest row, one mail and the settled notifications for each; the unique (person, day) stops a second composer."""
    locked = list(User.objects.select_for_update().filter(pk__in=[u.pk for u in users]).order_by("pk"))
    days = {u.pk: local_time(u).date() for u in locked}
    had = set(Digest.objects.filter(user__in=locked, day__in=set(days.values())).values_list("user_id", "day"))
    todo = [u for u in locked if (u.pk, days[u.pk]) not in had]
    mine = _open_by_user(todo)
    hidden = _hidden(todo, mine)
    Notification.objects.filter(pk__in=hidden).update(settled_at=clock.now(), settled_by_way=Notification.Way.HIDDEN)
    told = {u.pk: [n for n in mine.get(u.pk, []) if n.pk not in hidden] for u in todo}
    digests = [Digest(user=u, day=days[u.pk], language=u.language, composed_at=clock.now(), items=len(told[u.pk])) for u in todo if told[u.pk]]
    Digest.objects.bulk_create(digests)
    changed = []
    for digest in digests:
        for note in told[digest.user_id]:
            note.settled_at, note.settled_by_way, note.digest_id = clock.now(), Notification.Way.DIGEST, digest.public_id
            changed.append(note)
    Notification.objects.bulk_update(changed, ["settled_at", "settled_by_way", "digest_id"], batch_size=1000)
    people = {u.pk: u for u in todo}
    send_mails_later(
        "dissemination.digest",
        [(people[d.user_id].email, d.language, f"digest:{d.public_id}", {"digest": str(d.public_id)}) for d in digests],
    )
    return len(digests)


def _open_by_user(users: Iterable[User]) -> dict[int, list[Notification]]:
    found: dict[int, list[Notification]] = {}
    for note in Notification.objects.open().filter(user__in=list(users)).select_related("event").order_by("id"):
        found.setdefault(note.user_id, []).append(note)
    return found


def _hidden(users: list[User], mine: dict[int, list[Notification]]) -> set[int]:
    """Notifications of things that their reader may no longer see."""
    gone: set[int] = set()
    for user in users:
        notes = mine.get(user.pk, [])
        seen = visible_ids({(n.event.thing_kind, n.event.thing_id) for n in notes}, user)
        gone |= {n.pk for n in notes if n.event.thing_id not in seen}
    return gone


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
