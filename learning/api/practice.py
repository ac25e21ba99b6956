"""Good practices as programs read and write them."""

from typing import Any

from rest_framework import serializers

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import Label, Reference, References, ThingShape, shape_of
from inno4sports.core.api.writing import Act

from ..domain import practice as acts
from ..forms.practice import OpinionForm, PracticeForm, ReturnForm
from ..models import GoodPractice
from ..permissions import own_clusters
from ..states import PracticeStatus


@shape_of("learning.goodpractice")
class PracticeShape(ThingShape):
    cluster = Reference("clusters.cluster")
    organisation = Reference("clusters.organisation")
    topics = References("clusters.topic")
    status_label = Label("status")
    outcome_label = Label("outcome")
    return_reason = serializers.SerializerMethodField()

    class Meta:
        model = GoodPractice
        fields = [
            "id", "slug", "url", "version", "language", "cluster", "organisation", "title", "outcome", "outcome_label", "summary", "location",
            "topics", "challenge", "what_was_done", "resources_needed", "budget_eur", "starts_on", "ends_on", "evidence_of_success",
            "difficulties", "transferability", "website", "opinion", "return_reason", "status", "status_label", "origin", "sources",
            "created_at", "changed_at", "submitted_at", "published_at", "admitted_at",
        ]  # fmt: skip

    def get_return_reason(self, practice: GoodPractice) -> str:
        """Shown while it is returned, as on the page."""
        return practice.return_reason if practice.status == PracticeStatus.RETURNED else ""


class Practices(Resource):
    name, scope, model, shape, form = "practices", "learning", GoodPractice, PracticeShape, PracticeForm
    filters = {
        "cluster": "cluster__slug", "organisation": "organisation__slug", "topic": "topics__slug", "status": "status", "outcome": "outcome",
    }  # fmt: skip
    create_permission, edit_permission = "learning.write_practice", "learning.edit_practice"
    acts = (
        *(Act(name, do) for name, do in acts.PRACTICE_STEPS.items()),
        Act("return_practice", acts.return_practice, ReturnForm),
        Act("admit_practice", acts.admit_practice, OpinionForm),
    )

    def build(self, data: Any, files: Any, thing: Any = None) -> PracticeForm:
        user = self.request.user
        return PracticeForm(data, user=user, clusters=own_clusters(user) if thing is None else [thing.cluster], stored=thing)

    def make(self, form: PracticeForm) -> GoodPractice:
        return acts.write_practice(cluster=form.chosen, topics=form.cleaned_data["topics"], by=self.actor(), **form.facts)

    def change(self, thing: GoodPractice, form: PracticeForm, version: int | None) -> GoodPractice:
        return acts.edit_practice(thing, topics=form.cleaned_data["topics"], by=self.actor(), version=version, **form.facts)
