"""What is held on purpose: sending, after a restore, until a person has looked (docs/adr/0021)."""

from django.db import transaction

from . import clock
from .models import Hold, OutboxMail

SENDING = "sending"


def sending_held() -> bool:
    """Whether nothing may leave the portal now: asked before each batch of mails, and by whatever else sends."""
    return Hold.objects.filter(name=SENDING).exists()


def hold_sending(reason: str) -> None:
    """Nothing leaves until `release_sending`; holding it twice changes nothing."""
    Hold.objects.get_or_create(name=SENDING, defaults={"reason": reason[:200], "since": clock.now()})


@transaction.atomic
def release_sending(*, forget_waiting: bool) -> int:
    """Let mail go out again. With `forget_waiting` what is owed now is settled as no longer due; answers how many."""
    forgotten = 0
    if forget_waiting:
        waiting = OutboxMail.objects.filter(status__in=[OutboxMail.Status.QUEUED, OutboxMail.Status.LEASED])
        forgotten = waiting.update(
            status=OutboxMail.Status.NOT_DUE,
            final_at=clock.now(),
            sealed_body=b"",
            lease_owner="",
            last_error="Forgotten when sending was released.",
        )
    Hold.objects.filter(name=SENDING).delete()
    return forgotten
