"""Good practices, and what did not work."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, Organisation, Topic
from inno4sports.core.lifecycle import Lived
from inno4sports.core.models import Thing, ThingQuerySet, actor_key, made_by, pair_check, status_check

from ..states import PracticeStatus


class PracticeQuerySet(ThingQuerySet):
    def visible_to(self, user: Any) -> Self:
        seen = Q(status=PracticeStatus.ADMITTED)
        if user.is_authenticated:
            if user.in_network:
                seen |= Q(status=PracticeStatus.PUBLISHED)
            seen |= made_by(user) | Q(cluster_id__in=user.managed_ids)
        return self.filter(seen)


class GoodPracticeOutcome(models.TextChoices):
    WORKED = "worked", _("it worked")
    DID_NOT_WORK = "did_not_work", _("what did not work")


class GoodPractice(Lived, Thing):
    """A practice in the programme's form. One that did not work is a record of the same standing."""

    Outcome = GoodPracticeOutcome

    slug = models.SlugField(max_length=90, unique=True, editable=False)
    cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cluster"))
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("organisation in charge"))
    title = models.CharField(_("title of the practice"), max_length=150)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, default=Outcome.WORKED)
    summary = models.CharField(_("short summary"), max_length=300, blank=True)
    location = models.CharField(_("where"), max_length=200, blank=True)
    topics = models.ManyToManyField(Topic, blank=True, related_name="+", verbose_name=_("topics"))
    challenge = models.TextField(_("the problem"), blank=True)
    what_was_done = models.TextField(_("what was done"))
    resources_needed = models.TextField(_("resources needed"), blank=True)
    budget_eur = models.PositiveBigIntegerField(_("budget in euros"), null=True, blank=True)
    starts_on = models.CharField(_("began"), max_length=20, blank=True)
    ends_on = models.CharField(_("ended"), max_length=20, blank=True)
    evidence_of_success = models.TextField(_("evidence of success"), blank=True)
    difficulties = models.TextField(_("difficulties encountered"), blank=True)
    transferability = models.TextField(_("potential for transfer"), blank=True)
    website = models.URLField(_("further information"), blank=True)
    opinion = models.TextField(_("EPSI's opinion"), blank=True, editable=False)
    return_reason = models.TextField(blank=True, editable=False)
    status = models.CharField(max_length=10, choices=PracticeStatus, default=PracticeStatus.DRAFT, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    submitted_by = actor_key(editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = actor_key(editable=False)
    admitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    admitted_by = actor_key(editable=False)

    objects = PracticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["cluster", "-created_at", "-id"]),
            # What everybody sees of a region, which may be little of what it has.
            models.Index(fields=["cluster", "-created_at", "-id"], condition=Q(status=PracticeStatus.ADMITTED), name="learning_practice_public"),
            models.Index(fields=["cluster", "status"]),
            models.Index(fields=["status", "-created_at", "-id"]),
            models.Index(fields=["outcome", "-created_at", "-id"]),
        ]
        constraints = [
            status_check("learning_practice_status", PracticeStatus),
            status_check("learning_practice_outcome", GoodPracticeOutcome, "outcome"),
            *(pair_check(f"learning_practice_{stem}", stem) for stem in ("submitted", "published", "admitted")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def did_not_work(self) -> bool:
        return self.outcome == self.Outcome.DID_NOT_WORK

    def get_absolute_url(self) -> str:
        return reverse("learning:practice_detail", args=[self.slug])
