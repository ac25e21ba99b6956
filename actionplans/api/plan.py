"""Action plans as programs read and write them; their texts as they were decided."""

import uuid
from typing import Any

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from inno4sports.core.api.addresses import named
from inno4sports.core.api.references import keep_visible
from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import Files, Label, Money, Reference, References, Shape, ThingShape, shape_of
from inno4sports.core.api.told import OBJECT, Told
from inno4sports.core.api.view import ApiView, kept
from inno4sports.core.api.writing import Act, Call
from inno4sports.core.lifecycle import WrongState

from ..domain import plan as acts
from ..forms.plan import ActionForm, EndorsementForm, PlanForm, WithdrawForm
from ..models import ActionPlan, Endorsement, Revision


class EndorsementShape(Shape):
    class Meta:
        model = Endorsement
        fields = ["body", "decision_number", "endorsed_on"]


class RevisionShape(Shape):
    """A text that was decided; its words are at `revisions/<number>/`."""

    endorsement = EndorsementShape(read_only=True, allow_null=True, default=None)

    class Meta:
        model = Revision
        fields = ["number", "fingerprint", "frozen_at", "endorsement"]


@shape_of("actionplans.actionplan")
class PlanShape(ThingShape):
    cluster = Reference("clusters.cluster")
    status_label = Label("status")
    instrument_kind_label = Label("instrument_kind")
    actions = References("actionplans.action", by="public_id")
    revisions = RevisionShape(many=True, read_only=True)
    files = Files()
    prefetch = (Prefetch("revisions", Revision.objects.select_related("endorsement")),)

    class Meta:
        model = ActionPlan
        fields = [
            "id", "slug", "url", "version", "language", "title", "english_summary", "starts_on", "ends_on", "partners",
            "instrument_kind", "instrument_kind_label", "policy_instrument", "policy_instrument_english", "policy_measure", "context",
            "challenges", "needs", "status", "status_label", "status_note", "withdraw_reason", "cluster", "actions", "revisions", "files",
            "origin", "sources", "created_at", "changed_at", "decided_at", "endorsed_at", "started_at", "completed_at", "withdrawn_at",
        ]  # fmt: skip


def action_form(data: Any, files: Any, call: Call) -> ActionForm:
    return ActionForm(data, user=call.user, cluster=call.thing.cluster, cited=[])


class Plans(Resource):
    name, scope, model, shape, form = "action-plans", "actionplans", ActionPlan, PlanShape, PlanForm
    filters = {"cluster": "cluster__slug", "country": "cluster__country", "status": "status"}
    create_permission, edit_permission = "actionplans.write_plan", "actionplans.edit_plan"
    edited_while = "draft"
    acts = (
        Act(
            "write_action", acts.write_action, ActionForm, build=action_form, values=lambda form, call: form.values(),
            label=_("Add an action"), open=lambda plan: plan.is_draft, creates="actionplans.action",
        ),
        Act("decide_plan", acts.decide_plan),
        Act("reopen_plan", acts.reopen_plan),
        Act(
            "record_endorsement", acts.record_endorsement, EndorsementForm,
            build=lambda data, files, call: EndorsementForm(data, files, cluster=call.thing.cluster),
        ),
        Act("start_plan", acts.start_plan),
        Act("complete_plan", acts.complete_plan),
        Act("withdraw_plan", acts.withdraw_plan, WithdrawForm),
    )  # fmt: skip

    def build(self, data: Any, files: Any, thing: Any = None) -> PlanForm:
        if thing is None:
            return PlanForm(data, user=self.request.user)
        if not thing.is_draft:
            raise WrongState(acts.FROZEN, thing)
        return PlanForm(data, instance=thing, user=self.request.user)

    def make(self, form: PlanForm) -> ActionPlan:
        return acts.write_plan(by=self.actor(), **form.cleaned_data)

    def change(self, thing: ActionPlan, form: PlanForm, version: int | None) -> ActionPlan:
        return acts.edit_plan(thing, by=self.actor(), version=version, **form.cleaned_data)


class RevisionOfPlan(ApiView):
    """One text as it was decided, with its fingerprint; what it cites is named to who may see it."""

    scope = "actionplans"
    told = {"get": Told("A plan's text as it was decided", OBJECT, permission="whoever may see the plan")}

    def get(self, request: Request, key: str, n: int) -> Response:
        plan = get_object_or_404(ActionPlan.objects.visible_to(request.user), **named(ActionPlan, key))
        revision = get_object_or_404(plan.revisions.select_related("endorsement"), number=n)
        text = readable(revision.body)
        keep_visible([action["cites"] for action in text["actions"]], request.user)
        return kept(request, {**RevisionShape(revision).data, "plan": plan.slug, "language": plan.language, "text": text}, "0")


def readable(body: dict[str, Any]) -> dict[str, Any]:
    """A frozen text in the words of the other answers: money with its currency, null for a day that is not stated."""
    text = with_days(body)
    for action in text["actions"]:
        costs = action["costs_eur"]
        action["costs_eur"] = None if costs is None else Money().to_representation(costs)
        action["cites"] = [{**cited, "id": uuid.UUID(cited["id"])} for cited in action["cites"]]
    return text


def with_days(frozen: Any) -> Any:
    if isinstance(frozen, list):
        return [with_days(part) for part in frozen]
    if isinstance(frozen, dict):
        return {name: (part or None) if name.endswith("_on") else with_days(part) for name, part in frozen.items()}
    return frozen
