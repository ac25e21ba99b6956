"""What we tell: findings with their citations and corrections, and the digests people got."""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from actionplans.models import Action, Ambition, Result
from clusters.models import Cluster, Topic, User
from inno4sports.core import clock
from inno4sports.core.lifecycle import Lived
from inno4sports.core.models import Citation, Thing, ThingQuerySet, actor_key, each_once, exactly_one, made_by, pair_check, status_check
from learning.models import FeedbackRequest, GoodPractice, Lesson, Session

from .states import FindingStatus


class FindingQuerySet(ThingQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Published: its audience. In review: editors and managers of the cluster it is about. Draft: its author."""
        seen = Q(status=FindingStatus.PUBLISHED, audience=Finding.Audience.PUBLIC)
        if user.is_authenticated:
            if user.in_network:
                seen |= Q(status=FindingStatus.PUBLISHED)
            seen |= made_by(user)
            about = self.model.cited_clusters.through.objects.filter(finding=OuterRef("pk"), cluster__in=user.managed_ids)
            seen |= Q(status=FindingStatus.IN_REVIEW) & Q(Exists(about))
            if user.is_editor:
                seen |= Q(status__in=[FindingStatus.PROPOSED, FindingStatus.IN_REVIEW, FindingStatus.ARCHIVED])
        return self.filter(seen)

    def published(self) -> Self:
        return self.filter(status=FindingStatus.PUBLISHED)


class FindingKind(models.TextChoices):
    RESULT = "result", _("result")
    LESSON = "lesson", _("lesson")
    PRACTICE_STORY = "practice_story", _("practice story")
    POLICY_BRIEF = "policy_brief", _("policy brief")
    EVENT_REPORT = "event_report", _("event report")
    PUBLICATION = "publication", _("publication")


class FindingAudience(models.TextChoices):
    PUBLIC = "public", _("everybody")
    NETWORK = "network", _("the network")


class Finding(Lived, Thing):
    """What was found, told to all other regions; it cites anything below. Published text changes only by dated correction."""

    Audience = FindingAudience

    slug = models.SlugField(max_length=90, unique=True, editable=False)
    finding_kind = models.CharField(_("kind"), max_length=16, choices=FindingKind, default=FindingKind.RESULT)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), max_length=600)
    text = models.TextField(_("text"), max_length=30000, blank=True)
    publication_url = models.URLField(_("address of the publication"), max_length=500, blank=True, db_column="url")
    topics = models.ManyToManyField(Topic, blank=True, related_name="+", verbose_name=_("topics"))
    # Kept from the citations when they change: who is told, who may publish, whose page shows it.
    cited_clusters = models.ManyToManyField(Cluster, blank=True, related_name="+", editable=False)
    audience = models.CharField(_("for whom"), max_length=8, choices=Audience, default=Audience.PUBLIC)
    published_on = models.DateField(null=True, blank=True, editable=False)
    date_text = models.CharField(max_length=80, blank=True, editable=False)
    return_reason = models.TextField(blank=True, editable=False)
    status = models.CharField(max_length=10, choices=FindingStatus, default=FindingStatus.PROPOSED, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    submitted_by = actor_key(editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = actor_key(editable=False)

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-id"]
        indexes = [
            models.Index(fields=["-published_at", "-id"]),
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["finding_kind", "-created_at", "-id"]),
            models.Index(fields=["status", "-created_at", "-id"]),
            models.Index(
                fields=["-published_at", "-id"], name="dissemination_finding_public", condition=models.Q(status="published", audience="public")
            ),
        ]
        constraints = [
            status_check("dissemination_finding_status", FindingStatus),
            status_check("dissemination_finding_kind", FindingKind, "finding_kind"),
            status_check("dissemination_finding_audience", FindingAudience, "audience"),
            pair_check("dissemination_finding_submitted", "submitted"),
            pair_check("dissemination_finding_published", "published"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("dissemination:finding_detail", args=[self.slug])

    @property
    def is_inner(self) -> bool:
        return self.status != FindingStatus.PUBLISHED


class FindingCitation(Citation):
    """What a finding rests on: anything below it."""

    cites = ("session", "practice", "feedback_request", "lesson", "ambition", "action", "result")
    citing = "finding"
    reads = ("action__plan",)

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="citations")
    session = models.ForeignKey(Session, models.PROTECT, null=True, blank=True, related_name="+")
    practice = models.ForeignKey(GoodPractice, models.PROTECT, null=True, blank=True, related_name="+")
    feedback_request = models.ForeignKey(FeedbackRequest, models.PROTECT, null=True, blank=True, related_name="+")
    lesson = models.ForeignKey(Lesson, models.PROTECT, null=True, blank=True, related_name="+")
    ambition = models.ForeignKey(Ambition, models.PROTECT, null=True, blank=True, related_name="+")
    action = models.ForeignKey(Action, models.PROTECT, null=True, blank=True, related_name="+")
    result = models.ForeignKey(Result, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            exactly_one("dissemination_citation_one", "session", "practice", "feedback_request", "lesson", "ambition", "action", "result"),
            *each_once("dissemination_citation", "finding", "session", "practice", "feedback_request", "lesson", "ambition", "action", "result"),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} cites {self.cited}"


class Correction(models.Model):
    """A dated correction of a published finding."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="corrections")
    text = models.TextField(_("what was wrong, and what is right"), max_length=2000)
    language = models.CharField(max_length=8, default="en")
    corrected_at = models.DateTimeField(default=clock.now)
    corrected_by = models.ForeignKey("core.Actor", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-corrected_at", "-id"]

    def __str__(self) -> str:
        return self.text[:80]


class Digest(models.Model):
    """What one person was told on one day of their own zone; the unique key makes a second beat harmless."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    day = models.DateField()
    language = models.CharField(max_length=8)
    composed_at = models.DateTimeField(default=clock.now)
    items = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="dissemination_digest_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}"
