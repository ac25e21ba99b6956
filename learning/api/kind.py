"""Kinds of sessions: the administrator's list, the same for everybody."""

from django.db import models
from rest_framework import serializers

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import WORDS, Shape, shape_of

from ..models import SessionKind


@shape_of("learning.sessionkind")
class SessionKindShape(Shape):
    label = serializers.CharField(read_only=True)
    holds = {"labels": WORDS}

    class Meta:
        model = SessionKind
        fields = ["slug", "label", "labels"]


class SessionKinds(Resource):
    name, scope, model, shape = "session-kinds", "learning", SessionKind, SessionKindShape
    order = ("position", "slug")
    tells_history = has_changes = False

    def visible(self) -> models.QuerySet:
        return SessionKind.objects.all()
