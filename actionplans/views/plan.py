"""Pages of plans and their actions: list, the plan in its three parts, revisions, writing, the steps."""

import datetime as dt
import uuid
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import OuterRef, Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actionplans.domain import plan as acts
from actionplans.domain.progress import REPORTABLE, light_of, not_unchanged_because
from actionplans.forms.plan import ActionForm, EndorsementForm, PlanForm, WithdrawForm
from actionplans.models import Action, ActionCitation, ActionPlan, Ambition, ProgressReport
from clusters.forms.filters import ListFilter
from clusters.models import bib_of, in_network, name_of
from inno4sports.core.citations import cited_of
from inno4sports.core.forms import PortalForm
from inno4sports.core.history import history_of
from inno4sports.core.http import actor_of, changed_fields, one_time, paged
from inno4sports.core.lifecycle import Conflict, WrongState, check_step, steps_open_to
from inno4sports.core.models import StoredFile, number_of
from inno4sports.core.permissions import allowed, require
from inno4sports.core.search import visible_ids
from learning.models import Lesson

from .steps import with_reasons

# What a page tells of what an action cites.
CITED = ActionCitation.objects.select_related(
    "lesson__cluster", "lesson__from_cluster", "practice__cluster", "ambition__cluster", "feedback_request__cluster"
).only(
    "action", *name_of("lesson"), *bib_of("lesson__from_cluster"), *name_of("practice"), *name_of("ambition"), *name_of("feedback_request")
)  # fmt: skip


# What a row of the list shows.
ROW = ("slug", "title", "language", "origin", "status", "created_at")


def visible_plan(request: HttpRequest, slug: str) -> ActionPlan:
    return get_object_or_404(ActionPlan.objects.visible_to(request.user).select_related("cluster"), slug=slug)


def visible_action(request: HttpRequest, slug: str, n: int) -> Action:
    rows = Action.objects.visible_to(request.user).select_related("plan__cluster", "owner")
    return get_object_or_404(rows.prefetch_related("milestones"), plan__slug=slug, number=n)


def lit(action: Action) -> Action:
    """The action with its traffic light, for the template."""
    action.light = light_of(action)
    return action


def numbered(plan: ActionPlan, actions: list[Action]) -> list[dict[str, Any]]:
    """The paragraphs of part II with their numbers; each action gets the number of the first of its four."""
    words = [(plan.context, _("Policy context")), (plan.challenges, _("Challenges")), (plan.needs, _("Needs"))]
    found = [{"number": n, "label": label, "text": text} for n, (text, label) in enumerate((w for w in words if w[0]), 1)]
    for n, action in enumerate(actions):
        action.first = len(found) + 1 + 4 * n
    return found


@login_not_required
@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    filters = ListFilter(request, only=("q", "cluster", "country"))
    rows = ActionPlan.objects.visible_to(request.user).select_related("cluster").only(*ROW, *bib_of("cluster"))
    rows = rows.annotate(action_count=number_of(Action.objects.filter(plan=OuterRef("pk"))))
    rows = filters.narrowed(rows)
    may_write = request.user.is_authenticated and allowed(request.user, "actionplans.write_plan")
    return render(request, "actionplans/plan_list.html", {"page": paged(request, rows), "filters": filters, "may_write": may_write})


@login_not_required
@require_safe
def plan_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The plan in the programme's parts; what a citation points to is shown to who may see it."""
    rows = Action.objects.prefetch_related(Prefetch("citations", CITED), "milestones").select_related("owner")
    plans = ActionPlan.objects.visible_to(request.user).select_related("cluster").prefetch_related(Prefetch("actions", rows))
    plan = get_object_or_404(plans, slug=slug)
    actions = [lit(action) for action in plan.actions.all()]
    cited = [c.cited for a in actions for c in a.citations.all()]
    context = {
        "plan": plan,
        "actions": actions,
        "paragraphs": numbered(plan, actions),
        "sees_history": in_network(request.user),
        "seen": visible_ids({(t.kind, t.public_id) for t in cited}, request.user),
        "revisions": plan.revisions.select_related("endorsement"),
        "may_edit": plan.is_draft and allowed(request.user, "actionplans.edit_plan", plan),
        "steps": with_reasons(
            steps_open_to(plan, request.user),
            decide_plan=acts.not_decided_because(actions),
            complete_plan=acts.not_completed_because(actions),
        ),
    }
    return render(request, "actionplans/plan_detail.html", context)


