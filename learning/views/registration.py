"""Places at a session: one's own, a person of one's cluster, and who was there."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from inno4sports.core.http import actor_of, one_time
from inno4sports.core.permissions import require

from ..domain import registration as acts
from ..domain.session import record_attendance
from ..forms.session import AttendanceForm, PersonForm
from .session import visible_session


@require_POST
@one_time
def session_register(request: HttpRequest, slug: str) -> HttpResponse:
    session = visible_session(request, slug)
    acts.register_for_session(session, by=actor_of(request))
    messages.success(request, _("You are registered. An e-mail confirms it."))
    return redirect(session)


@require_POST
@one_time
def session_leave(request: HttpRequest, slug: str) -> HttpResponse:
    session = visible_session(request, slug)
    acts.leave_session(session, by=actor_of(request))
    messages.success(request, _("Your place is free again."))
    return redirect(session)


@require_http_methods(["GET", "POST"])
@one_time
def session_register_person(request: HttpRequest, slug: str) -> HttpResponse:
    session = visible_session(request, slug)
    user: Any = request.user
    for permission in ("learning.register_person", "learning.register_for_session"):
        require(user, permission, session)
    form = PersonForm(request.POST or None, clusters=user.managed_clusters)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        acts.register_person(session, cluster=form.chosen, name=data["name"], email=data["email"], language=data["language"], by=actor_of(request))
        messages.success(request, _("Registered: %(name)s") % {"name": data["name"]})
        return redirect(session)
    return render(request, "learning/session_register_person.html", {"session": session, "form": form}, status=422 if form.errors else 200)


@require_POST
@one_time
def session_remove_person(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    session = visible_session(request, slug)
    require(request.user, "learning.register_for_session", session)
    acts.remove_person(get_object_or_404(session.registrations.select_related("session"), public_id=public_id), by=actor_of(request))
    messages.success(request, _("The person is off the list."))
    return redirect(session)


@require_http_methods(["GET", "POST"])
@one_time
def session_attendance(request: HttpRequest, slug: str) -> HttpResponse:
    session = visible_session(request, slug)
    require(request.user, "learning.record_attendance", session)
    form = AttendanceForm(request.POST or None, registrations=session.registrations.current().select_related("cluster"))
    if request.method == "POST" and form.is_valid():
        record_attendance(session, present=form.cleaned_data["present"], by=actor_of(request), version=form.opened_version)
        messages.success(request, _("Attendance recorded."))
        return redirect(session)
    return render(request, "learning/session_attendance.html", {"session": session, "form": form}, status=422 if form.errors else 200)
