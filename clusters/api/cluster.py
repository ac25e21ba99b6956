"""Regions as programs read them."""

from rest_framework import serializers

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import Label, Reference, ThingShape, shape_of

from ..models import Cluster


@shape_of("clusters.cluster")
class ClusterShape(ThingShape):
    region_name = serializers.CharField(read_only=True)
    host = Reference("clusters.cluster")
    status_label = Label("status")

    class Meta:
        model = Cluster
        fields = [
            "id", "slug", "url", "version", "language", "name", "own_name", "region_name", "code", "country", "nuts_code", "timezone",
            "content_languages", "city", "latitude", "longitude", "website", "summary", "began", "host", "status", "status_label",
            "origin", "sources", "created_at", "changed_at",
        ]  # fmt: skip


class Clusters(Resource):
    name, scope, model, shape = "clusters", "clusters", Cluster, ClusterShape
    order = ("position",)
    filters = {"country": "country", "status": "status"}
