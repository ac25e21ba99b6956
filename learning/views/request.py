"""Screens of a feedback request, for those who ask: list, one, new, change, invite, steps."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inno4sports.core.forms import PortalForm
from inno4sports.core.history import history_of
from inno4sports.core.http import actor_of, changed_fields, localised, one_time, paged
from inno4sports.core.lifecycle import Conflict, OpenStep, check_step, steps_open_to
from inno4sports.core.models import number_of
from inno4sports.core.permissions import allowed, require

from ..domain import request as acts
from ..domain.summary import must_await_reply, reply_to_feedback, share_summary
from ..forms.feedback import ReplyPoints
from ..forms.request import ClosingForm, RequestFilter, RequestForm, invite_form
from ..models import Feedback, FeedbackInvitation, FeedbackRequest, Session
from ..permissions import hosts_for
from ..states import REQUEST, RequestStatus
from .questionnaire import valid_id

# Asked beside each row that is shown: joined, all rows would be counted before the first is.
INVITED = number_of(FeedbackInvitation.objects.filter(request=OuterRef("pk"), withdrawn_at=None))
ANSWERED = number_of(Feedback.objects.submitted().filter(request=OuterRef("pk")))
ACTS = {
    "open_request": acts.open_request,
    "close_request": acts.close_request,
    "remind_request": acts.remind_request,
    "withdraw_request": acts.withdraw_request,
    "share_summary": share_summary,
}
CLOSING_ACTS = {"extend_request": acts.extend_request, "reopen_request": acts.reopen_request}


def visible_request(request: HttpRequest, slug: str) -> FeedbackRequest:
    """The request with its counts, or 404."""
    rows = FeedbackRequest.objects.visible_to(request.user).select_related("cluster", "questionnaire", "created_by")
    return get_object_or_404(rows.annotate(invited=INVITED, answered=ANSWERED), slug=slug)


@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    mine = FeedbackInvitation.objects.filter(user=request.user, withdrawn_at=None, request=OuterRef("pk"))
    rows = FeedbackRequest.objects.visible_to(request.user).select_related("cluster")
    rows = rows.annotate(invited=INVITED, answered=ANSWERED, asks_me=Exists(mine)).order_by("-created_at", "-id")
    form = RequestFilter(request.GET, user=request.user)
    page = paged(request, form.narrowed(rows))
    for row in page:
        row.hosting = allowed(request.user, "learning.read_answers", row)
    context = {"page": page, "form": form, "may_create": allowed(request.user, "learning.create_request")}
    return render(request, "learning/request_list.html", context)


@require_safe
def request_detail(request: HttpRequest, slug: str) -> HttpResponse:
    asked = visible_request(request, slug)
    hosting = allowed(request.user, "learning.read_answers", asked)
    context: dict[str, Any] = {
        "feedback_request": asked,
        "hosting": hosting,
        "about_url": localised(asked.about_url),
        "own_invitation": asked.invitations.filter(user=request.user, withdrawn_at=None).select_related("feedback").first(),
        "may_read_summary": hosting or (asked.shared_at and request.user.in_network),
        "events": history_of(asked) if request.user.in_network else [],
    }
    if hosting:
        rows = asked.invitations.select_related("cluster", "feedback").order_by("withdrawn_at", "id")
        context |= {"page": paged(request, rows), "steps": host_steps(asked, request.user)}
        context["may_invite"] = asked.status in (RequestStatus.DRAFT, RequestStatus.OPEN)
    return render(request, "learning/request_detail.html", context)


def host_steps(asked: Any, user: Any) -> list[OpenStep]:
    """The steps of the table, without those that are over and with a reason at those that need answers or people first."""
    over = {"share_summary", "reopen_request"} if asked.shared_at else set()
    over |= {"reply_to_feedback"} if asked.replied_at else set()
    reasons = {} if asked.answered else dict.fromkeys(("share_summary", "reply_to_feedback"), _("Nobody answered."))
    if not asked.invited:
        reasons["open_request"] = _("Invite people first.")
    steps = [step for step in steps_open_to(asked, user) if step.name not in over]
    return [replace(step, open=False, reason=reasons[step.name]) if step.name in reasons else step for step in steps]


@require_http_methods(["GET", "POST"])
@one_time
def request_create(request: HttpRequest) -> HttpResponse:
    """`?session=` asks the people of one session, with everything filled in."""
    require(request.user, "learning.create_request")
    session = session_asked_about(request)
    hosts = [session.cluster] if session else hosts_for(request.user)
    form = RequestForm(request.POST or None, user=request.user, hosts=hosts, session=session)
    if request.method == "POST" and form.is_valid():
        about = acts.about_session(session) if session else {n: form.cleaned_data[n] for n in ("about_title", "about_url")}
        topics = session.topics.all() if session else ()
        made = acts.create_request(cluster=form.host, session=session, topics=topics, by=actor_of(request), **about, **form.request_data)
        messages.success(request, _("Feedback request saved. Choose who is asked."))
        return redirect("learning:request_invite", made.slug)
    return render(request, "learning/request_create.html", {"form": form, "session": session}, status=422 if form.errors else 200)


def session_asked_about(request: HttpRequest) -> Session | None:
    """The session in `?session=`; 404 when it is not visible, 403 when another cluster hosts it."""
    if "session" not in request.GET:
        return None
    rows = Session.objects.visible_to(request.user).select_related("cluster", "feedback_request")
    session = get_object_or_404(rows, public_id=valid_id(request.GET["session"]))
    require(request.user, "learning.create_request", session)
    return session


@require_http_methods(["GET", "POST"])
@one_time
def request_edit(request: HttpRequest, slug: str) -> HttpResponse:
    asked = visible_request(request, slug)
    require(request.user, "learning.edit_request", asked)
    acts.must_be_draft(asked)
    session = asked.sessions.first()
    form = RequestForm(request.POST or None, user=request.user, hosts=[asked.cluster], stored=asked, session=session)
    context: dict[str, Any] = {"feedback_request": asked, "form": form}
    if request.method == "POST" and form.is_valid():
        about = {n: form.cleaned_data.get(n, getattr(asked, n)) for n in ("about_title", "about_url")}
        try:
            acts.edit_request(asked, by=actor_of(request), version=form.opened_version, **about, **form.request_data)
        except Conflict as conflict:
            context |= {"feedback_request": conflict.thing, "conflict": changed_fields(form, conflict.thing)}
            return render(request, "learning/request_edit.html", context, status=409)
        messages.success(request, _("Feedback request saved."))
        return redirect(asked)
    return render(request, "learning/request_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@one_time
def request_invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Two posts: the first shows row by row who would be asked, the second (`confirm`) invites."""
    asked = visible_request(request, slug)
    require(request.user, "learning.invite_to_answer", asked)
    form = invite_form(request.POST or None, asked)
    checked = request.method == "POST" and form.is_valid() and bool(form.people)
    if checked and "confirm" in request.POST:
        new = acts.invite_to_answer(asked, people=form.people, by=actor_of(request), open_now=request.POST["confirm"] == "open")
        messages.success(request, _("People invited: %(n)s") % {"n": len(new)})
        return redirect(asked)
    context = {"feedback_request": asked, "form": form, "checked": checked}
    return render(request, "learning/request_invite.html", context, status=422 if request.method == "POST" and not checked else 200)


