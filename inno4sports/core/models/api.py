"""What the API keeps: the log of changes that copies follow, and the answers that a repeated request gets again."""

from django.db import connection, models
from django.db.models import F

from .. import clock
from .checks import status_check


class ChangeReach(models.TextChoices):
    OWN = "own", "own"
    NETWORK = "network", "network"
    PUBLIC = "public", "public"


class Change(models.Model):
    """One thing was written or deleted. `position` is given when the transaction commits, so nothing is passed over (docs/adr/0014).

    `reach` is the widest circle that saw the thing after this change: who never could see it is not told that it is gone.
    """

    Reach = ChangeReach

    thing_kind = models.CharField(max_length=60)
    thing_id = models.UUIDField()
    cluster_id = models.BigIntegerField(null=True, blank=True)
    reach = models.CharField(max_length=8, choices=Reach)
    position = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            models.Index(fields=["thing_kind", "position"], name="core_change_kind"),
            models.Index(fields=["thing_kind", "thing_id"], name="core_change_thing"),
        ]
        constraints = [status_check("core_change_reach", ChangeReach, "reach")]

    def __str__(self) -> str:
        return f"{self.thing_kind} {self.thing_id}"


def log_changes(rows: list[Change]) -> None:
    """Write the rows, in the act's own transaction. PostgreSQL numbers them at commit by a deferred trigger; SQLite has one writer at a time."""
    Change.objects.bulk_create(rows)
    if connection.vendor == "sqlite":
        Change.objects.filter(position=None).update(position=F("id"))


class KeptAnswer(models.Model):
    """The answer to a POST with an Idempotency-Key, kept a day. `name` hides key and caller, `asked` is the request's digest, `body` is sealed."""

    name = models.CharField(max_length=64, unique=True)
    asked = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.status} {self.name[:8]}"
