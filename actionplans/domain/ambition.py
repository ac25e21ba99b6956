"""Acts on ambitions: write, ask other regions, mark and answer their points, adopt, realise, drop."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actionplans.models import Ambition, AmbitionCitation, AmbitionPoint
from clusters.models import Cluster, Membership, User
from inno4sports.core import clock
from inno4sports.core.acts import acting
from inno4sports.core.citations import cite
from inno4sports.core.history import record
from inno4sports.core.lifecycle import WrongState, changing, reindex, taking
from inno4sports.core.models import Actor
from inno4sports.core.notify import notify
from inno4sports.core.permissions import allowed
from learning.domain.request import REMIND_BEFORE, Invitee, create_request, invite_to_answer, open_request
from learning.models import Feedback, Lesson, Question, Questionnaire

EDITABLE = ("draft", "open_for_feedback")
ADOPTED = _("An adopted ambition is not edited any more.")


@acting()
def write_ambition(cluster: Cluster, *, by: Actor, lessons: Iterable[Lesson] = (), **fields: Any) -> Ambition:
    """A draft of the cluster's own."""
    if not allowed(by, "actionplans.write_ambition", cluster):
        raise PermissionDenied("actionplans.write_ambition")
    ambition = Ambition.objects.create(cluster=cluster, created_by=by, changed_by=by, created_at=clock.now(), **fields)
    record(ambition, "write_ambition", by=by)
    cite(ambition, AmbitionCitation, lessons, by=by)
    reindex(ambition)
    return ambition


def edit_ambition(ambition: Ambition, *, by: Actor, lessons: Iterable[Lesson], version: int | None = None, **fields: Any) -> Ambition:
    """Text and citations change until it is adopted. Raises WrongState after that, Conflict."""
    with changing(ambition, "actionplans.edit_ambition", by=by, version=version) as locked:
        if locked.status not in EDITABLE:
            raise WrongState(ADOPTED, locked)
        for name, value in fields.items():
            setattr(locked, name, value)
        record(locked, "edit_ambition", by=by)
        cite(locked, AmbitionCitation, lessons, by=by)
        reindex(locked)
    return ambition


def open_ambition(
    ambition: Ambition,
    *,
    by: Actor,
    regions: Iterable[Cluster],
    questionnaire: Questionnaire,
    closes_at: dt.datetime,
    names: str = "to_managers",
    version: int | None = None,
) -> Ambition:
    """Ask the managers of `regions` for feedback: makes, fills and opens the feedback request in the same transaction.

    Who has not answered is reminded before it closes. WrongState when none of the regions has a manager.
    """
    with taking(ambition, "open_ambition", by=by, version=version) as (locked, event):
        with translation.override(locked.language):
            title = str(_("Feedback on an ambition: %(title)s") % {"title": locked.title})[:150]
        with translation.override("en"):
            # Kept without a prefix: each reader gets the page in the own language.
            url = locked.get_absolute_url()
        remind_at = closes_at - REMIND_BEFORE
        request = create_request(
            cluster=locked.cluster, title=title, quoted=True, about_title=locked.title, about_url=url, questionnaire=questionnaire,
            names=names, closes_at=closes_at, remind_at=remind_at if remind_at > clock.now() else None,
            language=locked.language, by=by,
        )  # fmt: skip
        invite_to_answer(request, people=list(_invitees(regions)), by=by)
        open_request(request, by=by)
        locked.feedback_request = request
        notify(event, Membership.objects.managers_of(*regions), "ambition_opened", way="instant")
    return ambition


def _invitees(regions: Iterable[Cluster]) -> Iterable[Invitee]:
    rows = Membership.objects.current().filter(cluster__in=regions, role=Membership.Role.MANAGER, user__is_active=True)
    for membership in rows.select_related("user", "cluster"):
        user = membership.user
        yield Invitee(user.email, user.name, user.language, user, membership.cluster)


# Points -------------------------------------------------------------------------------------------------------------------


