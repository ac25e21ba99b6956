"""My tasks: what waits for whom, gathered by role from each app's own words; one task, one button."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actionplans.models import Action, ActionPlan, Ambition, AmbitionPoint, Milestone, Result
from clusters.models import Cluster, Organisation, User
from dissemination.models import Finding
from inno4sports.core import clock
from inno4sports.core.models import Thing, first_of, number_of
from learning.models import Feedback, FeedbackInvitation, FeedbackRequest, GoodPractice, Lesson, LessonCitation, Session

MOST = 12  # of each kind; whoever has more begins somewhere
WEEK = dt.timedelta(days=7)
MONTH = dt.timedelta(days=30)


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
    is_demo: bool = False
    others: bool = False  # it is with others: nothing to be done here but to look

    def is_late(self, today: dt.date) -> bool:
        return self.due_on is not None and self.due_on < today


def day_of(moment: dt.datetime, user: User, days: int = 0) -> dt.date:
    """The calendar day of a moment where the person is, so many days later."""
    return moment.astimezone(clock.zone(user.timezone)).date() + dt.timedelta(days=days)


def task_on(stage: str, thing: Any, why: str | Promise, label: str | Promise, url: str = "", **more: Any) -> Task:
    """A task on a thing with a title; without `url` its button leads to the thing's page."""
    given = {"cluster": getattr(thing, "cluster", None), "is_demo": thing.is_demo} | more
    return Task(stage, thing.title, thing.language, why, url or thing.get_absolute_url(), label, **given)


# Feedback ---------------------------------------------------------------------------------------------------------------


def answers_asked_of(user: User) -> Iterator[Task]:
    """Requests that are open and that I have not answered."""
    asked = FeedbackInvitation.objects.filter(user=user, withdrawn_at=None, request__status="open", request__closes_at__gt=clock.now())
    for invitation in asked.exclude(feedback__status="submitted").select_related("request__cluster")[:MOST]:
        request = invitation.request
        url = reverse("learning:feedback_answer", args=[invitation.public_id])
        due = day_of(request.closes_at, user)
        yield task_on("feedback", request, _("You are asked for feedback."), _("Give feedback"), url, due_on=due, somebody_waits=True)


def requests_of(user: User) -> Iterator[Task]:
    """What my own requests wait for. Feedback on an ambition is answered by its points, so of that only the waiting is told."""
    mine = Q(cluster_id__in=user.managed_ids) | (Q(cluster=None) if user.is_editor else Q(pk=None))
    rows = FeedbackRequest.objects.filter(mine).exclude(status="withdrawn")
    rows = rows.annotate(
        on_ambition=number_of(Ambition.objects.filter(feedback_request=OuterRef("pk"))),
        invited=number_of(FeedbackInvitation.objects.filter(request=OuterRef("pk"), withdrawn_at=None)),
        answered=number_of(Feedback.objects.filter(request=OuterRef("pk"), status="submitted")),
        is_cited=number_of(LessonCitation.objects.filter(feedback_request=OuterRef("pk"))),
    )
    # Counts, although whether there is one would do: PostgreSQL answers "exists" here by reading the other table whole.
    settled = Q(status="closed") & (Q(answered=0) | Q(on_ambition__gt=0) | Q(replied_at__isnull=False, shared_at__isnull=False, is_cited__gt=0))
    for request in rows.exclude(settled).select_related("cluster").order_by("-created_at", "-id")[:MOST]:
        yield from request_task(request, user)


def request_task(request: Any, user: User) -> Iterator[Task]:
    """The one next thing for a request with `on_ambition`, `invited`, `answered` and `is_cited`."""
    if request.status == "open" and (request.on_ambition or request.answered < request.invited):
        why = _("Answers so far: %(n)s of %(all)s.") % {"n": request.answered, "all": request.invited}
        yield task_on("feedback", request, why, _("See the request"), due_on=day_of(request.closes_at, user), others=True)
    elif request.status == "draft":
        yield task_on("feedback", request, _("Nobody is asked yet."), _("Open and invite"))
    elif request.status == "open" and request.answered:
        yield task_on("feedback", request, _("Everybody has answered."), _("Close the request"), due_on=day_of(request.closes_at, user))
    elif request.status == "open":
        return  # nobody is asked any more
    elif request.replied_at is None:
        url = reverse("learning:feedbackrequest_step", args=[request.slug, "reply_to_feedback"])
        why, due = _("Who answered waits for your reply."), day_of(request.closed_at, user, 21)
        yield task_on("feedback", request, why, _("Write the reply"), url, due_on=due, somebody_waits=True)
    elif request.shared_at is None:
        url = reverse("learning:summary_detail", args=[request.slug])
        yield task_on("feedback", request, _("Only you can read what was said. Shared, it can be cited."), _("Look and share"), url)
    elif not request.is_cited and request.cluster_id:
        url = f"{reverse('learning:lesson_create')}?cite={request.kind}:{request.public_id}"
        yield task_on("lesson", request, _("No lesson rests on what was said yet."), _("Write a lesson"), url)


