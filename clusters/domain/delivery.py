"""What webhooks are owed, and how it goes out: driven by the log of changes, leased row by row, tried again for days."""

import datetime as dt
import json
import logging
import os
import socket
import uuid
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from standardwebhooks import Webhook as Signer

from inno4sports.core import clock
from inno4sports.core.api.addresses import address_of, all_resources
from inno4sports.core.api.changes import could_see, end_of_log
from inno4sports.core.holds import sending_held
from inno4sports.core.models import Change
from inno4sports.core.outbox import send_mail_later
from inno4sports.core.outward import NotReached, post
from inno4sports.core.secrets import sealing

from ..mails import WEBHOOK_OFF
from ..models import Membership, User, Webhook, WebhookDelivery
from .webhook import kinds_for

logger = logging.getLogger(__name__)

Status = WebhookDelivery.Status
BATCH = 500
LEASE = dt.timedelta(seconds=120)
PAUSES = (10, 60, 300, 1800, 7200, 21600, 43200)
TRIED_FOR = dt.timedelta(days=5)
GONE = 410


# What is owed ---------------------------------------------------------------------------------------------------------------


def tell_webhooks() -> int:
    """Write what is owed for all changes since each webhook was looked at; answers how many rows. Nothing is passed over:
    changes are numbered at commit, and position and rows are one transaction (docs/adr/0014)."""
    return sum(_tell(pk) for pk in Webhook.objects.working().values_list("pk", flat=True))


def _tell(pk: int) -> int:
    with transaction.atomic():
        rows = Webhook.objects.working().filter(pk=pk)
        skip = {"skip_locked": True} if connection.features.has_select_for_update_skip_locked else {}
        webhook = rows.select_for_update(of=("self",), **skip).select_related("program__cluster", "program__actor").first()
        if webhook is None:
            return 0
        models = _models(webhook)
        changes = list(Change.objects.filter(thing_kind__in=models, position__gt=webhook.position).order_by("position")[:BATCH])
        if not changes:
            return 0
        owed = [
            WebhookDelivery(webhook=webhook, thing_kind=kind, thing_id=thing_id, next_at=clock.database_now(), created_at=clock.now())
            for kind, thing_id in _new_to(webhook, models, changes)
        ]
        WebhookDelivery.objects.bulk_create(owed)
        Webhook.objects.filter(pk=pk).update(position=changes[-1].position)
    return len(owed)


def _models(webhook: Webhook) -> dict[str, Any]:
    """kind in the log -> model, of the kinds that were chosen and that the program may still read."""
    names = set(webhook.kinds) & set(kinds_for(webhook.program))
    found = [resource.model for name, resource in all_resources().items() if name in names]
    return {model._meta.label_lower: model for model in found}


def _new_to(webhook: Webhook, models: dict[str, Any], changes: list[Change]) -> list[tuple[str, uuid.UUID]]:
    """The changed things, once each, that the program may know of and that do not wait already."""
    caller, found = webhook.program.as_caller(), []
    waiting = set(WebhookDelivery.objects.filter(webhook=webhook, status=Status.QUEUED).values_list("thing_id", flat=True))
    for kind, model in models.items():
        ids = {change.thing_id for change in changes if change.thing_kind == kind} - waiting
        known = set(model._default_manager.visible_to(caller).filter(public_id__in=ids).values_list("public_id", flat=True))
        known |= could_see(kind, ids - known, caller)
        found += [(kind, thing_id) for thing_id in dict.fromkeys(c.thing_id for c in changes if c.thing_id in known)]
    return found


# How it goes out ------------------------------------------------------------------------------------------------------------


def deliver_webhooks(limit: int = 5) -> int:
    """Lease, say and settle up to `limit` rows (all of them may hang and the lease still hold), one by one; answers how many were taken (none while sending is held)."""
    if sending_held():
        return 0
    owner = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"[-60:]
    rows, silent = _lease(owner, limit), set[int]()
    for row in rows:
        if row.webhook_id in silent:  # nobody answered a moment ago
            _settle(row, owner, Status.QUEUED, pause=PAUSES[0], attempts=F("attempts") - 1)
        elif not _deliver(row, owner):
            silent.add(row.webhook_id)
    return len(rows)


def _lease(owner: str, limit: int) -> list[WebhookDelivery]:
    with transaction.atomic():
        due = waiting_deliveries().filter(next_at__lte=Now())
        due = due.filter(Q(webhook__pause_until=None) | Q(webhook__pause_until__lte=Now())).order_by("next_at", "id")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        ids = [row.pk for row in due[:limit]]
        rows = WebhookDelivery.objects.filter(pk__in=ids)
        rows.update(status=Status.LEASED, lease_owner=owner, attempts=F("attempts") + 1, next_at=clock.database_now() + LEASE)
    return list(rows.select_related("webhook__program__cluster", "webhook__program__actor").order_by("id"))


def _settle(row: WebhookDelivery, owner: str, status: str, *, pause: int = 0, error: str = "", **more: Any) -> None:
    """Write how the attempt ended, if the lease is still ours."""
    changes: dict[str, Any] = {"status": status, "last_error": error[:300], "lease_owner": "", **more}
    changes |= {"next_at": clock.database_now() + dt.timedelta(seconds=pause)} if status == Status.QUEUED else {"final_at": clock.now()}
    WebhookDelivery.objects.filter(pk=row.pk, lease_owner=owner, status=Status.LEASED).update(**changes)


