"""Sessions, practices and lessons made by their acts, and small words about what happened to them."""

import datetime as dt
import uuid

from clusters.models import User
from inno4sports.core import clock
from inno4sports.core.models import HistoryEvent, Notification, OutboxMail
from learning.domain import lesson as lessons
from learning.domain import practice as practices
from learning.domain import session as sessions
from learning.models import SessionKind
from tests import factories as make

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# The acts of these tests happen in the days before the sessions that `things` makes (the first is make.day(30)).
NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def on(day: int):
    """Inside, it is noon of make.day(day)."""
    return clock.at(NOW + dt.timedelta(days=day))


def said(thing) -> list[str]:
    return list(HistoryEvent.objects.filter(thing_id=thing.public_id).order_by("id").values_list("verb", flat=True))


def told(thing, cause: str) -> list[str]:
    """First names of who was notified."""
    ids = [str(e.pk) for e in HistoryEvent.objects.filter(thing_id=thing.public_id)]
    rows = Notification.objects.filter(event_id__in=ids, cause=cause)
    return sorted(rows.values_list("user__name", flat=True))


def mails(template: str) -> list[tuple[str, str]]:
    return sorted(OutboxMail.objects.filter(template=f"learning.{template}").values_list("to", "language"))


def as_(client, person):
    """The client, signed in as `person` (None: nobody), who is read anew as a request does."""
    client.logout()
    if person is not None:
        client.force_login(User.objects.get(pk=person.pk), backend=BACKEND)
    return client


def once() -> dict[str, str]:
    return {"once": str(uuid.uuid4())}


def kind() -> SessionKind:
    # Tests with true transactions empty the tables, what migrations brought too.
    return SessionKind.objects.get_or_create(slug="study_visit", defaults={"labels": {"en": "Study visit"}})[0]


def facts(**more):
    given = {
        "title": "Night tracks", "session_kind": kind(), "starts_on": make.day(30), "ends_on": make.day(31), "place": "Rovaniemi",
        "timezone": "Europe/Helsinki", "audience": "network", "language": "en",
    }  # fmt: skip
    return given | more


def draft(people, **more):
    return sessions.create_session(cluster=people.north, by=people.ben_acts, **facts(**more))


def announced(people, **more):
    with on(0):
        return sessions.announce_session(draft(people, **more), by=people.ben_acts)


def practice(people, by=None, **more):
    given = {
        "title": "Lights on the tracks", "summary": "Lamps bring people out.", "challenge": "It is dark.", "what_was_done": "Lamps were put up.",
        "evidence_of_success": "Twice as many skiers.", "transferability": "Any town can.", "language": "en",
    }  # fmt: skip
    return practices.write_practice(cluster=people.north, by=by or people.ana_acts, **(given | more))


def submitted(people, **more):
    return practices.submit_practice(practice(people, **more), by=people.ana_acts)


def published(people, **more):
    return practices.publish_practice(submitted(people, **more), by=people.ben_acts)


def lesson(people, cites=(), **more):
    """Carla's region learns from Ana's and Ben's."""
    given = {
        "title": "Light brings people out",
        "text": "They go out when there is light.",
        "from_cluster": people.north,
        "audience": "network",
        "language": "en",
    }
    return lessons.write_lesson(cluster=people.south, cites=cites, by=people.carla_acts, **(given | more))
