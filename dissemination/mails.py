"""The digest, written at send time: what is told is asked once more whether its reader may see it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.models import User
from clusters.search import seen_by_each
from dissemination.models import Digest
from inno4sports.core.models import Notification, Thing
from inno4sports.core.notify import CAUSES
from inno4sports.core.outbox import Letter, mails_of
from inno4sports.core.search import Key
from inno4sports.core.tokens import make_token

MOST = 12


@dataclass
class Item:
    """One thing of the digest: the newest that happened to it, and why its reader is told."""

    thing: Thing
    what: str
    why: str
    url: str


@mails_of("dissemination.digest")
def digests(many: Sequence[dict[str, Any]]) -> list[Callable[[], Letter | None]]:
    """Each due unless all it would tell has become invisible, or the person wants no digest any more."""
    ids = [UUID(one["digest"]) for one in many]
    rows = Digest.objects.select_related("user").in_bulk(ids, field_name="public_id")
    due = [row for row in rows.values() if row.user.is_active and row.user.digest != User.Rhythm.NEVER]
    told = told_by(due)
    return [partial(letter_of, rows[key], told[key]) if told.get(key) else not_due for key in ids]


def not_due() -> None:
    """Nothing is told."""


def told_by(rows: Iterable[Digest]) -> dict[UUID, list[tuple[Thing, str]]]:
    """Public id of a digest -> what its reader may see of what it tells, each with its newest cause, newest first; one item a thing."""
    people = {row.public_id: row.user for row in rows}
    newest: dict[UUID, dict[Key, str]] = {key: {} for key in people}
    for note in Notification.objects.filter(digest_id__in=people).select_related("event").order_by("-event__at", "-id"):
        newest[note.digest_id].setdefault((note.event.thing_kind, note.event.thing_id), note.cause)  # type: ignore[index]  # filtered by it
    asked: dict[User, set[Key]] = {user: set() for user in people.values()}
    for key, causes in newest.items():
        asked[people[key]] |= set(causes)
    seen = seen_by_each(asked)
    things = things_of({thing for wanted in asked.values() for thing in wanted}, set().union(*seen.values()))
    told: dict[UUID, dict[Thing, str]] = {key: {} for key in people}
    for key, causes in newest.items():
        for thing, cause in causes.items():
            if thing[1] in seen[people[key].pk] and thing in things:
                told[key].setdefault(things[thing], cause)
    return {key: list(items.items()) for key, items in told.items()}


def things_of(keys: Iterable[Key], seen: set[Any]) -> dict[Key, Thing]:
    """Those of the things that somebody may see, each as it is named (`told_as`), in one query a kind."""
    found: dict[Key, Thing] = {}
    for kind, of_kind in groupby(sorted(key for key in keys if key[1] in seen), key=itemgetter(0)):
        model: Any = apps.get_model(kind)
        rows = model.objects.select_related(model.told_as).in_bulk([public_id for _kind, public_id in of_kind], field_name="public_id")
        found |= {(kind, public_id): getattr(thing, model.told_as) if model.told_as else thing for public_id, thing in rows.items()}
    return found


def letter_of(row: Digest, told: list[tuple[Thing, str]]) -> Letter:
    """In the language that is spoken now."""
    token = make_token("preferences", row.user.public_id, 1)
    with translation.override(None):
        unsubscribe = f"{settings.SITE_URL}{reverse('unsubscribe', args=[token])}"
    context = {
        "items": [item_of(thing, cause) for thing, cause in told[:MOST]],
        "more": max(0, len(told) - MOST),
        "heading": ngettext("%(count)d thing is new", "%(count)d things are new", len(told)) % {"count": len(told)},
        "tasks_url": f"{settings.SITE_URL}{reverse('dashboard')}",
        "preferences_url": f"{settings.SITE_URL}{reverse('dissemination:preferences', args=[token])}",
        "unsubscribe_url": unsubscribe,
    }
    sender = _("Inno4Sports digest")
    return Letter(f"{context['heading']} – {sender}", "dissemination/digest", context, unsubscribe)


def item_of(thing: Thing, cause: str) -> Item:
    what, why = CAUSES[cause]
    return Item(thing, str(what), str(why), f"{settings.SITE_URL}{thing.get_absolute_url()}")