# Sessions ---------------------------------------------------------------------------------------------------------------


def sessions_near(user: User) -> list[Session]:
    """In one query: the sessions to come that I may see, and my own that are not closed."""
    own = Q(cluster_id__in=user.managed_ids) | Q(cluster=None, created_by__user=user)
    near = Q(status="announced", ends_on__gte=clock.today()) | (own & Q(status__in=["draft", "announced", "held"]))
    rows = Session.objects.visible_to(user).filter(near).select_related("cluster", "feedback_request", "created_by")
    return list(rows.order_by("starts_on", "id")[:MOST])


def session_tasks(sessions: Iterable[Session], user: User) -> Iterator[Task]:
    """Announce, record that it was held, ask for feedback, close."""
    today = clock.today(user.timezone)
    for session in sessions:
        if not (user.manages(session.cluster_id) or (session.cluster_id is None and session.created_by and session.created_by.user_id == user.pk)):
            continue
        last = session.ends_on or session.starts_on
        if session.status == "draft":
            yield task_on("session", session, _("Still a draft. Its audience is not told."), _("Announce the session"), due_on=session.starts_on)
        elif session.status == "announced" and last and last < today:
            yield task_on("session", session, _("Its day is over."), _("Record that it was held"), due_on=last)
        elif session.status == "held" and session.feedback_request is None:
            url = f"{reverse('learning:request_create')}?session={session.public_id}"
            yield task_on("feedback", session, _("Ask while people remember."), _("Ask for feedback"), url, due_on=last and last + WEEK)
        elif session.status == "held" and session.feedback_request.status == "closed":
            yield task_on("session", session, _("Its feedback is closed."), _("Close the session"))


# What waits in one state -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wait:
    """The words of one state in which things wait: `days` after the moment they are due."""

    stage: str
    why: str | Promise
    label: str | Promise
    view: str
    step: str = ""
    days: int | None = None
    somebody_waits: bool = False
    others: bool = False


WAITS = {
    "organisation": Wait("member", _("Wants to join your cluster."), _("Approve or decline"), "clusters:organisation_detail", days=14, somebody_waits=True),
    "submitted": Wait("practice", _("A partner wrote it and waits for you."), _("Publish or return"), "learning:practice_detail", days=14, somebody_waits=True),
    "returned": Wait("practice", _("It came back to you with a reason."), _("Mend and submit"), "learning:practice_detail"),
    "handed_in": Wait("practice", _("The managers of your cluster read it."), _("Open the practice"), "learning:practice_detail", others=True),
    "practice": Wait("practice", _("Your draft."), _("Go on writing"), "learning:practice_edit"),
    "published": Wait("practice", _("The network reads it; with your opinion everybody can."), _("Read and admit"), "learning:practice_detail"),
    "lesson": Wait("lesson", _("Still a draft. Only the managers of your cluster can read it."), _("Share the lesson"), "learning:lesson_detail"),
    "ambition": Wait("ambition", _("Other regions have not been asked yet."), _("Ask other regions"), "actionplans:ambition_step", "open_ambition"),
    "points": Wait("ambition", _("A marked point has no answer yet."), _("Answer the points"), "actionplans:ambition_points", somebody_waits=True),
    "adopt": Wait("ambition", _("Feedback is closed and every marked point is answered."), _("Adopt the ambition"), "actionplans:ambition_detail"),
    "draft": Wait("plan", _("Still a draft."), _("Decide on the text"), "actionplans:plan_detail"),
    "decided": Wait("plan", _("The text is decided and waits for the endorsement."), _("Record the endorsement"), "actionplans:plan_detail"),
    "endorsed": Wait("plan", _("Endorsed; implementing has not begun."), _("Start implementing"), "actionplans:plan_detail"),
    "result": Wait("result", _("Drafted, not published."), _("Publish the result"), "actionplans:result_detail"),
}  # fmt: skip


def in_state(rows: QuerySet, state: Any, title: str = "title", cluster: str = "cluster_id") -> QuerySet:
    """Some of `rows` in the columns that all kinds share; `state` is the key of their words, or a column that holds it."""
    state = Value(state, CharField()) if isinstance(state, str) else state
    return first_of(rows.order_by(), MOST).values_list(state, F("slug"), F(title), F("language"), F("origin"), F("created_at"), F(cluster))


