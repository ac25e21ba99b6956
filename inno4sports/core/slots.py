"""What happens once a slot of time, whoever asks how often: a row a name in the database (docs/adr/0020)."""

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet

from . import clock
from .models import Slot

BEAT = "beat"
BEAT_HELD_FOR = dt.timedelta(seconds=15)
# A moment so far ahead was written before the clock was set back; it must not stop the timetable.
AHEAD = dt.timedelta(minutes=5)


@transaction.atomic
def take_slot(name: str, every: int) -> bool:
    """Whether the running slot of `every` seconds is ours: true for one caller a slot, on whatever machine.

    On the database's clock, for machines disagree. Whoever dies in its slot leaves the work to the next one.
    """
    now = clock.database_now()
    begins_at = dt.datetime.fromtimestamp(now.timestamp() // every * every, dt.UTC)
    free = Q(at__lt=begins_at) | Q(at__gt=begins_at + max(AHEAD, dt.timedelta(seconds=every)))
    return bool(_row(name).filter(free).update(at=begins_at))


@transaction.atomic
def hold_beat(owner: str) -> bool:
    """Whether `owner` is the one beat for the next BEAT_HELD_FOR; it asks again well before."""
    now = clock.database_now()
    free = Q(owner__in=[owner, ""]) | Q(at__lt=now - BEAT_HELD_FOR) | Q(at__gt=now + AHEAD)
    return bool(_row(BEAT).filter(free).update(at=now, owner=owner))


def leave_beat(owner: str) -> None:
    """The next beat need not wait."""
    _row(BEAT).filter(owner=owner).update(owner="")


def _row(name: str) -> QuerySet[Slot]:
    """The row of `name`, made at its first use with a moment long past."""
    rows = Slot.objects.filter(name=name)
    if not rows.exists():
        Slot.objects.bulk_create([Slot(name=name, at=dt.datetime(2000, 1, 1, tzinfo=dt.UTC))], ignore_conflicts=True)
    return rows