def _deliver(row: WebhookDelivery, owner: str) -> bool:
    """One attempt; whatever goes wrong is written on this row. False: nobody answered."""
    try:
        body = _said(row)
    except Exception as error:  # a poison row must not stop the others
        logger.exception("webhook delivery %s cannot be written", row.public_id)
        _failed(row, owner, f"{type(error).__name__}: {error}")
        return True
    if body is None:
        _settle(row, owner, Status.NOT_DUE)
        return True
    try:
        answered = post(row.webhook.address, body, _headers(row, body))
    except NotReached as error:
        _failed(row, owner, str(error), silent=True)
        return False
    if 200 <= answered < 300:
        _settle(row, owner, Status.SENT, answered=answered)
        Webhook.objects.filter(pk=row.webhook_id).exclude(failing_since=None).update(failing_since=None, failures=0, pause_until=None)
    else:
        _failed(row, owner, "", answered=answered)
    return True


def _said(row: WebhookDelivery) -> bytes | None:
    """What is said now: that it changed, that it is gone, or nothing, because the program may not know."""
    webhook, model = row.webhook, _models(row.webhook).get(row.thing_kind)
    if model is None or not webhook.program.works:
        return None
    caller = webhook.program.as_caller()
    thing = model._default_manager.visible_to(caller).filter(public_id=row.thing_id).first()
    if thing is None and not could_see(row.thing_kind, {row.thing_id}, caller):
        return None
    name = next(name for name, resource in all_resources().items() if resource.model is model and name in webhook.kinds)
    data = {"kind": name, "id": str(row.thing_id), "api_url": f"{settings.SITE_URL}{address_of(thing)}" if thing else None, "gone": thing is None}
    said = {"type": f"{name}.{'gone' if thing is None else 'changed'}", "timestamp": row.created_at.isoformat().replace("+00:00", "Z"), "data": data}
    return json.dumps(said).encode()


def _headers(row: WebhookDelivery, body: bytes) -> dict[str, str]:
    """Standard Webhooks: id, moment and signature. The id is the same at each attempt, so that a repeat is known for one."""
    now, name = clock.database_now(), f"msg_{row.public_id.hex}"
    secret = sealing().decrypt(bytes(row.webhook.sealed_secret)).decode()
    signature = Signer(secret).sign(msg_id=name, timestamp=now, data=body.decode())
    stamp = str(int(now.timestamp()))
    return {"Content-Type": "application/json", "webhook-id": name, "webhook-timestamp": stamp, "webhook-signature": signature}


def _failed(row: WebhookDelivery, owner: str, error: str, *, answered: int | None = None, silent: bool = False) -> None:
    """Later again, with growing pauses; after days the row is given up, and a webhook that took nothing all that time is switched off."""
    pause = PAUSES[min(row.attempts, len(PAUSES)) - 1]
    late = clock.now() - row.created_at >= TRIED_FOR
    with transaction.atomic():
        _settle(row, owner, Status.GIVEN_UP if late else Status.QUEUED, pause=pause, error=error, answered=answered)
        webhook = Webhook.objects.select_for_update(of=("self",)).get(pk=row.webhook_id)
        webhook.failing_since = webhook.failing_since or clock.now()
        if silent:
            webhook.failures += 1
            rest = PAUSES[min(webhook.failures, len(PAUSES)) - 1]
            webhook.pause_until = clock.database_now() + dt.timedelta(seconds=rest)
        if answered == GONE or clock.now() - webhook.failing_since >= TRIED_FOR:
            webhook.off_at = clock.now()
            _tell_keepers(webhook)
        Webhook.objects.filter(pk=webhook.pk).update(
            failing_since=webhook.failing_since, failures=webhook.failures, pause_until=webhook.pause_until, off_at=webhook.off_at
        )


def _tell_keepers(webhook: Webhook) -> None:
    cluster = webhook.program.cluster
    keepers = Membership.objects.managers_of(cluster) if cluster else User.objects.filter(editor_at__isnull=False, is_active=True)
    for keeper in keepers:
        key = f"webhook-off-{webhook.public_id}-{webhook.off_at:%Y%m%d%H%M}-{keeper.pk}"
        send_mail_later(WEBHOOK_OFF, keeper.email, keeper.language, key=key, webhook=webhook.pk)


# What waits when sending was held (docs/adr/0021) --------------------------------------------------------------------------


def waiting_deliveries() -> QuerySet[WebhookDelivery]:
    """What would go out; a webhook that is switched off tells nothing."""
    return WebhookDelivery.objects.filter(status__in=[Status.QUEUED, Status.LEASED], webhook__off_at=None)


@transaction.atomic
def forget_waiting_deliveries() -> int:
    """Settle what waits as no longer due, and pass over the changes of which nothing is written yet; answers how many."""
    Webhook.objects.working().update(position=end_of_log())
    return waiting_deliveries().update(status=Status.NOT_DUE, final_at=clock.now(), lease_owner="", last_error="Forgotten when sending was released.")


def forget_old_deliveries(*, before: dt.datetime) -> int:
    """Delete what ended before that moment; answers how many."""
    return WebhookDelivery.objects.filter(final_at__lt=before).delete()[0]
