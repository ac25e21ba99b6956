"""Personal tokens: what a person gives to a program of their own, so that it acts as they may."""

import uuid
from typing import Any, Self

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inno4sports.core import clock

from .member import User

# Right of a token -> words: one part of the portal, for reading or for everything the person may do there.
SCOPES: dict[str, str | Promise] = {
    "clusters:read": _("read regions, organisations and topics"),
    "clusters:write": _("change regions, organisations and members"),
    "learning:read": _("read sessions, practices, feedback and lessons"),
    "learning:write": _("change sessions, practices, feedback and lessons"),
    "actionplans:read": _("read ambitions, plans, actions and results"),
    "actionplans:write": _("change ambitions, plans, actions and results"),
    "dissemination:read": _("read findings and evidence"),
    "dissemination:write": _("change findings"),
}


def scope_choices() -> list[tuple[str, str]]:
    """Each right in words and by its name, as programs and the docs call it."""
    return [(scope, f"{words} ({scope})") for scope, words in SCOPES.items()]


def scope_words(scopes: list[str]) -> list[str]:
    """The rights in words, in their own order."""
    return [words for scope, words in scope_choices() if scope in scopes]


class PersonalTokenQuerySet(models.QuerySet["PersonalToken"]):
    def of(self, user: Any) -> Self:
        return self.filter(user=user)

    def working(self) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=clock.now(), user__is_active=True)


class PersonalToken(models.Model):
    """A token of one person. It carries no right of its own: what its owner may not do now, it may not."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # It was found where everybody may read it.
    leaked = models.BooleanField(default=False)

    # The token itself, for whoever has just made it; never stored.
    secret = ""

    objects = PersonalTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def works(self) -> bool:
        return self.revoked_at is None and self.expires_at > clock.now()

    @property
    def scope_words(self) -> list[str]:
        return scope_words(self.scopes)
