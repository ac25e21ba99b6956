"""The search page: all I may see, by words."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dissemination.evidence import STAGE_OF
from inno4sports.core.http import paged
from inno4sports.core.search import found

WORDS = {"clusters.cluster": "cluster", "clusters.organisation": "member", "actionplans.actionplan": "plan"}
SHORTEST = 2


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Every word of `?q=` must be there, accents or not; each hit is asked again whether this reader may see it."""
    q = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    user = request.user
    reaches = ["public", "network"] if user.is_authenticated else ["public"]
    codes = [m.cluster.code for m in user.own_memberships] if user.is_authenticated else []
    rows = found(q, reaches, codes, user, limit=100) if len(q) >= SHORTEST else []
    for row in rows:
        row.stage = STAGE_OF.get(row.thing_kind) or WORDS.get(row.thing_kind, "")
    return render(request, "inno4sports/search.html", {"q": q, "page": paged(request, rows), "short": 0 < len(q) < SHORTEST})
