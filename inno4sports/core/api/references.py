"""What things refer to and cite: asked for a whole page of them at once."""

from typing import Any

from django.db.models import Value, Window
from django.db.models.functions import RowNumber

from ..search import Key, visible_ids
from .addresses import api_url


def refer(things: list[Any], rows: list[dict[str, Any]], names: dict[str, str]) -> None:
    """Put the keys of what is referred to under each of `names`, in their own order; all names in one query."""
    parts = []
    for name, by in names.items() if things else ():
        model = type(things[0])
        places = Window(RowNumber(), order_by=[f"{name}__{key}" for key in model._meta.get_field(name).related_model._meta.ordering])
        some = model._default_manager.filter(pk__in=[thing.pk for thing in things], **{f"{name}__isnull": False})
        parts.append(some.order_by().values_list(places, Value(name), "pk", f"{name}__{by}"))
    found: dict[tuple[str, Any], list[Any]] = {}
    for _place, name, pk, key in sorted(parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]) if parts else ():
        found.setdefault((name, pk), []).append(key)
    for thing, row in zip(things, rows, strict=True):
        row.update({name: found.get((name, thing.pk), []) for name in names})


def cited_in(lists: list[list[dict[str, Any]]]) -> set[Key]:
    return {(c["kind"], c["id"]) for cites in lists for c in cites}


def keep_visible(lists: list[list[dict[str, Any]]], who: Any) -> None:
    """Of cited things the reader sees those that are visible."""
    close(lists, visible_ids(cited_in(lists), who))


def close(lists: list[list[dict[str, Any]]], seen: set[Any]) -> None:
    """What of the cited things is not `seen` stays closed, as on the pages."""
    for cites in lists:
        cites[:] = [
            {**c, "api_url": api_url(c["kind"], c["id"])}
            if c["id"] in seen
            else {"kind": c["kind"], "id": None, "title": None, "url": None, "api_url": None}
            for c in cites
        ]
