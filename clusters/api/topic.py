"""Topics, the words by which things are sorted: the same list for everybody."""

from django.db import models
from rest_framework import serializers

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import WORDS, Reference, Shape, shape_of

from ..models import Topic


@shape_of("clusters.topic")
class TopicShape(Shape):
    parent = Reference("clusters.topic")
    label = serializers.CharField(read_only=True)
    holds = {"labels": WORDS}

    class Meta:
        model = Topic
        fields = ["slug", "kind", "parent", "label", "labels"]


class Topics(Resource):
    name, scope, model, shape = "topics", "clusters", Topic, TopicShape
    order = ("slug",)
    filters = {"kind": "kind", "parent": "parent__slug"}
    tells_history = False
    has_changes = False

    def visible(self) -> models.QuerySet:
        return Topic.objects.select_related("parent")
