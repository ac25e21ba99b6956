"""Mails of a feedback request: asked, reminded, and the reply to all who answered."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from inno4sports.core.http import localised
from inno4sports.core.outbox import Letter, mail_of
from inno4sports.core.tokens import make_token

from ..models import FeedbackInvitation, FeedbackRequest
from ..states import FeedbackStatus, RequestStatus

ASKED = "learning.feedback_asked"
REMINDER = "learning.feedback_reminder"
REPLY = "learning.reply_sent"
PURPOSE = "feedback"


def personal_url(invitation: FeedbackInvitation) -> str:
    """The personal link, under the prefix of the active language. Computed, never stored."""
    token = make_token(PURPOSE, invitation.public_id, invitation.generation)
    return settings.SITE_URL + reverse("learning:feedback_link", args=[token])


def host_name(request: FeedbackRequest) -> str:
    """Who asks, in words: the region, or EPSI."""
    return str(request.cluster) if request.cluster_id else "EPSI"


def own_zone(invitation: FeedbackInvitation) -> str:
    """The time zone of the person who is asked, as far as it is known: the account's, the region's, the host's."""
    if invitation.user is not None:
        return invitation.user.timezone
    cluster = invitation.cluster or invitation.request.cluster
    return cluster.timezone if cluster is not None else "Europe/Brussels"


def place_of(zone: str) -> str:
    """“Helsinki” of “Europe/Helsinki”."""
    return zone.rpartition("/")[2].replace("_", " ")


def about_address(request: FeedbackRequest) -> str:
    """The address of what it is about, as the reader of the active language has it."""
    return f"{settings.SITE_URL if request.about_url.startswith('/') else ''}{localised(request.about_url)}"


def _invitation(ids: dict[str, Any]) -> FeedbackInvitation | None:
    """The invitation as it stands now, unless its link was withdrawn since the mail was written down."""
    rows = FeedbackInvitation.objects.select_related("request__cluster", "request__questionnaire", "user", "cluster", "feedback")
    return rows.filter(pk=ids["invitation"], generation=ids["generation"], withdrawn_at=None).first()


def _waits_for(invitation: FeedbackInvitation | None) -> bool:
    if invitation is None or not invitation.request.takes_answers:
        return False
    feedback = getattr(invitation, "feedback", None)
    return feedback is None or feedback.status != FeedbackStatus.SUBMITTED


def _context(invitation: FeedbackInvitation) -> dict[str, Any]:
    request, zone = invitation.request, own_zone(invitation)
    return {
        "feedback_request": request,
        "invitation": invitation,
        "host": host_name(request),
        "url": personal_url(invitation),
        "about_url": about_address(request),
        "zone": zone,
        "place": place_of(zone),
    }


@mail_of(ASKED)
def feedback_asked(ids: dict[str, Any]) -> Letter | None:
    """Due while the request takes answers, the link works and nothing was sent."""
    invitation = _invitation(ids)
    if invitation is None or not _waits_for(invitation):
        return None
    subject = _("Your feedback: %(title)s") % {"title": invitation.request.title}
    return Letter(subject, "learning/feedback_asked", _context(invitation))


@mail_of(REMINDER)
def feedback_reminder(ids: dict[str, Any]) -> Letter | None:
    """Due as the first mail is: who has answered meanwhile is left alone."""
    invitation = _invitation(ids)
    if invitation is None or not _waits_for(invitation):
        return None
    subject = _("Reminder: %(title)s") % {"title": invitation.request.title}
    return Letter(subject, "learning/feedback_reminder", _context(invitation))


@mail_of(REPLY)
def reply_sent(ids: dict[str, Any]) -> Letter | None:
    """To each who answered. A link that was withdrawn since leaves the person without this mail."""
    invitation = _invitation(ids)
    if invitation is None or invitation.request.replied_at is None or invitation.request.status == RequestStatus.WITHDRAWN:
        return None
    subject = _("Reply to your feedback: %(title)s") % {"title": invitation.request.title}
    context = _context(invitation) | {"points": list(invitation.request.reply_points.all())}
    return Letter(subject, "learning/reply_sent", context)
