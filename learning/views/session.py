"""Pages of sessions: list, one, new, change, steps."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clusters.forms.filters import ListFilter
from clusters.models import bib_of
from inno4sports.core import clock
from inno4sports.core.forms import PortalForm
from inno4sports.core.http import actor_of, changed_fields, one_time, paged
from inno4sports.core.lifecycle import Conflict, OpenStep, steps_open_to
from inno4sports.core.permissions import allowed, require

from ..domain import session as acts
from ..domain.registration import history_for, is_full, own_registration, why_closed
from ..forms.session import SessionForm
from ..mails.session import times_in
from ..models import FeedbackRequest, Registration, Session
from ..permissions import hosts_for
from ..states import RequestStatus, SessionStatus

# What a row of the list shows.
ROW = ("slug", "title", "language", "origin", "starts_on", "ends_on", "date_text", "place", "link", "status", "session_kind__labels")


def visible_session(request: HttpRequest, slug: str) -> Session:
    """The session, or 404."""
    rows = Session.objects.visible_to(request.user).select_related("cluster", "session_kind", "created_by", "feedback_request")
    return get_object_or_404(rows, slug=slug)


@login_not_required
@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """All that the reader may see, past ones too; the newest first, drafts without a day before them."""
    filters = ListFilter(request)
    rows = filters.narrowed(Session.objects.visible_to(request.user)).select_related("cluster", "session_kind").only(*ROW, *bib_of("cluster"))
    rows = rows.listed()
    may_plan = allowed(request.user, "learning.create_session")
    return render(request, "learning/session_list.html", {"page": paged(request, rows), "filters": filters, "may_plan": may_plan})


@login_not_required
@require_safe
def session_detail(request: HttpRequest, slug: str) -> HttpResponse:
    session, user = visible_session(request, slug), request.user
    in_network = user.is_authenticated and user.in_network
    context: dict[str, Any] = {
        "session": session,
        "times": times_in(session, user.timezone if user.is_authenticated else session.timezone),
        "topics": session.topics.all(),
        "steps": open_steps(session, user),
        "may_edit": allowed(user, "learning.edit_session", session) and session.status not in ("closed", "cancelled"),
        "hosting": allowed(user, "learning.record_attendance", session),
        "may_attend": session.status in ("announced", "held") and acts.has_begun(session),
        "may_write_lesson": session.status in ("held", "closed") and allowed(user, "learning.write_lesson"),
        "closed": why_closed(session),
    }
    if in_network:
        context |= places(session, user) | asked_about(session, user)
        context["events"] = history_for(session, user, hosting=context["hosting"])
    return render(request, "learning/session_detail.html", context)


def places(session: Session, user: Any) -> dict[str, Any]:
    """How many are registered, one's own place, and the persons whom this reader may know: all for hosts, else one's own cluster's."""
    rows = session.registrations.current()
    registered = rows.count()
    people = rows.select_related("cluster", "organisation")
    if not allowed(user, "learning.record_attendance", session):
        people = people.filter(cluster_id__in=user.managed_ids) if user.managed_ids else Registration.objects.none()
    return {
        "registered": registered,
        "full": is_full(session, registered),
        "own": own_registration(session, user),
        "people": people,
        "may_register": allowed(user, "learning.register_for_session", session),
        "may_register_person": allowed(user, "learning.register_person", session) and allowed(user, "learning.register_for_session", session),
    }


def asked_about(session: Session, user: Any) -> dict[str, Any]:
    """The feedback request on it, if the reader may see that; or whether one can be made."""
    asked = session.feedback_request
    seen = FeedbackRequest.objects.visible_to(user).filter(pk=asked.pk).exists() if asked else False
    none_yet = asked is None or asked.status == RequestStatus.WITHDRAWN
    over = session.status in (SessionStatus.HELD, SessionStatus.CLOSED)
    return {
        "asked": asked if seen else None,
        "may_ask": over and none_yet and allowed(user, "learning.create_request", session),
    }


def open_steps(session: Session, user: Any) -> list[OpenStep]:
    """The steps of the table; those that lack something are shown with their reason."""
    reasons = {}
    if missing := acts.missing_for_announcement(session):
        reasons["announce_session"] = _("Missing: %(missing)s") % {"missing": ", ".join(missing)}
    if session.starts_on and not acts.has_begun(session):
        reasons["hold_session"] = _("First day: %(day)s") % {"day": clock.in_words(session.starts_on)}
    return [replace(step, open=False, reason=reasons[step.name]) if step.name in reasons else step for step in steps_open_to(session, user)]


@require_http_methods(["GET", "POST"])
@one_time
def session_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "learning.create_session")
    form = SessionForm(request.POST or None, hosts=hosts_for(request.user))
    if request.method == "POST" and form.is_valid():
        session = acts.create_session(cluster=form.host, topics=form.cleaned_data["topics"], by=actor_of(request), **form.facts)
        messages.success(request, _("Saved as a draft. Announce it when all is said."))
        return redirect(session)
    return render(request, "learning/session_create.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@one_time
def session_edit(request: HttpRequest, slug: str) -> HttpResponse:
    session = visible_session(request, slug)
    require(request.user, "learning.edit_session", session)
    acts.must_not_be_over(session)
    form = SessionForm(request.POST or None, hosts=[session.cluster], stored=session)
    context: dict[str, Any] = {"session": session, "form": form}
    if request.method == "POST" and form.is_valid():
        topics = form.cleaned_data["topics"]
        try:
            acts.edit_session(session, topics=topics, by=actor_of(request), version=form.opened_version, **form.facts)
        except Conflict as conflict:
            context |= {"conflict": changed_fields(form, conflict.thing), "session": conflict.thing}
            return render(request, "learning/session_edit.html", context, status=409)
        messages.success(request, _("Session saved."))
        return redirect(session)
    return render(request, "learning/session_edit.html", context, status=422 if form.errors else 200)


@require_POST
@one_time
def session_step(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    session = visible_session(request, slug)
    if step not in acts.SESSION_STEPS:
        raise Http404
    acts.SESSION_STEPS[step](session, by=actor_of(request), version=PortalForm(request.POST).opened_version)
    messages.success(request, done_words(step))
    return redirect(session)


def done_words(step: str) -> str:
    return {
        "announce_session": _("Announced. Its audience is told."),
        "hold_session": _("Recorded: the session was held. Now is the time to ask for feedback."),
        "close_session": _("Closed. The page stays readable."),
        "cancel_session": _("Cancelled. Everybody who was registered gets an e-mail."),
    }[step]
