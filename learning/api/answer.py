"""Single answers: for the hosts of the request alone, as at the end of the page of what was said."""

from django.db import models
from rest_framework import serializers

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import Reference, Shape, shape_of

from ..models import Feedback
from ..states import RequestStatus


@shape_of("learning.feedback")
class AnswerShape(Shape):
    id = serializers.UUIDField(source="public_id", read_only=True)
    request = Reference("learning.feedbackrequest")
    cluster = Reference("clusters.cluster", source="invitation.cluster")
    name = serializers.SerializerMethodField()
    holds = {"answers": {"type": "object", "additionalProperties": True, "description": "Key of the question: a text, a number or a choice"}}

    class Meta:
        model = Feedback
        fields = ["id", "version", "request", "name", "cluster", "language", "answers", "submitted_at"]

    def get_name(self, feedback: Feedback) -> str:
        return str(feedback.invitation)


class Answers(Resource):
    """No copy is kept of what people said in confidence: there are no changes to follow."""

    name, scope, model, shape, closed = "answers", "learning", Feedback, AnswerShape, True
    key = "public_id"
    order = ("-id",)
    filters = {"request": "request__slug", "cluster": "invitation__cluster__slug"}
    tells_history = has_changes = False

    def visible(self) -> models.QuerySet:
        rows = Feedback.objects.of_hosts(self.request.user).submitted().exclude(request__status=RequestStatus.WITHDRAWN)
        return self.shape.loaded(rows, self.request.user)
