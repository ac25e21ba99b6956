"""Webhooks as their keepers make, change, switch on and delete them."""

import base64
import secrets
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inno4sports.core.api.addresses import all_resources
from inno4sports.core.api.changes import end_of_log
from inno4sports.core.history import record
from inno4sports.core.lifecycle import WrongState, changing
from inno4sports.core.models import Actor
from inno4sports.core.outward import may_be_called
from inno4sports.core.permissions import allowed
from inno4sports.core.secrets import sealing

from ..models import Program, Webhook, WebhookDelivery

MOST = 10
OUTSIDE_ONLY = gettext_lazy("The portal calls addresses on the open internet only, by https and without a name or password in them.")
RENEW, SWITCH_ON = gettext_lazy("Make a new secret"), gettext_lazy("Switch on")


def kinds_for(program: Program) -> list[str]:
    """The kinds of things a program may be told of: those that its rights let it read."""
    return [name for name, resource in all_resources().items() if resource.has_changes and f"{resource.scope}:read" in program.scopes]


def why_not(program: Program, address: str, kinds: Iterable[str]) -> str:
    """A sentence why this program cannot be told so; empty if it can."""
    if not program.works or program.by_device:
        return _("Webhooks belong to programs that work and act for themselves.")
    if not may_be_called(address):
        return str(OUTSIDE_ONLY)
    if not set(kinds) or set(kinds) - set(kinds_for(program)):
        return _("Choose kinds of things that the program may read.")
    return ""


def _seal(webhook: Webhook) -> None:
    webhook.secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    webhook.sealed_secret = sealing().encrypt(webhook.secret.encode())


def create_webhook(program: Program, *, address: str, kinds: Iterable[str], by: Actor) -> Webhook:
    """It is told of what changes from now on; its `secret` is on the answer. Raises PermissionDenied, WrongState."""
    if not allowed(by, "clusters.keep_webhooks", program):
        raise PermissionDenied("clusters.keep_webhooks")
    with transaction.atomic():
        program = Program.objects.select_for_update(of=("self",)).get(pk=program.pk)
        if reason := why_not(program, address, kinds):
            raise WrongState(reason)
        if program.webhooks.count() >= MOST:
            raise WrongState(_("A program has %(n)s webhooks at most. Delete one that is no longer needed.") % {"n": MOST})
        webhook = Webhook(program=program, address=address, kinds=sorted(set(kinds)), position=end_of_log(), created_by=by, changed_by=by)
        _seal(webhook)
        webhook.save()
        record(webhook, "create_webhook", by=by)
    return webhook


def edit_webhook(webhook: Webhook, *, address: str, kinds: Iterable[str], by: Actor, version: int | None = None) -> Webhook:
    """Raises PermissionDenied, Conflict, WrongState."""
    with changing(webhook, "clusters.keep_webhooks", by=by, version=version) as locked:
        if reason := why_not(locked.program, address, kinds):
            raise WrongState(reason, locked)
        locked.address, locked.kinds = address, sorted(set(kinds))
        record(locked, "edit_webhook", by=by)
    return webhook


def renew_webhook_secret(webhook: Webhook, *, by: Actor, version: int | None = None) -> Webhook:
    """A new `secret`, with which everything is signed from now on. Raises PermissionDenied, Conflict."""
    with changing(webhook, "clusters.keep_webhooks", by=by, version=version) as locked:
        _seal(locked)
        record(locked, "renew_webhook_secret", by=by)
    webhook.secret = locked.secret
    return webhook


def switch_on_webhook(webhook: Webhook, *, by: Actor, version: int | None = None) -> Webhook:
    """It is told of all that it missed, each thing once. Raises PermissionDenied, Conflict, WrongState."""
    with changing(webhook, "clusters.keep_webhooks", by=by, version=version) as locked:
        if locked.off_at is None:
            raise WrongState(_("This webhook works."), locked)
        locked.off_at = locked.failing_since = locked.pause_until = None
        locked.failures = 0
        WebhookDelivery.objects.filter(webhook=locked, status=WebhookDelivery.Status.QUEUED).update(next_at=Now())
        record(locked, "switch_on_webhook", by=by)
    return webhook


def delete_webhook(webhook: Webhook, *, by: Actor) -> None:
    """With its log; what waits is not sent any more. Raises PermissionDenied."""
    if not allowed(by, "clusters.keep_webhooks", webhook):
        raise PermissionDenied("clusters.keep_webhooks")
    with transaction.atomic():
        record(webhook, "delete_webhook", by=by)
        webhook.delete()


def send_again(delivery: WebhookDelivery, *, by: Actor) -> WebhookDelivery:
    """Now, whatever became of it. Raises PermissionDenied, and WrongState while it is under way or the webhook is off."""
    if not allowed(by, "clusters.keep_webhooks", delivery.webhook):
        raise PermissionDenied("clusters.keep_webhooks")
    with transaction.atomic():
        locked = WebhookDelivery.objects.select_for_update(of=("self",)).select_related("webhook").get(pk=delivery.pk)
        if locked.status == WebhookDelivery.Status.LEASED or locked.webhook.off_at is not None:
            raise WrongState(_("This is not open now: it is under way, or the webhook is switched off."))
        WebhookDelivery.objects.filter(pk=locked.pk).update(status=WebhookDelivery.Status.QUEUED, next_at=Now(), final_at=None, attempts=0)
        Webhook.objects.filter(pk=locked.webhook_id).update(pause_until=None)
        delivery.refresh_from_db()
    return delivery
