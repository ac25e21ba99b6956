"""The personal tokens of whoever is signed in."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from inno4sports.core.http import actor_of, one_time
from inno4sports.core.permissions import require
from inno4sports.core.secrets import show_once, shown_once

from ..domain import token as acts
from ..forms.token import TokenForm
from ..models import PersonalToken, Program


@require_http_methods(["GET", "POST"])
@one_time
def token_list(request: HttpRequest) -> HttpResponse:
    """The own tokens, the newest first; a new one is shown on the page after it was made, and never again."""
    require(request.user, "clusters.keep_tokens")
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        token = acts.create_token(request.user, by=actor_of(request), **form.cleaned_data)
        show_once(request, "token", token.secret)
        return redirect("clusters:token_list")
    tokens = PersonalToken.objects.of(request.user)[: acts.MOST * 2]
    context = {"form": form, "tokens": tokens, "approved": Program.objects.approved_by(request.user), "section": ""}
    context["secret"] = "" if request.method == "POST" else shown_once(request, "token")
    return render(request, "clusters/token_list.html", context, status=422 if form.errors else 200)


@require_POST
@one_time
def token_revoke(request: HttpRequest, public_id: str) -> HttpResponse:
    token = acts.revoke_token(get_object_or_404(PersonalToken.objects.of(request.user), public_id=public_id), by=actor_of(request))
    messages.success(request, _("Revoked: %(name)s. It stopped working now.") % {"name": token.name})
    return redirect("clusters:token_list")
