"""Actions of plans as programs read and write them; they are added by a step of their plan."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import Cites, Label, Money, Reference, Shape, ThingShape, shape_of, table_of
from inno4sports.core.api.writing import Act
from inno4sports.core.citations import cited_of
from inno4sports.core.lifecycle import WrongState
from inno4sports.core.models import Actor

from ..domain import plan as acts
from ..domain import progress
from ..forms.parts import FromReportForm, MilestoneForm
from ..forms.plan import ActionForm, ReportForm
from ..models import Action, ActionCitation, Milestone


class MilestoneShape(Shape):
    id = serializers.UUIDField(source="public_id")

    class Meta:
        model = Milestone
        fields = ["id", "title", "due_on", "reached_on"]


class Light(serializers.Field):
    """The traffic light as of today; null while the plan is not in force, and for what was recorded from sources."""

    schema = {"type": ["string", "null"], "enum": ["red", "amber", "green", None]}

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, source="*", **options)

    def to_representation(self, value: Action) -> str | None:
        return None if value.is_recorded else progress.light_of(value) or None


@shape_of("actionplans.action")
class ActionShape(ThingShape):
    plan = Reference("actionplans.actionplan")
    cluster = Reference("clusters.cluster", source="plan.cluster")
    costs_eur = Money()
    owner = Reference("clusters.user", by="public_id")
    state_label = Label("state")
    light = Light()
    milestones = MilestoneShape(many=True, read_only=True)
    cites = Cites(source="citations")
    prefetch = ("milestones",)
    holds = {**ThingShape.holds, "players": table_of("name", "role")}
    guarded = {"owner": "actionplans.edit_action", "next_report_on": "actionplans.edit_action"}

    class Meta:
        model = Action
        fields = [
            "id", "url", "version", "language", "plan", "cluster", "number", "title", "background", "no_citation_reason", "description",
            "players", "starts_on", "ends_on", "timeframe", "costs_eur", "funding", "indicator", "indicator_target", "owner", "state",
            "state_label", "light", "next_report_on", "milestones", "cites", "origin", "sources", "created_at", "changed_at",
        ]  # fmt: skip


def reach_milestone(_action: Action, *, by: Actor, milestone: Milestone) -> Milestone:
    return progress.reach_milestone(milestone, by=by)


def goes_on(action: Action) -> bool:
    return action.plan.status in progress.REPORTABLE


def awaits_milestone(action: Action) -> bool:
    return any(milestone.reached_on is None for milestone in action.milestones.all())


class Actions(Resource):
    name, scope, model, shape, form = "actions", "actionplans", Action, ActionShape, ActionForm
    key = "public_id"
    filters = {"plan": "plan__slug", "cluster": "plan__cluster__slug", "state": "state"}
    edit_permission, delete_permission = "actionplans.edit_action", "actionplans.remove_action"
    edited_while = "its plan is a draft"
    acts = (
        Act(
            "report_progress", progress.report_progress, ReportForm, label=_("Report progress"), open=goes_on, creates="actionplans.progressreport",
            build=lambda data, files, call: ReportForm(data, files, action=call.thing),
        ),
        Act(
            "report_nothing", progress.report_nothing, label=_("Nothing changed"), permission="actionplans.report_progress",
            open=lambda action: goes_on(action) and not progress.not_unchanged_because(action), creates="actionplans.progressreport",
        ),
        Act(
            "reach_milestone", reach_milestone, MilestoneForm, label=_("Reached"), open=lambda action: goes_on(action) and awaits_milestone(action),
            build=lambda data, files, call: MilestoneForm(data, action=call.thing),
        ),
        Act(
            "draft_result", progress.draft_result, FromReportForm, label=_("Draft a result from this report"), creates="actionplans.result",
            open=lambda action: action.plan.is_in_force and action.reports.exists(),
            build=lambda data, files, call: FromReportForm(data, action=call.thing, user=call.user),
        ),
    )  # fmt: skip

    def build(self, data: Any, files: Any, thing: Any = None) -> ActionForm:
        if not thing.plan.is_draft:
            raise WrongState(acts.FROZEN, thing.plan)
        return ActionForm(data, instance=thing, user=self.request.user, cluster=thing.plan.cluster, cited=cited_of(thing, ActionCitation))

    def change(self, thing: Action, form: ActionForm, version: int | None) -> Action:
        return acts.edit_action(thing, by=self.actor(), version=version, **form.values())

    def remove(self, thing: Action) -> None:
        acts.remove_action(thing, by=self.actor())
