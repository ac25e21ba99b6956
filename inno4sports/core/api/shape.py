"""What a thing looks like to a program: serializers that are compiled once and read plain attributes after that."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db import models
from rest_framework import serializers

from ..models import Citation, Thing
from ..permissions import allowed
from ..search import visible_ids
from .problems import Problem

# What orjson writes as it is: no conversion on the way out.
PLAIN = (
    serializers.CharField,
    serializers.IntegerField,
    serializers.FloatField,
    serializers.BooleanField,
    serializers.DateField,
    serializers.DateTimeField,
    serializers.UUIDField,
    serializers.JSONField,
    serializers.ChoiceField,
)


class Reference(serializers.Field):
    """Another thing by its slug (or public id): null where there is none."""

    def __init__(self, model: str, by: str = "slug", **options: Any) -> None:
        self.model, self.by = model, by
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Any) -> Any:
        return getattr(value, self.by)


class References(Reference):
    """Several by their slugs; the queryset prefetches them."""

    def to_representation(self, value: Any) -> Any:
        return [getattr(one, self.by) for one in value.all()]


class Cites(serializers.Field):
    """What a thing rests on, as far as the reader may see it: kind, id, title, address. The rest is counted in `cites_hidden`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Any) -> Any:
        return [{"kind": t.kind, "id": t.public_id, "title": str(t), "url": page_url(t)} for t in (row.cited for row in value.all())]


class Rows(serializers.Field):
    """Rows that belong to the thing, each in a small shape of its own."""

    def __init__(self, shape: "type[Shape]", **options: Any) -> None:
        self.shape = shape
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Any) -> Any:
        return [{name: get(one) for name, get in self.shape.getters().items()} for one in value.all()]


class Label(serializers.Field):
    """A choice in the caller's language: `status_label` of `status`."""

    def __init__(self, of: str, **options: Any) -> None:
        self.of = of
        super().__init__(read_only=True, source="*", **options)

    def to_representation(self, value: Any) -> Any:
        return str(getattr(value, f"get_{self.of}_display")())


class PageUrl(serializers.Field):
    """The address of the thing's page, in the caller's language."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, source="*", **options)

    def to_representation(self, value: Any) -> Any:
        return page_url(value)


def page_url(thing: Any) -> str:
    return f"{settings.SITE_URL}{thing.get_absolute_url()}"


Getter = Callable[[Any], Any]


class Shape(serializers.ModelSerializer):
    """A serializer for reading. `guarded` names fields that need a permission on the thing: null for others."""

    guarded: dict[str, str] = {}
    prefetch: tuple[Any, ...] = ()  # what its own getters read besides
    _getters: dict[str, Getter] | None = None
    _reads: tuple[list[str], list[str], list[tuple[str, models.QuerySet]]] | None = None

    @classmethod
    def getters(cls) -> dict[str, Getter]:
        """name -> function(thing) of every field, made once."""
        if "_getters" not in cls.__dict__ or cls._getters is None:
            cls._getters = {field.field_name: getter_of(field) for field in cls()._readable_fields}
        return cls._getters

    @classmethod
    def reads(cls) -> tuple[list[str], list[str], list[tuple[str, models.QuerySet]]]:
        """Foreign keys, many-to-many names, and rows (citations, small shapes) that the fields read, found once."""
        if "_reads" not in cls.__dict__ or cls._reads is None:
            keys = {f.name for f in cls.Meta.model._meta.concrete_fields if f.is_relation}
            joins: list[str] = []
            manies: list[str] = []
            rows: list[tuple[str, models.QuerySet]] = []
            for field in cls().fields.values():
                path = (field.source or "").split(".")
                if isinstance(field, Cites):
                    citation: type[Citation] = cls.Meta.model._meta.get_field(path[0]).related_model
                    rows.append((path[0], citation._default_manager.select_related(*citation.cites)))
                elif isinstance(field, Rows):
                    rows.append(("__".join(path), prepared(field.shape.Meta.model._default_manager.all(), field.shape)))
                elif isinstance(field, References):
                    manies.append(path[0])
                elif path[0] in keys:
                    joins.append("__".join(path if isinstance(field, Reference) else path[:-1] or path))
            cls._reads = joins, manies, rows
        return cls._reads

    @classmethod
    def loaded(cls, things: models.QuerySet, who: Any) -> models.QuerySet:  # noqa: ARG003 -- for shapes that count what `who` may see
        """With all that the fields read; a shape whose fields are counted in the query adds that here."""
        return prepared(things, cls)

    @classmethod
    def names(cls) -> list[str]:
        return list(cls.getters())

    @classmethod
    def expandable(cls) -> dict[str, Reference]:
        """The references that `?expand=` may open."""
        return {name: field for name, field in cls().fields.items() if isinstance(field, Reference) and field.model in SHAPES}

    @classmethod
    def rows(cls, things: Iterable[Any], who: Any, *, fields: Sequence[str] | None = None, expand: Sequence[str] = ()) -> list[dict[str, Any]]:
        """The things as dictionaries, as `who` may see them; one query more for each expanded name."""
        things = list(things)
        chosen = {name: cls.getters()[name] for name in fields} if fields else cls.getters()
        rows = [{name: get(thing) for name, get in chosen.items()} for thing in things]
        for name in chosen.keys() & cls.guarded.keys():
            for thing, row in zip(things, rows, strict=True):
                if not allowed(who, cls.guarded[name], thing):
                    row[name] = None
        shown = cls.declared(Cites) & chosen.keys()
        if shown:
            keep_visible([row[name] for row in rows for name in shown], who)
        for name in expand:
            opened(rows, name, cls.expandable()[name], who)
        return rows

    @classmethod
    def declared(cls, kind: type) -> set[str]:
        return {name for name, field in cls._declared_fields.items() if isinstance(field, kind)}


class ThingShape(Shape):
    """Of a thing with a page: its public id and its address."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    url = PageUrl()


