"""Programs of a region or of EPSI, for who keeps them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from inno4sports.core.http import actor_of, one_time
from inno4sports.core.permissions import require
from inno4sports.core.secrets import show_once, shown_once

from ..domain import program as acts
from ..forms.program import ProgramForm
from ..models import Cluster, Program
from .cluster import visible_cluster


def kept_cluster(request: HttpRequest, slug: str) -> Cluster | None:
    """The region whose programs the reader keeps; without a slug they are EPSI's."""
    cluster = visible_cluster(request, slug) if slug else None
    require(request.user, "clusters.keep_programs" if slug else "clusters.keep_epsi_programs", cluster)
    return cluster


def list_url(cluster: Cluster | None) -> str:
    return reverse("clusters:program_list", args=[cluster.slug] if cluster else [])


@require_http_methods(["GET", "POST"])
@one_time
def program_list(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The programs, the newest first; a new secret is shown on the page after it was made, and never again."""
    cluster = kept_cluster(request, slug)
    form = ProgramForm(request.POST or None, cluster=cluster)
    if request.method == "POST" and form.is_valid():
        program = acts.create_program(cluster, by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Program made: %(name)s") % {"name": program.name})
        if program.secret:
            show_once(request, "program", program.secret)
        return redirect(list_url(cluster))
    programs = Program.objects.filter(cluster=cluster).select_related("created_by", "cluster")[: acts.MOST * 2]
    context = {"form": form, "cluster": cluster, "programs": programs, "section": "clusters" if cluster else ""}
    context["secret"] = "" if request.method == "POST" else shown_once(request, "program")
    return render(request, "clusters/program_list.html", context, status=422 if form.errors else 200)


@require_POST
@one_time
def program_renew(request: HttpRequest, public_id: str) -> HttpResponse:
    program = acts.renew_secret(get_object_or_404(Program.objects.kept_by(request.user), public_id=public_id), by=actor_of(request))
    show_once(request, "program", program.secret)
    messages.success(request, _("New secret: %(name)s. The old one stopped working now.") % {"name": program.name})
    return redirect(list_url(program.cluster))


@require_POST
@one_time
def program_revoke(request: HttpRequest, public_id: str) -> HttpResponse:
    program = acts.revoke_program(get_object_or_404(Program.objects.kept_by(request.user), public_id=public_id), by=actor_of(request))
    messages.success(request, _("Revoked: %(name)s. It stopped working now.") % {"name": program.name})
    return redirect(list_url(program.cluster))
