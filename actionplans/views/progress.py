"""Pages while a plan is carried out: reporting, milestones, results."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actionplans.domain import progress as acts
from actionplans.forms.plan import ReportForm, ResultForm
from actionplans.models import ProgressReport, Result
from clusters.models import in_network
from inno4sports.core.forms import PortalForm
from inno4sports.core.history import history_of
from inno4sports.core.http import actor_of, changed_fields, one_time
from inno4sports.core.lifecycle import Conflict, WrongState, check_step, steps_open_to
from inno4sports.core.permissions import allowed, require

from .plan import visible_action


@require_http_methods(["GET", "POST"])
@one_time
def report_create(request: HttpRequest, slug: str, n: int) -> HttpResponse:
    action = visible_action(request, slug, n)
    require(request.user, "actionplans.report_progress", action)
    if action.plan.status not in acts.REPORTABLE:
        raise WrongState(_("Progress is reported while the plan is in force and not completed."), action)
    form = ReportForm(request.POST or None, request.FILES or None, action=action)
    if request.method == "POST" and form.is_valid():
        acts.report_progress(action, by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Progress reported."))
        return redirect(action)
    return render(
        request, "actionplans/report_create.html", {"action": action, "plan": action.plan, "form": form}, status=422 if form.errors else 200
    )


@require_POST
@one_time
def report_nothing(request: HttpRequest, slug: str, n: int) -> HttpResponse:
    """“Nothing changed”: one click."""
    action = visible_action(request, slug, n)
    acts.report_nothing(action, by=actor_of(request))
    messages.success(request, _("Reported: nothing changed."))
    return redirect(action)


@require_POST
@one_time
def milestone_reach(request: HttpRequest, slug: str, n: int, public_id: str) -> HttpResponse:
    action = visible_action(request, slug, n)
    milestone = get_object_or_404(action.milestones, public_id=public_id)
    acts.reach_milestone(milestone, by=actor_of(request))
    messages.success(request, _("Milestone reached: %(title)s") % {"title": milestone.title})
    return redirect(action)


@require_POST
@one_time
def result_draft(request: HttpRequest, slug: str, n: int, public_id: str) -> HttpResponse:
    """A draft filled from a progress report, by one click."""
    action = visible_action(request, slug, n)
    report = get_object_or_404(ProgressReport.objects.visible_to(request.user), action=action, public_id=public_id)
    result = acts.draft_result(action, by=actor_of(request), report=report)
    messages.success(request, _("Result drafted from the report. Put it into one sentence, then publish it."))
    return redirect("actionplans:result_edit", slug=result.slug)


@require_http_methods(["GET", "POST"])
@one_time
def result_create(request: HttpRequest, slug: str, n: int) -> HttpResponse:
    """A draft that rests on no report."""
    action = visible_action(request, slug, n)
    require(request.user, "actionplans.draft_result", action)
    form = ResultForm(request.POST or None, cluster=action.plan.cluster)
    if request.method == "POST" and form.is_valid():
        result = acts.draft_result(action, by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Result saved as a draft. Publish it when it is complete."))
        return redirect(result)
    context = {"action": action, "plan": action.plan, "form": form}
    return render(request, "actionplans/result_create.html", context, status=422 if form.errors else 200)


def visible_result(request: HttpRequest, slug: str) -> Result:
    rows = Result.objects.visible_to(request.user).select_related("action__plan__cluster", "report")
    return get_object_or_404(rows, slug=slug)


@login_not_required
@require_safe
def result_detail(request: HttpRequest, slug: str) -> HttpResponse:
    result = visible_result(request, slug)
    context = {
        "result": result,
        "may_edit": result.status == "draft" and allowed(request.user, "actionplans.edit_result", result),
        "steps": steps_open_to(result, request.user),
        "events": history_of(result) if in_network(request.user) else [],
    }
    return render(request, "actionplans/result_detail.html", context)


@require_http_methods(["GET", "POST"])
@one_time
def result_edit(request: HttpRequest, slug: str) -> HttpResponse:
    result = visible_result(request, slug)
    require(request.user, "actionplans.edit_result", result)
    if result.status != "draft":
        raise WrongState(acts.PUBLISHED, result)
    form = ResultForm(request.POST or None, instance=result, cluster=result.action.plan.cluster)
    context = {"result": result, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            acts.edit_result(result, by=actor_of(request), version=form.opened_version, **form.cleaned_data)
        except Conflict as conflict:
            result.version = conflict.thing.version
            context["conflict"] = changed_fields(form, conflict.thing)
            return render(request, "actionplans/result_edit.html", context, status=409)
        messages.success(request, _("Result saved."))
        return redirect(result)
    return render(request, "actionplans/result_edit.html", context, status=422 if form.errors else 200)


@require_POST
@one_time
def result_step(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    result = visible_result(request, slug)
    check_step(result, step, request.user)
    if step not in acts.RESULT_STEPS:
        raise Http404
    acts.RESULT_STEPS[step](result, by=actor_of(request), version=PortalForm(request.POST).opened_version)
    messages.success(request, _("Result published."))
    return redirect(result)
