"""What webhooks were told and are still owed, as on their page: the log, for who keeps them, and a word sent again."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import Label, Reference, Shape, shape_of
from inno4sports.core.api.writing import Act
from inno4sports.core.permissions import allowed

from ..domain import webhook as acts
from ..models import WebhookDelivery


@shape_of("clusters.webhookdelivery")
class DeliveryShape(Shape):
    id = serializers.UUIDField(source="public_id", read_only=True)
    webhook = Reference("clusters.webhook", by="public_id")
    kind = serializers.CharField(source="thing_kind", read_only=True)
    thing = serializers.UUIDField(source="thing_id", read_only=True)
    status_label = Label("status")

    class Meta:
        model = WebhookDelivery
        fields = [
            "id", "webhook", "kind", "thing", "status", "status_label", "attempts", "answered", "last_error", "created_at", "next_at", "final_at",
        ]  # fmt: skip


class Deliveries(Resource):
    name, scope, model, shape, closed = "webhook-deliveries", "clusters", WebhookDelivery, DeliveryShape, True
    key = "public_id"
    order = ("-id",)
    filters = {"webhook": "webhook__public_id", "status": "status"}
    tells_history = has_changes = False
    acts = (
        Act(
            "send_again", acts.send_again, label=_("Send again"), permission="clusters.keep_webhooks",
            open=lambda delivery: delivery.status != WebhookDelivery.Status.LEASED and delivery.webhook.off_at is None,
        ),
    )  # fmt: skip

    def visible(self) -> models.QuerySet:
        return super().visible().select_related("webhook__program__cluster")

    def may(self, act: Act, thing: Any) -> bool:
        return allowed(self.request.user, self.permission(act), thing.webhook)
