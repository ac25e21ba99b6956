"""Ambitions, and the points of other regions."""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, Topic
from inno4sports.core import clock
from inno4sports.core.lifecycle import Lived
from inno4sports.core.models import Citation, Thing, ThingQuerySet, actor_key, each_once, pair_check, status_check
from learning.models import Feedback, FeedbackRequest, Lesson, Question

from ..states import ADOPTED, AmbitionStatus


class AmbitionQuerySet(ThingQuerySet):
    def visible_to(self, user: Any) -> Self:
        seen = Q(status__in=ADOPTED)
        if user.is_authenticated:
            if user.in_network:
                seen |= Q(status=AmbitionStatus.OPEN_FOR_FEEDBACK) | Q(status=AmbitionStatus.DROPPED, adopted_at__isnull=False)
            seen |= Q(cluster_id__in=user.managed_ids)
        return self.filter(seen)

    def adopted(self) -> Self:
        return self.filter(status__in=ADOPTED)


class Ambition(Lived, Thing):
    """What a region wants to reach; shaped by lessons and by the feedback of other regions."""

    slug = models.SlugField(max_length=90, unique=True, editable=False)
    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="+", verbose_name=_("cluster"))
    title = models.CharField(_("the ambition in one line"), max_length=150)
    text = models.TextField(_("what you want to reach, and why"), max_length=3000, blank=True)
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("topic"))
    horizon_on = models.DateField(_("reached by"), null=True, blank=True)
    measure = models.CharField(_("how you will see it"), max_length=300, blank=True)
    feedback_request = models.ForeignKey(FeedbackRequest, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    drop_reason = models.TextField(max_length=1000, blank=True, editable=False)
    status = models.CharField(max_length=18, choices=AmbitionStatus, default=AmbitionStatus.DRAFT, editable=False)
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    opened_by = actor_key(editable=False)
    adopted_at = models.DateTimeField(null=True, blank=True, editable=False)
    adopted_by = actor_key(editable=False)
    realised_at = models.DateTimeField(null=True, blank=True, editable=False)
    realised_by = actor_key(editable=False)
    dropped_at = models.DateTimeField(null=True, blank=True, editable=False)
    dropped_by = actor_key(editable=False)

    objects = AmbitionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["cluster", "-created_at", "-id"]),
            models.Index(fields=["cluster", "-created_at", "-id"], condition=Q(status__in=ADOPTED), name="actionplans_ambition_public"),
            models.Index(fields=["cluster", "status"]),
            # What lists are narrowed by, in their order: a value that hardly any row has is found without reading them all.
            models.Index(fields=["topic", "-created_at", "-id"]),
            models.Index(fields=["status", "-created_at", "-id"]),
        ]
        constraints = [
            status_check("actionplans_ambition_status", AmbitionStatus),
            *(pair_check(f"actionplans_ambition_{stem}", stem) for stem in ("opened", "adopted", "realised", "dropped")),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("actionplans:ambition_detail", args=[self.slug])

    @property
    def is_inner(self) -> bool:
        return self.status == AmbitionStatus.DRAFT or (self.status == AmbitionStatus.DROPPED and self.adopted_at is None)


class AmbitionCitation(Citation):
    """What an ambition was shaped by."""

    cites = ("lesson",)
    citing = "ambition"

    ambition = models.ForeignKey(Ambition, models.CASCADE, related_name="citations")
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [*each_once("actionplans_ambitioncitation", "ambition", "lesson")]

    def __str__(self) -> str:
        return f"{self.ambition_id} cites {self.lesson_id}"


class AmbitionPointAnswer(models.TextChoices):
    ACCEPTED = "accepted", _("taken over")
    PARTLY = "partly", _("taken over in part")
    DECLINED = "declined", _("not taken over")


class AmbitionPoint(models.Model):
    """A point that the manager marked in another region's feedback; each is answered before the ambition is adopted."""

    Answer = AmbitionPointAnswer

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ambition = models.ForeignKey(Ambition, models.CASCADE, related_name="points")
    feedback = models.ForeignKey(Feedback, models.PROTECT, related_name="+")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, blank=True, related_name="+")
    quote = models.TextField(max_length=1000)
    language = models.CharField(max_length=8, default="en")
    marked_at = models.DateTimeField(default=clock.now)
    answer = models.CharField(_("answer"), max_length=8, choices=Answer, blank=True, default="")
    reason = models.TextField(_("why"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = actor_key()

    class Meta:
        ordering = ["id"]
        constraints = [
            pair_check("actionplans_point_answered", "answered"),
            models.CheckConstraint(condition=Q(answer__in=["", *AmbitionPointAnswer.values]), name="actionplans_point_answer"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)), name="actionplans_point_whole"
            ),
        ]

    def __str__(self) -> str:
        return self.quote[:80]
