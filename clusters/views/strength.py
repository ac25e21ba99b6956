"""What a region is strong in and wants to learn: adding and removing, one at a time."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from inno4sports.core.http import actor_of, one_time
from inno4sports.core.permissions import require

from ..domain import cluster as acts
from ..forms.cluster import NeedForm, StrengthForm
from ..models import LearningNeed, Strength
from .cluster import visible_cluster


@require_http_methods(["GET", "POST"])
@one_time
def strength_add(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = visible_cluster(request, slug)
    require(request.user, "clusters.edit_cluster", cluster)
    form = StrengthForm(request.POST or None, initial={"language": cluster.language})
    if request.method == "POST" and form.is_valid():
        acts.add_strength(cluster, by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Excellence added."))
        return redirect("clusters:cluster_edit", slug=slug)
    return render(request, "clusters/strength_add.html", {"cluster": cluster, "form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@one_time
def need_add(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = visible_cluster(request, slug)
    require(request.user, "clusters.edit_cluster", cluster)
    form = NeedForm(request.POST or None, initial={"language": cluster.language})
    if request.method == "POST" and form.is_valid():
        acts.add_need(cluster, by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Learning need added."))
        return redirect("clusters:cluster_edit", slug=slug)
    return render(request, "clusters/need_add.html", {"cluster": cluster, "form": form}, status=422 if form.errors else 200)


@require_POST
@one_time
def strength_remove(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    cluster = visible_cluster(request, slug)
    require(request.user, "clusters.edit_cluster", cluster)
    acts.remove_strength(get_object_or_404(Strength, cluster=cluster, public_id=public_id), by=actor_of(request))
    messages.success(request, _("Excellence removed."))
    return redirect("clusters:cluster_edit", slug=slug)


@require_POST
@one_time
def need_remove(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    cluster = visible_cluster(request, slug)
    require(request.user, "clusters.edit_cluster", cluster)
    acts.remove_need(get_object_or_404(LearningNeed, cluster=cluster, public_id=public_id), by=actor_of(request))
    messages.success(request, _("Learning need removed."))
    return redirect("clusters:cluster_edit", slug=slug)
