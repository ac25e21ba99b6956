"""Pages of ambitions: list, one ambition, writing it, asking other regions, answering their points."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actionplans.domain import ambition as acts
from actionplans.forms.ambition import AmbitionForm, AnswerPointForm, OpenForm, PointForm, ReasonForm
from actionplans.models import Ambition, AmbitionCitation, AmbitionPoint
from clusters.forms.filters import ListFilter
from clusters.models import bib_of, in_network
from inno4sports.core.citations import cited_of
from inno4sports.core.forms import PortalForm
from inno4sports.core.history import history_of
from inno4sports.core.http import actor_of, changed_fields, one_time, paged
from inno4sports.core.lifecycle import Conflict, WrongState, check_step, steps_open_to
from inno4sports.core.permissions import allowed, require
from learning.models import Feedback, FeedbackRequest, Lesson, Question

from .steps import with_reasons


def visible_ambition(request: HttpRequest, slug: str) -> Ambition:
    return get_object_or_404(Ambition.objects.visible_to(request.user).select_related("cluster", "topic", "feedback_request"), slug=slug)


@login_not_required
@require_safe
def ambition_list(request: HttpRequest) -> HttpResponse:
    filters = ListFilter(request)
    rows = Ambition.objects.visible_to(request.user).select_related("cluster", "topic")
    rows = rows.only("slug", "title", "language", "origin", "status", "created_at", "topic__labels", *bib_of("cluster"))
    rows = filters.narrowed(rows, topics="topic")
    may_write = request.user.is_authenticated and allowed(request.user, "actionplans.write_ambition")
    return render(request, "actionplans/ambition_list.html", {"page": paged(request, rows), "filters": filters, "may_write": may_write})


@login_not_required
@require_safe
def ambition_detail(request: HttpRequest, slug: str) -> HttpResponse:
    ambition = visible_ambition(request, slug)
    asked = FeedbackRequest.objects.visible_to(request.user).filter(pk=ambition.feedback_request_id)
    points = list(ambition.points.select_related("cluster"))
    context = {
        "ambition": ambition,
        "points": points,
        "may_edit": ambition.status in acts.EDITABLE and allowed(request.user, "actionplans.edit_ambition", ambition),
        "may_answer": allowed(request.user, "actionplans.answer_point", ambition) and ambition.status == "open_for_feedback",
        "sees_request": ambition.feedback_request_id is not None and asked.exists(),
        "steps": with_reasons(steps_open_to(ambition, request.user), adopt_ambition=acts.not_adopted_because(ambition, points)),
        "events": history_of(ambition) if in_network(request.user) else [],
    }
    return render(request, "actionplans/ambition_detail.html", context)


def cited_lessons(request: HttpRequest) -> list[Lesson]:
    """What `?cite=` names, if the reader may cite it."""
    kind, _colon, public_id = request.GET.get("cite", "").partition(":")
    return Lesson.objects.visible_to(request.user).shared().by_public_id(public_id) if kind == "learning.lesson" else []


@require_http_methods(["GET", "POST"])
@one_time
def ambition_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "actionplans.write_ambition")
    form = AmbitionForm(request.POST or None, user=request.user, cited=cited_lessons(request))
    if request.method == "POST" and form.is_valid():
        ambition = acts.write_ambition(by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Ambition saved as a draft."))
        return redirect(ambition)
    return render(request, "actionplans/ambition_create.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@one_time
def ambition_edit(request: HttpRequest, slug: str) -> HttpResponse:
    ambition = visible_ambition(request, slug)
    require(request.user, "actionplans.edit_ambition", ambition)
    if ambition.status not in acts.EDITABLE:
        raise WrongState(acts.ADOPTED, ambition)
    cited = cited_of(ambition, AmbitionCitation)
    form = AmbitionForm(request.POST or None, instance=ambition, user=request.user, cited=cited)
    context = {"ambition": ambition, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            acts.edit_ambition(ambition, by=actor_of(request), version=form.opened_version, **form.cleaned_data)
        except Conflict as conflict:
            ambition.version = conflict.thing.version
            context["conflict"] = [*changed_fields(form, conflict.thing), *form.stands(cited)]
            return render(request, "actionplans/ambition_edit.html", context, status=409)
        messages.success(request, _("Ambition saved."))
        return redirect(ambition)
    return render(request, "actionplans/ambition_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@one_time
def ambition_step(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    ambition = visible_ambition(request, slug)
    check_step(ambition, step, request.user)
    if step == "open_ambition":
        return _open(request, ambition)
    if step == "drop_ambition":
        return _drop(request, ambition)
    if request.method != "POST" or step not in acts.AMBITION_STEPS:
        raise Http404
    acts.AMBITION_STEPS[step](ambition, by=actor_of(request), version=PortalForm(request.POST).opened_version)
    messages.success(request, _("State of the ambition: %(status)s") % {"status": ambition.get_status_display()})
    return redirect(ambition)


def _open(request: HttpRequest, ambition: Ambition) -> HttpResponse:
    form = OpenForm(request.POST or None, ambition=ambition, user=request.user)
    if request.method == "POST" and form.is_valid():
        acts.open_ambition(ambition, by=actor_of(request), version=form.opened_version, **form.values())
        messages.success(request, _("The regions are asked. Their answers come to your tasks."))
        return redirect(ambition)
    return render(request, "actionplans/ambition_open.html", {"ambition": ambition, "form": form}, status=422 if form.errors else 200)


def _drop(request: HttpRequest, ambition: Ambition) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        acts.drop_ambition(ambition, by=actor_of(request), reason=form.cleaned_data["reason"], version=form.opened_version)
        messages.success(request, _("Ambition dropped. Its reason stays readable."))
        return redirect(ambition)
    return render(request, "actionplans/ambition_drop.html", {"ambition": ambition, "form": form}, status=422 if form.errors else 200)


# Points -------------------------------------------------------------------------------------------------------------------


@dataclass
class Answered:
    """One text of one answer, with the form that marks a point in it."""

    feedback: Feedback
    question: Question
    form: PointForm


def answered_texts(request: HttpRequest, ambition: Ambition) -> list[Answered]:
    """What was written about the ambition, text by text; the text that was posted carries what was typed."""
    if ambition.feedback_request is None:
        return []
    feedback = Feedback.objects.visible_to(request.user).submitted().filter(request=ambition.feedback_request)
    questions = [q for q in ambition.feedback_request.questionnaire.questions.all() if q.is_text]
    rows = []
    for row in feedback.select_related("invitation__cluster"):
        for question in questions:
            if text := row.answers.get(question.key):
                prefix = f"{row.public_id}-{question.pk}"
                typed = request.POST if f"{prefix}-quote" in request.POST else None
                rows.append(Answered(row, question, PointForm(typed, prefix=prefix, text=text, language=row.language)))
    return rows


def points_page(request: HttpRequest, ambition: Ambition, texts: list[Answered], status: int = 200) -> HttpResponse:
    points = [(p, answer_form(request, p)) for p in ambition.points.select_related("cluster")]
    context = {"ambition": ambition, "texts": texts, "points": points, "open": ambition.status == "open_for_feedback"}
    context["typed"] = [form for form in (*(f for _p, f in points), *(row.form for row in texts)) if form.is_bound]
    return render(request, "actionplans/ambition_points.html", context, status=status)


def answer_form(request: HttpRequest, point: AmbitionPoint) -> AnswerPointForm:
    prefix = str(point.public_id)
    initial = {"answer": point.answer, "reason": point.reason}
    return AnswerPointForm(request.POST if f"{prefix}-reason" in request.POST else None, prefix=prefix, initial=initial)


@require_safe
def ambition_points(request: HttpRequest, slug: str) -> HttpResponse:
    """What other regions answered, text by text; the manager marks points and answers them."""
    ambition = visible_ambition(request, slug)
    require(request.user, "actionplans.answer_point", ambition)
    return points_page(request, ambition, answered_texts(request, ambition))


@require_POST
@one_time
def point_mark(request: HttpRequest, slug: str) -> HttpResponse:
    ambition = visible_ambition(request, slug)
    require(request.user, "actionplans.mark_point", ambition)
    texts = answered_texts(request, ambition)
    row = next((row for row in texts if row.form.is_bound), None)
    if row is None:
        raise Http404
    if not row.form.is_valid():
        return points_page(request, ambition, texts, status=422)
    quote = row.form.cleaned_data["quote"]
    acts.mark_point(ambition, by=actor_of(request), feedback=row.feedback, question=row.question, quote=quote)
    messages.success(request, _("Point marked. Answer it below."))
    return redirect("actionplans:ambition_points", slug=slug)


def visible_point(request: HttpRequest, slug: str, public_id: str) -> AmbitionPoint:
    ambition = visible_ambition(request, slug)
    require(request.user, "actionplans.answer_point", ambition)
    return get_object_or_404(AmbitionPoint.objects.select_related("ambition__feedback_request"), ambition=ambition, public_id=public_id)


@require_POST
@one_time
def point_answer(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    point = visible_point(request, slug, public_id)
    form = AnswerPointForm(request.POST, prefix=str(public_id))
    if not form.is_valid():
        return points_page(request, point.ambition, answered_texts(request, point.ambition), status=422)
    acts.answer_point(point, by=actor_of(request), **form.cleaned_data)
    messages.success(request, _("Point answered."))
    return redirect("actionplans:ambition_points", slug=slug)


@require_POST
@one_time
def point_remove(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    acts.remove_point(visible_point(request, slug, public_id), by=actor_of(request))
    messages.success(request, _("Point removed."))
    return redirect("actionplans:ambition_points", slug=slug)
