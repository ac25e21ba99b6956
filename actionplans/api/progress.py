"""Progress reports, written by a step of their action and never changed; and results."""

from typing import Any

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import Files, Label, Money, Reference, ThingShape, shape_of, table_of
from inno4sports.core.api.writing import Act
from inno4sports.core.lifecycle import WrongState

from ..domain import progress as acts
from ..forms.plan import ResultForm
from ..models import ProgressReport, Result


@shape_of("actionplans.progressreport")
class ReportShape(ThingShape):
    action = Reference("actionplans.action", by="public_id")
    plan = Reference("actionplans.actionplan", source="action.plan")
    state_label = Label("state")
    change_kind_label = Label("change_kind")
    eur_structural = Money()
    eur_other = Money()
    files = Files()

    class Meta:
        model = ProgressReport
        fields = [
            "id", "url", "version", "language", "action", "plan", "period_from", "period_to", "state", "state_label", "nothing_changed",
            "text", "reason", "evidence_url", "evidence_note", "files", "policy_influenced", "change_kind", "change_kind_label",
            "eur_structural", "eur_other", "indicator_value", "origin", "sources", "created_at", "changed_at",
        ]  # fmt: skip


class ProgressReports(Resource):
    name, scope, model, shape = "progress-reports", "actionplans", ProgressReport, ReportShape
    closed = True
    key = "public_id"
    filters = {"action": "action__public_id", "plan": "action__plan__slug", "cluster": "action__plan__cluster__slug", "state": "state"}


@shape_of("actionplans.result")
class ResultShape(ThingShape):
    action = Reference("actionplans.action", by="public_id")
    plan = Reference("actionplans.actionplan", source="action.plan")
    cluster = Reference("clusters.cluster", source="action.plan.cluster")
    report = Reference("actionplans.progressreport", by="public_id", if_visible=True)
    status_label = Label("status")
    holds = {**ThingShape.holds, "figures": table_of("label", "value", "unit", "source")}

    class Meta:
        model = Result
        fields = [
            "id", "slug", "url", "version", "language", "title", "text", "happened_on", "figures", "evidence_url", "status",
            "status_label", "action", "plan", "cluster", "report", "origin", "sources", "created_at", "changed_at", "published_at",
        ]  # fmt: skip


class Results(Resource):
    name, scope, model, shape, form = "results", "actionplans", Result, ResultShape, ResultForm
    filters = {"action": "action__public_id", "plan": "action__plan__slug", "cluster": "action__plan__cluster__slug", "status": "status"}
    edit_permission = "actionplans.edit_result"
    edited_while = "draft"
    acts = (Act("publish_result", acts.publish_result),)

    def build(self, data: Any, files: Any, thing: Any = None) -> ResultForm:
        if thing.status != "draft":
            raise WrongState(acts.PUBLISHED, thing)
        return ResultForm(data, instance=thing, cluster=thing.action.plan.cluster)

    def change(self, thing: Result, form: ResultForm, version: int | None) -> Result:
        return acts.edit_result(thing, by=self.actor(), version=version, **form.cleaned_data)
