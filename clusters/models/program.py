"""Programs: clients of the API that belong to a cluster or to EPSI and survive the persons who made them."""

import uuid
from typing import Any, Self

from allauth.idp.oidc.models import Client
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inno4sports.core import clock
from inno4sports.core.models import Actor, actor_key, pair_check, status_check

from ..states import ClusterStatus
from .cluster import Cluster
from .member import Membership, User
from .token import scope_words


class ProgramRole(models.TextChoices):
    PARTNER = "partner", _("as a partner of the cluster")
    MANAGER = "manager", _("as a manager of the cluster")
    EDITOR = "editor", _("as an EPSI editor")
    PERSON = "person", _("as the person who approves it on screen (device code)")


class ProgramQuerySet(models.QuerySet["Program"]):
    def kept_by(self, user: Any) -> Self:
        """Those of the clusters that the person manages; an editor's are EPSI's."""
        mine = Q(cluster__in=user.managed_ids)
        return self.filter(mine | Q(cluster=None) if user.is_editor else mine)

    def approved_by(self, user: Any) -> Self:
        """Programs that act for the person now, because of a code that was approved."""
        held = Q(client__token__user=user) & (Q(client__token__expires_at=None) | Q(client__token__expires_at__gt=clock.now()))
        return self.filter(held, revoked_at=None).distinct()


class Program(models.Model):
    """A client with the rights it was given: never more than its role has in its cluster, nor than its scopes name."""

    Role = ProgramRole

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, blank=True, related_name="programs")
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=8, choices=ProgramRole)
    scopes = models.JSONField(default=list)
    actor = models.OneToOneField(Actor, models.PROTECT, related_name="+")
    # What signs in at /identity/; gone once the program is revoked.
    client = models.OneToOneField(Client, models.SET_NULL, null=True, related_name="program")
    created_at = models.DateTimeField(default=clock.now)
    created_by = actor_key()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = actor_key()

    # The client's secret, for whoever has just made it; never stored.
    secret = ""

    objects = ProgramQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            status_check("clusters_program_role", ProgramRole, "role"),
            pair_check("clusters_program_revoked", "revoked"),
            models.CheckConstraint(
                condition=Q(role="person") | Q(role="editor", cluster=None) | Q(role__in=["partner", "manager"], cluster__isnull=False),
                name="clusters_program_of",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def works(self) -> bool:
        return self.revoked_at is None and (self.cluster is None or self.cluster.status != ClusterStatus.ARCHIVED)

    @property
    def scope_words(self) -> list[str]:
        return scope_words(self.scopes)

    @property
    def by_device(self) -> bool:
        return self.role == ProgramRole.PERSON

    def as_caller(self) -> User:
        """Who asks when this program does: an account without a row, so that words and predicates work as for a person.

        Its key is 0, which no row has: nothing is ever its own but by its cluster and its role.
        """
        caller = User(id=0, public_id=self.public_id, name=self.name, language=self.language)
        caller.own_memberships = [Membership(user=caller, cluster=self.cluster, role=self.role)] if self.cluster else []
        caller.editor_at = self.created_at if self.role == ProgramRole.EDITOR else None
        caller.acts_as = self.actor
        self.actor.caller = caller
        return caller

    @property
    def language(self) -> str:
        own = self.cluster.main_language if self.cluster else "en"
        return own if own in dict(settings.LANGUAGES) else "en"
