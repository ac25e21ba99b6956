"""What gathers from several apps, for programs: files, search, and what waits for the caller."""

from typing import Any

from django.conf import settings
from django.core.paginator import EmptyPage, Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from clusters.models import Cluster, Organisation
from inno4sports.core import clock
from inno4sports.core.api.addresses import api_url, named
from inno4sports.core.api.problems import Problem, one_of
from inno4sports.core.api.told import OBJECT, Told, listed
from inno4sports.core.api.view import ApiView, kept
from inno4sports.core.http import file_response, localised
from inno4sports.core.models import SearchText, StoredFile
from inno4sports.counted import counted_facts
from inno4sports.search import SHORTEST, WORDS, rows_for, typed_words
from inno4sports.views import visible_file
from inno4sports.workbench import Task, bench_of

SIGNED_IN = "whoever is signed in"
NUMBER = {"type": "integer"}
NUMBERS = {"type": "object", "additionalProperties": NUMBER}
MANY = {"type": "array", "items": OBJECT}
APPS = ("clusters", "learning", "actionplans", "dissemination")


class File(ApiView):
    """The bytes as they were uploaded, as an attachment. Whatever Accept says: a file has one form."""

    closed = True
    stored: StoredFile
    told = {"get": Told("A stored file", {"type": "string", "format": "binary"}, permission="the network", media_type="application/octet-stream")}

    def perform_content_negotiation(self, request: Request, force: bool = True) -> Any:
        return super().perform_content_negotiation(request, force)

    def check_scope(self, request: Request) -> None:
        """The rights for a file are those for the thing it belongs to."""
        self.stored = visible_file(request.user, self.kwargs["public_id"])
        self.scope = self.stored.thing_kind.partition(".")[0]
        super().check_scope(request)

    def get(self, _request: Request, **_kwargs: Any) -> FileResponse:
        try:
            return file_response(self.stored)
        except FileNotFoundError as error:
            raise Http404 from error


class Search(ApiView):
    """What the search page finds: every word must be there, accents or not; best first, 20 a page."""

    scopes = APPS
    query = ("q", "kind", "page")
    told = {
        "get": Told(
            "Find things by words",
            listed(kinds=OBJECT, next={"type": ["string", "null"], "format": "uri"}),
            query={"q": "Words, two letters or more", "kind": ", ".join(WORDS), "page": "From 1"},
        )
    }

    def get(self, request: Request) -> Response:
        words, kind = typed_words(request), request.query_params.get("kind", "")
        if len(words) < SHORTEST:
            raise Problem("bad-parameter", errors=[("?q", _("Give two letters or more."))])
        if kind and kind not in WORDS:
            raise Problem("bad-parameter", errors=[("?kind", one_of(WORDS))])
        asked = request.query_params.get("page", "1")
        if not (asked.isascii() and asked.isdigit() and int(asked[:9])):
            raise Problem("bad-parameter", errors=[("?page", _("Give a number from 1."))])
        rows = rows_for(words, request.user)
        kinds: dict[str, int] = {}
        for row in rows:
            kinds[row.thing_kind] = kinds.get(row.thing_kind, 0) + 1
        try:
            page = Paginator([row for row in rows if kind in ("", row.thing_kind)], settings.PAGE_SIZE).page(int(asked[:9]))
        except EmptyPage as error:
            raise Http404 from error
        further = self.address_of(request, page.next_page_number()) if page.has_next() else None
        slugs = dict(Cluster.objects.filter(code__in={row.cluster_code for row in page}).values_list("code", "slug"))
        body = {"items": [found(row, slugs) for row in page], "kinds": kinds, "next": further}
        return kept(request, body, "0", headers={"Link": f'<{further}>; rel="next"'} if further else {})

    def address_of(self, request: Request, page: int) -> str:
        query = request.query_params.copy()
        query["page"] = str(page)
        return f"{settings.SITE_URL}{request.path}?{query.urlencode()}"


class Performance(ApiView):
    """What the page of the same name counts of a region, as far as the caller sees it."""

    scope = "clusters"
    told = {
        "get": Told(
            "What the portal counts of a region",
            {"type": "object", "properties": {"members": NUMBER, "members_by_kind": NUMBERS, "counted": NUMBERS}},
        )
    }

    def get(self, request: Request, key: str) -> Response:
        cluster = get_object_or_404(Cluster.objects.visible_to(request.user), **named(Cluster, key))
        by_kind = Organisation.objects.visible_to(request.user).of_cluster(cluster).approved().by_segment()
        body = {"members": sum(by_kind.values()), "members_by_kind": by_kind, "counted": counted_facts(cluster, request.user)}
        return kept(request, body, "0")


def found(row: SearchText, slugs: dict[str, str]) -> dict[str, Any]:
    words = {"title": row.title, "excerpt": row.excerpt, "language": row.language}
    return {
        "kind": row.thing_kind,
        "id": row.thing_id,
        **words,
        "cluster": slugs.get(row.cluster_code),
        "url": settings.SITE_URL + localised(row.url),
        "api_url": api_url(row.thing_kind, row.thing_id),
    }


class Tasks(ApiView):
    """What waits for the caller, as My tasks shows it: grouped, each with its one button."""

    scopes = APPS
    closed = True
    told = {"get": Told("What waits for you", {"type": "object", "properties": {"count": {"type": "integer"}, "groups": MANY}}, permission=SIGNED_IN)}

    def get(self, request: Request) -> Response:
        today = clock.today(request.user.timezone)
        bench = bench_of(request.user, today)
        groups = [{"title": str(title), "tasks": [shown(task, today) for task in tasks]} for title, tasks in bench.groups]
        return kept(request, {"count": bench.count, "groups": groups}, "0")


def shown(task: Task, today: Any) -> dict[str, Any]:
    return {
        "stage": task.stage,
        "title": task.title,
        "language": task.language,
        "why": str(task.why),
        "cluster": task.cluster.slug if task.cluster else None,
        "due_on": task.due_on,
        "is_late": task.is_late(today),
        "somebody_waits": task.somebody_waits,
        "waits_for_others": task.others,
        "is_demo": task.is_demo,
        "button": {"label": str(task.label), "url": settings.SITE_URL + task.url},
    }
