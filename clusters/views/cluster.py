"""Pages of regions: the start list, a region, its counted facts, its profile; a new region by the administrator."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, JSONField, OuterRef, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inno4sports.core.forms import PortalForm
from inno4sports.core.history import history_of
from inno4sports.core.http import actor_of, changed_fields, one_time, paged
from inno4sports.core.lifecycle import Conflict, steps_open_to
from inno4sports.core.models import number_of
from inno4sports.core.permissions import allowed, require

from ..domain import cluster as acts
from ..forms.cluster import ClusterCreateForm, ClusterFilter, ClusterForm
from ..models import Cluster, Organisation, OrganisationSegment, in_network, worded
from ..search import matching

MEMBERS = number_of(Organisation.objects.approved().filter(cluster=OuterRef("pk")))
STEPS = {
    "activate_cluster": acts.activate_cluster,
    "archive_cluster": acts.archive_cluster,
    "restore_cluster": acts.restore_cluster,
}


def visible_cluster(request: HttpRequest, slug: str, **counted: Any) -> Cluster:
    """The region with what is `counted` beside it, or 404."""
    return get_object_or_404(Cluster.objects.visible_to(request.user).annotate(**counted), slug=slug)


@login_not_required
@require_safe
def cluster_list(request: HttpRequest) -> HttpResponse:
    """The start list, in the order of joining."""
    rows = Cluster.objects.visible_to(request.user)
    form = ClusterFilter(request.GET, regions=rows)
    if form.is_valid():
        rows = matching(rows, form.cleaned_data["q"])
        if country := form.cleaned_data["country"]:
            rows = rows.filter(country=country)
    page = paged(request, rows.annotate(members=MEMBERS).prefetch_related("strengths__topic").order_by("position"))
    context = {"page": page, "form": form, "filtered": bool(request.GET.get("q") or request.GET.get("country"))}
    context["may_create"] = allowed(request.user, "clusters.create_cluster")
    return render(request, "clusters/cluster_list.html", context)


class Told(NamedTuple):
    """An excellence or a learning need as the page shows it."""

    kind: str
    pk: int
    labels: dict[str, str]
    text: str
    language: str
    sources: list[str]

    @property
    def topic(self) -> str:
        return worded(self.labels)


def strengths_and_needs(cluster: Cluster, *, needs: bool) -> list[Told]:
    """Both in one query, because the region's page gathers from everywhere and may take twelve."""
    columns = ("pk", "topic__labels", "text", "language")
    rows = cluster.strengths.order_by().values_list(Value("strength", CharField()), *columns, "sources")
    if needs:
        none = Value([], JSONField())
        rows = rows.union(cluster.needs.order_by().values_list(Value("need", CharField()), *columns, none), all=True)
    return sorted((Told(*row) for row in rows), key=lambda row: row.pk)


@login_not_required
@require_safe
def cluster_detail(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = visible_cluster(request, slug, members=MEMBERS)
    organisations = Organisation.objects.visible_to(request.user).of_cluster(cluster).approved()
    may_edit = allowed(request.user, "clusters.edit_cluster", cluster)
    may_see_needs = allowed(request.user, "clusters.see_needs", cluster)
    told = strengths_and_needs(cluster, needs=may_see_needs)
    context = {
        "cluster": cluster,
        "strengths": [row for row in told if row.kind == "strength"],
        "needs": [row for row in told if row.kind == "need"] if may_see_needs else None,
        "fieldlabs": organisations.filter(segment=OrganisationSegment.FIELDLAB)[:6],
        "may_edit": may_edit,
        "may_appoint": not may_edit and allowed(request.user, "clusters.appoint_manager", cluster),
        "steps": steps_open_to(cluster, request.user),
    }
    return render(request, "clusters/cluster_detail.html", context)


@require_safe
def cluster_history(request: HttpRequest, slug: str) -> HttpResponse:
    """What happened to the region, for the people of the network."""
    cluster = visible_cluster(request, slug)
    if not in_network(request.user):
        raise PermissionDenied
    return render(request, "clusters/cluster_history.html", {"cluster": cluster, "events": history_of(cluster)})


@login_not_required
@require_safe
def cluster_performance(request: HttpRequest, slug: str) -> HttpResponse:
    """Counted facts, and figures from outside with their sources."""
    cluster = visible_cluster(request, slug, members=MEMBERS)
    members = Organisation.objects.visible_to(request.user).of_cluster(cluster).approved()
    counted = members.by_segment()
    segments = [(OrganisationSegment(s).label, s, counted[s]) for s in OrganisationSegment.values if s in counted]
    context = {"cluster": cluster, "segments": segments}
    context |= {"figures": cluster.figures.all(), "may_edit": allowed(request.user, "clusters.edit_cluster", cluster)}
    return render(request, "clusters/cluster_performance.html", context)


@require_http_methods(["GET", "POST"])
@one_time
def cluster_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "clusters.create_cluster")
    form = ClusterCreateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        cluster = acts.create_cluster(by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Region opened as a candidate. Its first manager gets an invitation by e-mail."))
        return redirect(cluster)
    return render(request, "clusters/cluster_create.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@one_time
def cluster_edit(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = visible_cluster(request, slug)
    require(request.user, "clusters.edit_cluster", cluster)
    form = ClusterForm(request.POST or None, instance=cluster)
    context: dict[str, Any] = {"cluster": cluster, "form": form}
    context |= {"strengths": cluster.strengths.select_related("topic"), "needs": cluster.needs.select_related("topic")}
    if request.method == "POST" and form.is_valid():
        try:
            acts.edit_cluster(cluster, by=actor_of(request), version=form.opened_version, **form.profile)
        except Conflict as conflict:
            cluster.version = conflict.thing.version
            context["conflict"] = changed_fields(form, conflict.thing)
            return render(request, "clusters/cluster_edit.html", context, status=409)
        messages.success(request, _("Region saved."))
        return redirect(cluster)
    return render(request, "clusters/cluster_edit.html", context, status=422 if form.errors else 200)


@require_POST
@one_time
def cluster_step(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    cluster = visible_cluster(request, slug)
    if step not in STEPS:
        raise Http404
    STEPS[step](cluster, by=actor_of(request), version=PortalForm(request.POST).opened_version)
    messages.success(request, _("Region saved. State: %(status)s") % {"status": cluster.get_status_display()})
    return redirect(cluster)
