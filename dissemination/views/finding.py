"""Pages of findings: list, one finding, proposing, writing, the steps to publication, corrections."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import F, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clusters.models import Cluster
from dissemination.domain import finding as acts
from dissemination.forms import CorrectionForm, FindingFilter, FindingForm, ProposeForm, ReturnForm, citable
from dissemination.models import Finding, FindingCitation
from inno4sports.core.citations import cited_of
from inno4sports.core.forms import PortalForm
from inno4sports.core.history import history_of
from inno4sports.core.http import actor_of, changed_fields, one_time, paged
from inno4sports.core.lifecycle import Conflict, WrongState, check_step, steps_open_to
from inno4sports.core.models import Thing
from inno4sports.core.permissions import allowed, require

# What a card of the list shows.
CARD = ("slug", "title", "summary", "language", "origin", "status", "finding_kind", "published_on", "published_at", "date_text")


def visible_finding(request: HttpRequest, slug: str) -> Finding:
    return get_object_or_404(Finding.objects.visible_to(request.user), slug=slug)


@login_not_required
@require_safe
def finding_list(request: HttpRequest) -> HttpResponse:
    """All I may see, newest first."""
    filters = FindingFilter(request)
    rows = Finding.objects.visible_to(request.user).only(*CARD).prefetch_related(Prefetch("cited_clusters", Cluster.objects.as_bibs()))
    # What is not published yet first, on both databases.
    rows = filters.narrowed(rows, clusters=("cited_clusters",)).order_by(F("published_at").desc(nulls_first=True), "-id")
    if kind := filters.chosen("kind"):
        rows = rows.filter(finding_kind=kind)
    context = {
        "page": paged(request, rows),
        "filters": filters,
        "may_propose": allowed(request.user, "dissemination.propose_finding"),
        "may_write": allowed(request.user, "dissemination.write_finding"),
    }
    return render(request, "dissemination/finding_list.html", context)


@login_not_required
@require_safe
def finding_detail(request: HttpRequest, slug: str) -> HttpResponse:
    finding = visible_finding(request, slug)
    in_network = request.user.is_authenticated and request.user.in_network
    context = {
        "finding": finding,
        "clusters": finding.cited_clusters.all(),
        "topics": finding.topics.all(),
        "corrections": finding.corrections.select_related("corrected_by"),
        "may_edit": finding.status == "draft" and allowed(request.user, "dissemination.edit_finding", finding),
        "steps": steps_open_to(finding, request.user),
        "events": history_of(finding) if in_network else [],
    }
    return render(request, "dissemination/finding_detail.html", context)


def cited_by_address(request: HttpRequest) -> list[Thing]:
    """What `?cite=<kind>:<id>` names, if a finding of this reader may rest on it."""
    kind, _colon, public_id = request.GET.get("cite", "").partition(":")
    rows = next((rows for _label, rows in citable(request.user) if rows.model._meta.label_lower == kind), None)
    return [] if rows is None else rows.by_public_id(public_id)


@require_http_methods(["GET", "POST"])
@one_time
def finding_propose(request: HttpRequest) -> HttpResponse:
    require(request.user, "dissemination.propose_finding")
    form = ProposeForm(request.POST or None, user=request.user, cited=cited_by_address(request))
    if request.method == "POST" and form.is_valid():
        acts.propose_finding(by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Proposed. EPSI’s editors find it in their tasks."))
        return redirect("dissemination:finding_list")
    return render(request, "dissemination/finding_propose.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@one_time
def finding_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "dissemination.write_finding")
    form = FindingForm(request.POST or None, user=request.user, cited=cited_by_address(request))
    if request.method == "POST" and form.is_valid():
        finding = acts.write_finding(by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Finding saved as a draft."))
        return redirect(finding)
    return render(request, "dissemination/finding_create.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@one_time
def finding_edit(request: HttpRequest, slug: str) -> HttpResponse:
    finding = visible_finding(request, slug)
    require(request.user, "dissemination.edit_finding", finding)
    if finding.status != "draft":
        raise WrongState(acts.DRAFTS_ONLY, finding)
    form = FindingForm(request.POST or None, instance=finding, user=request.user, cited=cited_of(finding, FindingCitation))
    context = {"finding": finding, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            acts.edit_finding(finding, by=actor_of(request), version=form.opened_version, **form.cleaned_data)
        except Conflict as conflict:
            finding.version = conflict.thing.version
            context["conflict"] = changed_fields(form, conflict.thing)
            return render(request, "dissemination/finding_edit.html", context, status=409)
        messages.success(request, _("Finding saved."))
        return redirect(finding)
    return render(request, "dissemination/finding_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@one_time
def finding_step(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    finding = visible_finding(request, slug)
    check_step(finding, step, request.user)
    forms: dict[str, Any] = {
        "return_finding": ("dissemination/return_finding.html", ReturnForm, acts.return_finding, {}),
        "correct_finding": ("dissemination/correct_finding.html", CorrectionForm, acts.correct_finding, {"language": request.LANGUAGE_CODE}),
    }
    if step in forms:
        return _step_form(request, finding, *forms[step])
    if request.method != "POST":
        raise Http404
    acts.FINDING_STEPS[step](finding, by=actor_of(request), version=PortalForm(request.POST).opened_version)
    messages.success(request, _("State of the finding: %(status)s") % {"status": finding.get_status_display()})
    still = Finding.objects.visible_to(request.user).filter(pk=finding.pk).exists()
    return redirect(finding) if still else redirect("dissemination:finding_list")


def _step_form(request: HttpRequest, finding: Finding, template: str, form_class: Any, act: Any, given: dict[str, str]) -> HttpResponse:
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act(finding, by=actor_of(request), version=form.opened_version, **form.cleaned_data, **given)
        messages.success(request, _("State of the finding: %(status)s") % {"status": finding.get_status_display()})
        return redirect(finding if finding.status == "published" else "dissemination:finding_list")
    return render(request, template, {"finding": finding, "form": form}, status=422 if form.errors else 200)
