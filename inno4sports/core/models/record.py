"""What happened, what is to be told, sent and done; files, search rows, keys, heartbeats."""

import uuid
from typing import Self

from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .. import clock
from .checks import status_check
from .thing import Actor


class HistoryEvent(models.Model):
    """One thing that happened to one object; written in the act's own transaction, never changed."""

    thing_kind = models.CharField(max_length=60)
    thing_id = models.UUIDField()
    verb = models.CharField(max_length=60)
    actor = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["thing_kind", "thing_id", "-at"])]

    def __str__(self) -> str:
        return f"{self.verb} {self.thing_kind} {self.thing_id}"

    @property
    def verb_label(self) -> str:
        from ..history import VERBS

        return str(VERBS[self.verb])


class NotificationQuerySet(models.QuerySet["Notification"]):
    def open(self) -> Self:
        """Not yet told by any way."""
        return self.filter(settled_at=None)


class NotificationWay(models.TextChoices):
    DIGEST = "digest", _("digest")
    INSTANT = "instant", _("mail of its own")
    NEVER = "never", _("not sent: the person wants no digest")
    HIDDEN = "hidden", _("not sent: no longer visible to the person")
    DEMO = "demo", _("demo")


class Notification(models.Model):
    """One event that concerns one person; "not yet in a digest" is a state, so no event can be passed over."""

    Way = NotificationWay

    event = models.ForeignKey(HistoryEvent, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    cause = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by_way = models.CharField(max_length=8, choices=Way, blank=True, default="")
    digest_id = models.UUIDField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "user"], name="core_notification_once"),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by_way="") | (Q(settled_at__isnull=False) & ~Q(settled_by_way="")),
                name="core_notification_settled",
            ),
            models.CheckConstraint(condition=Q(settled_by_way__in=["", *NotificationWay.values]), name="core_notification_way"),
        ]
        indexes = [models.Index(fields=["user", "id"], condition=Q(settled_at=None), name="core_notification_open")]

    def __str__(self) -> str:
        return f"{self.cause} for {self.user_id}"


class OutboxMailStatus(models.TextChoices):
    QUEUED = "queued", _("waiting")
    LEASED = "leased", _("being sent")
    SENT = "sent", _("sent")
    NOT_DUE = "not_due", _("no longer due")
    GIVEN_UP = "given_up", _("given up")
    DEMO = "demo", _("demo: counted as delivered")


class OutboxMail(models.Model):
    """A mail that is owed: template, language and ids, never text; it is rendered, and asked whether still due, when sent."""

    Status = OutboxMailStatus

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    template = models.CharField(max_length=80)
    language = models.CharField(max_length=8)
    to = models.EmailField(max_length=254)
    ids = models.JSONField(default=dict)
    sealed_body = models.BinaryField(default=b"", blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    key = models.CharField(max_length=120, null=True, blank=True, unique=True)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    # Leases live on the database's clock: two workers agree on it whatever their own clocks say.
    next_at = models.DateTimeField()
    lease_owner = models.CharField(max_length=40, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    final_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [status_check("core_outboxmail_status", OutboxMailStatus)]
        indexes = [models.Index(fields=["next_at", "id"], condition=Q(status__in=["queued", "leased"]), name="core_outbox_due")]

    def __str__(self) -> str:
        return f"{self.template} {self.status}"

    @property
    def message_id(self) -> str:
        """The same on every attempt, so that a receiver can fold the one possible repeat."""
        return f"<{self.public_id}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].rstrip('>')}>"


class JobStatus(models.TextChoices):
    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("under way")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class Job(models.Model):
    """Long work, written by an act and run in the background; its page shows how far it is."""

    Status = JobStatus

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    act = models.CharField(max_length=80)
    ids = models.JSONField(default=dict)
    actor = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    starts = models.PositiveIntegerField(default=0, db_default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            status_check("core_job_status", JobStatus),
            models.CheckConstraint(condition=Q(done__lte=F("total")) | Q(total=0), name="core_job_progress"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.status}"


def stored_file_path(stored: "StoredFile", _name: str) -> str:
    """Files lie under their public id; the name a person gave never touches the disk."""
    return f"{stored.public_id.hex[:2]}/{stored.public_id.hex}"


class StoredFile(models.Model):
    """A file of a thing; who sees the thing may fetch it. Its type was sniffed, not believed."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    content = models.FileField(upload_to=stored_file_path)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    thing_kind = models.CharField(max_length=60)
    thing_id = models.UUIDField()
    uploaded_at = models.DateTimeField(default=clock.now)
    uploaded_by = models.ForeignKey(Actor, models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["thing_kind", "thing_id"])]

    def __str__(self) -> str:
        return self.name


class ContentVersionQuerySet(models.QuerySet["ContentVersion"]):
    def current(self) -> str:
        """What a page is made of from now on; read it before the content."""
        with connection.cursor() as cursor:  # asked for every page: Django takes four times as long to write the query
            cursor.execute("SELECT token FROM core_contentversion WHERE id = 1")
            row = cursor.fetchone()
        return row[0] if row else ""

    def renew(self) -> None:
        """In the act's own transaction, as its last statement."""
        self.bulk_create([ContentVersion(pk=1)], update_conflicts=True, unique_fields=["id"], update_fields=["token"])


def new_token() -> str:
    return uuid.uuid4().hex


class ContentVersion(models.Model):
    """One row that every act renews: a page that a visitor got is good while it stands. A word, no number: none comes twice."""

    token = models.CharField(max_length=32, default=new_token)

    objects = ContentVersionQuerySet.as_manager()

    def __str__(self) -> str:
        return self.token


class OneTimeKey(models.Model):
    """The key a form (or a program's request) carries, so that sending it twice acts once."""

    key = models.UUIDField(unique=True)
    owner = models.CharField(max_length=80)
    path = models.CharField(max_length=300)
    location = models.CharField(max_length=600, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return str(self.key)


class Heartbeat(models.Model):
    """When a kind of process was last seen at work."""

    name = models.CharField(max_length=40, unique=True)
    seen_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class Slot(models.Model):
    """The last slot of time in which something was begun; for beat, who holds it and since when (`core.slots`)."""

    name = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()
    owner = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return self.name


class Hold(models.Model):
    """Something that is stopped on purpose until a person releases it (`core.holds`)."""

    name = models.CharField(max_length=40, unique=True)
    since = models.DateTimeField(default=clock.now)
    reason = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name
