"""Roof pages: they gather from several apps through each app's own QuerySet words."""

import hmac
from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection
from django.db.models import Count, Value
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from actionplans.models import Action
from clusters.models import Cluster, User
from dissemination.evidence import longest_thread
from dissemination.flows import flows
from dissemination.models import Finding
from inno4sports.core import clock
from inno4sports.core.holds import sending_held
from inno4sports.core.http import file_response
from inno4sports.core.metrics import as_text
from inno4sports.core.models import Heartbeat, OutboxMail, StoredFile
from inno4sports.core.pages import part_of, reader_of
from inno4sports.workbench import Bench, bench_of, first_month
from learning.models import GoodPractice


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front page: nothing in it depends on a session, so a visitor's page can be shared."""
    user = request.user
    practices = GoodPractice.objects.visible_to(user).filter(status="admitted")
    actions = Action.objects.visible_to(AnonymousUser())  # those of plans in force, which everybody sees
    # Counted for all regions at once: beside each region the database would read everything as often as there are regions.
    counted = [
        rows.order_by().values_list(Value(word), key).annotate(number=Count("*"))
        for word, key, rows in (("practice", "cluster", practices), ("action", "plan__cluster", actions))
    ]
    union = counted[0].union(counted[1], all=True)
    numbers = part_of(request, ("numbers", reader_of(request)), lambda: {(word, pk): number for word, pk, number in union})
    clusters = list(Cluster.objects.visible_to(user).active())
    for cluster in clusters:
        cluster.practice_count, cluster.action_count = (numbers.get((word, cluster.pk)) for word in ("practice", "action"))
    context = {
        "clusters": clusters,
        "flows": part_of(request, ("flows", reader_of(request)), lambda: flows(user, clusters)),
        "thread": longest_thread(user, clusters),
        "findings": Finding.objects.visible_to(user).published().prefetch_related("cited_clusters")[:5],
    }
    return render(request, "inno4sports/home.html", context)


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """My tasks, gathered and written anew after each act."""
    user = request.user
    today = clock.today(user.timezone)

    def gathered() -> tuple[Bench, SafeString]:
        bench = bench_of(user, today)
        words = {"bench": bench, "today": today, "first_month": () if bench.groups else first_month(user)}
        return bench, render_to_string("inno4sports/_tasks.html", words)

    bench, tasks = part_of(request, ("tasks", reader_of(request), user.timezone, get_language(), today), gathered)
    return render(request, "inno4sports/dashboard.html", {"bench": bench, "tasks": tasks, "today": today})


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "inno4sports/privacy.html")


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "inno4sports/accessibility.html")


@login_not_required
@require_safe
def imprint(request: HttpRequest) -> HttpResponse:
    return render(request, "inno4sports/imprint.html")


@login_not_required
@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    return render(request, "inno4sports/contact.html")


@require_safe
def file(request: HttpRequest, public_id: str) -> HttpResponse:
    return file_response(visible_file(request.user, public_id))


def visible_file(user: User, public_id: str) -> StoredFile:
    """A stored file, for people of the network who see the thing it belongs to; a bare account sees none."""
    stored = get_object_or_404(StoredFile, public_id=public_id)
    if not user.in_network:
        raise Http404
    model = apps.get_model(stored.thing_kind)
    if not model.objects.visible_to(user).filter(public_id=stored.thing_id).exists():
        raise Http404
    return stored


@login_not_required
@never_cache
@require_safe
def health_live(_request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def health_ready(_request: HttpRequest) -> HttpResponse:
    """Database, a worker that got a tick through the broker within a minute, and mail that does not pile up; 503 if not.

    That sending is held is said, and is no fault.
    """
    checks: dict[str, bool] = {"database": False, "worker": False, "outbox": False}
    held = False
    try:
        held = sending_held()
        checks["database"] = True
        seen = Heartbeat.objects.filter(name="worker", seen_at__gt=clock.now() - timedelta(seconds=60))
        checks["worker"] = seen.exists()
        late = OutboxMail.objects.filter(status="queued", attempts=0, created_at__lt=clock.now() - timedelta(minutes=15))
        checks["outbox"] = held or not late.exists()
    except DatabaseError:
        connection.close()
    ready = all(checks.values())
    return JsonResponse({"ready": ready, "checks": checks, "sending_held": held}, status=200 if ready else 503)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """What is measured, for whoever brings METRICS_TOKEN; without that setting there is nothing here."""
    brought = request.headers.get("Authorization", "").encode()
    if not settings.METRICS_TOKEN or not hmac.compare_digest(brought, f"Bearer {settings.METRICS_TOKEN}".encode()):
        raise Http404
    return HttpResponse(as_text(), content_type="text/plain; version=0.0.4; charset=utf-8")


@login_not_required
@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /accounts/", "Disallow: /dashboard/", "Disallow: /settings/", "Disallow: /search/", "Disallow: /*/search/"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
