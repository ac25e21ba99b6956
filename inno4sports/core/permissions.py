"""Permission glue: django-rules predicates are asked about users, link holders, programs and the system in one way."""

from typing import Any

import rules
from django.core.exceptions import PermissionDenied

from .models import Actor


def allowed(who: Any, permission: str, thing: Any = None) -> bool:
    """May `who` (a user, an anonymous visitor or an Actor) do `permission` on `thing`? The system may all.

    An unknown permission is a programming error (KeyError), never a silent no.
    """
    if isinstance(who, Actor):
        if who.is_system:
            return True
        who = who.user if who.user_id else who.caller or who
    if not rules.perm_exists(permission):
        raise KeyError(permission)
    if getattr(who, "is_authenticated", False) and not who.is_active:
        return False
    if is_program(who) and permission in NEEDS_PERSON:
        return False
    return rules.has_perm(permission, who, thing)


# What only a person can do, whatever the program that asks may do otherwise; each app names its own.
NEEDS_PERSON: set[str] = set()


def needs_person(*permissions: str) -> None:
    for permission in permissions:
        NEEDS_PERSON.add(permission)


def is_program(who: Any) -> bool:
    return getattr(who, "acts_as", None) is not None


def require(who: Any, permission: str, thing: Any = None) -> None:
    """Raises PermissionDenied unless `allowed`: for views that show a form before the act is called."""
    if not allowed(who, permission, thing):
        raise PermissionDenied(permission)


def predicate(function: Any) -> Any:
    """A rule that is asked only about people who are signed in."""

    @rules.predicate(name=function.__name__)
    def asked(who: Any, thing: Any = None) -> bool:
        return bool(getattr(who, "is_authenticated", False)) and bool(function(who, thing))

    return asked


@rules.predicate
def signed_in(who: Any) -> bool:
    return bool(getattr(who, "is_authenticated", False))


@rules.predicate
def holds_link(who: Any, thing: Any) -> bool:
    """A link holder may act on the row the link stands for."""
    held = getattr(who, "holds", None)
    return held is not None and thing is not None and held == thing
