"""Asking for feedback: who is asked, until when, and what happens when the time is over."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from clusters.models import Cluster, Membership, Topic, User
from inno4sports.core import clock
from inno4sports.core.acts import acting
from inno4sports.core.history import record
from inno4sports.core.lifecycle import WrongState, changing, reindex, taking
from inno4sports.core.models import Actor, HistoryEvent
from inno4sports.core.notify import notify
from inno4sports.core.outbox import send_mails_later
from inno4sports.core.permissions import allowed

from ..mails.feedback import ASKED, REMINDER
from ..models import FeedbackInvitation, FeedbackRequest, Questionnaire, Session
from ..states import FeedbackStatus, RequestStatus

REMIND_BEFORE = dt.timedelta(days=3)
PAUSE_BETWEEN_REMINDERS = dt.timedelta(hours=24)


@dataclass(frozen=True)
class Invitee:
    """One person to be asked. An address that belongs to an account is asked in the language of that account."""

    email: str
    name: str = ""
    language: str = "en"
    user: User | None = None
    cluster: Cluster | None = None


def hosts_of(request: FeedbackRequest) -> QuerySet[User]:
    """The people who asked: managers of the host, or EPSI's editors."""
    if request.cluster_id is None:
        return User.objects.filter(editor_at__isnull=False, is_active=True)
    return Membership.objects.managers_of(request.cluster_id)


def create_request(
    *,
    cluster: Cluster | None,
    title: str,
    questionnaire: Questionnaire,
    names: str,
    closes_at: dt.datetime,
    by: Actor,
    about_title: str = "",
    about_url: str = "",
    introduction: str = "",
    quoted: bool = False,
    language: str = "en",
    remind_at: dt.datetime | None = None,
    topics: Iterable[Topic] = (),
    session: Session | None = None,
) -> FeedbackRequest:
    """A draft of a request; nobody is told yet. `cluster` None is EPSI. With `session` the session points to it.

    Raises PermissionDenied, and WrongState when the session already asks for feedback.
    """
    request = FeedbackRequest(
        cluster=cluster,
        title=title,
        questionnaire=questionnaire,
        names=names,
        closes_at=closes_at,
        remind_at=remind_at,
        about_title=about_title[:200],
        about_url=about_url,
        introduction=introduction,
        quoted=quoted,
        language=language,
        created_by=by,
        changed_by=by,
        created_at=clock.now(),
        changed_at=clock.now(),
    )
    if not allowed(by, "learning.create_request", request):
        raise PermissionDenied("learning.create_request")
    with acting():
        request.save()
        request.topics.set(topics)
        if session is not None:
            _point_session(session, request)
        record(request, "create_request", by=by)
        reindex(request)
    return request


def about_session(session: Session) -> dict[str, str]:
    """What a request on `session` is about. Kept without a prefix: each reader gets the page in the own language."""
    with translation.override("en"):
        return {"about_title": session.title, "about_url": session.get_absolute_url()}


def _point_session(session: Session, request: FeedbackRequest) -> None:
    if session.cluster_id != request.cluster_id:
        raise PermissionDenied("learning.create_request")
    locked = Session.objects.select_for_update(of=("self",)).select_related("feedback_request").get(pk=session.pk)
    if locked.feedback_request and locked.feedback_request.status != RequestStatus.WITHDRAWN:
        raise WrongState(_("You already ask for feedback on this session."), locked.feedback_request)
    Session.objects.filter(pk=session.pk).update(feedback_request=request)


def edit_request(
    request: FeedbackRequest,
    *,
    title: str,
    introduction: str,
    language: str,
    questionnaire: Questionnaire,
    names: str,
    closes_at: dt.datetime,
    remind_at: dt.datetime | None,
    about_title: str,
    about_url: str,
    by: Actor,
    version: int | None = None,
) -> FeedbackRequest:
    """Change a draft. What people were promised when they were asked stays as it is: WrongState once it was opened."""
    with changing(request, "learning.edit_request", by=by, version=version) as locked:
        must_be_draft(locked)
        locked.title, locked.introduction, locked.language = title, introduction, language
        locked.questionnaire, locked.names = questionnaire, names
        locked.closes_at, locked.remind_at = closes_at, remind_at
        locked.about_title, locked.about_url = about_title[:200], about_url
        record(locked, "edit_request", by=by)
        reindex(locked)
    return request


