"""Progress reports and results."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster
from inno4sports.core.lifecycle import Lived
from inno4sports.core.models import Thing, ThingQuerySet, actor_key, pair_check, status_check

from ..states import IN_FORCE, ResultStatus
from .plan import Action, ActionPlan


class ReportQuerySet(ThingQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Progress reports and their files: the network and the action's owner, where the plan is seen."""
        if not user.is_authenticated:
            return self.none()
        plans = ActionPlan.objects.visible_to(user)
        if user.in_network:
            return self.filter(action__plan__in=plans)
        return self.filter(action__plan__in=plans, action__owner=user)


class ProgressReportChange(models.TextChoices):
    PROJECT = "project", _("new projects financed")
    GOVERNANCE = "governance", _("changed management")
    STRATEGY = "strategy", _("changed strategic focus")


class ProgressReport(Thing):
    """What happened in one action in one period; written once, never edited. Evidence for completed and for any euro."""

    Change = ProgressReportChange

    action = models.ForeignKey(Action, models.PROTECT, related_name="reports")
    period_from = models.DateField(_("from"))
    period_to = models.DateField(_("to"))
    state = models.CharField(_("state of the action"), max_length=12, choices=Action.State)
    nothing_changed = models.BooleanField(default=False, editable=False)
    text = models.TextField(_("what was done"), max_length=4000, blank=True)
    reason = models.TextField(_("why it is abandoned"), max_length=1000, blank=True)
    evidence_url = models.URLField(_("evidence: address"), blank=True)
    evidence_note = models.CharField(_("evidence: what it shows"), max_length=300, blank=True)
    policy_influenced = models.CharField(_("policy instrument influenced"), max_length=300, blank=True)
    change_kind = models.CharField(_("kind of change"), max_length=10, choices=Change, blank=True, default="")
    eur_structural = models.PositiveBigIntegerField(_("euros of structural funds influenced"), null=True, blank=True)
    eur_other = models.PositiveBigIntegerField(_("other euros influenced"), null=True, blank=True)
    indicator_value = models.CharField(_("value of the indicator"), max_length=80, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-period_to", "-id"]
        indexes = [models.Index(fields=["-created_at", "-id"]), models.Index(fields=["state", "-created_at", "-id"])]
        constraints = [
            status_check("actionplans_report_state", Action.State, "state"),
            models.CheckConstraint(condition=Q(change_kind__in=["", *ProgressReportChange.values]), name="actionplans_report_change"),
            models.CheckConstraint(condition=Q(period_to__gte=F("period_from")), name="actionplans_report_period"),
            models.UniqueConstraint(fields=["action", "period_from", "period_to"], name="actionplans_report_once"),
            models.CheckConstraint(condition=~Q(state="abandoned") | ~Q(reason=""), name="actionplans_report_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.period_from} – {self.period_to}"

    def get_absolute_url(self) -> str:
        return f"{self.action.get_absolute_url()}#report-{self.public_id}"

    @property
    def is_inner(self) -> bool:
        return self.action.plan.is_inner

    @property
    def cluster_id(self) -> int:
        return self.action.plan.cluster_id


class ResultQuerySet(ThingQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Published results of a plan in force: all; drafts: the cluster's managers and the action's owner."""
        seen = Q(status=ResultStatus.PUBLISHED, action__plan__status__in=IN_FORCE)
        if user.is_authenticated:
            if user.in_network:
                seen |= Q(status=ResultStatus.PUBLISHED)
            seen |= Q(action__plan__cluster_id__in=user.managed_ids) | Q(action__owner=user)
        return self.filter(seen)


class Result(Lived, Thing):
    """What an action achieved: a sentence, a date, figures with their source. The thread's fifth stage."""

    slug = models.SlugField(max_length=90, unique=True, editable=False)
    action = models.ForeignKey(Action, models.PROTECT, related_name="results")
    report = models.ForeignKey(ProgressReport, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(_("the result in one sentence"), max_length=200)
    text = models.TextField(_("what happened"), max_length=4000, blank=True)
    happened_on = models.DateField(_("when"), null=True, blank=True)
    figures = models.JSONField(_("figures"), default=list, blank=True)  # [{"label": …, "value": …, "unit": …, "source": …}]
    evidence_url = models.URLField(_("evidence"), blank=True)
    status = models.CharField(max_length=10, choices=ResultStatus, default=ResultStatus.DRAFT, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = actor_key(editable=False)

    objects = ResultQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["action"], name="actionplans_result_drafts", condition=models.Q(status="draft")),
        ]
        constraints = [
            status_check("actionplans_result_status", ResultStatus),
            pair_check("actionplans_result_published", "published"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("actionplans:result_detail", args=[self.slug])

    @property
    def cluster(self) -> Cluster:
        return self.action.plan.cluster

    @property
    def cluster_id(self) -> int:
        return self.action.plan.cluster_id
