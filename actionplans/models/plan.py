"""Action plans with their actions, revisions and endorsements."""

import uuid
from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, User
from inno4sports.core import clock
from inno4sports.core.lifecycle import Lived
from inno4sports.core.models import Citation, Thing, ThingQuerySet, actor_key, each_once, exactly_one, pair_check, status_check
from learning.models import FeedbackRequest, GoodPractice, Lesson

from ..states import IN_FORCE, PlanStatus
from .ambition import Ambition


class PlanQuerySet(ThingQuerySet):
    def visible_to(self, user: Any) -> Self:
        """In force: all. Decided or withdrawn: the network. Draft: the cluster's managers and the owners of its actions."""
        seen = Q(status__in=IN_FORCE)
        if user.is_authenticated:
            if user.in_network:
                seen |= Q(status=PlanStatus.WITHDRAWN, decided_at__isnull=False)
            seen |= Q(cluster_id__in=user.managed_ids) | Q(pk__in=Action.objects.filter(owner=user).values("plan_id"))
        return self.filter(seen)

    def in_force(self) -> Self:
        return self.filter(status__in=IN_FORCE)


class ActionPlanInstrumentKind(models.TextChoices):
    GROWTH_AND_JOBS = "growth_and_jobs", _("Investment for Growth and Jobs programme")
    COOPERATION = "cooperation", _("European Territorial Cooperation programme")
    OTHER = "other", _("other regional development policy instrument")


class ActionPlan(Lived, Thing):
    """A regional action plan in the programme's parts: I general information, II policy context, III actions."""

    InstrumentKind = ActionPlanInstrumentKind

    slug = models.SlugField(max_length=90, unique=True, editable=False)
    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="+", verbose_name=_("cluster"))
    title = models.CharField(_("title"), max_length=150)
    english_summary = models.TextField(_("summary in English"), max_length=4000, blank=True)
    starts_on = models.DateField(_("begins"), null=True, blank=True)
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    partners = models.TextField(_("other organisations involved"), max_length=1000, blank=True)
    instrument_kind = models.CharField(_("the plan aims to impact"), max_length=16, choices=InstrumentKind, blank=True, default="")
    policy_instrument = models.CharField(_("policy instrument addressed"), max_length=300, blank=True)
    policy_instrument_english = models.CharField(_("policy instrument in English"), max_length=300, blank=True)
    policy_measure = models.CharField(_("measure"), max_length=300, blank=True)
    context = models.TextField(_("policy context"), max_length=6000, blank=True)
    challenges = models.TextField(_("challenges"), max_length=4000, blank=True)
    needs = models.TextField(_("needs"), max_length=4000, blank=True)
    status_note = models.CharField(max_length=300, blank=True, editable=False)
    withdraw_reason = models.TextField(max_length=1000, blank=True, editable=False)
    status = models.CharField(max_length=12, choices=PlanStatus, default=PlanStatus.DRAFT, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by = actor_key(editable=False)
    endorsed_at = models.DateTimeField(null=True, blank=True, editable=False)
    endorsed_by = actor_key(editable=False)
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    started_by = actor_key(editable=False)
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    completed_by = actor_key(editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_by = actor_key(editable=False)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["cluster", "-created_at", "-id"]),
            models.Index(fields=["cluster", "-created_at", "-id"], condition=Q(status__in=IN_FORCE), name="actionplans_plan_public"),
            models.Index(fields=["cluster", "status"]),
            models.Index(fields=["status", "-created_at", "-id"]),
        ]
        constraints = [
            status_check("actionplans_plan_status", PlanStatus),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="actionplans_plan_dates"),
            models.CheckConstraint(condition=Q(instrument_kind__in=["", *ActionPlanInstrumentKind.values]), name="actionplans_plan_instrument"),
            *(pair_check(f"actionplans_plan_{stem}", stem) for stem in ("decided", "endorsed", "started", "completed", "withdrawn")),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("actionplans:plan_detail", args=[self.slug])

    def moves(self) -> Iterable[Thing]:
        """Who sees the plan sees its actions, and by them reports and results."""
        from .progress import ProgressReport, Result

        yield from self.actions.select_related("plan")
        for model in (ProgressReport, Result):
            yield from model.objects.filter(action__plan=self).select_related("action__plan")

    @property
    def is_inner(self) -> bool:
        """Before it was ever in force or withdrawn after a decision."""
        never = self.status == PlanStatus.WITHDRAWN and self.decided_at is None
        return never or self.status in (PlanStatus.DRAFT, PlanStatus.DECIDED)

    @property
    def is_draft(self) -> bool:
        return self.status == PlanStatus.DRAFT

    @property
    def is_in_force(self) -> bool:
        return self.status in IN_FORCE


