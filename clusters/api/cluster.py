"""Regions as programs read and write them."""

from typing import Any

from django import forms
from django.conf import settings
from rest_framework import serializers

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import TEXTS, WORDS, Label, Reference, Rows, Shape, ThingShape, shape_of

from ..domain import cluster as acts
from ..forms.cluster import ClusterCreateForm, ClusterForm
from ..models import Cluster, ContextFigure, LearningNeed, Strength
from .cluster_acts import ACTS


class StrengthShape(Shape):
    id = serializers.UUIDField(source="public_id", read_only=True)
    topic = Reference("clusters.topic")

    class Meta:
        model = Strength
        fields = ["id", "topic", "text", "language", "sources"]


class NeedShape(Shape):
    id = serializers.UUIDField(source="public_id", read_only=True)
    topic = Reference("clusters.topic")

    class Meta:
        model = LearningNeed
        fields = ["id", "topic", "text", "language"]


class FigureShape(Shape):
    value = serializers.FloatField(read_only=True)
    level_label = Label("level")

    class Meta:
        model = ContextFigure
        fields = ["label", "value", "unit", "wave", "level", "level_label", "source", "read_on"]


@shape_of("clusters.cluster")
class ClusterShape(ThingShape):
    region_name = serializers.CharField(read_only=True)
    host = Reference("clusters.cluster")
    status_label = Label("status")
    strengths = Rows(StrengthShape)
    needs = Rows(NeedShape)
    figures = Rows(FigureShape)
    holds = {**ThingShape.holds, "region_names": WORDS, "content_languages": TEXTS}
    guarded = {"needs": "clusters.see_needs"}

    class Meta:
        model = Cluster
        fields = [
            "id", "slug", "url", "version", "language", "name", "own_name", "region_name", "region_names", "code", "country", "nuts_code",
            "timezone", "content_languages", "city", "latitude", "longitude", "website", "summary", "began", "host", "strengths", "needs",
            "figures", "status", "status_label", "origin", "sources", "created_at", "changed_at", "activated_at",
        ]  # fmt: skip


# The page's form, told with the names of the region, which it makes of the portal's languages.
ClusterBody = type(
    "ClusterBody",
    (ClusterForm,),
    {f"region_name_{code}": forms.CharField(max_length=100, required=code == "en") for code, _name in settings.LANGUAGES},
)


class Clusters(Resource):
    name, scope, model, shape, form = "clusters", "clusters", Cluster, ClusterShape, ClusterBody
    create_form = ClusterCreateForm
    order = ("position",)
    filters = {"country": "country", "status": "status"}
    create_permission, edit_permission = "clusters.create_cluster", "clusters.edit_cluster"
    acts = ACTS

    def build(self, data: Any, files: Any, thing: Any = None) -> Any:
        return ClusterCreateForm(data) if thing is None else ClusterForm(data, instance=thing)

    def make(self, form: ClusterCreateForm) -> Cluster:
        return acts.create_cluster(by=self.actor(), **form.cleaned_data)

    def change(self, thing: Cluster, form: ClusterForm, version: int | None) -> Cluster:
        return acts.edit_cluster(thing, by=self.actor(), version=version, **form.profile)
