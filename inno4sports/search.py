"""The search page: all I may see, by words."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clusters.models import Cluster
from dissemination.evidence import STAGE_OF
from inno4sports.core.forms import clean_text
from inno4sports.core.http import paged
from inno4sports.core.models import SearchText
from inno4sports.core.search import found, meant

WORDS = STAGE_OF | {"clusters.cluster": "cluster", "clusters.organisation": "member", "actionplans.actionplan": "plan"}
SHORTEST, MOST = 2, 100


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Every word of `?q=` must be there, accents or not; `?kind=` narrows to one kind. Only what this reader may see is found."""
    q = typed_words(request)
    rows = rows_for(q, request.user) if len(q) >= SHORTEST else []
    instead = meant(q) if len(q) > SHORTEST and not rows else ""
    rows = rows or rows_for(instead, request.user)
    kinds: dict[str, int] = {}
    for row in rows:
        kinds[row.word] = kinds.get(row.word, 0) + 1
    kind = request.GET.get("kind", "")
    chosen = [row for row in rows if row.word == kind] if kind in kinds else rows
    page = paged(request, chosen)
    clusters = {c.code: c for c in Cluster.objects.filter(code__in={row.cluster_code for row in page})} if chosen else {}
    context = {"q": q, "page": page, "clusters": clusters, "short": 0 < len(q) < SHORTEST, "kinds": kinds, "kind": kind, "count": len(rows)}
    context["is_cut"] = len(rows) == MOST
    context["instead"] = instead if rows else ""
    return render(request, "inno4sports/search.html", context)


def typed_words(request: Any) -> str:
    return clean_text(request.GET.get("q", "")).strip()[:200]


def rows_for(q: str, user: object) -> list[SearchText]:
    """What the person finds, each row with the word of its kind."""
    network = getattr(user, "in_network", False)
    codes = [m.cluster.code for m in user.own_memberships] if network else []  # type: ignore[attr-defined]  # a signed-in user
    rows = found(q, ["public", "network"] if network else ["public"], codes, user, limit=MOST)
    for row in rows:
        row.word = WORDS.get(row.thing_kind, "")  # type: ignore[attr-defined]  # for the page
    return rows
