"""Pages of member organisations: one organisation, signing up, adding, pasting many, deciding."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inno4sports.core.forms import PortalForm
from inno4sports.core.history import history_of
from inno4sports.core.http import actor_of, changed_fields, error_page, one_time, safe_next
from inno4sports.core.lifecycle import Conflict, steps_open_to
from inno4sports.core.permissions import allowed, require

from ..domain import organisation as acts
from ..forms.organisation import OrganisationForm, PasteForm, SignUpForm
from ..models import Organisation, OrganisationSegment, in_network
from ..states import ClusterStatus
from .cluster import visible_cluster

STEPS = {
    "approve_organisation": acts.approve_organisation,
    "decline_organisation": acts.decline_organisation,
    "archive_organisation": acts.archive_organisation,
    "restore_organisation": acts.restore_organisation,
}


def visible_organisation(request: HttpRequest, slug: str) -> Organisation:
    return get_object_or_404(Organisation.objects.visible_to(request.user).select_related("cluster"), slug=slug)


@login_not_required
@require_safe
def organisation_detail(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = visible_organisation(request, slug)
    context = {
        "organisation": organisation,
        "cluster": organisation.cluster,
        "topics": organisation.topics.all(),
        "may_edit": allowed(request.user, "clusters.edit_organisation", organisation),
        "may_see_contacts": allowed(request.user, "clusters.see_contacts", organisation),
        "may_invite": allowed(request.user, "clusters.invite_member", organisation),
        "steps": steps_open_to(organisation, request.user),
        "events": history_of(organisation) if in_network(request.user) else [],
    }
    return render(request, "clusters/organisation_detail.html", context)


@require_http_methods(["GET", "POST"])
@one_time
def organisation_add(request: HttpRequest, slug: str) -> HttpResponse:
    """A manager adds a member, which needs no approval then."""
    cluster = visible_cluster(request, slug)
    require(request.user, "clusters.add_organisation", cluster)
    form = OrganisationForm(request.POST or None, cluster=cluster, initial={"language": cluster.language})
    if request.method == "POST" and form.is_valid():
        organisation = acts.add_organisation(cluster, by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Member organisation added."))
        return redirect(organisation)
    return render(request, "clusters/organisation_add.html", {"cluster": cluster, "form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@one_time
def organisation_edit(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = visible_organisation(request, slug)
    require(request.user, "clusters.edit_organisation", organisation)
    form = OrganisationForm(request.POST or None, instance=organisation, cluster=organisation.cluster)
    context: dict[str, Any] = {"organisation": organisation, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            acts.edit_organisation(organisation, by=actor_of(request), version=form.opened_version, **form.cleaned_data)
        except Conflict as conflict:
            organisation.version = conflict.thing.version
            context["conflict"] = changed_fields(form, conflict.thing)
            return render(request, "clusters/organisation_edit.html", context, status=409)
        messages.success(request, _("Organisation saved."))
        return redirect(organisation)
    return render(request, "clusters/organisation_edit.html", context, status=422 if form.errors else 200)


@require_POST
@one_time
def organisation_step(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    organisation = visible_organisation(request, slug)
    if step not in STEPS:
        raise Http404
    STEPS[step](organisation, by=actor_of(request), version=PortalForm(request.POST).opened_version)
    words = {"name": organisation.name, "status": organisation.get_status_display()}
    messages.success(request, _("“%(name)s” saved. State: %(status)s") % words)
    return redirect(safe_next(request, organisation.get_absolute_url()))


@login_not_required
@require_http_methods(["GET", "POST"])
@one_time
def organisation_sign_up(request: HttpRequest, slug: str) -> HttpResponse:
    """Open to strangers: an organisation asks to be a member. So many an hour from one address."""
    cluster = visible_cluster(request, slug)
    if cluster.status != ClusterStatus.ACTIVE:
        raise Http404
    form = SignUpForm(request.POST or None, cluster=cluster, initial={"contact_language": get_language()})
    if request.method == "POST" and form.is_valid():
        if acts.too_many_sign_ups(get_adapter().get_client_ip(request)):
            return error_page(request, 429)
        by = actor_of(request) if request.user.is_authenticated else None
        acts.sign_up_organisation(cluster, by=by, **form.cleaned_data)
        return redirect("clusters:organisation_signed_up", slug=slug)
    return render(request, "clusters/organisation_sign_up.html", {"cluster": cluster, "form": form}, status=422 if form.errors else 200)


@login_not_required
@require_safe
def organisation_signed_up(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "clusters/organisation_signed_up.html", {"cluster": visible_cluster(request, slug)})


@require_http_methods(["GET", "POST"])
@one_time
def members_paste(request: HttpRequest, slug: str) -> HttpResponse:
    """Two posts: the first shows line by line what would be added, the second (`confirm`) adds all or nothing."""
    cluster = visible_cluster(request, slug)
    require(request.user, "clusters.add_organisation", cluster)
    form = PasteForm(request.POST or None, request.FILES or None, cluster=cluster)
    ready = request.method == "POST" and form.is_valid() and not form.broken and bool(form.rows)
    if ready and "confirm" in request.POST:
        added = acts.add_organisations(cluster, rows=form.rows, by=actor_of(request))
        messages.success(request, _("Member organisations added: %(n)s") % {"n": len(added)})
        return redirect("clusters:cluster_members", slug=slug)
    again = form.again() if form.lines and "text" in form.cleaned_data else form
    context = {"cluster": cluster, "form": form, "again": again, "ready": ready, "kinds": OrganisationSegment.labels}
    wrong = form.is_bound and (form.errors or form.broken)
    return render(request, "clusters/members_paste.html", context, status=422 if wrong else 200)
