"""People, member organisations, memberships and invitations."""

import uuid
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inno4sports.core import clock
from inno4sports.core.lifecycle import Lived
from inno4sports.core.models import Thing, ThingQuerySet, actor_key, pair_check, status_check

from ..states import ClusterStatus, OrganisationStatus
from .cluster import Cluster
from .topic import Topic, known_zone


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class UserTheme(models.TextChoices):
    AUTO = "auto", _("as my device says")
    LIGHT = "light", _("light")
    DARK = "dark", _("dark")


class UserRhythm(models.TextChoices):
    DAILY = "daily", _("daily")
    NEVER = "never", _("never")


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account. An administrator (`is_staff`) runs the portal and is no super-reader."""

    Theme = UserTheme
    Rhythm = UserRhythm

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    timezone = models.CharField(_("time zone"), max_length=60, default="Europe/Brussels", validators=[known_zone])
    theme = models.CharField(_("colours"), max_length=5, choices=Theme, default=Theme.AUTO)
    digest = models.CharField(_("digest by e-mail"), max_length=6, choices=Rhythm, default=Rhythm.DAILY)
    digest_hour = models.PositiveSmallIntegerField(_("hour of the digest"), default=7)
    topics = models.ManyToManyField(Topic, blank=True, related_name="+", verbose_name=_("topics"))
    is_staff = models.BooleanField(_("administrator"), default=False)
    is_active = models.BooleanField(default=True)
    editor_at = models.DateTimeField(_("EPSI editor since"), null=True, blank=True)
    coordinator_at = models.DateTimeField(_("coordinator since"), null=True, blank=True)
    joined_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1)

    # The actor of a program that this account without a row stands for (`Program.as_caller`); never a person's.
    acts_as: Any = None

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="clusters_user_email_once"),
            models.CheckConstraint(condition=Q(digest_hour__lte=23), name="clusters_user_hour"),
            models.CheckConstraint(condition=Q(is_superuser=False), name="clusters_user_no_superuser"),
            status_check("clusters_user_theme", UserTheme, "theme"),
            status_check("clusters_user_digest", UserRhythm, "digest"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def refresh_memberships(self) -> None:
        """Forget what was read of the memberships: after an act changed them."""
        self.__dict__.pop("own_memberships", None)

    @cached_property
    def own_memberships(self) -> "list[Membership]":
        """The memberships that count now, with their clusters; read once a request."""
        return list(Membership.objects.current().filter(user=self).select_related("cluster", "organisation"))

    @property
    def managed_ids(self) -> set[int]:
        return {m.cluster_id for m in self.own_memberships if m.role == Membership.Role.MANAGER}

    @property
    def cluster_ids(self) -> set[int]:
        return {m.cluster_id for m in self.own_memberships}

    @property
    def managed_clusters(self) -> "list[Cluster]":
        return [m.cluster for m in self.own_memberships if m.role == Membership.Role.MANAGER]

    @property
    def home_cluster(self) -> "Cluster | None":
        """The cluster whose bib the person wears: the first managed, else the first."""
        return next(iter(self.managed_clusters), None) or next((m.cluster for m in self.own_memberships), None)

    @property
    def is_editor(self) -> bool:
        return self.editor_at is not None

    @property
    def is_coordinator(self) -> bool:
        return self.coordinator_at is not None

    @property
    def in_network(self) -> bool:
        """Whoever has a role: sees what the network shares. A bare account does not."""
        return self.is_editor or bool(self.own_memberships)

    def manages(self, cluster_id: int | None) -> bool:
        return cluster_id is not None and cluster_id in self.managed_ids


def in_network(user: Any) -> bool:
    return bool(user.is_authenticated and user.in_network)


class OrganisationQuerySet(ThingQuerySet):
    def visible_to(self, user: Any) -> Self:
        """The directory: approved organisations of visible regions; a manager also sees those that wait in the own cluster."""
        clusters = Cluster.objects.visible_to(user)
        seen = Q(status=OrganisationStatus.APPROVED, cluster__in=clusters)
        if user.is_authenticated:
            seen |= Q(cluster_id__in=user.managed_ids)
        return self.filter(seen)

    def of_cluster(self, cluster: Cluster) -> Self:
        return self.filter(cluster=cluster)

    def approved(self) -> Self:
        return self.filter(status=OrganisationStatus.APPROVED)

    def by_segment(self) -> dict[str, int]:
        """segment -> how many of these organisations."""
        return dict(self.order_by().values_list("segment").annotate(models.Count("pk")))


class OrganisationSegment(models.TextChoices):
    COMPANY = "company", _("company")
    KNOWLEDGE_INSTITUTE = "knowledge_institute", _("knowledge institute")
    FIELDLAB = "fieldlab", _("fieldlab")
    GOVERNMENT = "government", _("government")
    CIVIL_SOCIETY = "civil_society", _("end users and civil society")
    CLUSTER_BODY = "cluster_body", _("cluster body")
    OTHER = "other", _("other")


class Organisation(Lived, Thing):
    """A member of one cluster; managers act for members who never sign in."""

    Segment = OrganisationSegment

    slug = models.SlugField(max_length=90, unique=True, editable=False)
    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="organisations", verbose_name=_("cluster"))
    name = models.CharField(pgettext_lazy("of an organisation", "name"), max_length=200)
    segment = models.CharField(_("kind"), max_length=20, choices=Segment)
    summary = models.TextField(_("what it does"), max_length=1500, blank=True)
    website = models.URLField(_("website"), blank=True)
    city = models.CharField(_("place"), max_length=100, blank=True)
    topics = models.ManyToManyField(Topic, blank=True, related_name="+", verbose_name=_("topics"))
    # The person who signed it up, who is told of the decision; seen by the cluster's managers only.
    contact_name = models.CharField(_("contact person"), max_length=120, blank=True)
    contact_email = models.EmailField(_("e-mail of the contact person"), blank=True)
    contact_language = models.CharField(max_length=8, choices=settings.LANGUAGES, default="en")
    status = models.CharField(max_length=10, choices=OrganisationStatus, default=OrganisationStatus.PENDING, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by = actor_key(editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["cluster", "status", "name", "id"]), models.Index(fields=["cluster", "segment", "name", "id"])]
        constraints = [
            status_check("clusters_organisation_status", OrganisationStatus),
            status_check("clusters_organisation_segment", OrganisationSegment, "segment"),
            pair_check("clusters_organisation_decided", "decided"),
            models.UniqueConstraint("cluster", Lower("name"), name="clusters_organisation_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("clusters:organisation_detail", args=[self.slug])


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> Self:
        return self.filter(removed_at=None).exclude(cluster__status=ClusterStatus.ARCHIVED)

    def managers_of(self, *clusters: Any) -> "models.QuerySet[User]":
        """The people who manage any of `clusters` now."""
        rows = self.current().filter(cluster__in=clusters, role=Membership.Role.MANAGER, user__is_active=True)
        return User.objects.filter(pk__in=rows.values("user_id"))


class MembershipRole(models.TextChoices):
    PARTNER = "partner", _("partner")
    MANAGER = "manager", _("cluster manager")


class Membership(models.Model):
    """A person in a cluster; whoever is removed loses access at once."""

    Role = MembershipRole

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, blank=True, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role, default=Role.PARTNER)
    created_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = actor_key()

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["cluster__position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "cluster"], condition=Q(removed_at=None), name="clusters_membership_once"),
            status_check("clusters_membership_role", MembershipRole, "role"),
            pair_check("clusters_membership_removed", "removed"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.cluster}"


def read_memberships(users: Iterable[User]) -> None:
    """Read for many at once what `own_memberships` reads for one, without the clusters themselves, which nobody needs to say what is visible."""
    found: dict[int, list[Membership]] = {user.pk: [] for user in users}
    for row in Membership.objects.current().filter(user__in=found):
        found[row.user_id].append(row)
    for user in users:
        user.own_memberships = found[user.pk]


def reader_of_the_network() -> User:
    """Sees what everybody in the network sees and no more: an account without a row, to which nothing belongs."""
    reader = User(id=0)
    reader.own_memberships = [Membership(user=reader, cluster_id=0)]
    return reader


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> Self:
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=clock.now())


class Invitation(models.Model):
    """An invitation by mail: single use, it expires and can be withdrawn. Its link is computed, not stored."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    generation = models.PositiveSmallIntegerField(default=1)
    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="invitations")
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, blank=True, related_name="+")
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=120, blank=True)
    role = models.CharField(_("role"), max_length=8, choices=Membership.Role, default=Membership.Role.PARTNER)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    invited_at = models.DateTimeField(default=clock.now)
    invited_by = actor_key()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = actor_key()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = actor_key()

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-invited_at"]
        constraints = [
            pair_check("clusters_invitation_accepted", "accepted"),
            pair_check("clusters_invitation_withdrawn", "withdrawn"),
            status_check("clusters_invitation_role", Membership.Role, "role"),
        ]

    def __str__(self) -> str:
        return f"{self.email}, {self.cluster}"

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None and self.expires_at > clock.now()
