"""What a thing looks like to a program: serializers that are compiled once and read plain attributes after that."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.urls import reverse
from rest_framework import serializers

from ..models import Citation, StoredFile, Thing
from ..permissions import allowed
from ..search import Key, visible_ids, visible_to_each
from .problems import Problem, one_of
from .references import cited_in, close, refer

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
    """Another thing by its slug (or public id): null where there is none; with `if_visible` also where the reader may not see it."""

    def __init__(self, model: str, by: str = "slug", *, if_visible: bool = False, **options: Any) -> None:
        self.model, self.by, self.if_visible = model, by, if_visible
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Any) -> Any:
        return getattr(value, self.by)


class References(Reference):
    """Several by their slugs: filled for all rows and all such fields at once."""

    def to_representation(self, value: Any) -> Any:
        return None


class Cites(serializers.Field):
    """What a thing rests on, as far as the reader may see it: kind, id, title, its page and its address here. The rest stays closed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Any) -> Any:
        return [{"kind": t.kind, "id": t.public_id, "title": str(t), "url": page_url(t)} for t in (row.cited for row in value.all())]


class Money(serializers.Field):
    """Whole euros as amount and currency; a text, so that no program rounds it."""

    schema = {
        "type": ["object", "null"],
        "properties": {"amount": {"type": "string", "example": "1200.00"}, "currency": {"type": "string", "const": "EUR"}},
        "required": ["amount", "currency"],
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: int) -> dict[str, str]:
        return {"amount": f"{value}.00", "currency": "EUR"}


class Asked(serializers.Field):
    """A field that depends on who asks: filled for all rows at once by `answers`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, source="*", **options)

    def to_representation(self, value: Any) -> Any:
        return None

    @classmethod
    def answers(cls, things: list[Any], who: Any) -> list[Any]:
        """One answer for each thing, by one query at most."""
        raise NotImplementedError


class Files(Asked):
    """The files of a thing, for people of the network; null for others."""

    schema = {
        "type": ["array", "null"],
        "items": {
            "type": "object",
            "properties": {
                "id": {"type": "string", "format": "uuid"},
                "name": {"type": "string"},
                "media_type": {"type": "string"},
                "size": {"type": "integer"},
                "sha256": {"type": "string"},
                "url": {"type": "string", "format": "uri"},
            },
        },
    }

    @classmethod
    def answers(cls, things: list[Any], who: Any) -> list[Any]:
        if not (who.is_authenticated and who.in_network):
            return [None for _thing in things]
        found: dict[Any, list[dict[str, Any]]] = {thing.public_id: [] for thing in things}
        rows = StoredFile.objects.filter(thing_kind__in={thing.kind for thing in things}, thing_id__in=found).order_by("id")
        for row in rows:
            url = settings.SITE_URL + reverse("api:file", args=[row.public_id])
            facts = {"name": row.name, "media_type": row.media_type, "size": row.size, "sha256": row.sha256}
            found[row.thing_id].append({"id": row.public_id, **facts, "url": url})
        return [found[thing.public_id] for thing in things]


EVERYBODY = AnonymousUser()
CC_BY = "https://creativecommons.org/licenses/by/4.0/"


class Licence(serializers.Field):
    """What everybody may see is given under CC BY 4.0; the rest is not given away. Asked for all rows at once, with what they cite."""

    schema = {"type": ["string", "null"], "format": "uri", "description": "null: not public, no licence is given"}

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, source="*", **options)

    def to_representation(self, value: Any) -> Any:
        return CC_BY


def licence_links(shape: "type[Shape]", things: list[Any], rows: list[dict[str, Any]], who: Any) -> list[str]:
    """The Link header's entry for who is signed in, when all things are given away, also where `?fields=` leaves the licence out of the rows."""
    if not rows or not who.is_authenticated or "licence" not in shape.getters():
        return []
    if "licence" in rows[0]:
        given = all(row["licence"] for row in rows)
    else:
        given = len(visible_ids({(thing.kind, thing.public_id) for thing in things}, EVERYBODY)) == len(things)
    return [f'<{CC_BY}>; rel="license"'] if given else []


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

# What JSON columns hold, for the description.
WORDS: dict[str, Any] = {"type": "object", "additionalProperties": {"type": "string"}, "example": {"en": "North", "fi": "Pohjoinen"}}
TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
LINKS: dict[str, Any] = {"type": "array", "items": {"type": "string", "format": "uri"}}


def table_of(*columns: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "object", "properties": {name: {"type": "string"} for name in columns}}}


