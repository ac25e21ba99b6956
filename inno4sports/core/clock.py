"""The one clock: business time comes from here, so that a simulation can shift it."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date
from django.db import connection
from django.utils import timezone
from django.utils.translation import get_language

_at: ContextVar[dt.datetime | None] = ContextVar("clock_at", default=None)


def now() -> dt.datetime:
    """The moment, aware, in UTC."""
    return _at.get() or timezone.now()


def database_now() -> dt.datetime:
    """The database's clock, for leases and slots: machines disagree, the database is one. SQLite lives on this machine."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name; UTC for one that is not known, or no longer: a name that was stored must not end a page."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def today(place: str = "UTC") -> dt.date:
    """The calendar day at a place, given by its IANA zone name."""
    return now().astimezone(zone(place)).date()


def in_words(day: dt.date) -> str:
    """A day as the reader's language writes it, for sentences; pages use the tag `day`."""
    language = get_language() or "en"
    words = format_date(day, "d MMMM y" if language == "en" else "long", locale=language)
    return words.replace(" ", "\u00a0")


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Acts inside happen at `moment`: demo data is made by calling the acts at past times."""
    token = _at.set(moment)
    try:
        yield
    finally:
        _at.reset(token)