@require_safe
def plan_history(request: HttpRequest, slug: str) -> HttpResponse:
    """What happened, and the documents: for the network."""
    plan = visible_plan(request, slug)
    files = StoredFile.objects.filter(thing_kind=plan.kind, thing_id=plan.public_id) if in_network(request.user) else []
    events = history_of(plan) if in_network(request.user) else []
    return render(request, "actionplans/plan_history.html", {"plan": plan, "events": events, "files": files})


@login_not_required
@require_safe
def plan_revision(request: HttpRequest, slug: str, n: int) -> HttpResponse:
    """The text as it was decided, with its fingerprint; what it cites is named to who may see it."""
    plan = visible_plan(request, slug)
    revision = get_object_or_404(plan.revisions.select_related("endorsement"), number=n)
    cited = {(c["kind"], uuid.UUID(c["id"])) for action in revision.body["actions"] for c in action["cites"]}
    seen = {str(public_id) for public_id in visible_ids(cited, request.user)}
    context = {"plan": plan, "revision": revision, "text": with_days(revision.body), "seen": seen}
    return render(request, "actionplans/plan_revision.html", context)


def with_days(frozen: Any) -> Any:
    """A frozen text whose days are days again, so that each reader sees them as at home; an empty one is None."""
    if isinstance(frozen, list):
        return [with_days(part) for part in frozen]
    if isinstance(frozen, dict):
        return {k: (dt.date.fromisoformat(v) if v else None) if k.endswith("_on") else with_days(v) for k, v in frozen.items()}
    return frozen