def waiting_in_one_state(user: User) -> list[QuerySet]:
    """One query for each kind whose state alone says what is to be done, all with the same columns."""
    own = {"cluster_id__in": user.managed_ids}
    status = Case(*(When(status=s, then=Value(s)) for s in ("submitted", "returned", "published", "decided", "endorsed")), output_field=CharField())
    author = Q(created_by__user=user)
    practices = GoodPractice.objects.current()
    parts = [
        in_state(practices.filter(author, status="draft"), "practice"),
        in_state(practices.filter(author, status="returned"), "returned"),
        in_state(practices.filter(author, status="submitted").exclude(cluster_id__in=user.managed_ids), "handed_in"),
        in_state(
            Result.objects.filter(Q(action__plan__cluster_id__in=user.managed_ids) | Q(action__owner=user), status="draft"),
            "result",
            cluster="action__plan__cluster_id",
        ),
    ]
    if user.is_editor:
        parts.append(in_state(practices.filter(status="published"), "published"))
    if user.managed_ids:
        plans = ActionPlan.objects.filter(**own)
        parts += [
            in_state(Organisation.objects.filter(**own, status="pending"), "organisation", title="name"),
            in_state(practices.filter(**own, status="submitted"), "submitted"),
            in_state(Lesson.objects.filter(**own, status="draft"), "lesson"),
            in_state(plans.filter(status="draft"), "draft"),
            in_state(plans.filter(status__in=["decided", "endorsed"]), status),
            *ambitions_waiting(Ambition.objects.filter(**own)),
        ]
    return parts


def ambitions_waiting(ambitions: QuerySet) -> list[QuerySet]:
    """To be opened, to be answered, to be adopted."""
    unanswered = Exists(AmbitionPoint.objects.filter(ambition=OuterRef("pk"), answer=""))
    asked = ambitions.filter(status="open_for_feedback")
    return [
        in_state(ambitions.filter(status="draft"), "ambition"),
        in_state(asked.filter(unanswered), "points"),
        in_state(asked.exclude(unanswered).exclude(feedback_request__status="open"), "adopt"),
    ]


def state_tasks(user: User) -> Iterator[Task]:
    """All that waits in one state, in one query; a second one for regions that are not the person's own."""
    first, *rest = waiting_in_one_state(user)
    rows = list(first.union(*rest, all=True))
    clusters = {m.cluster_id: m.cluster for m in user.own_memberships}
    if missing := {row[-1] for row in rows if row[-1]} - set(clusters):
        clusters |= Cluster.objects.in_bulk(missing)
    for state, slug, title, language, origin, made_at, cluster_id in rows:
        wait = WAITS[state]
        url = reverse(wait.view, args=[slug, wait.step] if wait.step else [slug])
        due = None if wait.days is None else day_of(made_at, user, wait.days)
        yield Task(
            wait.stage, title, language, wait.why, url, wait.label, due, clusters.get(cluster_id), wait.somebody_waits,
            is_demo=origin == Thing.Origin.DEMO, others=wait.others,
        )  # fmt: skip


# Actions and findings ------------------------------------------------------------------------------------------------------


def action_tasks(user: User) -> Iterator[Task]:
    """Reports and milestones that are due within a month, the longest due first: of my region's plans, and of the actions I own."""
    soon = clock.today(user.timezone) + MONTH
    running = Action.objects.filter(plan__status__in=["endorsed", "implementing"], state__in=["not_started", "in_progress"]).order_by()
    # Two lookups by index; "or" over two tables would read all of both.
    mine = running.filter(plan__cluster_id__in=user.managed_ids).values("pk").union(running.filter(owner=user).values("pk"))
    under_way = Action.objects.filter(pk__in=mine)
    reports = under_way.filter(next_report_on__lte=soon).select_related("plan__cluster").defer(*LONG).order_by("next_report_on", "id")[:MOST]
    for action in reports:
        url = reverse("actionplans:report_create", args=[action.plan.slug, action.number])
        why = _("A progress report is due. If nothing changed, one click says so.")
        yield task_on("action", action, why, _("Report progress"), url, due_on=action.next_report_on)
    due = Milestone.objects.filter(reached_on=None, due_on__lte=soon, action__in=under_way.exclude(pk__in=[a.pk for a in reports]))
    for milestone in due.select_related("action__plan__cluster").order_by("due_on", "id")[:MOST]:
        action = milestone.action
        yield task_on("action", action, _("A milestone is due."), _("See the milestone"), due_on=milestone.due_on)


# Texts of an action and its plan, which no task shows.
LONG = ("background", "description", "no_citation_reason", "funding", "plan__context", "plan__challenges", "plan__needs", "plan__english_summary")


