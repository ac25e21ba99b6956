"""A program without a browser shows a code; its person types it here, reads what is asked, and decides."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inno4sports.core.http import actor_of, one_time
from inno4sports.core.permissions import require

from ..domain import program as acts
from ..forms.program import DeviceCodeForm
from ..models import Program


@require_safe
def device_authorization(request: HttpRequest) -> HttpResponse:
    """The short address that programs show: on to the page in the person's language."""
    with translation.override(request.user.language):
        url = reverse("clusters:device_approve")
    return redirect(f"{url}?{urlencode({'code': request.GET['code']})}" if request.GET.get("code") else url)


@require_http_methods(["GET", "POST"])
@one_time
def device_approve(request: HttpRequest) -> HttpResponse:
    """First the code, then what the program asks for; nothing is given without a POST."""
    require(request.user, "clusters.keep_tokens")
    form = DeviceCodeForm(request.GET if "code" in request.GET else None)
    known = form.is_valid()
    if request.method == "POST" and known:
        confirm = request.POST.get("answer") == "approve"
        form.answer(request.user, confirm=confirm)
        words = _("Approved: %(name)s acts for you now.") if confirm else _("Not approved: %(name)s")
        messages.success(request, words % {"name": form.program.name})
        return redirect("clusters:token_list")
    context = {"form": form, "known": known, "section": ""}
    return render(request, "clusters/device_approve.html", context, status=422 if form.errors else 200)


@require_POST
@one_time
def approval_withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    program = get_object_or_404(Program.objects.approved_by(request.user), public_id=public_id)
    acts.withdraw_approval(request.user, program, by=actor_of(request))
    messages.success(request, _("%(name)s does not act for you any more.") % {"name": program.name})
    return redirect("clusters:token_list")
