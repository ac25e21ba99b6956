"""Lessons and what they were learned from."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, Topic, in_network
from inno4sports.core.lifecycle import Lived
from inno4sports.core.models import Citation, Thing, ThingQuerySet, actor_key, each_once, exactly_one, pair_check, status_check

from ..states import LessonStatus
from .practice import GoodPractice
from .request import FeedbackRequest
from .session import Audience, Session


class LessonQuerySet(ThingQuerySet):
    def visible_to(self, user: Any) -> Self:
        seen = Q(status=LessonStatus.SHARED, audience=Audience.PUBLIC)
        if user.is_authenticated:
            if user.in_network:
                seen |= Q(status=LessonStatus.SHARED, audience=Audience.NETWORK)
            seen |= Q(cluster_id__in=user.managed_ids)
        return self.filter(seen)

    def shared(self) -> Self:
        return self.filter(status=LessonStatus.SHARED)

    def shared_with(self, user: Any) -> Self:
        """Of what is shared all that `user` may see, by the audience alone, so that an index counts them."""
        return self.shared() if in_network(user) else self.shared().filter(audience=Audience.PUBLIC)


class LessonLevel(models.TextChoices):
    INDIVIDUAL = "individual", _("individual")
    ORGANISATIONAL = "organisational", _("organisational")
    STAKEHOLDER = "stakeholder", _("stakeholder")
    EXTERNAL = "external", _("external")


class Lesson(Lived, Thing):
    """What one region takes from another. `cluster` is the learner, `from_cluster` who it was learned from; null: the network."""

    Level = LessonLevel

    slug = models.SlugField(max_length=90, unique=True, editable=False)
    cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who learned"))
    from_cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("from whom"))
    title = models.CharField(_("the lesson in one line"), max_length=150)
    text = models.TextField(_("what you learned"), max_length=3000)
    change = models.TextField(_("what will change"), max_length=2000, blank=True)
    level = models.CharField(_("who learned from it"), max_length=14, choices=Level, blank=True, default="")
    topics = models.ManyToManyField(Topic, blank=True, related_name="+", verbose_name=_("topics"))
    audience = models.CharField(_("seen by"), max_length=8, choices=Audience.choices[1:], default=Audience.NETWORK)
    status = models.CharField(max_length=8, choices=LessonStatus, default=LessonStatus.DRAFT, editable=False)
    shared_at = models.DateTimeField(null=True, blank=True, editable=False)
    shared_by = actor_key(editable=False)

    objects = LessonQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["cluster", "-created_at", "-id"]),
            models.Index(fields=["from_cluster", "-created_at", "-id"]),
            # The picture counts them all: from the index alone.
            models.Index(fields=["from_cluster", "cluster", "audience"], condition=Q(status="shared"), name="learning_lesson_from_to"),
        ]
        constraints = [
            status_check("learning_lesson_status", LessonStatus),
            models.CheckConstraint(condition=Q(audience__in=["network", "public"]), name="learning_lesson_audience"),
            models.CheckConstraint(condition=Q(level__in=["", *LessonLevel.values]), name="learning_lesson_level"),
            pair_check("learning_lesson_shared", "shared"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("learning:lesson_detail", args=[self.slug])


class LessonCitation(Citation):
    """What a lesson was learned from."""

    cites = ("session", "practice", "feedback_request")
    citing = "lesson"

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="citations")
    session = models.ForeignKey(Session, models.PROTECT, null=True, blank=True, related_name="+")
    practice = models.ForeignKey(GoodPractice, models.PROTECT, null=True, blank=True, related_name="+")
    feedback_request = models.ForeignKey(FeedbackRequest, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            exactly_one("learning_lessoncitation_one", "session", "practice", "feedback_request"),
            *each_once("learning_lessoncitation", "lesson", "session", "practice", "feedback_request"),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} cites {self.cited}"
