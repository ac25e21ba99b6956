"""Sessions and who takes part."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, Organisation, Topic, User, in_network, known_zone, worded
from inno4sports.core import clock
from inno4sports.core.lifecycle import Lived
from inno4sports.core.models import Thing, ThingQuerySet, actor_key, made_by, pair_check, status_check

from ..states import SessionStatus


class Audience(models.TextChoices):
    CLUSTER = "cluster", _("our own cluster")
    NETWORK = "network", _("the network")
    PUBLIC = "public", _("everybody")


class SessionKind(models.Model):
    """A kind of session: the administrator's list."""

    slug = models.SlugField(unique=True)
    labels = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return worded(self.labels)


# Of sessions without a day drafts stand first in lists, those that were recorded without one last.
# The words of the condition in the order of the alphabet, as the migration holds them.
UNDATED = Case(When(starts_on=None, status="draft", then=0), default=1)


class SessionQuerySet(ThingQuerySet):
    def visible_to(self, user: Any) -> Self:
        told = Q(status__in=[SessionStatus.ANNOUNCED, SessionStatus.HELD, SessionStatus.CLOSED, SessionStatus.CANCELLED])
        seen = told & Q(audience=Audience.PUBLIC)
        if in_network(user):
            seen |= told & Q(audience=Audience.NETWORK)
            seen |= told & Q(audience=Audience.CLUSTER, cluster_id__in=user.cluster_ids)
            seen |= Q(cluster_id__in=user.managed_ids)
            if user.is_editor:
                seen |= Q(cluster=None) & made_by(user)
        return self.filter(seen)

    def listed(self) -> Self:
        """In the order of the list, which an index holds."""
        return self.order_by(UNDATED, F("starts_on").desc(nulls_last=True), F("id").desc())

    def coming(self) -> Self:
        return self.filter(status=SessionStatus.ANNOUNCED, ends_on__gte=clock.today()).order_by("starts_on")


class Session(Lived, Thing):
    """A meeting where regions learn from each other: a study visit, a workshop, a webinar."""

    slug = models.SlugField(max_length=90, unique=True, editable=False)
    cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("host"))
    title = models.CharField(_("title"), max_length=150)
    session_kind = models.ForeignKey(SessionKind, models.PROTECT, related_name="+", verbose_name=_("kind"))
    summary = models.TextField(_("what it is about"), max_length=3000, blank=True)
    programme = models.TextField(_("programme"), max_length=6000, blank=True)
    place = models.CharField(_("place"), max_length=150, blank=True)
    link = models.URLField(_("link, if online"), blank=True)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    starts_time = models.TimeField(_("begins at"), null=True, blank=True)
    ends_time = models.TimeField(_("ends at"), null=True, blank=True)
    date_text = models.CharField(max_length=80, blank=True, editable=False)
    timezone = models.CharField(_("time zone"), max_length=60, default="Europe/Brussels", validators=[known_zone])
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True)
    registration_closes_on = models.DateField(_("registration closes on"), null=True, blank=True)
    audience = models.CharField(_("for whom"), max_length=8, choices=Audience, default=Audience.NETWORK)
    topics = models.ManyToManyField(Topic, blank=True, related_name="+", verbose_name=_("topics"))
    feedback_request = models.ForeignKey("FeedbackRequest", models.SET_NULL, null=True, blank=True, related_name="sessions", editable=False)
    status = models.CharField(max_length=10, choices=SessionStatus, default=SessionStatus.DRAFT, editable=False)
    announced_at = models.DateTimeField(null=True, blank=True, editable=False)
    announced_by = actor_key(editable=False)
    held_at = models.DateTimeField(null=True, blank=True, editable=False)
    held_by = actor_key(editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_by = actor_key(editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_by = actor_key(editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-id"]
        indexes = [
            models.Index(fields=["cluster", "-starts_on", "-id"]),
            models.Index(fields=["-starts_on", "-id"]),
            models.Index(fields=["status", "-id"]),
            models.Index(fields=["audience", "-id"]),
        ]
        constraints = [
            status_check("learning_session_status", SessionStatus),
            status_check("learning_session_audience", Audience, "audience"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="learning_session_dates"),
            models.CheckConstraint(condition=Q(capacity=None) | Q(capacity__gte=1), name="learning_session_capacity"),
            *(pair_check(f"learning_session_{stem}", stem) for stem in ("announced", "held", "closed", "cancelled")),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("learning:session_detail", args=[self.slug])


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def current(self) -> Self:
        return self.filter(left_at=None)

    def visible_to(self, user: Any) -> Self:
        """At sessions that this person sees: all for its hosts, else those of the own cluster for managers, and one's own."""
        seen = Q(user=user) | Q(cluster_id__in=user.managed_ids) | Q(session__cluster_id__in=user.managed_ids)
        if user.is_editor:
            seen |= Q(session__cluster=None, session__created_by__user=user)
        return self.filter(seen, session__in=Session.objects.visible_to(user))


class Registration(models.Model):
    """One person's place at a session, taken by themselves or by a manager of their cluster."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(Session, models.PROTECT, related_name="registrations")
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, blank=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    registered_at = models.DateTimeField(default=clock.now)
    registered_by = actor_key()
    left_at = models.DateTimeField(null=True, blank=True)
    left_by = actor_key()
    attended = models.BooleanField(_("was there"), null=True, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["registered_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "email"], condition=Q(left_at=None), name="learning_registration_once"),
            pair_check("learning_registration_left", "left"),
        ]

    def __str__(self) -> str:
        return self.name
