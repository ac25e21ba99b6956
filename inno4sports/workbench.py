"""My tasks: what waits for whom, gathered by role from each app's own words; one task, one button."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actionplans.models import Action, ActionPlan, Ambition, Result
from clusters.models import Cluster, Organisation, User
from dissemination.models import Finding
from inno4sports.core import clock
from learning.models import FeedbackInvitation, FeedbackRequest, GoodPractice, Session


@dataclass(frozen=True)
class Task:
    """One row: what, why, until when, and the button that does it."""

    stage: str
    title: str
    language: str
    why: str | Promise
    url: str
    label: str | Promise
    due_on: dt.date | None = None
    cluster: Cluster | None = None
    somebody_waits: bool = False

    def is_late(self, today: dt.date) -> bool:
        return self.due_on is not None and self.due_on < today


def day_of(moment: dt.datetime | None, days: int = 0) -> dt.date | None:
    return None if moment is None else moment.date() + dt.timedelta(days=days)


def feedback_tasks(user: User) -> Iterable[Task]:
    """Answers that are asked of me, and what my requests wait for."""
    asked = FeedbackInvitation.objects.filter(user=user, withdrawn_at=None, request__status="open", request__closes_at__gt=clock.now())
    for invitation in asked.exclude(feedback__status="submitted").select_related("request__cluster")[:20]:
        request = invitation.request
        url = reverse("learning:feedback_answer", args=[invitation.public_id])
        yield Task("feedback", request.title, request.language, _("You are asked for feedback."), url, _("Give feedback"), day_of(request.closes_at), request.cluster, True)
    mine = Q(cluster_id__in=user.managed_ids) | (Q(cluster=None) if user.is_editor else Q(pk=None))
    requests = FeedbackRequest.objects.filter(mine).exclude(status="withdrawn").filter(Q(replied_at=None) | Q(shared_at=None))
    for request in requests.select_related("cluster").annotate(answered=Count("feedback", Q(feedback__status="submitted")))[:20]:
        if request.status == "draft":
            yield Task("feedback", request.title, request.language, _("Nobody is asked yet."), request.get_absolute_url(), _("Open and invite"), None, request.cluster)
        elif request.status == "closed" and request.answered and request.replied_at is None:
            why, url = _("Who answered waits for your reply."), reverse("learning:feedbackrequest_step", args=[request.slug, "reply_to_feedback"])
            yield Task("feedback", request.title, request.language, why, url, _("Write the reply"), day_of(request.closed_at, 14), request.cluster, True)
        elif request.status == "closed" and request.answered and request.shared_at is None:
            why, url = _("Only you can read what was said. Shared, it can be cited."), reverse("learning:summary_detail", args=[request.slug])
            yield Task("feedback", request.title, request.language, why, url, _("Look and share"), None, request.cluster)


def session_tasks(user: User) -> Iterable[Task]:
    """Sessions of mine that are over, or not announced yet."""
    sessions = Session.objects.filter(cluster_id__in=user.managed_ids, status__in=["draft", "announced", "held"]).select_related("cluster")
    for session in sessions.order_by("starts_on")[:20]:
        day = session.ends_on or session.starts_on
        if session.status == "draft":
            yield Task("session", session.title, session.language, _("Still a draft."), session.get_absolute_url(), _("Announce the session"), session.starts_on, session.cluster)
        elif session.status == "announced" and day and day < clock.today():
            yield Task("session", session.title, session.language, _("Its day is over."), session.get_absolute_url(), _("Record that it was held"), day, session.cluster)
        elif session.status == "held" and session.feedback_request_id is None:
            url = f"{reverse('learning:request_create')}?session={session.public_id}"
            yield Task("feedback", session.title, session.language, _("Ask while people remember."), url, _("Ask for feedback"), day and day + dt.timedelta(days=7), session.cluster)


def practice_tasks(user: User) -> Iterable[Task]:
    mine = GoodPractice.objects.visible_to(user)
    waiting = mine.filter(cluster_id__in=user.managed_ids, status="submitted")
    if user.is_editor:
        waiting = waiting | mine.filter(status="published")
    for practice in waiting.select_related("cluster")[:20]:
        if practice.status == "submitted":
            why, label = _("A partner wrote it and waits for you."), _("Publish or return")
        else:
            why, label = _("Published in the network; it can be admitted to the public."), _("Read and admit")
        yield Task("practice", practice.title, practice.language, why, practice.get_absolute_url(), label, None, practice.cluster, practice.status == "submitted")


def member_tasks(user: User) -> Iterable[Task]:
    for organisation in Organisation.objects.filter(cluster_id__in=user.managed_ids, status="pending").select_related("cluster")[:20]:
        why = _("Wants to join your cluster.")
        yield Task("member", organisation.name, organisation.language, why, organisation.get_absolute_url(), _("Approve or decline"), day_of(organisation.created_at, 14), organisation.cluster, True)


def ambition_tasks(user: User) -> Iterable[Task]:
    rows = Ambition.objects.filter(cluster_id__in=user.managed_ids, status__in=["draft", "open_for_feedback"]).select_related("cluster", "feedback_request")
    for ambition in rows.annotate(unanswered=Count("points", Q(points__answer="")))[:20]:
        if ambition.status == "draft":
            url = reverse("actionplans:ambition_step", args=[ambition.slug, "open_ambition"])
            yield Task("ambition", ambition.title, ambition.language, _("Other regions have not been asked yet."), url, _("Ask other regions"), None, ambition.cluster)
        elif ambition.unanswered:
            url = reverse("actionplans:ambition_points", args=[ambition.slug])
            yield Task("ambition", ambition.title, ambition.language, _("A marked point has no answer yet."), url, _("Answer the points"), None, ambition.cluster, True)
        elif ambition.feedback_request and ambition.feedback_request.status == "closed":
            yield Task("ambition", ambition.title, ambition.language, _("Feedback is closed."), ambition.get_absolute_url(), _("Adopt the ambition"), None, ambition.cluster)


def plan_tasks(user: User) -> Iterable[Task]:
    """Plans that stand still, reports and milestones that are due, results to publish: mine as manager or owner."""
    words = {
        "draft": (_("Still a draft."), _("Decide on the text")),
        "decided": (_("The text is decided and waits for the body's endorsement."), _("Record the endorsement")),
        "endorsed": (_("Endorsed; implementing has not begun."), _("Start implementing")),
    }
    for plan in ActionPlan.objects.filter(cluster_id__in=user.managed_ids, status__in=words).select_related("cluster")[:20]:
        why, label = words[plan.status]
        yield Task("plan", plan.title, plan.language, why, plan.get_absolute_url(), label, None, plan.cluster)
    mine = Q(plan__cluster_id__in=user.managed_ids) | Q(owner=user)
    soon = clock.today() + dt.timedelta(days=30)
    actions = Action.objects.filter(mine, plan__status__in=["endorsed", "implementing"]).exclude(state__in=["completed", "abandoned"])
    due = Q(next_report_on__lte=soon) | Q(milestones__due_on__lte=soon, milestones__reached_on=None)
    for action in actions.filter(due).distinct().select_related("plan__cluster").prefetch_related("milestones")[:20]:
        days = [m.due_on for m in action.milestones.all() if m.reached_on is None]
        days += [action.next_report_on] if action.next_report_on else []
        url = reverse("actionplans:report_create", args=[action.plan.slug, action.number])
        yield Task("action", action.title, action.language, _("A report or a milestone is due. If nothing changed, one click says so."), url, _("Report progress"), min(days), action.plan.cluster)
    drafts = Result.objects.filter(Q(action__plan__cluster_id__in=user.managed_ids) | Q(action__owner=user), status="draft")
    for result in drafts.select_related("action__plan__cluster")[:20]:
        yield Task("result", result.title, result.language, _("Drafted, not published."), result.get_absolute_url(), _("Publish the result"), None, result.cluster)


def finding_tasks(user: User) -> Iterable[Task]:
    """Proposals and drafts for editors; what waits for a second person."""
    rows = Finding.objects.visible_to(user).filter(status__in=["proposed", "draft", "in_review"]).select_related("created_by", "submitted_by")
    for finding in rows[:20]:
        own = user.pk in {a.user_id for a in (finding.created_by, finding.submitted_by) if a}
        if finding.status == "proposed" and user.is_editor:
            yield Task("finding", finding.title, finding.language, _("Proposed by a region."), finding.get_absolute_url(), _("Read and take up"), day_of(finding.created_at, 14))
        elif finding.status == "draft" and own:
            yield Task("finding", finding.title, finding.language, _("Your draft."), finding.get_absolute_url(), _("Go on writing"))
        elif finding.status == "in_review" and not own:
            yield Task("finding", finding.title, finding.language, _("Waits for a second person."), finding.get_absolute_url(), _("Read and publish"), day_of(finding.submitted_at, 7), somebody_waits=True)


MANAGERS: tuple[Callable[[User], Iterable[Task]], ...] = (session_tasks, practice_tasks, member_tasks, ambition_tasks)


def tasks_for(user: User) -> list[Task]:
    """All that waits for `user`, the most urgent first; a person's roles decide which questions are asked."""
    found = list(feedback_tasks(user))
    if user.managed_ids:
        for gather in MANAGERS:
            found += gather(user)
    elif user.is_editor:
        found += practice_tasks(user)
    if user.own_memberships:
        found += plan_tasks(user)
    if user.is_editor or user.managed_ids:
        found += finding_tasks(user)
    far = dt.date.max
    return sorted(found, key=lambda t: (t.due_on or far, t.title))


def grouped(tasks: list[Task], today: dt.date) -> list[tuple[str | Promise, list[Task]]]:
    """Late, Within a week, Later, Whenever you can; empty groups are left out."""
    week = today + dt.timedelta(days=7)
    groups = [
        (_("Late"), [t for t in tasks if t.is_late(today)]),
        (_("Within a week"), [t for t in tasks if t.due_on and today <= t.due_on <= week]),
        (_("Later"), [t for t in tasks if t.due_on and t.due_on > week]),
        (_("Whenever you can"), [t for t in tasks if t.due_on is None]),
    ]
    return [(title, rows) for title, rows in groups if rows]