def finding_tasks(user: User) -> Iterator[Task]:
    """Proposals and drafts for editors; what waits for a second person."""
    rows = Finding.objects.visible_to(user).filter(status__in=["proposed", "draft", "in_review"]).select_related("created_by", "submitted_by")
    for finding in rows[:MOST]:
        own = user.pk in {a.user_id for a in (finding.created_by, finding.submitted_by) if a}
        if finding.status == "proposed" and user.is_editor:
            due = day_of(finding.created_at, user, 14)
            yield task_on("finding", finding, _("Proposed by a region."), _("Read and take up"), due_on=due, somebody_waits=True)
        elif finding.status == "draft" and own and user.is_editor:
            why = _("It came back to you with a reason.") if finding.return_reason else _("Your draft.")
            yield task_on("finding", finding, why, _("Go on writing"), reverse("dissemination:finding_edit", args=[finding.slug]))
        elif finding.status == "in_review" and own:
            yield task_on("finding", finding, _("A second person reads it and publishes it."), _("Open the finding"), others=True)
        elif finding.status == "in_review":
            due = day_of(finding.submitted_at or finding.changed_at, user, 7)
            yield task_on("finding", finding, _("Waits for a second person."), _("Read and publish"), due_on=due, somebody_waits=True)


def region_tasks() -> Iterator[Task]:
    """Regions that wait for the administrator."""
    for cluster in Cluster.objects.filter(status="candidate").order_by("pk")[:MOST]:
        name, why = str(cluster.region_name), _("It is a candidate: visitors do not see it yet.")
        yield Task("cluster", name, "", why, cluster.get_absolute_url(), _("Activate the region"), cluster=cluster, is_demo=cluster.is_demo)


# All of it -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bench:
    """What the page shows: the tasks in groups, and the sessions to come."""

    groups: list[tuple[str | Promise, list[Task]]]
    count: int
    sessions: list[Session]


def bench_of(user: User, today: dt.date) -> Bench:
    """All that waits for `user`; a person's roles decide which questions are asked."""
    sessions = sessions_near(user)
    tasks = [*answers_asked_of(user), *session_tasks(sessions, user), *state_tasks(user), *action_tasks(user)]
    if user.managed_ids or user.is_editor:
        tasks += [*requests_of(user), *finding_tasks(user)]
    if user.is_staff:
        tasks += region_tasks()
    tasks.sort(key=lambda task: (task.due_on or dt.date.max, task.title))
    coming = [s for s in sessions if s.status == "announced" and s.ends_on and s.ends_on >= today]
    return Bench(grouped(tasks, today), sum(not task.others for task in tasks), coming[:4])


def grouped(tasks: list[Task], today: dt.date) -> list[tuple[str | Promise, list[Task]]]:
    """Late, Within a week, Later, Whenever you can, Waiting for others; empty groups are left out."""
    week = today + WEEK
    mine = [t for t in tasks if not t.others]
    groups = [
        (_("Late"), [t for t in mine if t.is_late(today)]),
        (_("Within a week"), [t for t in mine if t.due_on and today <= t.due_on <= week]),
        (_("Later"), [t for t in mine if t.due_on and t.due_on > week]),
        (_("Whenever you can"), [t for t in mine if t.due_on is None]),
        (_("Waiting for others"), [t for t in tasks if t.others]),
    ]
    return [(title, rows) for title, rows in groups if rows]


def first_month(user: User) -> list[tuple[str | Promise, str]]:
    """Five steps for whom nothing waits for: what one begins with in one's role."""
    if user.managed_ids:
        slug = user.managed_clusters[0].slug
        return [
            (_("Invite the people of your cluster"), reverse("clusters:member_invite", args=[slug])),
            (_("Announce a session for other regions"), reverse("learning:session_create")),
            (_("Ask for feedback"), reverse("learning:request_create")),
            (_("Write down what your region learned"), reverse("learning:lesson_create")),
            (_("Shape an ambition for your action plan"), reverse("actionplans:ambition_create")),
        ]
    if user.home_cluster is not None:
        return [
            (_("Read the page of your region"), user.home_cluster.get_absolute_url()),
            (_("Register for a session of another region"), reverse("learning:session_list")),
            (_("Write down one good practice, or one that did not work"), reverse("learning:practice_create")),
            (_("Read what other regions learned"), reverse("learning:lesson_list")),
            (_("Choose the topics you want to hear about"), reverse("clusters:settings")),
        ]
    return [
        (_("See who learned from whom"), reverse("dissemination:evidence")),
        (_("Meet the regions"), reverse("clusters:cluster_list")),
        (_("Read what regions learned"), reverse("learning:lesson_list")),
        (_("Read the findings"), reverse("dissemination:finding_list")),
        (_("Choose the topics you want to hear about"), reverse("clusters:settings")),
    ]
