"""What the workers do for clusters: tell webhooks, forget the personal data that has served."""

import time
from datetime import timedelta

from celery import shared_task

from inno4sports.core import clock
from inno4sports.core.tasks import DELIVER_FOR

from .domain.delivery import deliver_webhooks, forget_old_deliveries, tell_webhooks
from .domain.member import forget_old_invitations
from .domain.organisation import forget_declined_contacts
from .domain.program import forget_ended_access_tokens
from .domain.token import forget_old_tokens

KEPT_FOR = timedelta(days=365)


@shared_task(name="clusters.tidy_clusters")
def tidy_clusters() -> None:
    """A year after the end: invitations nobody accepted, contacts of organisations that were declined, tokens. Each day: what allauth gave out for an hour."""
    before = clock.now() - KEPT_FOR
    forget_old_invitations(before=before)
    forget_declined_contacts(before=before)
    forget_old_tokens(before=before)
    forget_ended_access_tokens(before=clock.now())
    forget_old_deliveries(before=clock.now() - timedelta(days=30))


@shared_task(name="clusters.tell_webhooks")
def tell() -> None:
    """Write what webhooks are owed, then send what is due until nothing is or the turn is over."""
    until = time.monotonic() + DELIVER_FOR.total_seconds()
    tell_webhooks()
    while time.monotonic() < until and deliver_webhooks():
        pass
