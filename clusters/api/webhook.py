"""Webhooks as programs keep them; the secret is told once, to whoever makes one or renews it."""

from typing import Any

from rest_framework import serializers

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import TEXTS, Reference, Shape, shape_of
from inno4sports.core.api.writing import Act

from ..domain import webhook as acts
from ..forms.webhook import WebhookForm
from ..models import Program, Webhook


@shape_of("clusters.webhook")
class WebhookShape(Shape):
    id = serializers.UUIDField(source="public_id", read_only=True)
    program = Reference("clusters.program", by="public_id")
    secret = serializers.CharField(read_only=True)
    holds = {"kinds": TEXTS}

    class Meta:
        model = Webhook
        fields = ["id", "version", "program", "address", "kinds", "secret", "failing_since", "off_at", "created_at", "changed_at"]


class Webhooks(Resource):
    name, scope, model, shape, form = "webhooks", "clusters", Webhook, WebhookShape, WebhookForm
    key, closed, has_changes = "public_id", True, False
    create_permission = edit_permission = delete_permission = "clusters.keep_webhooks"
    acts = (
        Act(
            "renew_webhook_secret", acts.renew_webhook_secret, label=acts.RENEW, permission="clusters.keep_webhooks"
        ),
        Act(
            "switch_on_webhook", acts.switch_on_webhook, label=acts.SWITCH_ON, permission="clusters.keep_webhooks",
            open=lambda webhook: webhook.off_at is not None,
        ),
    )  # fmt: skip

    def build(self, data: Any, files: Any, thing: Webhook | None = None) -> WebhookForm:
        programs = Program.objects.kept_by(self.request.user).filter(revoked_at=None).exclude(role=Program.Role.PERSON).select_related("cluster")
        if thing is None:
            return WebhookForm(data, programs=programs)
        return WebhookForm(data, programs=programs, program=thing.program, initial={"address": thing.address, "kinds": thing.kinds})

    def make(self, form: WebhookForm) -> Webhook:
        return acts.create_webhook(form.chosen, by=self.actor(), **form.cleaned_data)

    def change(self, thing: Webhook, form: WebhookForm, version: int | None) -> Webhook:
        return acts.edit_webhook(thing, by=self.actor(), version=version, **form.cleaned_data)

    def remove(self, thing: Webhook) -> None:
        acts.delete_webhook(thing, by=self.actor())

    def again(self, thing: Webhook) -> Webhook:
        found = super().again(thing)
        found.secret = thing.secret
        return found
