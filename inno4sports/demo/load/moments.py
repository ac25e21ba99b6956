"""When the generated acts happen, and who does them."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from clusters.models import User
from inno4sports.core import clock
from inno4sports.core.models import Actor


@contextmanager
def days(before: dt.datetime, ago: int) -> Iterator[None]:
    """Acts inside happen so many days before `before`, at noon."""
    with clock.at((before - dt.timedelta(days=ago)).replace(hour=12, minute=0, second=0, microsecond=0)):
        yield


def account(role: str, slug: str) -> User:
    return User.objects.get(email=f"{role}@{slug}.demo.example")


def actor(role: str, slug: str) -> Actor:
    return Actor.objects.of(account(role, slug))


def editor() -> Actor:
    return actor("editor", "epsi")


def reviewer() -> Actor:
    return actor("reviewer", "epsi")
