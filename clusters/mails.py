"""Mails about joining: invited, organisation signed up, to be approved, decided. They take ids and run at send time."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from inno4sports.core.outbox import Letter, mail_of
from inno4sports.core.tokens import make_token

from .models import Invitation, Membership, Organisation, Webhook
from .states import ClusterStatus, OrganisationStatus

INVITED = "clusters.invited"
SIGN_UP_RECEIVED = "clusters.sign_up_received"
TO_APPROVE = "clusters.organisation_to_approve"
DECIDED = "clusters.organisation_decided"
WEBHOOK_OFF = "clusters.webhook_off"
PURPOSE = "invitation"


def invitation_url(invitation: Invitation) -> str:
    """The personal link, under the prefix of the active language. Computed, never stored."""
    token = make_token(PURPOSE, invitation.public_id, invitation.generation)
    return settings.SITE_URL + reverse("clusters:invitation", args=[token])


@mail_of(INVITED)
def invited(ids: dict[str, Any]) -> Letter | None:
    """Due while the invitation works."""
    invitation = Invitation.objects.select_related("cluster", "organisation", "invited_by").filter(pk=ids["invitation"]).first()
    if invitation is None or not invitation.is_open or invitation.cluster.status == ClusterStatus.ARCHIVED:
        return None
    subject = _("Invitation to the portal for %(region)s") % {"region": invitation.cluster}
    context = {"invitation": invitation, "cluster": invitation.cluster, "url": invitation_url(invitation)}
    context["is_manager"] = invitation.role == Membership.Role.MANAGER
    return Letter(subject, "clusters/invited", context)


def _organisation(ids: dict[str, Any]) -> Organisation | None:
    return Organisation.objects.select_related("cluster").filter(pk=ids["organisation"]).first()


@mail_of(SIGN_UP_RECEIVED)
def sign_up_received(ids: dict[str, Any]) -> Letter | None:
    """The receipt: due until it is decided, then the other mail says more."""
    organisation = _organisation(ids)
    if organisation is None or organisation.status != OrganisationStatus.PENDING:
        return None
    subject = _("Received: sign-up of %(name)s") % {"name": organisation.name}
    return Letter(subject, "clusters/sign_up_received", {"organisation": organisation, "cluster": organisation.cluster})


@mail_of(TO_APPROVE)
def organisation_to_approve(ids: dict[str, Any]) -> Letter | None:
    """Due while it waits and the reader manages the cluster."""
    organisation = _organisation(ids)
    if organisation is None or organisation.status != OrganisationStatus.PENDING:
        return None
    if not Membership.objects.managers_of(organisation.cluster_id).filter(pk=ids["user"]).exists():
        return None
    url = settings.SITE_URL + reverse("clusters:cluster_members", args=[organisation.cluster.slug])
    subject = _("Waits for your approval: %(name)s") % {"name": organisation.name}
    context = {"organisation": organisation, "cluster": organisation.cluster, "url": url}
    return Letter(subject, "clusters/organisation_to_approve", context)


@mail_of(DECIDED)
def organisation_decided(ids: dict[str, Any]) -> Letter | None:
    """Due while the decision stands that it tells of."""
    organisation = _organisation(ids)
    if organisation is None or organisation.status != ids["status"]:
        return None
    approved = organisation.status == OrganisationStatus.APPROVED
    words = _("Approved: %(name)s") if approved else _("Not approved: %(name)s")
    context = {"organisation": organisation, "cluster": organisation.cluster, "approved": approved}
    context["url"] = settings.SITE_URL + organisation.get_absolute_url()
    return Letter(words % {"name": organisation.name}, "clusters/organisation_decided", context)


@mail_of(WEBHOOK_OFF)
def webhook_off(ids: dict[str, Any]) -> Letter | None:
    """Due while it is off."""
    webhook = Webhook.objects.select_related("program").filter(pk=ids["webhook"]).exclude(off_at=None).first()
    if webhook is None:
        return None
    context = {"webhook": webhook, "program": webhook.program, "url": settings.SITE_URL + webhook.get_absolute_url()}
    return Letter(_("Switched off: a webhook of %(name)s") % {"name": webhook.program.name}, "clusters/webhook_off", context)