class Shape(serializers.ModelSerializer):
    """A serializer for reading. `guarded` names fields that need a permission on the thing: null for others. `holds` describes JSON columns."""

    guarded: dict[str, str] = {}
    holds: dict[str, dict[str, Any]] = {"sources": LINKS}
    prefetch: tuple[Any, ...] = ()  # what its own getters read besides
    _getters: dict[str, Getter] | None = None
    _reads: tuple[list[str], list[tuple[str, models.QuerySet]]] | None = None

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Also as part of another: the plain values, so that times stay in UTC."""
        return {name: get(instance) for name, get in self.getters().items()}

    @classmethod
    def getters(cls) -> dict[str, Getter]:
        """name -> function(thing) of every field, made once."""
        if "_getters" not in cls.__dict__ or cls._getters is None:
            cls._getters = {field.field_name: getter_of(field) for field in cls()._readable_fields}
        return cls._getters

    @classmethod
    def reads(cls) -> tuple[list[str], list[tuple[str, models.QuerySet]]]:
        """Foreign keys, and rows (citations, small shapes) that the fields read, found once."""
        if "_reads" not in cls.__dict__ or cls._reads is None:
            keys = {f.name for f in cls.Meta.model._meta.concrete_fields if f.is_relation}
            joins: list[str] = []
            rows: list[tuple[str, models.QuerySet]] = []
            for field in cls().fields.values():
                path = (field.source or "").split(".")
                if isinstance(field, Cites):
                    citation: type[Citation] = cls.Meta.model._meta.get_field(path[0]).related_model
                    rows.append((path[0], citation._default_manager.select_related(*citation.cites, *citation.reads)))
                elif isinstance(field, Rows):
                    rows.append(("__".join(path), prepared(field.shape.Meta.model._default_manager.all(), field.shape)))
                elif path[0] in keys:
                    joins.append("__".join(path if isinstance(field, Reference) else path[:-1] or path))
            cls._reads = joins, rows
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
    def rows(
        cls, things: Iterable[Any], who: Any, *, fields: Sequence[str] | None = None, expand: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """The things as dictionaries, as `who` may see them; one query more for each expanded name, which says who reads that."""
        things = list(things)
        chosen = {name: cls.getters()[name] for name in fields} if fields else cls.getters()
        rows = [{name: get(thing) for name, get in chosen.items()} for thing in things]
        refer(things, rows, {name: cls._declared_fields[name].by for name in sorted(chosen.keys() & cls.declared(References))})
        for name in chosen.keys() & cls.guarded.keys():
            for thing, row in zip(things, rows, strict=True):
                if not allowed(who, cls.guarded[name], thing):
                    row[name] = None
        for name in [n for n in cls.declared(Asked) if n in chosen]:
            for row, answer in zip(rows, cls._declared_fields[name].answers(things, who), strict=True):
                row[name] = answer
        for name in chosen.keys() & cls.declared(Reference):
            if cls._declared_fields[name].if_visible:
                closed_unless_visible(rows, name, cls._declared_fields[name], who)
        shown = [row[name] for row in rows for name in cls.declared(Cites) & chosen.keys()]
        licensed = things if who.is_authenticated and cls.declared(Licence) & chosen.keys() else []
        asked: dict[Any, set[Key]] = {who: cited_in(shown)}
        if licensed:
            asked[EVERYBODY] = {(thing.kind, thing.public_id) for thing in licensed}
        seen = visible_to_each(asked)
        close(shown, seen[who])
        for thing, row in zip(licensed, rows, strict=False):
            row["licence"] = CC_BY if thing.public_id in seen[EVERYBODY] else None
        for name, reader in (expand or {}).items():
            opened(rows, name, cls.expandable()[name], reader)
        return rows

    @classmethod
    def declared(cls, kind: type) -> set[str]:
        return {name for name, field in cls._declared_fields.items() if isinstance(field, kind)}


class ThingShape(Shape):
    """Of a thing with a page: its public id and its address."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    url = PageUrl()
    licence = Licence()

    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        return [*super().get_field_names(declared_fields, info), "licence"]


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


def closed_unless_visible(rows: list[dict[str, Any]], name: str, field: Reference, who: Any) -> None:
    """Take away the keys of things that `who` may not see."""
    keys = {row[name] for row in rows if row[name] is not None}
    if keys:
        seen = set(
            apps.get_model(field.model).objects.visible_to(who).filter(**{f"{field.by}__in": keys}).order_by().values_list(field.by, flat=True)
        )
        for row in rows:
            row[name] = row[name] if row[name] in seen else None


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
    joins, rows = shape.reads()
    query = query.select_related(*joins) if joins else query
    gathered = [models.Prefetch(name, of.all()) for name, of in rows]
    return query.prefetch_related(*gathered, *shape.prefetch)


def chosen_fields(shape: type[Shape], asked: str | None, name: str) -> list[str] | None:
    """`?fields=a,b`: names of the closed list, else 400."""
    if asked is None:
        return None
    known = shape.names() if name == "fields" else list(shape.expandable())
    wanted = [part.strip() for part in asked.split(",") if part.strip()]
    if unknown := [part for part in wanted if part not in known]:
        raise Problem("bad-parameter", errors=[(f"?{name}", f"{part[:80]}: {one_of(known)}") for part in unknown])
    return wanted
