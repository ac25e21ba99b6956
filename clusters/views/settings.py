"""A person's own settings."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from inno4sports.core.http import actor_of, changed_fields, one_time
from inno4sports.core.lifecycle import Conflict
from inno4sports.core.permissions import require

from ..domain.settings import edit_settings
from ..forms.account import SettingsForm


@require_http_methods(["GET", "POST"])
@one_time
def settings(request: HttpRequest) -> HttpResponse:
    """What follows after saving is in the language that was chosen."""
    require(request.user, "clusters.edit_settings", request.user)
    form = SettingsForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            edit_settings(form.instance, by=actor_of(request), version=form.opened_version, **form.cleaned_data)
        except Conflict as conflict:
            context = {"form": form, "section": "", "person": conflict.thing, "conflict": changed_fields(form, conflict.thing)}
            return render(request, "clusters/settings.html", context, status=409)
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Settings saved."))
            return redirect("clusters:settings")
    return render(request, "clusters/settings.html", {"form": form, "section": "", "person": request.user}, status=422 if form.errors else 200)
