"""Digest preferences by the link in the mail, without signing in; unsubscribing by one click (RFC 8058)."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from clusters.models import User
from dissemination.domain.digest import change_preferences
from dissemination.domain.digest import unsubscribe as end_digest
from dissemination.forms import PreferencesForm
from inno4sports.core.http import held_link, keep_link
from inno4sports.core.tokens import read_token


@login_not_required
@never_cache
@require_safe
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """The address in the mail: exchanges the token for a cookie and goes on to an address without it."""
    public_id, _generation = read_token("preferences", token)
    return keep_link("dissemination:preferences_edit", public_id, token)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def preferences_edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Rhythm and hour of the digest. Saying the same twice changes nothing, so the form needs no one-time key."""
    held_link(request, "preferences", public_id)
    user = get_object_or_404(User, public_id=public_id, is_active=True)
    form = PreferencesForm(request.POST or None, initial={"digest": user.digest, "digest_hour": user.digest_hour})
    saved = request.method == "POST" and form.is_valid()
    if saved:
        change_preferences(user, **form.cleaned_data)
    return render(request, "dissemination/preferences_edit.html", {"form": form, "saved": saved}, status=422 if form.errors else 200)


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """POST ends the digest, by the mail program's button or by ours; GET only shows the button, as scanners open links."""
    public_id, _generation = read_token("preferences", token)
    user = get_object_or_404(User, public_id=public_id)
    translation.activate(user.language)  # the address has no prefix that says it
    if request.method == "POST":
        end_digest(user)
        user.refresh_from_db()
    return render(request, "dissemination/unsubscribe.html", {"done": user.digest == "never", "token": token})
