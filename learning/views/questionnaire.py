"""Screens of questionnaires: list, one, build, change."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clusters.models import Cluster
from inno4sports.core.history import history_of
from inno4sports.core.http import actor_of, one_time, paged
from inno4sports.core.lifecycle import Conflict
from inno4sports.core.permissions import allowed, require

from ..domain.questionnaire import create_questionnaire, edit_questionnaire, is_answered, must_be_free
from ..forms.questionnaire import MORE_ROWS, QuestionnaireForm, Questions, languages_for, rows_of
from ..models import Questionnaire
from ..permissions import hosts_for


@require_safe
def questionnaire_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "learning.create_questionnaire")
    rows = Questionnaire.objects.visible_to(request.user).current().select_related("cluster")
    return render(request, "learning/questionnaire_list.html", {"page": paged(request, rows)})


@require_safe
def questionnaire_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    questionnaire = get_object_or_404(Questionnaire.objects.visible_to(request.user).select_related("cluster"), public_id=public_id)
    free = not questionnaire.shipped and not is_answered(questionnaire)
    context = {
        "questionnaire": questionnaire,
        "questions": questionnaire.questions.all(),
        "events": history_of(questionnaire),
        "may_edit": free and allowed(request.user, "learning.edit_questionnaire", questionnaire),
    }
    return render(request, "learning/questionnaire_detail.html", context)


@require_http_methods(["GET", "POST"])
@one_time
def questionnaire_create(request: HttpRequest) -> HttpResponse:
    """`?from=` begins with the questions of another one."""
    require(request.user, "learning.create_questionnaire")
    model = Questionnaire.objects.visible_to(request.user).filter(public_id=valid_id(request.GET.get("from", ""))).first()
    form = QuestionnaireForm(request.POST or None, hosts=hosts_for(request.user), initial={"title": f"{model.title} 2"} if model else None)
    questions = question_rows(request, form.host, model)
    if saving(request) and form.is_valid() and questions.is_valid():
        made = create_questionnaire(
            cluster=form.host, title=form.cleaned_data["title"], language=get_language() or "en", questions=questions.drafts, by=actor_of(request)
        )
        messages.success(request, _("Questionnaire saved."))
        return redirect(made)
    return build_page(request, "learning/questionnaire_create.html", {"form": form, "questions": questions})


@require_http_methods(["GET", "POST"])
@one_time
def questionnaire_edit(request: HttpRequest, public_id: str) -> HttpResponse:
    questionnaire = get_object_or_404(Questionnaire.objects.visible_to(request.user).select_related("cluster"), public_id=public_id)
    require(request.user, "learning.edit_questionnaire", questionnaire)
    must_be_free(questionnaire)
    form = QuestionnaireForm(request.POST or None, hosts=[questionnaire.cluster], initial={"title": questionnaire.title})
    questions = question_rows(request, questionnaire.cluster, questionnaire)
    context: dict[str, Any] = {"questionnaire": questionnaire, "form": form, "questions": questions}
    if saving(request) and form.is_valid() and questions.is_valid():
        title, drafts = form.cleaned_data["title"], questions.drafts
        try:
            edit_questionnaire(questionnaire, title=title, questions=drafts, by=actor_of(request), version=form.opened_version)
        except Conflict as conflict:
            context |= {"questionnaire": conflict.thing, "conflict": stands(conflict.thing)}
            return render(request, "learning/questionnaire_edit.html", context, status=409)
        messages.success(request, _("Questionnaire saved."))
        return redirect(questionnaire)
    return build_page(request, "learning/questionnaire_edit.html", context)


def stands(questionnaire: Any) -> list[tuple[str, str]]:
    """(label, words) of what somebody else saved meanwhile."""
    questions = "\n".join(f"{n}. {q}" for n, q in enumerate(questionnaire.questions.all(), start=1))
    return [(_("Title"), questionnaire.title), (_("Questions"), questions)]


def valid_id(text: str) -> str | None:
    """The text if it can be a public id."""
    import uuid

    try:
        return str(uuid.UUID(text))
    except ValueError:
        return None


def question_rows(request: HttpRequest, host: Cluster | None, stored: Questionnaire | None) -> Any:
    """The rows as posted, three more when asked for, or those that are stored."""
    arguments = {"form_kwargs": {"languages": languages_for(host)}, "prefix": "questions"}
    if request.method != "POST":
        return Questions(initial=rows_of(stored), **arguments)
    data = request.POST.copy()
    if "more" in data:
        total = data.get("questions-TOTAL_FORMS", "0")
        data["questions-TOTAL_FORMS"] = str(min((int(total) if total.isdigit() else 0) + MORE_ROWS, Questions.max_num))
    return Questions(data, **arguments)


def saving(request: HttpRequest) -> bool:
    """The form is sent to be kept, not only to get more rows."""
    return request.method == "POST" and "more" not in request.POST


def build_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context | {"more": "more" in request.POST}, status=422 if saving(request) else 200)