def must_be_draft(request: FeedbackRequest) -> None:
    """Raises WrongState, with its sentence, once people were asked."""
    if request.status != RequestStatus.DRAFT:
        raise WrongState(_("People were already asked, so the request stays as it is. You can give more time or close it."), request)


# Who is asked -------------------------------------------------------------------------------------------------------------


def invite_to_answer(request: FeedbackRequest, *, people: Sequence[Invitee], by: Actor, open_now: bool = False) -> list[FeedbackInvitation]:
    """Add people; an address that is invited already stays once, one that was withdrawn gets a new link.

    When the request is open the mails go out at once. `open_now` opens a draft in the same act. Answers the new
    invitations. Raises PermissionDenied, WrongState when it is closed or withdrawn.
    """
    with acting():
        with changing(request, "learning.invite_to_answer", by=by) as locked:
            if locked.status not in (RequestStatus.DRAFT, RequestStatus.OPEN):
                raise WrongState(_("The request is closed. Reopen it to ask more people."), locked)
            _must_be_ahead(locked, locked.closes_at)
            added = _add(locked, people)
            if added:
                event = record(locked, "invite_to_answer", by=by)
                if locked.status == RequestStatus.OPEN:
                    _ask(added, event)
        if open_now and request.status == RequestStatus.DRAFT:
            open_request(request, by=by)
    return added


def _add(request: FeedbackRequest, people: Sequence[Invitee]) -> list[FeedbackInvitation]:
    wanted = {person.email.strip().lower(): person for person in reversed(people)}
    present = {i.email.lower(): i for i in request.invitations.all()}
    users = {u.email.lower(): u for u in User.objects.filter(email__in=list(wanted), is_active=True)}
    homes = _homes(users.values())
    rows: list[FeedbackInvitation] = []
    for email, person in reversed(wanted.items()):
        row = present.get(email) or FeedbackInvitation(request=request, email=email)
        if row.pk and row.withdrawn_at is None:
            continue
        user = person.user or users.get(email)
        row.user, row.name, row.withdrawn_at, row.invited_at = user, person.name or (user.name if user else ""), None, None
        row.language = user.language if user else person.language
        row.cluster = person.cluster or (homes.get(user.pk) if user else None)
        rows.append(row)
    FeedbackInvitation.objects.bulk_create([row for row in rows if row.pk is None])
    for row in rows:
        if row.email.lower() in present:
            row.save()
    return rows


def _homes(users: Iterable[User]) -> dict[int, Cluster]:
    """The cluster each of them belongs to: the first managed, else the first."""
    found: dict[int, Cluster] = {}
    rows = Membership.objects.current().filter(user__in=list(users)).select_related("cluster")
    for membership in sorted(rows, key=lambda m: m.role != Membership.Role.MANAGER):
        found.setdefault(membership.user_id, membership.cluster)
    return found


def _ask(invitations: Sequence[FeedbackInvitation], event: HistoryEvent) -> None:
    """Owe each of them the mail with the personal link."""
    FeedbackInvitation.objects.filter(pk__in=[i.pk for i in invitations]).update(invited_at=clock.now())
    send_mails_later(ASKED, (_mail(i, "feedback_asked") for i in invitations))
    notify(event, _users(invitations), "feedback_asked", way="instant")


def _mail(invitation: FeedbackInvitation, about: str, *marks: str) -> tuple[str, str, str, dict[str, Any]]:
    key = ":".join([about, str(invitation.public_id), str(invitation.generation), *marks])
    ids = {"invitation": invitation.pk, "generation": invitation.generation}
    return invitation.email, invitation.language, key, ids


def _users(invitations: Iterable[FeedbackInvitation]) -> QuerySet[User]:
    return User.objects.filter(pk__in=[i.user_id for i in invitations if i.user_id], is_active=True)


def withdraw_link(invitation: FeedbackInvitation, *, by: Actor) -> FeedbackInvitation:
    """The personal link stops working at once; an answer that was sent stays. Withdrawn before: nothing happens."""
    with changing(invitation.request, "learning.withdraw_link", by=by) as request:
        row = FeedbackInvitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if row.withdrawn_at is None:
            row.withdrawn_at = clock.now()
            row.generation += 1
            row.save()
            record(request, "withdraw_link", by=by)
        invitation.refresh_from_db()
    return invitation


# Its lifecycle --------------------------------------------------------------------------------------------------------------


