"""The digest, written at send time: what is told is asked once more whether its reader may see it."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dissemination.evidence import STAGE_OF
from dissemination.models import Digest
from inno4sports.core.models import Notification, Thing
from inno4sports.core.notify import CAUSES
from inno4sports.core.outbox import Letter, mail_of
from inno4sports.core.tokens import make_token

MOST = 12


@dataclass
class Item:
    """One thing of the digest: the newest that happened to it, and why its reader is told."""

    thing: Thing
    stage: str
    what: str
    why: str
    url: str


@mail_of("dissemination.digest")
def digest(ids: dict[str, Any]) -> Letter | None:
    """Due unless all it would tell has become invisible, or the person wants no digest any more."""
    row = Digest.objects.select_related("user").filter(public_id=ids["digest"]).first()
    if row is None or not row.user.is_active or row.user.digest == "never":
        return None
    items = items_of(row)
    if not items:
        return None
    token = make_token("preferences", row.user.public_id, 1)
    with translation.override(None):
        unsubscribe = f"{settings.SITE_URL}{reverse('unsubscribe', args=[token])}"
    context = {
        "items": items[:MOST],
        "more": max(0, len(items) - MOST),
        "heading": ngettext("%(count)d thing is new", "%(count)d things are new", len(items)) % {"count": len(items)},
        "tasks_url": f"{settings.SITE_URL}{reverse('dashboard')}",
        "preferences_url": f"{settings.SITE_URL}{reverse('dissemination:preferences', args=[token])}",
        "unsubscribe_url": unsubscribe,
    }
    sender = _("Inno4Sports digest")
    return Letter(f"{context['heading']} – {sender}", "dissemination/digest", context, unsubscribe)


def items_of(row: Digest) -> list[Item]:
    """Newest first, one item a thing; three queries and one for each kind of thing."""
    notes = Notification.objects.filter(digest_id=row.public_id).select_related("event").order_by("-event__at", "-id")
    newest: dict[tuple[str, Any], Notification] = {}
    for note in notes:
        newest.setdefault((note.event.thing_kind, note.event.thing_id), note)
    things: dict[tuple[str, Any], Thing] = {}
    for kind in {kind for kind, _id in newest}:
        ids = [public_id for k, public_id in newest if k == kind]
        for thing in apps.get_model(kind).objects.visible_to(row.user).filter(public_id__in=ids):
            things[kind, thing.public_id] = thing
    found = []
    for key, note in newest.items():
        if thing := things.get(key):
            what, why = CAUSES[note.cause]
            url = f"{settings.SITE_URL}{thing.get_absolute_url()}"
            found.append(Item(thing, STAGE_OF.get(thing.kind, ""), str(what), str(why), url))
    return found
