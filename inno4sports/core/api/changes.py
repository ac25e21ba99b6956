"""Keeping a copy: `GET …/changes/?cursor=` gives all I may see, page by page, and after that what changed since."""

import hashlib
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from rest_framework.request import Request
from rest_framework.response import Response

from ..models import Change, ChangeReach
from .cursors import seal, unseal
from .problems import Problem
from .shape import licence_links
from .view import kept

if TYPE_CHECKING:
    from .resource import Resource

PAGE = 100


def changes_since(resource: "Resource", request: Request) -> Response:
    """The answer: `changes`, `cursor` for the next call, and whether there is `more` now.

    A change is {"id", "version", "gone": false, "item"} or {"id", "gone": true}. One thing may come more than once, in
    the order in which it stood so: whoever keeps a copy writes by id.
    """
    question, sees = f"changes:{resource.name}", scope_of(request.user)
    place = unseal(question, request.query_params["cursor"]) if "cursor" in request.query_params else {**begin(), "sees": sees}
    if place.pop("sees") != sees:
        raise Problem("cursor-expired")
    page = all_there_is(resource, place) if place["phase"] == "all" else what_changed(resource, place)
    page["cursor"] = seal(question, {**page.pop("place"), "sees": sees})
    links = licence_links(resource.shape, [], [change["item"] for change in page["changes"] if not change["gone"]], request.user)
    return kept(request, page, "0", headers={"Link": ", ".join(links)} if links else {})


def scope_of(user: Any) -> str:
    """What decides what this caller may see; when it changes, a copy begins anew."""
    if not user.is_authenticated:
        return "visitor"
    roles = sorted((m.cluster_id, m.role) for m in user.own_memberships)
    plain = f"{user.pk} {roles} {user.is_editor} {user.is_staff} {user.is_coordinator}"
    return hashlib.blake2b(plain.encode(), digest_size=8).hexdigest()


def begin() -> dict[str, Any]:
    """The log's end is read before the first thing: what happens in between comes again, and harms nothing."""
    return {"phase": "all", "after": 0, "log": end_of_log()}


def end_of_log() -> int:
    return int(Change.objects.aggregate(end=Max("position"))["end"] or 0)


def all_there_is(resource: "Resource", place: dict[str, Any]) -> dict[str, Any]:
    things = list(resource.visible().filter(pk__gt=place["after"]).order_by("pk")[: PAGE + 1])
    more, things = len(things) > PAGE, things[:PAGE]
    after = {"phase": "all", "after": things[-1].pk, "log": place["log"]} if more else {"phase": "log", "log": place["log"]}
    return {"changes": items(resource, things), "more": more, "place": after}


def what_changed(resource: "Resource", place: dict[str, Any]) -> dict[str, Any]:
    kind, since = resource.model._meta.label_lower, place["log"]
    oldest = Change.objects.order_by("position").values_list("position", flat=True).first()
    if since and (oldest is None or since < oldest - 1):
        raise Problem("cursor-expired")
    rows = list(Change.objects.filter(thing_kind=kind, position__gt=since).order_by("position")[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    ids = list(dict.fromkeys(row.thing_id for row in rows))
    things = list(resource.visible().filter(public_id__in=ids))
    gone = set(ids) - {thing.public_id for thing in things}
    told = [{"id": public_id, "gone": True} for public_id in ids if public_id in gone & could_see(kind, gone, resource.request.user)]
    at = rows[-1].position if rows else since
    return {"changes": [*items(resource, things), *told], "more": more, "place": {"phase": "log", "log": at}}


def could_see(kind: str, ids: set[Any], user: Any) -> set[Any]:
    """Of things that are not visible now, those that this caller could see at some time."""
    rows = Change.objects.filter(thing_kind=kind, thing_id__in=ids)
    if not (user.is_authenticated and user.in_network):
        rows = rows.filter(reach=ChangeReach.PUBLIC)
    else:
        rows = rows.exclude(reach=ChangeReach.OWN) | rows.filter(cluster_id__in=user.cluster_ids)
    return set(rows.values_list("thing_id", flat=True))


def items(resource: "Resource", things: list[Any]) -> list[dict[str, Any]]:
    rows = resource.shape.rows(things, resource.request.user)
    return [{"id": t.public_id, "version": t.version, "gone": False, "item": row} for t, row in zip(things, rows, strict=True)]