@require_http_methods(["GET", "POST"])
@one_time
def plan_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "actionplans.write_plan")
    form = PlanForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        plan = acts.write_plan(by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Plan saved as a draft. Write its first action."))
        return redirect(plan)
    return render(request, "actionplans/plan_create.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@one_time
def plan_edit(request: HttpRequest, slug: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    require(request.user, "actionplans.edit_plan", plan)
    if not plan.is_draft:
        raise WrongState(acts.FROZEN, plan)
    form = PlanForm(request.POST or None, instance=plan, user=request.user)
    context = {"plan": plan, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            acts.edit_plan(plan, by=actor_of(request), version=form.opened_version, **form.cleaned_data)
        except Conflict as conflict:
            plan.version = conflict.thing.version
            context["conflict"] = changed_fields(form, conflict.thing)
            return render(request, "actionplans/plan_edit.html", context, status=409)
        messages.success(request, _("Plan saved."))
        return redirect(plan)
    return render(request, "actionplans/plan_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@one_time
def actionplan_step(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    check_step(plan, step, request.user)
    endorsement = partial(EndorsementForm, cluster=plan.cluster)
    forms = {
        "record_endorsement": ("actionplans/record_endorsement.html", endorsement, acts.record_endorsement),
        "withdraw_plan": ("actionplans/withdraw_plan.html", WithdrawForm, acts.withdraw_plan),
    }
    if step in forms:
        return _step_form(request, plan, *forms[step])
    if request.method != "POST":
        raise Http404
    acts.PLAN_STEPS[step](plan, by=actor_of(request), version=PortalForm(request.POST).opened_version)
    messages.success(request, _("State of the plan: %(status)s") % {"status": plan.get_status_display()})
    return redirect(plan)


def _step_form(request: HttpRequest, plan: ActionPlan, template: str, form_class: Any, act: Any) -> HttpResponse:
    form = form_class(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        act(plan, by=actor_of(request), version=form.opened_version, **form.cleaned_data)
        messages.success(request, _("State of the plan: %(status)s") % {"status": plan.get_status_display()})
        return redirect(plan)
    return render(request, template, {"plan": plan, "form": form}, status=422 if form.errors else 200)


# Actions --------------------------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
def action_detail(request: HttpRequest, slug: str, n: int) -> HttpResponse:
    action = lit(visible_action(request, slug, n))
    prefetch_related_objects([action], Prefetch("reports", ProgressReport.objects.visible_to(request.user)))
    may_report = action.plan.status in REPORTABLE and allowed(request.user, "actionplans.report_progress", action)
    results = list(action.results.visible_to(request.user))
    context = {
        "action": action,
        "plan": action.plan,
        "drafted": {result.report_id for result in results},
        "reports": action.reports.all(),
        "results": results,
        "may_edit": action.plan.is_draft and allowed(request.user, "actionplans.edit_action", action),
        "may_report": may_report,
        "may_draft": action.plan.is_in_force and allowed(request.user, "actionplans.draft_result", action),
        "may_say_nothing": may_report and not not_unchanged_because(action),
        "events": history_of(action) if in_network(request.user) else [],
    }
    context["files"] = _files_of(context["reports"])
    return render(request, "actionplans/action_detail.html", context)


def _files_of(reports: Any) -> dict[Any, list[StoredFile]]:
    found: dict[Any, list[StoredFile]] = {}
    for stored in StoredFile.objects.filter(thing_kind="actionplans.progressreport", thing_id__in=[r.public_id for r in reports]):
        found.setdefault(stored.thing_id, []).append(stored)
    return found


def _cited_by_address(request: HttpRequest) -> list[Any]:
    kind, _colon, public_id = request.GET.get("cite", "").partition(":")
    citable: dict[str, Any] = {"learning.lesson": Lesson.objects.visible_to(request.user).shared()}
    citable["actionplans.ambition"] = Ambition.objects.visible_to(request.user).adopted()
    return citable[kind].by_public_id(public_id) if kind in citable else []


@require_http_methods(["GET", "POST"])
@one_time
def action_create(request: HttpRequest, slug: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    require(request.user, "actionplans.write_action", plan)
    if not plan.is_draft:
        raise WrongState(acts.FROZEN, plan)
    form = ActionForm(request.POST or None, user=request.user, cluster=plan.cluster, cited=_cited_by_address(request))
    if request.method == "POST" and form.is_valid():
        acts.write_action(plan, by=actor_of(request), **form.values())
        messages.success(request, _("Action added to the plan."))
        return redirect(plan)
    return render(request, "actionplans/action_create.html", {"plan": plan, "form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@one_time
def action_edit(request: HttpRequest, slug: str, n: int) -> HttpResponse:
    action = visible_action(request, slug, n)
    require(request.user, "actionplans.edit_action", action)
    if not action.plan.is_draft:
        raise WrongState(acts.FROZEN, action.plan)
    cited = cited_of(action, ActionCitation)
    form = ActionForm(request.POST or None, instance=action, user=request.user, cluster=action.plan.cluster, cited=cited)
    context = {"action": action, "plan": action.plan, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            acts.edit_action(action, by=actor_of(request), version=form.opened_version, **form.values())
        except Conflict as conflict:
            action.version = conflict.thing.version
            context["conflict"] = [*changed_fields(form, conflict.thing), *form.stands(cited)]
            return render(request, "actionplans/action_edit.html", context, status=409)
        messages.success(request, _("Action saved."))
        return redirect(action.plan)
    return render(request, "actionplans/action_edit.html", context, status=422 if form.errors else 200)


@require_POST
@one_time
def action_remove(request: HttpRequest, slug: str, n: int) -> HttpResponse:
    action = visible_action(request, slug, n)
    require(request.user, "actionplans.remove_action", action.plan)
    acts.remove_action(action, by=actor_of(request))
    messages.success(request, _("Action removed. The others are numbered anew."))
    return redirect("actionplans:plan_detail", slug=slug)
