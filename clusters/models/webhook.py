"""Webhooks: addresses that are told when something changes that their program may see."""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from inno4sports.core import clock
from inno4sports.core.metrics import measured
from inno4sports.core.models import Thing, ThingQuerySet, status_check

from ..states import ClusterStatus
from .program import Program


class WebhookQuerySet(ThingQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Those of the programs that the reader keeps."""
        return self.filter(program__in=Program.objects.kept_by(user)) if user.is_authenticated else self.none()

    def working(self) -> Self:
        return self.filter(off_at=None, program__revoked_at=None).exclude(program__cluster__status=ClusterStatus.ARCHIVED)


class Webhook(Thing):
    """Where a program wants to be told, and of which kinds of things. What it may not see it is not told of."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="webhooks")
    address = models.URLField(_("address"), max_length=500)
    kinds = models.JSONField(default=list)
    sealed_secret = models.BinaryField(editable=False)
    # The last position of the log of changes that was looked at.
    position = models.BigIntegerField(default=0, editable=False)
    # How often in a row nobody answered, and until when it is left alone for that.
    failures = models.PositiveIntegerField(default=0, editable=False)
    pause_until = models.DateTimeField(null=True, blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    off_at = models.DateTimeField(null=True, blank=True, editable=False)

    # For whoever has just made it.
    secret = ""

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.address

    def get_absolute_url(self) -> str:
        return reverse("clusters:webhook_detail", args=[self.public_id])

    @property
    def cluster_id(self) -> int | None:
        return self.program.cluster_id


class WebhookDeliveryStatus(models.TextChoices):
    QUEUED = "queued", _("waiting")
    LEASED = "leased", _("being sent")
    SENT = "sent", _("delivered")
    NOT_DUE = "not_due", _("no longer due")
    GIVEN_UP = "given_up", _("given up")


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def visible_to(self, user: Any) -> Self:
        """Of the webhooks that the reader keeps. Not what is no longer due: the program may not know of it any more."""
        return self.filter(webhook__in=Webhook.objects.visible_to(user)).exclude(status=WebhookDeliveryStatus.NOT_DUE)


class WebhookDelivery(models.Model):
    """One thing of which a webhook is owed a word; what is said of it is found out when it is sent."""

    Status = WebhookDeliveryStatus

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    thing_kind = models.CharField(max_length=60)
    thing_id = models.UUIDField()
    status = models.CharField(max_length=8, choices=WebhookDeliveryStatus, default=WebhookDeliveryStatus.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    # On the database's clock, as the outbox.
    next_at = models.DateTimeField()
    lease_owner = models.CharField(max_length=60, blank=True)
    answered = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    final_at = models.DateTimeField(null=True, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [status_check("clusters_webhookdelivery_status", WebhookDeliveryStatus)]
        indexes = [
            models.Index(fields=["next_at", "id"], condition=Q(status__in=["queued", "leased"]), name="clusters_delivery_due"),
            models.Index(fields=["webhook", "-id"], name="clusters_delivery_log"),
        ]

    def __str__(self) -> str:
        return f"{self.thing_kind} {self.status}"

    @property
    def tone(self) -> str:
        return {"sent": "good", "given_up": "bad", "queued": "now", "leased": "now"}.get(self.status, "")


# What is switched off is told when somebody switches it on.
measured("webhook_deliveries", "Words owed to webhooks", lambda: WebhookDelivery.objects.filter(webhook__off_at=None), ("queued", "leased"))
