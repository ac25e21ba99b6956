"""Answering, without an account: the personal link, the questions, the autosaved draft, the receipt."""

import functools
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inno4sports.core.http import actor_of, held_link, keep_link, localised, one_time, typed_back
from inno4sports.core.lifecycle import Conflict, WrongState
from inno4sports.core.models import Actor
from inno4sports.core.tokens import BadLink, read_token

from ..domain.feedback import feedback_of, save_feedback, submit_feedback
from ..forms.feedback import AnswerForm
from ..mails.feedback import PURPOSE, host_name, own_zone, place_of
from ..models import FeedbackInvitation, Question
from ..states import FeedbackStatus

View = Callable[..., HttpResponse]


def live() -> Any:
    """Invitations whose links work, with all that their pages say."""
    return FeedbackInvitation.objects.live().select_related("request__cluster", "request__questionnaire", "cluster", "user")


def read_link(token: str) -> FeedbackInvitation:
    """The invitation a token stands for; BadLink when it is mutilated or withdrawn."""
    public_id, generation = read_token(PURPOSE, token)
    invitation = live().filter(public_id=public_id, generation=generation).first()
    if invitation is None:
        raise BadLink
    return invitation


def gone(request: HttpRequest) -> HttpResponse:
    return private(render(request, "learning/feedback_gone.html", {"typed": typed_back(request)}, status=404))


def private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


def answering(view: View) -> View:
    """Hand the view the invitation of this address, if the reader is the invited person signed in, or holds the link.

    Where somebody with an account was invited, a visitor signs in first: their session may have ended while they wrote.
    """

    @functools.wraps(view)
    def wrapped(request: HttpRequest, public_id: Any) -> HttpResponse:
        invitation = live().filter(public_id=public_id).first()
        if invitation is None:
            return gone(request)
        if not (invited_themselves(request, invitation) or holds_link(request, invitation)):
            if request.user.is_authenticated or invitation.user_id is None:
                return gone(request)
            return private(redirect_to_login(request.get_full_path()))
        return private(view(request, invitation))

    return wrapped


def invited_themselves(request: HttpRequest, invitation: FeedbackInvitation) -> bool:
    return request.user.is_authenticated and invitation.user_id == request.user.pk


def holds_link(request: HttpRequest, invitation: FeedbackInvitation) -> bool:
    try:
        return held_link(request, PURPOSE, invitation.public_id) == invitation.generation
    except BadLink:
        return False


def writer(request: HttpRequest, invitation: FeedbackInvitation) -> Actor:
    """Who writes: the account that was invited, or the holder of the link."""
    if invited_themselves(request, invitation):
        return actor_of(request)
    body = invitation.cluster.name if invitation.cluster else ""
    return Actor.objects.link_holder(invitation, invitation.name or _("Invited person"), body)


@login_not_required
@require_safe
def feedback_link(request: HttpRequest, token: str) -> HttpResponse:
    """From the mail to an address without the token; the token moves into one cookie a language, each for its page alone."""
    try:
        invitation = read_link(token)
    except BadLink:
        return gone(request)
    return private(keep_link("learning:feedback_answer", invitation.public_id, token))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@answering
def feedback_answer(request: HttpRequest, invitation: FeedbackInvitation) -> HttpResponse:
    """The questions. After closing, what was sent and typed is shown back; a late sending is kept as a draft (409)."""
    if request.method == "POST":
        try:
            return send(request, invitation)
        except WrongState:
            late = form_of(invitation, request.POST)
            save_feedback(invitation, typed=late.typed, by=writer(request, invitation))
            return closed_page(request, invitation, status=409)
    if not invitation.request.takes_answers:
        return closed_page(request, invitation)
    return questions_page(request, invitation, form_of(invitation))


@one_time
def send(request: HttpRequest, invitation: FeedbackInvitation) -> HttpResponse:
    form = form_of(invitation, request.POST)
    if not form.is_valid():
        return questions_page(request, invitation, form, status=422)
    submit_feedback(
        invitation,
        answers=form.answers,
        name_ok=form.cleaned_data.get("name_ok", False),
        language=get_language() or "en",
        version=form.opened_version,
        by=writer(request, invitation),
    )
    return redirect("learning:feedback_receipt", invitation.public_id)