def open_request(request: FeedbackRequest, *, by: Actor, version: int | None = None) -> FeedbackRequest:
    """Everybody who is invited gets the mail with the personal link. WrongState without people or with a past closing time."""
    with taking(request, "open_request", by=by, version=version) as (locked, event):
        invitations = list(locked.invitations.filter(withdrawn_at=None))
        if not invitations:
            raise WrongState(_("Nobody is invited yet. Invite people first."), locked)
        _must_be_ahead(locked, locked.closes_at)
        _ask(invitations, event)
    return request


def remind_request(request: FeedbackRequest, *, by: Actor, version: int | None = None) -> FeedbackRequest:
    """A mail to each who has not answered. WrongState when all have, or when they were reminded within a day."""
    with taking(request, "remind_request", by=by, version=version) as (locked, event):
        now = clock.now()
        _must_be_ahead(locked, locked.closes_at)
        if locked.reminded_at and now - locked.reminded_at < PAUSE_BETWEEN_REMINDERS:
            raise WrongState(_("They were reminded less than a day ago."), locked)
        invitations = list(unanswered(locked))
        if not invitations:
            raise WrongState(_("Everybody has answered."), locked)
        locked.reminded_at = now
        FeedbackInvitation.objects.filter(pk__in=[i.pk for i in invitations]).update(reminded_at=now)
        send_mails_later(REMINDER, (_mail(i, "feedback_reminder", f"{now:%Y%m%dT%H%M}") for i in invitations))
        notify(event, _users(invitations), "feedback_asked", way="instant")
    return request


def unanswered(request: FeedbackRequest) -> QuerySet[FeedbackInvitation]:
    """Whose links work and who has not sent an answer."""
    return request.invitations.filter(withdrawn_at=None).exclude(feedback__status=FeedbackStatus.SUBMITTED)


def extend_request(request: FeedbackRequest, *, closes_at: dt.datetime, by: Actor, version: int | None = None) -> FeedbackRequest:
    """A later closing time; who has not answered is reminded once more before it."""
    with taking(request, "extend_request", by=by, version=version) as (locked, _event):
        if closes_at <= locked.closes_at:
            raise WrongState(_("The new closing time is not later than the present one. Choose a later one."), locked)
        _reschedule(locked, closes_at)
    return request


def reopen_request(request: FeedbackRequest, *, closes_at: dt.datetime, by: Actor, version: int | None = None) -> FeedbackRequest:
    """People can answer and change again. WrongState once the summary is shared: others may already rest on it."""
    with taking(request, "reopen_request", by=by, version=version) as (locked, _event):
        must_be_unshared(locked)
        _reschedule(locked, closes_at)
        locked.closed_at = locked.closed_by = None
    return request


def must_be_unshared(request: FeedbackRequest) -> None:
    """Raises WrongState, with its sentence, once the network reads what was said."""
    if request.shared_at:
        raise WrongState(_("What was said is shared with the network, so it stays as it is. Ask again with a new request."), request)


def _reschedule(request: FeedbackRequest, closes_at: dt.datetime) -> None:
    _must_be_ahead(request, closes_at)
    request.closes_at = closes_at
    request.remind_at = closes_at - REMIND_BEFORE if closes_at - REMIND_BEFORE > clock.now() else None


def _must_be_ahead(request: FeedbackRequest, closes_at: dt.datetime) -> None:
    if closes_at <= clock.now():
        raise WrongState(_("The closing time is over. Choose a later one."), request)


def close_request(request: FeedbackRequest, *, by: Actor, version: int | None = None) -> FeedbackRequest:
    """Nobody can answer any more; the hosts are told."""
    with taking(request, "close_request", by=by, version=version) as (locked, event):
        notify(event, hosts_of(locked), "feedback_closed")
    return request


def withdraw_request(request: FeedbackRequest, *, by: Actor, version: int | None = None) -> FeedbackRequest:
    """Links stop working, mails that still wait are not sent, answers are not used."""
    with taking(request, "withdraw_request", by=by, version=version):
        pass
    return request


def requests_to_remind() -> QuerySet[FeedbackRequest]:
    """Open ones whose reminder is due and was not sent for this closing time."""
    due = FeedbackRequest.objects.filter(status=RequestStatus.OPEN, remind_at__lte=clock.now(), closes_at__gt=clock.now())
    return due.filter(Q(reminded_at=None) | Q(reminded_at__lt=F("remind_at")))


def requests_to_close() -> QuerySet[FeedbackRequest]:
    return FeedbackRequest.objects.filter(status=RequestStatus.OPEN, closes_at__lte=clock.now())
