"""The same people and places everywhere: small functions that make true rows."""

import datetime as dt
import itertools
from typing import Any

from clusters.models import Cluster, Membership, Organisation, Topic, User
from inno4sports.core.models import Actor

_count = itertools.count(1)


def cluster(slug: str = "", **fields: Any) -> Cluster:
    n = next(_count)
    slug = slug or f"region-{n}"
    defaults = {
        "name": f"Cluster {slug}",
        "region_names": {"en": slug.replace("-", " ").title()},
        "code": f"{n:03d}"[-3:],
        "position": n + 1000,
        "accent": n % 10 + 1,
        "country": "FI",
        "content_languages": ["en"],
        "status": "active",
        "city": "Town",
    }
    return Cluster.objects.create(slug=slug, **(defaults | fields))


def user(email: str = "", name: str = "", **fields: Any) -> User:
    n = next(_count)
    return User.objects.create_user(email or f"person{n}@example.org", "a long pass phrase", name=name or f"Person {n}", **fields)


def member(where: Cluster, who: User, role: str = "partner", organisation: Organisation | None = None) -> Membership:
    return Membership.objects.create(user=who, cluster=where, role=role, organisation=organisation)


def organisation(where: Cluster, **fields: Any) -> Organisation:
    n = next(_count)
    return Organisation.objects.create(cluster=where, **({"name": f"Organisation {n}", "segment": "company", "status": "approved"} | fields))


def topic(slug: str = "") -> Topic:
    slug = slug or f"topic-{next(_count)}"
    return Topic.objects.create(slug=slug, labels={"en": slug.replace("-", " ").capitalize()})


def actor(who: User) -> Actor:
    return Actor.objects.of(who)


def day(n: int = 0) -> dt.date:
    return dt.date(2026, 3, 2) + dt.timedelta(days=n)