def form_of(invitation: FeedbackInvitation, data: Any = None) -> AnswerForm:
    """The form as posted, or filled with what was typed last, else with what was sent."""
    initial: dict[str, Any] = {}
    if data is None and (feedback := feedback_of(invitation)) is not None:
        initial = feedback.draft or {**feedback.answers, "name_ok": feedback.name_ok}
    return AnswerForm(invitation.request.questionnaire.questions.all(), names=invitation.request.names, data=data, initial=initial)


def asked_context(invitation: FeedbackInvitation) -> dict[str, Any]:
    """What every page of one invitation says: who asks, how many, and until when in the reader's place."""
    asked, zone = invitation.request, own_zone(invitation)
    return {
        "feedback_request": asked,
        "invitation": invitation,
        "feedback": feedback_of(invitation),
        "host": host_name(asked),
        "about_url": localised(asked.about_url),
        "invited": asked.invitations.filter(withdrawn_at=None).count(),
        "zone": zone,
        "place": place_of(zone),
    }


def questions_page(request: HttpRequest, invitation: FeedbackInvitation, form: AnswerForm, status: int = 200) -> HttpResponse:
    context = asked_context(invitation) | {"form": form}
    stored = context["feedback"].version if context["feedback"] else 0
    # A page shown again keeps the version it was opened on, so that another tab is still noticed.
    context["version"] = stored if form.opened_version is None else form.opened_version
    return render(request, "learning/feedback_answer.html", context, status=status)


def closed_page(request: HttpRequest, invitation: FeedbackInvitation, status: int = 200) -> HttpResponse:
    context = asked_context(invitation)
    feedback, asked = context["feedback"], invitation.request
    questions = list(asked.questionnaire.questions.all()) if feedback else []
    context |= {"late": status == 409, "sent": said(feedback.answers, questions) if feedback else []}
    context["unsent"] = said(feedback.draft, questions) if feedback else []
    context["points"] = asked.reply_points.all() if feedback and feedback.submitted_at else []
    return render(request, "learning/feedback_closed.html", context, status=status)


def said(answers: dict[str, Any], questions: Iterable[Question]) -> list[dict[str, Any]]:
    """Questions with the answers in words, those without left out."""
    found = []
    for question in questions:
        value = answers.get(question.key)
        if value not in (None, ""):
            found.append({"question": question, "value": dict(question.worded_choices).get(str(value), value)})
    return found


@login_not_required
@require_POST
@answering
def feedback_save(request: HttpRequest, invitation: FeedbackInvitation) -> HttpResponse:
    """Autosave: 204 with the new version. 409 with both texts when another tab saved since, and after closing (kept)."""
    form = form_of(invitation, request.POST)
    try:
        feedback = save_feedback(invitation, typed=form.typed, by=writer(request, invitation), version=form.opened_version)
    except Conflict as conflict:
        stands = conflict.thing
        message = _("You wrote in another window since. Reload the page to see that text.")
        stored = stands.draft or stands.answers  # type: ignore[attr-defined]  # a Feedback
        return JsonResponse({"message": message, "version": stands.version, "stored": stored, "typed": form.typed}, status=409)
    if not invitation.request.takes_answers:
        return JsonResponse({"message": _("The request is closed. What you typed is kept."), "closed": True}, status=409)
    response = HttpResponse(status=204)
    response["X-Version"] = str(feedback.version)
    return response


@login_not_required
@require_safe
@answering
def feedback_receipt(request: HttpRequest, invitation: FeedbackInvitation) -> HttpResponse:
    """What was sent, and until when it can be changed."""
    context = asked_context(invitation)
    feedback = context["feedback"]
    if feedback is None or feedback.status != FeedbackStatus.SUBMITTED:
        return redirect("learning:feedback_answer", invitation.public_id)
    context["sent"] = said(feedback.answers, invitation.request.questionnaire.questions.all())
    return render(request, "learning/feedback_receipt.html", context)
