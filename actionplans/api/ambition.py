"""Ambitions as programs read and write them, with the points of other regions."""

from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import Cites, Label, Reference, Shape, ThingShape, shape_of
from inno4sports.core.api.writing import Act
from inno4sports.core.citations import cited_of
from inno4sports.core.lifecycle import WrongState
from inno4sports.core.models import Actor

from ..domain import ambition as acts
from ..forms.ambition import AmbitionForm, OpenForm, ReasonForm
from ..forms.parts import AnswerOnePointForm, MarkPointForm, OnePointForm
from ..models import Ambition, AmbitionCitation, AmbitionPoint


class PointShape(Shape):
    """A point that another region made, and what became of it."""

    id = serializers.UUIDField(source="public_id")
    cluster = Reference("clusters.cluster")
    answer_label = Label("answer")

    class Meta:
        model = AmbitionPoint
        fields = ["id", "cluster", "quote", "language", "answer", "answer_label", "reason", "answered_at"]


@shape_of("actionplans.ambition")
class AmbitionShape(ThingShape):
    cluster = Reference("clusters.cluster")
    topic = Reference("clusters.topic")
    feedback_request = Reference("learning.feedbackrequest", if_visible=True)
    status_label = Label("status")
    cites = Cites(source="citations")
    points = PointShape(many=True, read_only=True)
    prefetch = (Prefetch("points", AmbitionPoint.objects.select_related("cluster")),)

    class Meta:
        model = Ambition
        fields = [
            "id", "slug", "url", "version", "language", "title", "text", "topic", "horizon_on", "measure", "status", "status_label",
            "cluster", "feedback_request", "points", "drop_reason", "cites", "origin", "sources", "created_at", "changed_at",
            "opened_at", "adopted_at", "realised_at", "dropped_at",
        ]  # fmt: skip


def remove_point(_ambition: Ambition, *, by: Actor, point: AmbitionPoint) -> None:
    acts.remove_point(point, by=by)


def answer_point(_ambition: Ambition, *, by: Actor, point: AmbitionPoint, **answer: str) -> AmbitionPoint:
    return acts.answer_point(point, by=by, **answer)


def is_asked(ambition: Ambition) -> bool:
    return ambition.status == "open_for_feedback"


class Ambitions(Resource):
    name, scope, model, shape, form = "ambitions", "actionplans", Ambition, AmbitionShape, AmbitionForm
    filters = {"cluster": "cluster__slug", "topic": "topic__slug", "status": "status"}
    create_permission, edit_permission = "actionplans.write_ambition", "actionplans.edit_ambition"
    edited_while = "it is not adopted"
    acts = (
        Act(
            "open_ambition", acts.open_ambition, OpenForm,
            build=lambda data, files, call: OpenForm(data, ambition=call.thing, user=call.user), values=lambda form, call: form.values(),
        ),
        Act(
            "mark_point", acts.mark_point, MarkPointForm, label=_("Mark a point"), open=is_asked,
            build=lambda data, files, call: MarkPointForm(data, ambition=call.thing, user=call.user),
        ),
        Act(
            "answer_point", answer_point, AnswerOnePointForm, label=_("Answer a point"), open=is_asked,
            build=lambda data, files, call: AnswerOnePointForm(data, ambition=call.thing),
        ),
        Act(
            "remove_point", remove_point, OnePointForm, label=_("Remove a point"), open=is_asked,
            build=lambda data, files, call: OnePointForm(data, ambition=call.thing),
        ),
        Act("adopt_ambition", acts.adopt_ambition),
        Act("realise_ambition", acts.realise_ambition),
        Act("drop_ambition", acts.drop_ambition, ReasonForm),
    )  # fmt: skip

    def build(self, data: Any, files: Any, thing: Any = None) -> AmbitionForm:
        if thing is None:
            return AmbitionForm(data, user=self.request.user, cited=[])
        if thing.status not in acts.EDITABLE:
            raise WrongState(acts.ADOPTED, thing)
        return AmbitionForm(data, instance=thing, user=self.request.user, cited=cited_of(thing, AmbitionCitation))

    def make(self, form: AmbitionForm) -> Ambition:
        return acts.write_ambition(by=self.actor(), **form.cleaned_data)

    def change(self, thing: Ambition, form: AmbitionForm, version: int | None) -> Ambition:
        return acts.edit_ambition(thing, by=self.actor(), version=version, **form.cleaned_data)
