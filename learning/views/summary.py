"""What was said: page, file, and the release of single texts."""

import csv
import io
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inno4sports.core.http import actor_of, localised, one_time, paged
from inno4sports.core.permissions import require

from ..domain.summary import hold_back_text, read_in_full, release_text, summary_of
from ..models import Feedback, Question
from .feedback import said
from .questionnaire import valid_id
from .request import host_steps, visible_request

FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_safe
def summary_detail(request: HttpRequest, slug: str) -> HttpResponse:
    asked = visible_request(request, slug)
    full = read_in_full(asked, request.user)
    summary = summary_of(asked, full=full)
    context: dict[str, Any] = {
        "feedback_request": asked,
        "summary": summary,
        "points": asked.reply_points.all() if asked.replied_at else [],
        "about_url": localised(asked.about_url),
    }
    if full:
        context["page"] = paged(request, summary.singles)
        context["singles"] = [(f, said(f.answers, [s.question for s in summary.questions])) for f in context["page"]]
        context["steps"] = [s for s in host_steps(asked, request.user) if s.name in ("share_summary", "reply_to_feedback")]
    return render(request, "learning/summary_detail.html", context)


@require_safe
def summary_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """All answers, one a row, for the hosts."""
    asked = visible_request(request, slug)
    require(request.user, "learning.read_answers", asked)
    read_in_full(asked, request.user)
    summary = summary_of(asked, full=True)
    questions = [s.question for s in summary.questions]
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow([plain(text) for text in (_("name"), _("region"), _("language"), _("sent"), *(str(q) for q in questions))])
    for feedback in summary.singles:
        rows.writerow([plain(cell) for cell in (*who(feedback), *(cell_of(q, feedback) for q in questions))])
    response = HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{asked.slug}.csv"'
    return response


def who(feedback: Feedback) -> tuple[str, str, str, str]:
    invitation = feedback.invitation
    sent = feedback.submitted_at.strftime("%Y-%m-%d %H:%M") if feedback.submitted_at else ""
    return str(invitation), str(invitation.cluster or ""), feedback.language, sent


def cell_of(question: Question, feedback: Feedback) -> Any:
    value = feedback.answers.get(question.key, "")
    return dict(question.worded_choices).get(value, value) if isinstance(value, str) else value


def plain(cell: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(cell)
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULA) or text.startswith(FORMULA) else text


@require_POST
@one_time
def summary_release(request: HttpRequest, slug: str) -> HttpResponse:
    feedback, question = text_of(request, slug, "learning.release_text")
    release_text(feedback, question=question, by=actor_of(request))
    messages.success(request, _("Text released. Readers of the summary see it."))
    return redirect("learning:summary_detail", slug)


@require_POST
@one_time
def summary_hold_back(request: HttpRequest, slug: str) -> HttpResponse:
    feedback, question = text_of(request, slug, "learning.hold_back_text")
    hold_back_text(feedback, question=question, by=actor_of(request))
    messages.success(request, _("Text held back. Only the hosts see it."))
    return redirect("learning:summary_detail", slug)


def text_of(request: HttpRequest, slug: str, permission: str) -> tuple[Feedback, Question]:
    """The answer and the question named in the form, both of this request."""
    asked = visible_request(request, slug)
    require(request.user, permission, asked)
    rows = Feedback.objects.visible_to(request.user).submitted().filter(request=asked)
    feedback = get_object_or_404(rows, public_id=valid_id(request.POST.get("feedback", "")))
    question = get_object_or_404(Question, questionnaire_id=asked.questionnaire_id, key=request.POST.get("question", ""))
    return feedback, question
