"""What the worker does for dissemination."""

from celery import shared_task

from dissemination.domain import digest


@shared_task(name="dissemination.compose_digests")
def compose_digests() -> int:
    """Compose the digests whose hour has come; the unique (person, day) makes a second beat harmless."""
    return digest.compose_digests()
