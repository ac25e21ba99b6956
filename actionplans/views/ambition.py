"""Pages of ambitions: list, one ambition, writing it, asking other regions, answering their points."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actionplans.domain import ambition as acts
from actionplans.forms.ambition import AmbitionForm, AnswerPointForm, OpenForm, PointForm, ReasonForm
from actionplans.models import Ambition, AmbitionPoint
from clusters.forms.filters import ListFilter
from inno4sports.core.history import history_of
from inno4sports.core.http import actor_of, changed_fields, one_time, paged
from inno4sports.core.lifecycle import Conflict, check_step, steps_open_to
from inno4sports.core.permissions import allowed, require
from learning.models import Feedback, Lesson, Question


def visible_ambition(request: HttpRequest, slug: str) -> Ambition:
    return get_object_or_404(Ambition.objects.visible_to(request.user).select_related("cluster", "topic", "feedback_request"), slug=slug)


@login_not_required
@require_safe
def ambition_list(request: HttpRequest) -> HttpResponse:
    filters = ListFilter(request.GET, request.user)
    rows = Ambition.objects.visible_to(request.user).select_related("cluster", "topic")
    rows = filters.narrowed(rows, words=("title", "text"), topics="topic")
    may_write = request.user.is_authenticated and allowed(request.user, "actionplans.write_ambition")
    return render(request, "actionplans/ambition_list.html", {"page": paged(request, rows), "filters": filters, "may_write": may_write})


@login_not_required
@require_safe
def ambition_detail(request: HttpRequest, slug: str) -> HttpResponse:
    ambition = visible_ambition(request, slug)
    in_network = request.user.is_authenticated and request.user.in_network
    context = {
        "ambition": ambition,
        "points": ambition.points.select_related("cluster"),
        "may_edit": allowed(request.user, "actionplans.edit_ambition", ambition) and ambition.status in ("draft", "open_for_feedback"),
        "may_answer": allowed(request.user, "actionplans.answer_point", ambition) and ambition.status == "open_for_feedback",
        "steps": steps_open_to(ambition, request.user),
        "events": history_of(ambition) if in_network else [],
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
    cited = [c.lesson for c in ambition.citations.select_related("lesson")]
    form = AmbitionForm(request.POST or None, instance=ambition, user=request.user, cited=cited)
    context = {"ambition": ambition, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            acts.edit_ambition(ambition, by=actor_of(request), version=form.opened_version, **form.cleaned_data)
        except Conflict as conflict:
            ambition.version = conflict.thing.version
            context["conflict"] = changed_fields(form, conflict.thing)
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
    acts.AMBITION_STEPS[step](ambition, by=actor_of(request))
    messages.success(request, _("State of the ambition: %(status)s") % {"status": ambition.get_status_display()})
    return redirect(ambition)


def _open(request: HttpRequest, ambition: Ambition) -> HttpResponse:
    form = OpenForm(request.POST or None, ambition=ambition, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        closes_at = dt.datetime.combine(data.pop("closes_on"), dt.time(22, 59), ZoneInfo(ambition.cluster.timezone))
        acts.open_ambition(ambition, by=actor_of(request), closes_at=closes_at, **data)
        messages.success(request, _("The regions are asked. Their answers come to your tasks."))
        return redirect(ambition)
    return render(request, "actionplans/ambition_open.html", {"ambition": ambition, "form": form}, status=422 if form.errors else 200)


def _drop(request: HttpRequest, ambition: Ambition) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        acts.drop_ambition(ambition, by=actor_of(request), reason=form.cleaned_data["reason"])
        messages.success(request, _("Ambition dropped. Its reason stays readable."))
        return redirect(ambition)
    return render(request, "actionplans/ambition_drop.html", {"ambition": ambition, "form": form}, status=422 if form.errors else 200)


# Points -------------------------------------------------------------------------------------------------------------------


@require_safe
def ambition_points(request: HttpRequest, slug: str) -> HttpResponse:
    """What other regions answered, text by text; the manager marks points and answers them."""
    ambition = visible_ambition(request, slug)
    require(request.user, "actionplans.answer_point", ambition)
    feedback = Feedback.objects.visible_to(request.user).submitted().filter(request=ambition.feedback_request)
    questions = list(ambition.feedback_request.questionnaire.questions.all()) if ambition.feedback_request else []
    texts = [
        {"feedback": f, "question": q, "text": f.answers[q.key]}
        for f in feedback.select_related("invitation__cluster")
        for q in questions
        if q.is_text and f.answers.get(q.key)
    ]
    points = [(p, AnswerPointForm(prefix=str(p.public_id))) for p in ambition.points.select_related("cluster")]
    return render(request, "actionplans/ambition_points.html", {"ambition": ambition, "texts": texts, "points": points})


@require_POST
@one_time
def point_mark(request: HttpRequest, slug: str, feedback_id: str, question_id: int) -> HttpResponse:
    ambition = visible_ambition(request, slug)
    require(request.user, "actionplans.mark_point", ambition)
    answers = Feedback.objects.visible_to(request.user).submitted().filter(request=ambition.feedback_request)
    feedback = get_object_or_404(answers.select_related("invitation__cluster"), public_id=feedback_id)
    question = get_object_or_404(Question, pk=question_id, questionnaire=ambition.feedback_request.questionnaire_id)
    form = PointForm(request.POST)
    if form.is_valid():
        acts.mark_point(ambition, by=actor_of(request), feedback=feedback, question=question, quote=form.cleaned_data["quote"])
        messages.success(request, _("Point marked. Answer it below."))
    else:
        messages.error(request, _("Nothing was marked: give the words of the answer, at most 1000 characters."))
    return redirect("actionplans:ambition_points", slug=slug)


def _point(request: HttpRequest, slug: str, public_id: str) -> AmbitionPoint:
    ambition = visible_ambition(request, slug)
    require(request.user, "actionplans.answer_point", ambition)
    return get_object_or_404(AmbitionPoint.objects.select_related("ambition"), ambition=ambition, public_id=public_id)


@require_POST
@one_time
def point_answer(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    point = _point(request, slug, public_id)
    form = AnswerPointForm(request.POST, prefix=public_id)
    if form.is_valid():
        acts.answer_point(point, by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Point answered."))
    else:
        messages.error(request, _("Not saved: choose an answer, and say why if the point is not taken over or only in part."))
    return redirect("actionplans:ambition_points", slug=slug)


@require_POST
@one_time
def point_remove(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    acts.remove_point(_point(request, slug, public_id), by=actor_of(request))
    messages.success(request, _("Point removed."))
    return redirect("actionplans:ambition_points", slug=slug)
