"""Answering: what is typed is kept as a draft, what is sent counts, and it can be changed until closing."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from inno4sports.core import clock
from inno4sports.core.acts import acting
from inno4sports.core.lifecycle import Conflict, WrongState, save_changed, taking
from inno4sports.core.models import Actor
from inno4sports.core.notify import notify
from inno4sports.core.permissions import allowed

from ..models import Feedback, FeedbackInvitation, FeedbackRequest, ReleasedText
from ..states import FeedbackStatus, RequestStatus
from .request import hosts_of

Answers = dict[str, Any]


def feedback_of(invitation: FeedbackInvitation) -> Feedback | None:
    """What this person wrote so far; None before the first save. Reads only."""
    return Feedback.objects.filter(invitation=invitation).first()


def save_feedback(invitation: FeedbackInvitation, *, typed: Answers, by: Actor, version: int | None = None) -> Feedback:
    """Keep what is typed; the sent answers stay as they are. The first save makes the row.

    `version` is what the page was opened on, 0 before the first save: when another tab saved since, Conflict carries
    what stands. Also after closing the text is kept, for its author alone. PermissionDenied, WrongState when the
    request or the link was withdrawn.
    """
    with transaction.atomic():  # a draft is read by its author alone, and is saved at every pause
        feedback = _locked(invitation, "learning.save_feedback", by)
        if version is not None and version != (feedback.version if feedback.pk else 0):
            raise Conflict(feedback)
        feedback.draft = typed
        _save(feedback, by)
    return feedback


def submit_feedback(
    invitation: FeedbackInvitation,
    *,
    answers: Answers,
    name_ok: bool,
    language: str,
    by: Actor,
    version: int | None = None,
) -> Feedback:
    """Send the answers, or change those that were sent. The hosts are told once.

    When another tab saved since this page was opened (`version`), what is empty here is taken from there, so nothing
    typed is lost. A text that the host released and that changed now is held back again. Raises WrongState after
    closing, PermissionDenied.
    """
    with acting():
        feedback = _locked(invitation, "learning.submit_feedback", by)
        request = _open_request_of(invitation, feedback)
        first = feedback.status != FeedbackStatus.SUBMITTED
        if feedback.pk is None:
            _save(feedback, by)
        elif version is not None and version != feedback.version:
            answers = {**(feedback.draft or feedback.answers), **answers}
        with taking(feedback, "submit_feedback", by=by) as (locked, event):
            locked.answers, locked.draft = answers, {}
            locked.name_ok = name_ok and request.names == FeedbackRequest.Names.NAMED
            locked.language = language
            _revise_released(locked)
            if first:
                notify(event, hosts_of(request), "feedback_received")
    return feedback


def _locked(invitation: FeedbackInvitation, permission: str, by: Actor) -> Feedback:
    """The person's row, or a new one, with the invitation locked so that two tabs queue."""
    row = FeedbackInvitation.objects.select_for_update(of=("self",)).select_related("request").get(pk=invitation.pk)
    feedback = Feedback.objects.select_for_update(of=("self",)).filter(invitation=row).first()
    if feedback is None:
        feedback = Feedback(invitation=row, request=row.request, created_by=by, created_at=clock.now())
    if not allowed(by, permission, feedback):
        raise PermissionDenied(permission)
    if row.withdrawn_at or row.request.status in (RequestStatus.WITHDRAWN, RequestStatus.DRAFT):
        raise WrongState(_("The hosts withdrew this request."), None)
    return feedback


def _open_request_of(invitation: FeedbackInvitation, feedback: Feedback) -> FeedbackRequest:
    # Locked, so that a closing at the same moment either sees this answer or refuses it.
    request = FeedbackRequest.objects.select_for_update(of=("self",)).get(pk=invitation.request_id)
    if not request.takes_answers:
        raise WrongState(_("The request is closed. What you typed is kept."), feedback)
    return request


def _save(feedback: Feedback, by: Actor) -> None:
    if feedback.pk:
        save_changed(feedback, by)
    else:
        feedback.changed_by, feedback.changed_at = by, clock.now()
        feedback.save()


def _revise_released(feedback: Feedback) -> None:
    """Released texts follow their author: a changed text is held back, a name taken back is taken off."""
    for row in ReleasedText.objects.filter(feedback=feedback).select_related("question"):
        if feedback.answers.get(row.question.key) != row.text:
            row.delete()
        elif row.with_name and not feedback.name_ok:
            row.with_name = False
            row.save(update_fields=["with_name"])