def mark_point(ambition: Ambition, *, by: Actor, feedback: Feedback, question: Question, quote: str) -> AmbitionPoint:
    """Mark a sentence of an answer as a point to be answered; it must stand in that answer word for word (WrongState)."""
    with changing(ambition, "actionplans.mark_point", by=by) as locked:
        if locked.status != "open_for_feedback":
            raise WrongState(_("Points are marked while the ambition is open for feedback."), locked)
        answer = str(feedback.answers.get(question.key, ""))
        if feedback.request_id != locked.feedback_request_id or not question.is_text or quote.strip() not in answer or not quote.strip():
            raise WrongState(_("These words do not stand in the answer. Copy them from it."), locked)
        point = AmbitionPoint.objects.create(
            ambition=locked, feedback=feedback, question=question, cluster=feedback.invitation.cluster, quote=quote.strip(),
            language=feedback.language, marked_at=clock.now(),
        )  # fmt: skip
        record(locked, "mark_point", by=by)
    return point


def remove_point(point: AmbitionPoint, *, by: Actor) -> None:
    """Only while it is not answered (WrongState)."""
    with changing(point.ambition, "actionplans.remove_point", by=by) as locked:
        if AmbitionPoint.objects.filter(pk=point.pk).exclude(answer="").exists():
            raise WrongState(_("This point has its answer already."), locked)
        record(locked, "remove_point", by=by)
        point.delete()


def answer_point(point: AmbitionPoint, *, by: Actor, answer: str, reason: str) -> AmbitionPoint:
    """Taken over, in part, or not; a reason is owed unless it is taken over (WrongState)."""
    with changing(point.ambition, "actionplans.answer_point", by=by) as locked:
        if locked.status != "open_for_feedback":
            raise WrongState(_("Points are answered before the ambition is adopted."), locked)
        if answer != AmbitionPoint.Answer.ACCEPTED and not reason.strip():
            raise WrongState(_("Say why it is not taken over, or only in part."), locked)
        point.answer, point.reason = answer, reason
        point.answered_at, point.answered_by = clock.now(), by
        point.save()
        record(locked, "answer_point", by=by)
    return point


# The way on ---------------------------------------------------------------------------------------------------------------


def adopt_ambition(ambition: Ambition, *, by: Actor, version: int | None = None) -> Ambition:
    """The ambition becomes public. Its feedback must be closed and every marked point answered (WrongState).

    Tells whoever gave feedback, and the managers of the regions whose lessons it cites.
    """
    with taking(ambition, "adopt_ambition", by=by, version=version) as (locked, event):
        if reason := not_adopted_because(locked, locked.points.all()):
            raise WrongState(reason, locked)
        gave = User.objects.none()
        if locked.feedback_request_id:
            submitted = Feedback.objects.submitted().filter(request=locked.feedback_request_id)
            gave = User.objects.filter(pk__in=submitted.values("invitation__user_id"))
        notify(event, gave, "point_answered")
        notify(event, Membership.objects.managers_of(*_giving(locked)), "ambition_adopted")
    return ambition


def not_adopted_because(ambition: Ambition, points: Iterable[AmbitionPoint]) -> str | Promise:
    """What must be done before adoption, as a sentence; empty when nothing stands in the way."""
    if ambition.feedback_request is not None and ambition.feedback_request.status == "open":
        return _("Feedback is still open. Close it first, or wait until it closes.")
    if any(not point.answer for point in points):
        return _("A point of the feedback has no answer yet. Answer every point first.")
    return ""


def _giving(ambition: Ambition) -> list[int]:
    """The regions whose lessons the ambition cites."""
    rows = ambition.citations.values_list("lesson__from_cluster_id", "lesson__cluster_id")
    return [pk for pair in rows for pk in pair if pk and pk != ambition.cluster_id]


def realise_ambition(ambition: Ambition, *, by: Actor, version: int | None = None) -> Ambition:
    with taking(ambition, "realise_ambition", by=by, version=version):
        pass
    return ambition


def drop_ambition(ambition: Ambition, *, by: Actor, reason: str, version: int | None = None) -> Ambition:
    """Dropped with its reason, which stays readable."""
    with taking(ambition, "drop_ambition", by=by, version=version, note=reason) as (locked, _event):
        locked.drop_reason = reason
    return ambition


AMBITION_STEPS = {"adopt_ambition": adopt_ambition, "realise_ambition": realise_ambition}
