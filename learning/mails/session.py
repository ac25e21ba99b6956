"""Mails of a session, to those who are registered: confirmation, another day or place, cancelled."""

import datetime as dt
from typing import Any

from babel.dates import format_time
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from inno4sports.core import clock
from inno4sports.core.outbox import Letter, mail_of

from ..models import Registration, Session
from ..states import SessionStatus

REGISTERED = "learning.session_registered"
CHANGED = "learning.session_changed"
CANCELLED = "learning.session_cancelled"
SHORT_PLACE = 40  # a longer place is an address, which no sentence about hours carries


def times_in(session: Session, zone: str) -> str:
    """The hours in the reader's zone, behind them those of the place: “9:00 (10:00 in Rovaniemi)”; "" without hours.

    Where the reader's calendar says another day, only the hours of the place are told: the days stand beside them.
    """
    there = _hours(session, session.timezone)
    if not there:
        return ""
    place = session.place if 0 < len(session.place) <= SHORT_PLACE else place_of(session.timezone)
    here = _hours(session, zone)
    if here == there or _moment(session, zone).date() != session.starts_on:
        return _("%(time)s in %(place)s") % {"time": there, "place": place}
    return _("%(time)s (%(there)s in %(place)s)") % {"time": here, "there": there, "place": place}


def _moment(session: Session, zone: str, end: bool = False) -> dt.datetime:
    day, time = (session.ends_on, session.ends_time) if end else (session.starts_on, session.starts_time)
    # Asked only of sessions that have their day and hours.
    there = dt.datetime.combine(day or session.starts_on, time, clock.zone(session.timezone))  # type: ignore[arg-type]
    return there.astimezone(clock.zone(zone))


def _hours(session: Session, zone: str) -> str:
    if session.starts_on is None or session.starts_time is None:
        return ""
    moments = [_moment(session, zone)]
    if session.ends_time is not None:
        moments.append(_moment(session, zone, end=True))
    return "–".join(format_time(m, "H:mm", tzinfo=m.tzinfo, locale=get_language() or "en") for m in moments)


def place_of(zone: str) -> str:
    """“Helsinki” of “Europe/Helsinki”."""
    return zone.rpartition("/")[2].replace("_", " ")


def days_in_words(session: Session) -> str:
    """“25 January 2022 – 26 January 2022”, or one day."""
    days = [day for day in (session.starts_on, session.ends_on) if day]
    return " – ".join(dict.fromkeys(clock.in_words(day) for day in days)) or session.date_text


def _registration(ids: dict[str, Any]) -> Registration | None:
    """The registration as it stands now, unless the person has left since the mail was written down."""
    rows = Registration.objects.current().select_related("session__cluster", "session__session_kind", "user", "cluster")
    return rows.filter(pk=ids["registration"]).first()


def _letter(registration: Registration, subject: str, template: str) -> Letter:
    session = registration.session
    home = registration.user or registration.cluster or session
    context = {
        "session": session,
        "registration": registration,
        "host": str(session.cluster) if session.cluster_id else "EPSI",
        "days": days_in_words(session),
        "times": times_in(session, home.timezone),
        "url": settings.SITE_URL + session.get_absolute_url(),
    }
    return Letter(subject % {"title": session.title}, template, context)


@mail_of(REGISTERED)
def session_registered(ids: dict[str, Any]) -> Letter | None:
    """Due while the place is held and the session will take place."""
    registration = _registration(ids)
    if registration is None or registration.session.status != SessionStatus.ANNOUNCED:
        return None
    return _letter(registration, _("Registered: %(title)s"), "learning/session_registered")


@mail_of(CHANGED)
def session_changed(ids: dict[str, Any]) -> Letter | None:
    """Due while the place is held and the session will take place; says what stands when it is sent."""
    registration = _registration(ids)
    if registration is None or registration.session.status != SessionStatus.ANNOUNCED:
        return None
    return _letter(registration, _("Changed: %(title)s"), "learning/session_changed")


@mail_of(CANCELLED)
def session_cancelled(ids: dict[str, Any]) -> Letter | None:
    """Due to whoever held a place when it was cancelled."""
    registration = _registration(ids)
    if registration is None or registration.session.status != SessionStatus.CANCELLED:
        return None
    return _letter(registration, _("Cancelled: %(title)s"), "learning/session_cancelled")
