"""Webhooks of a program, for who keeps it: made, changed, their log, sent again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inno4sports.core.http import actor_of, one_time, paged
from inno4sports.core.secrets import show_once, shown_once

from ..domain import webhook as acts
from ..forms.webhook import WebhookForm
from ..models import Program, Webhook, WebhookDelivery


def kept_webhook(request: HttpRequest, public_id: str) -> Webhook:
    rows = Webhook.objects.visible_to(request.user).select_related("program__cluster")
    return get_object_or_404(rows, public_id=public_id)


@require_http_methods(["GET", "POST"])
@one_time
def webhook_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """The webhooks of one program, and the form of a new one."""
    program = get_object_or_404(Program.objects.kept_by(request.user).select_related("cluster"), public_id=public_id)
    form = WebhookForm(request.POST or None, programs=Program.objects.none(), program=program)
    if request.method == "POST" and form.is_valid():
        webhook = acts.create_webhook(program, by=actor_of(request), **form.cleaned_data)
        show_once(request, "webhook", webhook.secret)
        messages.success(request, _("Webhook made."))
        return redirect(webhook)
    context = {"program": program, "cluster": program.cluster, "form": form, "webhooks": program.webhooks.all(), "section": ""}
    return render(request, "clusters/webhook_list.html", context, status=422 if form.errors else 200)


@require_safe
def webhook_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """How it goes: what was sent, what waits, what failed."""
    webhook = kept_webhook(request, public_id)
    page = paged(request, WebhookDelivery.objects.visible_to(request.user).filter(webhook=webhook).order_by("-id"))
    context = {"webhook": webhook, "program": webhook.program, "cluster": webhook.program.cluster, "page": page, "section": ""}
    context["secret"] = shown_once(request, "webhook")
    return render(request, "clusters/webhook_detail.html", context)


@require_POST
@one_time
def webhook_renew(request: HttpRequest, public_id: str) -> HttpResponse:
    webhook = acts.renew_webhook_secret(kept_webhook(request, public_id), by=actor_of(request))
    show_once(request, "webhook", webhook.secret)
    return redirect(webhook)


@require_POST
@one_time
def webhook_switch_on(request: HttpRequest, public_id: str) -> HttpResponse:
    webhook = acts.switch_on_webhook(kept_webhook(request, public_id), by=actor_of(request))
    messages.success(request, _("Switched on. It is told of what it missed."))
    return redirect(webhook)


@require_POST
@one_time
def webhook_delete(request: HttpRequest, public_id: str) -> HttpResponse:
    webhook = kept_webhook(request, public_id)
    acts.delete_webhook(webhook, by=actor_of(request))
    messages.success(request, _("Webhook deleted."))
    return redirect("clusters:webhook_list", public_id=webhook.program.public_id)


@require_POST
@one_time
def delivery_again(request: HttpRequest, public_id: str) -> HttpResponse:
    delivery = get_object_or_404(WebhookDelivery.objects.visible_to(request.user).select_related("webhook__program"), public_id=public_id)
    acts.send_again(delivery, by=actor_of(request))
    messages.success(request, _("It is sent again."))
    return redirect(delivery.webhook)
