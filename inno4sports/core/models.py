"""What every app stands on: things with a version, who acted, what happened, what is to be told, sent and done."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from . import clock


def status_check(name: str, statuses: type[models.TextChoices], field: str = "status") -> models.CheckConstraint:
    """The database refuses a status that the enum does not know."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": statuses.values}), name=name)


def pair_check(name: str, stem: str) -> models.CheckConstraint:
    """`<stem>_at` and `<stem>_by` are set together or not at all."""
    at, by = f"{stem}_at__isnull", f"{stem}_by__isnull"
    return models.CheckConstraint(condition=Q(**{at: True, by: True}) | Q(**{at: False, by: False}), name=name)


def actor_key(**options: Any) -> models.ForeignKey:
    """The `_by` half of a pair: who did it."""
    return models.ForeignKey("core.Actor", models.PROTECT, related_name="+", null=True, blank=True, **options)


class ActorQuerySet(models.QuerySet["Actor"]):
    def of(self, user: Any) -> "Actor":
        """The actor that a signed-in user acts as."""
        return self.get_or_create(kind=Actor.Kind.USER, user=user, defaults={"name": user.name})[0]

    def system(self) -> "Actor":
        return self.get_or_create(kind=Actor.Kind.SYSTEM, name="")[0]

    def link_holder(self, holder: models.Model, name: str, body: str = "") -> "Actor":
        """The person a personal link was sent to; `holder` is the row that the link stands for."""
        actor, _made = self.get_or_create(
            kind=Actor.Kind.LINK_HOLDER, holder_id=holder.public_id, defaults={"name": name, "body": body}  # type: ignore[attr-defined]  # holders have a public id
        )
        actor.holds = holder
        return actor


class ActorKind(models.TextChoices):
    USER = "user", _("person")
    LINK_HOLDER = "link_holder", _("person with a personal link")
    CLIENT = "client", _("program")
    SYSTEM = "system", _("portal")


class Actor(models.Model):
    """Whoever acts: a user, a named holder of a personal link, a client program, or the system itself."""

    Kind = ActorKind

    kind = models.CharField(max_length=12, choices=Kind)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    holder_id = models.UUIDField(null=True, blank=True, unique=True)
    name = models.CharField(max_length=200, blank=True)
    body = models.CharField(max_length=200, blank=True)

    # The row that a link holder's link stands for: set by the view that checked the link, never stored.
    holds: models.Model | None = None

    objects = ActorQuerySet.as_manager()

    class Meta:
        constraints = [
            status_check("core_actor_kind", ActorKind, "kind"),
            models.CheckConstraint(condition=Q(kind="user") ^ Q(user__isnull=True), name="core_actor_user"),
            models.UniqueConstraint(fields=["kind"], condition=Q(kind="system"), name="core_actor_one_system"),
        ]

    def __str__(self) -> str:
        if self.kind == self.Kind.SYSTEM:
            return str(_("Inno4Sports"))
        return f"{self.name} ({self.body})" if self.body else self.name

    @property
    def is_system(self) -> bool:
        return self.kind == self.Kind.SYSTEM


class ThingQuerySet(models.QuerySet):
    """The words every list begins with; each model says who sees its rows in `visible_to`."""

    def visible_to(self, user: Any) -> Self:
        raise NotImplementedError(f"{self.model.__name__} does not say who may see it")

    def current(self) -> Self:
        return self.filter(archived_at=None)

    def by_public_id(self, public_id: str) -> list[Any]:
        """The one row that an address names, as a list: empty for what is no id or not among these rows."""
        try:
            return list(self.filter(public_id=uuid.UUID(public_id)))
        except ValueError:
            return []


class ThingOrigin(models.TextChoices):
    MADE = "made", _("made in the portal")
    RECORDED = "recorded", _("recorded from published sources")
    DEMO = "demo", _("demo")