@require_POST
@one_time
def request_link_withdraw(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    asked = visible_request(request, slug)
    require(request.user, "learning.withdraw_link", asked)
    acts.withdraw_link(get_object_or_404(asked.invitations, public_id=public_id), by=actor_of(request))
    messages.success(request, _("The personal link no longer works."))
    return redirect(asked)


@require_http_methods(["GET", "POST"])
@one_time
def feedbackrequest_step(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    """POST takes the step; GET shows its form, or what it means before it is confirmed."""
    asked = visible_request(request, slug)
    check_step(asked, step, request.user)
    if step in CLOSING_ACTS:
        return closing_page(request, asked, step)
    if step == "reply_to_feedback":
        return reply_page(request, asked)
    if request.method == "POST":
        ACTS[step](asked, by=actor_of(request), version=PortalForm(request.POST).opened_version)
        messages.success(request, done_words(step))
        return redirect(asked)
    return render(request, "learning/request_step.html", {"feedback_request": asked, "step": REQUEST.by_name[step]})


def done_words(step: str) -> str:
    return {
        "open_request": _("Opened. The e-mails with the personal links go out."),
        "close_request": _("Closed. Nobody can answer any more."),
        "remind_request": _("The reminders go out."),
        "withdraw_request": _("Withdrawn. The links no longer work."),
        "share_summary": _("Shared with the network."),
    }[step]


def closing_page(request: HttpRequest, asked: FeedbackRequest, step: str) -> HttpResponse:
    if step == "reopen_request":
        acts.must_be_unshared(asked)
    form = ClosingForm(request.POST or None, stored=asked)
    if request.method == "POST" and form.is_valid():
        CLOSING_ACTS[step](asked, closes_at=form.cleaned_data["closes_at"], by=actor_of(request), version=form.opened_version)
        messages.success(request, _("The new closing time is set."))
        return redirect(asked)
    context = {"feedback_request": asked, "step": REQUEST.by_name[step], "form": form}
    return render(request, "learning/request_step.html", context, status=422 if form.errors else 200)


def reply_page(request: HttpRequest, asked: Any) -> HttpResponse:
    must_await_reply(asked)
    points = ReplyPoints(request.POST or None, prefix="points")
    if request.method == "POST" and points.is_valid():
        reply_to_feedback(asked, points=points.points, by=actor_of(request), version=PortalForm(request.POST).opened_version)
        messages.success(request, _("The reply goes out to all who answered."))
        return redirect("learning:summary_detail", asked.slug)
    context = {"feedback_request": asked, "points": points}
    return render(request, "learning/reply_edit.html", context, status=422 if request.method == "POST" else 200)
