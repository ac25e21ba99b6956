"""Findings as programs read and write them; corrections stand beside the published text."""

from typing import Any

from django.utils.translation import get_language
from rest_framework import serializers

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import Cites, Label, References, Shape, ThingShape, shape_of
from inno4sports.core.api.writing import Act
from inno4sports.core.citations import cited_of
from inno4sports.core.lifecycle import WrongState
from inno4sports.core.permissions import allowed

from ..domain import finding as acts
from ..forms import CorrectionForm, FindingForm, ProposeForm, ReturnForm
from ..models import Correction, Finding, FindingCitation


class CorrectionShape(Shape):
    class Meta:
        model = Correction
        fields = ["text", "language", "corrected_at"]


@shape_of("dissemination.finding")
class FindingShape(ThingShape):
    finding_kind_label = Label("finding_kind")
    status_label = Label("status")
    topics = References("clusters.topic")
    cited_clusters = References("clusters.cluster")
    cites = Cites(source="citations")
    corrections = CorrectionShape(many=True, read_only=True)
    return_reason = serializers.SerializerMethodField()
    prefetch = ("corrections",)

    class Meta:
        model = Finding
        fields = [
            "id", "slug", "url", "version", "language", "finding_kind", "finding_kind_label", "title", "summary", "text", "publication_url",
            "audience", "status", "status_label", "topics", "cited_clusters", "cites", "corrections", "published_on", "date_text",
            "return_reason", "origin", "sources", "created_at", "changed_at", "submitted_at", "published_at",
        ]  # fmt: skip

    def get_return_reason(self, finding: Finding) -> str:
        """Why it came back, while it is a draft again: between editors."""
        return finding.return_reason if finding.status == "draft" else ""


class Findings(Resource):
    """An editor writes; a manager's POST is a proposal, of which the editors are told."""

    name, scope, model, shape, form = "findings", "dissemination", Finding, FindingShape, FindingForm
    filters = {"cluster": "cited_clusters__slug", "topic": "topics__slug", "kind": "finding_kind", "status": "status"}
    create_permission, edit_permission = "dissemination.propose_finding", "dissemination.edit_finding"
    proposal_form, edited_while = ProposeForm, "draft"
    acts = (
        Act("take_up_finding", acts.take_up_finding),
        Act("submit_finding", acts.submit_finding),
        Act("publish_finding", acts.publish_finding),
        Act("return_finding", acts.return_finding, ReturnForm),
        Act(
            "correct_finding", acts.correct_finding, CorrectionForm,
            values=lambda form, call: {**form.cleaned_data, "language": get_language()},
        ),
        Act("archive_finding", acts.archive_finding),
        Act("restore_finding", acts.restore_finding),
    )  # fmt: skip

    def build(self, data: Any, files: Any, thing: Any = None) -> ProposeForm:
        user = self.request.user
        if thing is None:
            form = FindingForm if self.writes() else ProposeForm
            return form(data, user=user, cited=[])
        if thing.status != "draft":
            raise WrongState(acts.DRAFTS_ONLY, thing)
        return FindingForm(data, instance=thing, user=user, cited=cited_of(thing, FindingCitation))

    def writes(self) -> bool:
        return allowed(self.request.user, "dissemination.write_finding")

    def make(self, form: ProposeForm) -> Finding:
        act = acts.write_finding if self.writes() else acts.propose_finding
        return act(by=self.actor(), **form.cleaned_data)

    def change(self, thing: Finding, form: FindingForm, version: int | None) -> Finding:
        return acts.edit_finding(thing, by=self.actor(), version=version, **form.cleaned_data)
