"""Pages of good practices: list, one, writing, changing, steps."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clusters.forms.filters import ListFilter
from clusters.models import bib_of
from inno4sports.core.forms import PortalForm
from inno4sports.core.history import history_of
from inno4sports.core.http import actor_of, changed_fields, one_time, paged
from inno4sports.core.lifecycle import Conflict, OpenStep, WrongState, check_state, steps_open_to
from inno4sports.core.permissions import allowed, require

from ..domain import practice as acts
from ..forms.practice import OpinionForm, PracticeForm, ReturnForm
from ..models import GoodPractice
from ..permissions import own_clusters
from ..states import PRACTICE, PracticeStatus

# What an entry of the list shows.
ENTRY = ("slug", "title", "summary", "challenge", "what_was_done", "location", "outcome", "language", "origin", "status", "created_at")


def visible_practice(request: HttpRequest, slug: str) -> GoodPractice:
    """The practice, or 404."""
    rows = GoodPractice.objects.visible_to(request.user).select_related("cluster", "organisation", "created_by")
    return get_object_or_404(rows, slug=slug)


@login_not_required
@require_safe
def practice_list(request: HttpRequest) -> HttpResponse:
    filters = ListFilter(request)
    rows = filters.narrowed(GoodPractice.objects.visible_to(request.user).current())
    rows = rows.select_related("cluster").only(*ENTRY, *bib_of("cluster"))
    may_write = allowed(request.user, "learning.write_practice")
    return render(request, "learning/practice_list.html", {"page": paged(request, rows), "filters": filters, "may_write": may_write})


@login_not_required
@require_safe
def practice_detail(request: HttpRequest, slug: str) -> HttpResponse:
    practice, user = visible_practice(request, slug), request.user
    in_network = user.is_authenticated and user.in_network
    told = practice.status in (PracticeStatus.PUBLISHED, PracticeStatus.ADMITTED)
    context = {
        "practice": practice,
        "topics": practice.topics.all(),
        "steps": open_steps(practice, user),
        "may_edit": allowed(user, "learning.edit_practice", practice) and not acts.why_fixed(practice, user),
        "may_write_lesson": told and allowed(user, "learning.write_lesson"),
        "events": history_of(practice) if in_network else [],
    }
    return render(request, "learning/practice_detail.html", context)


def open_steps(practice: GoodPractice, user: Any) -> list[OpenStep]:
    """The steps of the table; submitting what is not complete says what is missing."""
    missing = acts.missing_for_submission(practice)
    reason = _("Missing: %(missing)s") % {"missing": ", ".join(missing)}
    steps = steps_open_to(practice, user)
    return [step if step.name != "submit_practice" or not missing else closed_step(step, reason) for step in steps]


def closed_step(step: OpenStep, reason: str) -> OpenStep:
    return OpenStep(step.name, step.label, step.url, open=False, reason=reason)


@require_http_methods(["GET", "POST"])
@one_time
def practice_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "learning.write_practice")
    form = PracticeForm(request.POST or None, user=request.user, clusters=own_clusters(request.user))
    if request.method == "POST" and form.is_valid():
        practice = acts.write_practice(cluster=form.chosen, topics=form.cleaned_data["topics"], by=actor_of(request), **form.facts)
        messages.success(request, _("Saved as a draft. Submit it when it is complete."))
        return redirect(practice)
    return render(request, "learning/practice_create.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@one_time
def practice_edit(request: HttpRequest, slug: str) -> HttpResponse:
    practice = visible_practice(request, slug)
    require(request.user, "learning.edit_practice", practice)
    if reason := acts.why_fixed(practice, request.user):
        raise WrongState(reason, practice)
    form = PracticeForm(request.POST or None, user=request.user, clusters=[practice.cluster], stored=practice)
    context: dict[str, Any] = {"practice": practice, "form": form}
    if request.method == "POST" and form.is_valid():
        topics = form.cleaned_data["topics"]
        try:
            acts.edit_practice(practice, topics=topics, by=actor_of(request), version=form.opened_version, **form.facts)
        except Conflict as conflict:
            context |= {"conflict": changed_fields(form, conflict.thing), "practice": conflict.thing}
            return render(request, "learning/practice_edit.html", context, status=409)
        messages.success(request, _("Practice saved."))
        return redirect(practice)
    return render(request, "learning/practice_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@one_time
def goodpractice_step(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    """POST takes the step; returning and admitting show their form on GET."""
    practice = visible_practice(request, slug)
    if step not in PRACTICE.by_name:
        raise Http404
    require(request.user, PRACTICE.permission(step), practice)
    check_state(practice, PRACTICE.by_name[step])
    if PRACTICE.by_name[step].form:
        return step_form(request, practice, step)
    if request.method == "POST":
        acts.PRACTICE_STEPS[step](practice, by=actor_of(request), version=PortalForm(request.POST).opened_version)
        messages.success(request, done_words(step))
        return redirect(practice)
    return redirect(practice)


def step_form(request: HttpRequest, practice: GoodPractice, step: str) -> HttpResponse:
    form: PortalForm = ReturnForm(request.POST or None) if step == "return_practice" else OpinionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        by, version = actor_of(request), form.opened_version
        if step == "return_practice":
            acts.return_practice(practice, reason=form.cleaned_data["reason"], by=by, version=version)
        else:
            acts.admit_practice(practice, opinion=form.cleaned_data["opinion"], by=by, version=version)
        messages.success(request, done_words(step))
        return redirect(practice)
    context = {"practice": practice, "form": form, "step": PRACTICE.by_name[step]}
    return render(request, "learning/practice_step.html", context, status=422 if form.errors else 200)


def done_words(step: str) -> str:
    return {
        "submit_practice": _("Submitted. The managers of the cluster are told."),
        "publish_practice": _("Published to the network."),
        "return_practice": _("Returned. The author is told and reads your reason."),
        "admit_practice": _("Admitted. Everybody can read it now."),
        "archive_practice": _("Archived. It has left the lists."),
        "restore_practice": _("Brought back as a draft."),
    }[step]
