"""Who acts, what people work on, and what cites what."""

import functools
import operator
import uuid
from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .. import clock
from .api import Change, ChangeReach, log_changes
from .checks import free_slug, status_check


def actor_key(**options: Any) -> models.ForeignKey:
    """The `_by` half of a pair: who did it."""
    return models.ForeignKey("core.Actor", models.PROTECT, related_name="+", null=True, blank=True, **options)


def number_of(rows: models.QuerySet) -> models.Subquery:
    """How many `rows` there are, beside the row of the query around it; `rows` name that row by OuterRef."""
    return models.Subquery(rows.order_by().annotate(how_many=models.Func(models.F("pk"), function="COUNT")).values("how_many"), models.IntegerField())


def whose(model: Any, lookup: str, value: Any) -> dict[str, Any]:
    """`lookup` (a path, or path__in) as a condition that joins nothing: a list keeps its order and a row with several counts once.

    Where there are several to a row, the table between is asked alone.
    """
    path, _last, word = lookup.partition("__")
    field = model._meta.get_field(path)
    if not field.many_to_many:
        return {lookup: value}
    between = field.remote_field.through._base_manager
    asked = f"{field.m2m_reverse_field_name()}{'__' if word else ''}{word}"
    return {"pk__in": between.filter(**{asked: value}).values(field.m2m_field_name())}


def made_by(user: Any) -> Q:
    """What this person made. Asked by keys: a table of all actors beside a list would be read whole."""
    return Q(created_by__in=Actor.objects.filter(user=user).values("pk"))


@functools.cache
def words_of(field: models.Field) -> dict[Any, Any]:
    """value -> word, of a field with choices."""
    return dict(field.flatchoices)


def first_of(rows: models.QuerySet, most: int) -> models.QuerySet:
    """The first `most` of `rows` as a part of a union. SQLite takes no limit there; PostgreSQL would plan a nested one twice."""
    if connection.features.supports_slicing_ordering_in_compound:
        return rows[:most]
    return rows.model._default_manager.filter(pk__in=rows.values("pk")[:most]).order_by()


class ActorQuerySet(models.QuerySet["Actor"]):
    def of(self, user: Any) -> "Actor":
        """The actor that a signed-in user acts as."""
        return self.get_or_create(kind=Actor.Kind.USER, user=user, defaults={"name": user.name})[0]

    def system(self) -> "Actor":
        return self.get_or_create(kind=Actor.Kind.SYSTEM, name="")[0]

    def link_holder(self, holder: Any, name: str, body: str = "") -> "Actor":
        """The person a personal link was sent to; `holder` is the row that the link stands for."""
        actor, _made = self.get_or_create(
            kind=Actor.Kind.LINK_HOLDER,
            holder_id=holder.public_id,
            defaults={"name": name, "body": body},
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
    # The rights of a program: set by whoever checked its token, never stored. Without them it may nothing.
    caller: Any = None

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
    # The foreign key of what a digest names in its place, for a thing that has no title.
    told_as: str | None = None

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

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not getattr(self, "slug", "set"):
            self.slug = free_slug(type(self), str(self))  # things with a page have one
        super().save(*args, **kwargs)
        log_moved(self)

    def get_absolute_url(self) -> str:
        raise NotImplementedError

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        rows = changes_of([self])
        done = super().delete(*args, **kwargs)
        log_changes(rows)
        return done

    def _get_FIELD_display(self, field: models.Field) -> str:  # noqa: N802 -- its name is Django's
        """What `get_…_display` answers. Django's own hashes all words of the field anew for each row of a list."""
        value = getattr(self, field.attname)
        return str(words_of(field).get(value, value))

    def moves(self) -> "Iterable[Thing]":
        """Other things that a program may see, or no longer see, because this one changed."""
        return ()

    @property
    def is_inner(self) -> bool:
        """Only its own cluster sees it now, so nobody else is told when it goes."""
        return self.kind in _drafts() and self.status == _drafts()[self.kind]  # type: ignore[attr-defined]  # a thing with a lifecycle

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


def log_moved(thing: Thing) -> None:
    """Tell copies that `thing` was written, what moves with it, and what shows one of these among its sources."""
    moved = [thing, *thing.moves()]
    log_changes(changes_of([*moved, *citing(moved)]))


def citing(things: Iterable[Thing]) -> list[Thing]:
    """What cites one of `things`; one query for each kind of citation that can hold them."""
    keys: dict[Any, list[int]] = {}  # of a model
    for thing in things:
        keys.setdefault(type(thing), []).append(thing.pk)
    found: dict[tuple[str, int], Thing] = {}
    for citations in Citation.__subclasses__():
        columns = {name: keys[model] for name in citations.cites if (model := citations._meta.get_field(name).related_model) in keys}
        if columns:
            rows = citations._default_manager.filter(functools.reduce(operator.or_, (Q(**{f"{name}__in": ids}) for name, ids in columns.items())))
            for row in rows.select_related(citations.citing):
                upper = getattr(row, citations.citing)
                found[upper.kind, upper.pk] = upper
    return list(found.values())


def changes_of(things: Iterable[Thing]) -> list[Change]:
    """The rows that tell copies of these; whoever could see a thing may learn that it is gone. One query for each kind."""
    by_kind: dict[str, list[Thing]] = {}
    for thing in things:
        by_kind.setdefault(thing.kind, []).append(thing)
    rows = []
    for kind, same in by_kind.items():
        open_ids = [thing.pk for thing in same if not thing.is_inner]
        manager: Any = type(same[0])._default_manager
        public = set(manager.visible_to(AnonymousUser()).filter(pk__in=open_ids).order_by().values_list("pk", flat=True)) if open_ids else set()
        for thing in same:
            reach = ChangeReach.OWN if thing.is_inner else ChangeReach.PUBLIC if thing.pk in public else ChangeReach.NETWORK
            cluster_id = getattr(thing, "cluster_id", None)
            rows.append(Change(thing_kind=kind, thing_id=thing.public_id, cluster_id=cluster_id, reach=reach, at=clock.now()))
    return rows


def _drafts() -> dict[str, str]:
    """kind -> first state of its lifecycle, in which only its own cluster sees it."""
    from ..lifecycle import LIFECYCLES

    return {kind: cycle.initial for kind, cycle in LIFECYCLES.items()}


class Citation(models.Model):
    """A typed row of the citing thing: it points to exactly one cited thing, which the database then keeps."""

    cites: tuple[str, ...] = ()  # names of the foreign keys to what can be cited
    citing = ""  # name of the foreign key to the citing thing
    reads: tuple[str, ...] = ()  # what the addresses of cited things need besides

    note = models.CharField(_("what was taken from it"), max_length=300, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = actor_key(editable=False)

    class Meta:
        abstract = True

    @property
    def cited(self) -> Thing:
        """The thing that is cited."""
        return next(thing for name in self.cites if (thing := getattr(self, name)) is not None)
