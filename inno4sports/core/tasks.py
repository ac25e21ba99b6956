"""What the workers do for the floor: deliver mail, run jobs, show that they live, tidy up."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from celery import current_app, shared_task
from celery.signals import worker_ready
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import F

from . import clock, outbox
from .files import stored_names
from .models import Change, Heartbeat, Job, KeptAnswer, Notification, OneTimeKey, OutboxMail, StoredFile
from .slots import take_slot

logger = logging.getLogger(__name__)

# act -> function(job) that does the work and answers its result; apps register theirs in `tasks.py`.
JOBS: dict[str, Callable[[Job], dict[str, Any]]] = {}

JOB_LEASE = timedelta(minutes=10)
JOB_STARTS_ALLOWED = 3
# Shorter than the hard limit of a task, which ends what hangs: a long queue is emptied in several turns.
DELIVER_FOR = timedelta(minutes=4)


@shared_task(name="core.tick")
def tick(task: str, every: int) -> None:
    """What beat wakes: run that task unless another tick has begun the same slot of `every` seconds."""
    if take_slot(task, every):
        current_app.tasks[task]()


@shared_task(name="core.deliver_outbox")
def deliver_outbox() -> int:
    """Send what is due, batch by batch, until nothing is or the turn is over."""
    total, until = 0, time.monotonic() + DELIVER_FOR.total_seconds()
    while time.monotonic() < until and (taken := outbox.deliver_some()):
        total += taken
    return total


@shared_task(name="core.run_jobs")
def run_jobs() -> None:
    """Run waiting jobs; one whose worker died is taken up again when its lease has run out."""
    while (job := _take_job()) is not None:
        if job.starts > JOB_STARTS_ALLOWED:
            logger.error("job %s ended its worker %s times", job.public_id, JOB_STARTS_ALLOWED)
            Job.objects.filter(pk=job.pk).update(status=Job.Status.FAILED, finished_at=clock.now())
            continue
        try:
            result = JOBS[job.act](job)
            Job.objects.filter(pk=job.pk).update(status=Job.Status.DONE, result=result, done=F("total"), finished_at=clock.now())
        except Exception:  # the page of the job says that it failed; the log says why
            logger.exception("job %s failed", job.public_id)
            Job.objects.filter(pk=job.pk).update(status=Job.Status.FAILED, finished_at=clock.now())


def _take_job() -> Job | None:
    with transaction.atomic():
        waiting = Job.objects.filter(status=Job.Status.QUEUED) | Job.objects.filter(status=Job.Status.RUNNING, lease_until__lt=clock.now())
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        job = waiting.order_by("id").first()
        if job is not None:
            job.status, job.lease_until, job.starts = Job.Status.RUNNING, clock.now() + JOB_LEASE, job.starts + 1
            job.save(update_fields=["status", "lease_until", "starts"])
        return job


def see(name: str) -> None:
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": clock.now()})


@shared_task(name="core.beat_seen")
def beat_seen() -> None:
    """A tick that went from beat through the broker to a worker: all three live."""
    see("worker")


@worker_ready.connect
def _worker_ready(**_kwargs: Any) -> None:
    see("worker")


@shared_task(name="core.tidy_core")
def tidy_core() -> None:
    """Forget what has served: keys after a day, final mails after 90 days, changes after half a year, settled notifications after a year, lost files."""
    for keys in (OneTimeKey, KeptAnswer):
        keys._default_manager.filter(created_at__lt=clock.now() - timedelta(days=1)).delete()
    # The last change stays: by it a copy knows that it has everything.
    last = Change.objects.filter(position__isnull=False).order_by("-position").first()
    Change.objects.filter(at__lt=clock.now() - timedelta(days=180)).exclude(pk=last.pk if last else 0).delete()
    OutboxMail.objects.filter(final_at__lt=clock.now() - timedelta(days=90)).delete()
    Notification.objects.filter(settled_at__lt=clock.now() - timedelta(days=365)).delete()
    forget_lost_files(before=clock.now() - timedelta(days=1))


def forget_lost_files(*, before: datetime) -> int:
    """Delete files that no row names and that were kept before that moment; answers how many.

    An act that fails takes back its rows, but not the upload that it has stored.
    """
    lost = 0
    for names in stored_names():
        kept = set(StoredFile.objects.filter(content__in=names).values_list("content", flat=True))
        for name in names:
            if name not in kept and default_storage.get_modified_time(name) < before:
                default_storage.delete(name)
                lost += 1
    return lost
