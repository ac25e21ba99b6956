"""The two addresses of an invitation: the one in the mail, and the one without the token where it is accepted."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from inno4sports.core.http import actor_of, held_link, keep_link, one_time
from inno4sports.core.tokens import BadLink, read_token

from ..domain import member as acts
from ..forms.account import AcceptForm
from ..mails import PURPOSE
from ..models import Invitation, User


@login_not_required
@never_cache
@require_safe
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The address in the mail: the token moves into a cookie and the reader on to an address without it."""
    public_id, _generation = read_token(PURPOSE, token)
    return keep_link("clusters:invitation_accept", public_id, token)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
@one_time
def invitation_accept(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Join: signed in under the invited address, or with a new account."""
    invited = held_invitation(request, public_id)
    mine = request.user.is_authenticated and request.user.email.lower() == invited.email.lower()
    if reason := acts.why_closed(invited):
        if mine and invited.accepted_at:  # their own link again, or back after joining
            return redirect("dashboard")
        return render(request, "clusters/invitation_closed.html", {"invitation": invited, "reason": reason, "section": ""}, status=410)
    stranger = not mine and not User.objects.filter(email__iexact=invited.email).exists()
    form = accept_form(request, invited) if stranger and not request.user.is_authenticated else None
    if request.method == "POST" and mine:
        acts.accept_invitation(invited, by=actor_of(request))
        return welcomed(request, invited, request.user)
    if request.method == "POST" and form is not None and form.is_valid():
        user = acts.accept_with_new_account(invited, **form.cleaned_data)
        login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return welcomed(request, invited, user)
    context = {"invitation": invited, "cluster": invited.cluster, "form": form, "mine": mine, "has_account": not stranger, "section": ""}
    return render(request, "clusters/invitation_accept.html", context, status=422 if form and form.errors else 200)


def held_invitation(request: HttpRequest, public_id: uuid.UUID) -> Invitation:
    """The invitation whose link this browser holds; raises BadLink. A withdrawn one is found, to be told so."""
    generation = held_link(request, PURPOSE, public_id)
    rows = Invitation.objects.select_related("cluster", "organisation", "invited_by")
    invited = get_object_or_404(rows, public_id=public_id)
    if generation != invited.generation and not invited.withdrawn_at:
        raise BadLink
    return invited


def accept_form(request: HttpRequest, invited: Invitation) -> AcceptForm:
    initial = {"name": invited.name, "language": invited.language}
    return AcceptForm(request.POST or None, email=invited.email, initial=initial)


def welcomed(request: HttpRequest, invited: Invitation, user: Any) -> HttpResponse:
    """On to my tasks, in the person's own language."""
    with translation.override(user.language):
        messages.success(request, _("Welcome. You belong to this cluster now: %(name)s") % {"name": invited.cluster.name})
        return redirect("dashboard")
