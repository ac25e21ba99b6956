"""History: every act records what happened, in its own transaction."""

from django.utils.functional import Promise

from . import clock
from .models import Actor, HistoryEvent, Thing

# verb -> words for the reader; filled by the lifecycle tables and by `verbs()`.
VERBS: dict[str, str | Promise] = {}


def verbs(**words: str | Promise) -> None:
    """Name the verbs of acts that are no lifecycle step."""
    VERBS.update(words)


def record(thing: Thing, verb: str, *, by: Actor, note: str = "") -> HistoryEvent:
    """Write that `by` did `verb` to `thing`. An unknown verb is a programming error (KeyError)."""
    VERBS[verb]
    return HistoryEvent.objects.create(thing_kind=thing.kind, thing_id=thing.public_id, verb=verb, actor=by, at=clock.now(), note=note[:2000])


TOLD = 50


def history_of(thing: Thing) -> "list[HistoryEvent]":
    """The latest events, newest first, with their actors."""
    events = HistoryEvent.objects.filter(thing_kind=thing.kind, thing_id=thing.public_id).select_related("actor")
    return list(events[:TOLD])