class Thing(models.Model):
    """Anything people work on: it has a public id, a version for concurrent edits, and says where it comes from."""

    Origin = ThingOrigin

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = actor_key(editable=False)
    changed_at = models.DateTimeField(default=clock.now, editable=False)
    changed_by = actor_key(editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    language = models.CharField(_("language of the text"), max_length=8, default="en")
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.MADE, editable=False)
    sources = models.JSONField(default=list, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def kind(self) -> str:
        """The key under which history, notifications, files and search know this thing."""
        return self._meta.label_lower

    @property
    def is_demo(self) -> bool:
        return self.origin == self.Origin.DEMO

    @property
    def is_recorded(self) -> bool:
        return self.origin == self.Origin.RECORDED

    def get_absolute_url(self) -> str:
        raise NotImplementedError

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not getattr(self, "slug", "set"):
            self.slug = free_slug(type(self), str(self))  # things with a page have one
        super().save(*args, **kwargs)


def free_slug(model: type[models.Model], text: str) -> str:
    """A slug for `text` that no other row of `model` has: taken ones get a number."""
    stem = slugify(fold_letters(text))[:80].strip("-") or model._meta.model_name or "thing"
    # "new" is the address of the page that makes one.
    taken = {"new", *model._base_manager.filter(slug__startswith=stem).values_list("slug", flat=True)}
    return next(s for s in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if s not in taken)


_PLAIN = {ord(letter): plain for letter, plain in {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "Æ": "AE"}.items()}


def fold_letters(text: str) -> str:
    """Letters that Unicode does not decompose, as their plain neighbours: ł is l for who has no Polish keyboard."""
    return text.translate(_PLAIN)


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
        from .history import VERBS  # noqa: PLC0415 -- history stands on models

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
        indexes = [
            models.Index(fields=["next_at", "id"], condition=Q(status__in=["queued", "leased"]), name="core_outbox_due")
        ]

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


class SearchTextReach(models.TextChoices):
    PUBLIC = "public", _("everybody")
    NETWORK = "network", _("the network")
    CLUSTER = "cluster", _("the own cluster")


class SearchText(models.Model):
    """What the search finds: one row per thing and language, folded; the thing itself is asked again before it is shown."""

    Reach = SearchTextReach

    thing_kind = models.CharField(max_length=60)
    thing_id = models.UUIDField()
    language = models.CharField(max_length=8)
    title = models.CharField(max_length=300)
    url = models.CharField(max_length=300)
    excerpt = models.CharField(max_length=400, blank=True)
    folded = models.TextField()
    reach = models.CharField(max_length=8, choices=Reach)
    cluster_code = models.CharField(max_length=40, blank=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thing_kind", "thing_id", "language"], name="core_searchtext_once"),
            status_check("core_searchtext_reach", SearchTextReach, "reach"),
        ]

    def __str__(self) -> str:
        return self.title


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


def exactly_one(name: str, *fields: str) -> models.CheckConstraint:
    """Of these foreign keys exactly one is set: a citation points to one thing."""
    condition = Q()
    for chosen in fields:
        condition |= Q(**{f"{f}__isnull": f != chosen for f in fields})
    return models.CheckConstraint(condition=condition, name=name)


def each_once(name: str, citing: str, *fields: str) -> list[models.UniqueConstraint]:
    """The same thing is cited at most once by the same citing thing."""
    return [models.UniqueConstraint(fields=[citing, f], name=f"{name}_{f}") for f in fields]


class Citation(models.Model):
    """A typed row of the citing thing: it points to exactly one cited thing, which the database then keeps."""

    cites: tuple[str, ...] = ()  # names of the foreign keys to what can be cited
    citing = ""  # name of the foreign key to the citing thing

    note = models.CharField(_("what was taken from it"), max_length=300, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = actor_key(editable=False)

    class Meta:
        abstract = True

    @property
    def cited(self) -> Thing:
        """The thing that is cited."""
        return next(thing for name in self.cites if (thing := getattr(self, name)) is not None)


def dates_in_order(first: str, last: str) -> "Any":
    """A validator for forms: `last` is not before `first`."""

    def check(data: dict[str, Any]) -> None:
        a, b = data.get(first), data.get(last)
        if a and b and b < a:
            raise ValidationError({last: _("This is before the beginning. Choose a later day.")})

    return check
