"""Who is asked for feedback: for the hosts, as on the page of the request."""

from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import Reference, Shape, shape_of
from inno4sports.core.api.writing import Act
from inno4sports.core.permissions import allowed

from ..domain.request import withdraw_link
from ..models import FeedbackInvitation


@shape_of("learning.feedbackinvitation")
class FeedbackInvitationShape(Shape):
    id = serializers.UUIDField(source="public_id", read_only=True)
    request = Reference("learning.feedbackrequest")
    cluster = Reference("clusters.cluster")
    answered_at = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = FeedbackInvitation
        fields = ["id", "request", "name", "email", "cluster", "language", "invited_at", "reminded_at", "withdrawn_at", "answered_at"]

    @classmethod
    def loaded(cls, things: QuerySet, who: Any) -> QuerySet:
        return super().loaded(things, who).annotate(answered_at=F("feedback__submitted_at"))


class FeedbackInvitations(Resource):
    name, scope, model, shape, closed = "feedback-invitations", "learning", FeedbackInvitation, FeedbackInvitationShape, True
    key = "public_id"
    order = ("-id",)
    filters = {"request": "request__slug", "cluster": "cluster__slug"}
    tells_history = has_changes = False
    acts = (Act("withdraw_link", withdraw_link, label=_("Withdraw the link"), open=lambda invitation: invitation.withdrawn_at is None),)

    def visible(self) -> QuerySet:
        return self.shape.loaded(FeedbackInvitation.objects.of_hosts(self.request.user), self.request.user)

    def may(self, act: Act, thing: Any) -> bool:
        return allowed(self.request.user, self.permission(act), thing.request)