SHAPES: dict[str, type[Shape]] = {}


def shape_of(model: str) -> Callable[[type[Shape]], type[Shape]]:
    """Register the shape that things of `model` (label, lower case) have wherever they are shown or expanded."""

    def register(shape: type[Shape]) -> type[Shape]:
        SHAPES[model] = shape
        return shape

    return register


def getter_of(field: serializers.Field) -> Getter:
    if isinstance(field, PLAIN):
        return attrgetter(field.source)
    if isinstance(field, Label | PageUrl):
        return field.to_representation

    def get(thing: Any) -> Any:
        value = field.get_attribute(thing)
        return None if value is None else field.to_representation(value)

    return get


def keep_visible(lists: list[list[dict[str, Any]]], who: Any) -> None:
    """Of cited things the reader sees those that are visible; what is not stays closed, as on the pages."""
    seen = visible_ids({(c["kind"], c["id"]) for cites in lists for c in cites}, who)
    for cites in lists:
        cites[:] = [c if c["id"] in seen else {"kind": c["kind"], "id": None, "title": None, "url": None} for c in cites]


def opened(rows: list[dict[str, Any]], name: str, field: Reference, who: Any) -> None:
    """Put the things themselves where their keys stood; a key whose thing is not visible to `who` stays a key."""
    shape = SHAPES[field.model]
    held = [row[name] for row in rows if row.get(name) is not None]
    keys = {key for value in held for key in (value if isinstance(value, list) else [value])}
    query: models.QuerySet = shape.Meta.model._default_manager.all()
    if issubclass(shape.Meta.model, Thing):
        query = shape.Meta.model._default_manager.visible_to(who)
    things = list(shape.loaded(query, who).filter(**{f"{field.by}__in": keys}))
    found = {getattr(thing, field.by): row for thing, row in zip(things, shape.rows(things, who), strict=True)}
    for row in rows:
        value = row.get(name)
        row[name] = [found.get(key, key) for key in value] if isinstance(value, list) else found.get(value, value)


def prepared(query: models.QuerySet, shape: type[Shape]) -> models.QuerySet:
    """With what the shape reads of other tables, so that a page of any length is a fixed number of queries."""
    joins, manies, rows = shape.reads()
    query = query.select_related(*joins) if joins else query
    return query.prefetch_related(*manies, *(models.Prefetch(name, of.all()) for name, of in rows), *shape.prefetch)


def chosen_fields(shape: type[Shape], asked: str | None, name: str) -> list[str] | None:
    """`?fields=a,b`: names of the closed list, else 400."""
    if asked is None:
        return None
    known = shape.names() if name == "fields" else list(shape.expandable())
    wanted = [part for part in asked.split(",") if part]
    if unknown := [part for part in wanted if part not in known]:
        raise Problem("unknown-parameter", errors=[(f"?{name}", part[:80]) for part in unknown])
    return wanted
