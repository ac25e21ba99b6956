"""Who learned from whom, what is missing, and the trail of one thing: as much of it as the caller may see."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from clusters.forms.filters import ListFilter
from clusters.models import Cluster
from inno4sports.core.api.addresses import api_url
from inno4sports.core.api.problems import Problem
from inno4sports.core.api.shape import page_url
from inno4sports.core.api.told import OBJECT, Told, listed
from inno4sports.core.api.view import ApiView, kept

from ..evidence import SHAPES, Node, gaps, longest_thread, trail
from ..flows import flows_with_lessons

MANY = {"type": "array", "items": OBJECT}


def region(cluster: Cluster | None) -> str | None:
    return cluster.slug if cluster else None


def told(node: Node) -> dict[str, Any]:
    """A stage: `shown` with its thing, `closed` (seen by the network) or `none` recorded; a gap with its way out for who can close it."""
    found: dict[str, Any] = {"stage": node.stage, "state": node.state or "shown"}
    if not node.state:
        found |= {"kind": node.kind, "id": node.public_id, "title": node.title, "language": node.language}
        found |= {"cluster": region(node.cluster), "is_demo": node.is_demo, "url": settings.SITE_URL + node.url}
        found["api_url"] = api_url(node.kind, node.public_id)
    if node.way_out:
        found["way_out"] = {"label": str(node.way_out_label), "url": settings.SITE_URL + node.way_out}
    return found


def thread(nodes: Iterable[Node]) -> list[dict[str, Any]]:
    return [told(node) for node in nodes]


class Evidence(ApiView):
    """The picture and its table as nodes (regions) and edges (what one learned from another), and one thread from its beginning."""

    scope = "dissemination"
    query = ("cluster", "topic")
    told = {
        "get": Told(
            "Who learned from whom",
            {"type": "object", "properties": {"nodes": MANY, "edges": MANY, "thread": MANY}, "required": ["nodes", "edges", "thread"]},
            query={"cluster": "Only lessons from or to this region", "topic": "Only lessons on this topic"},
        )
    }

    def get(self, request: Request) -> Response:
        filters = ListFilter(request, only=self.query)
        if not filters.is_valid():
            raise Problem("bad-parameter", errors=[(f"?{name}", " ".join(map(str, words))) for name, words in filters.errors.items()])
        found = flows_with_lessons(request.user, **{name: filters.cleaned_data[name] for name in self.query})
        regions = {c.pk: c for flow in found for c in (flow.giver, flow.taker)}
        nodes = [{"cluster": c.slug, "code": c.code, "region_name": c.region_name} for c in sorted(regions.values(), key=lambda c: c.position)]
        edges = [
            {"from": flow.giver.slug, "to": flow.taker.slug, "lessons": [lesson_of(lesson) for lesson in flow.lessons], "count": flow.count}
            for flow in found
        ]
        return kept(request, {"nodes": nodes, "edges": edges, "thread": thread(longest_thread(request.user))}, "0")


def lesson_of(lesson: Any) -> dict[str, Any]:
    facts = {"id": lesson.public_id, "slug": lesson.slug, "title": lesson.title, "language": lesson.language}
    return {**facts, "is_demo": lesson.is_demo, "url": page_url(lesson), "api_url": api_url(lesson.kind, lesson.public_id)}


class Gaps(ApiView):
    """What is missing, named to those who can close it: the own regions; all for the coordinator and editors."""

    scope = "dissemination"
    closed = True
    told = {"get": Told("What is missing on the threads", listed(), permission="whoever is signed in")}

    def get(self, request: Request) -> Response:
        items = [
            {
                "stage": gap.stage,
                "kind": gap.thing.kind,
                "id": gap.thing.public_id,
                "title": str(gap.thing),
                "language": gap.thing.language,
                "cluster": region(getattr(gap.thing, "cluster", None)),
                "url": page_url(gap.thing),
                "api_url": api_url(gap.thing.kind, gap.thing.public_id),
                "sentence": str(gap.sentence),
                "way_out": {"label": str(gap.label), "url": settings.SITE_URL + gap.url},
            }
            for gap in gaps(request.user)
        ]
        return kept(request, {"items": items}, "0")


class TrailOf(ApiView):
    """“Where this came from” and “What it led to”, of any thing by its kind and id, as citations name them."""

    scope = "dissemination"
    told = {
        "get": Told(
            "Where a thing came from and what it led to",
            {"type": "object", "properties": {"came_from": MANY, "led_to": MANY}, "required": ["came_from", "led_to"]},
            permission="whoever may see the thing",
        )
    }

    def get(self, request: Request, kind: str, public_id: str) -> Response:
        if kind not in SHAPES and kind != "actionplans.actionplan":
            raise Http404
        thing = get_object_or_404(apps.get_model(kind).objects.visible_to(request.user), public_id=public_id)
        found = trail(thing, request.user)
        return kept(request, {"came_from": thread(found.came_from), "led_to": thread(found.led_to)}, "0")
