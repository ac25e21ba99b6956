"""Who is told: notification rows in the act's own transaction, one per event and person."""

from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise

from . import clock
from .models import HistoryEvent, Notification

# cause -> (what happened, why it concerns the person): the words of the digest.
CAUSES: dict[str, tuple[str | Promise, str | Promise]] = {}


def causes(**words: tuple[str | Promise, str | Promise]) -> None:
    """Name causes: what happened, and why the reader is told."""
    CAUSES.update(words)


def notify(event: HistoryEvent, users: Iterable[Any], cause: str, *, way: str = "") -> None:
    """Tell each of `users`, but not who did it. `way` is set when a mail of its own brings it at once.

    Twice the same event and person is one row: the first cause stands.
    """
    CAUSES[cause]
    settled = clock.now() if way else None
    rows = {
        user.pk: Notification(event=event, user=user, cause=cause, created_at=clock.now(), settled_at=settled, settled_by_way=way)
        for user in users
        if user.pk != event.actor.user_id
    }
    Notification.objects.bulk_create(rows.values(), ignore_conflicts=True)