class Revision(models.Model):
    """The text as it was decided: numbered, frozen, with a fingerprint (SHA-256 of its canonical JSON)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(ActionPlan, models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    body = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    frozen_at = models.DateTimeField(default=clock.now)
    frozen_by = models.ForeignKey("core.Actor", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="actionplans_revision_once")]

    def __str__(self) -> str:
        return f"{self.plan_id} revision {self.number}"


class Endorsement(models.Model):
    """The agreement of the policy-responsible body to one revision; here recorded by a manager, with its document."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    revision = models.OneToOneField(Revision, models.PROTECT, related_name="endorsement")
    body = models.CharField(_("policy-responsible body"), max_length=200)
    position = models.CharField(_("position of who signed"), max_length=150, blank=True)
    decision_number = models.CharField(_("number of the decision"), max_length=80, blank=True)
    endorsed_on = models.DateField(_("date of the decision"))
    recorded_at = models.DateTimeField(default=clock.now)
    recorded_by = models.ForeignKey("core.Actor", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.body}, {self.endorsed_on}"


class ActionQuerySet(ThingQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Who sees the plan sees its actions."""
        return self.filter(plan__in=ActionPlan.objects.visible_to(user))


class ActionState(models.TextChoices):
    NOT_STARTED = "not_started", _("not started")
    IN_PROGRESS = "in_progress", _("in progress")
    COMPLETED = "completed", _("completed")
    ABANDONED = "abandoned", _("abandoned")


class Action(Thing):
    """One action of a plan, in the programme's six points, with a citation or a written reason."""

    State = ActionState

    plan = models.ForeignKey(ActionPlan, models.CASCADE, related_name="actions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(_("title"), max_length=150)
    background = models.TextField(_("background"), max_length=4000, blank=True)
    no_citation_reason = models.TextField(_("why no lesson or practice explains it"), max_length=1000, blank=True)
    description = models.TextField(_("action"), max_length=6000, blank=True)
    players = models.JSONField(_("players involved"), default=list, blank=True)  # [{"name": …, "role": …}]
    starts_on = models.DateField(_("begins"), null=True, blank=True)
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    timeframe = models.CharField(_("timeframe in words"), max_length=200, blank=True)
    costs_eur = models.PositiveBigIntegerField(_("costs in euros"), null=True, blank=True)
    funding = models.TextField(_("funding sources"), max_length=1000, blank=True)
    indicator = models.CharField(_("indicator"), max_length=300, blank=True)
    indicator_target = models.CharField(_("target"), max_length=80, blank=True)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner"))
    state = models.CharField(max_length=12, choices=State, default=State.NOT_STARTED, editable=False)
    next_report_on = models.DateField(null=True, blank=True, editable=False)

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index(fields=["next_report_on", "id"]),
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["state", "-created_at", "-id"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="actionplans_action_number_once"),
            status_check("actionplans_action_state", ActionState, "state"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="actionplans_action_dates"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("actionplans:action_detail", args=[self.plan.slug, self.number])

    @property
    def is_inner(self) -> bool:
        return self.plan.is_inner

    @property
    def cluster(self) -> Cluster:
        return self.plan.cluster

    @property
    def cluster_id(self) -> int:
        return self.plan.cluster_id


class ActionCitation(Citation):
    """What explains an action: a lesson, a practice, an ambition or what was said."""

    cites = ("lesson", "practice", "ambition", "feedback_request")
    citing = "action"

    action = models.ForeignKey(Action, models.CASCADE, related_name="citations")
    lesson = models.ForeignKey(Lesson, models.PROTECT, null=True, blank=True, related_name="+")
    practice = models.ForeignKey(GoodPractice, models.PROTECT, null=True, blank=True, related_name="+")
    ambition = models.ForeignKey(Ambition, models.PROTECT, null=True, blank=True, related_name="+")
    feedback_request = models.ForeignKey(FeedbackRequest, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            exactly_one("actionplans_actioncitation_one", "lesson", "practice", "ambition", "feedback_request"),
            *each_once("actionplans_actioncitation", "action", "lesson", "practice", "ambition", "feedback_request"),
        ]

    def __str__(self) -> str:
        return f"{self.action_id} cites {self.cited}"


class Milestone(models.Model):
    """A dated mark on the way of an action."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    action = models.ForeignKey(Action, models.CASCADE, related_name="milestones")
    title = models.CharField(_("milestone"), max_length=150)
    due_on = models.DateField(_("due"))
    reached_on = models.DateField(_("reached"), null=True, blank=True)

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["due_on", "id"], condition=Q(reached_on=None), name="actionplans_milestone_due")]

    def __str__(self) -> str:
        return self.title
