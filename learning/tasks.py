"""What the workers do for learning: remind and close by the clock."""

import logging

from celery import shared_task

from inno4sports.core.lifecycle import WrongState
from inno4sports.core.models import Actor

from .domain.request import close_request, remind_request, requests_to_close, requests_to_remind

logger = logging.getLogger(__name__)


@shared_task(name="learning.remind_and_close_requests")
def remind_and_close_requests() -> int:
    """Remind where it is due, close what is over; each request in its own transaction. Twice changes nothing."""
    system, done = Actor.objects.system(), 0
    for act, due in ((remind_request, requests_to_remind()), (close_request, requests_to_close())):
        for request in due:
            try:
                act(request, by=system)
                done += 1
            except WrongState as reason:
                # Closed, reminded or fully answered in the meantime: nothing is owed.
                logger.info("%s of %s not due: %s", act.__name__, request.public_id, reason)
    return done
