"""Acts on sessions: planned, announced, held, closed, cancelled."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any, TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clusters.models import Cluster, Membership, Topic, User
from inno4sports.core import clock
from inno4sports.core.acts import acting
from inno4sports.core.history import record
from inno4sports.core.lifecycle import WrongState, changing, reindex, taking
from inno4sports.core.models import Actor
from inno4sports.core.notify import notify
from inno4sports.core.outbox import send_mails_later
from inno4sports.core.permissions import allowed

from ..mails.session import CANCELLED, CHANGED
from ..models import Audience, Session, SessionKind
from ..states import SessionStatus

WIDER = [Audience.CLUSTER, Audience.NETWORK, Audience.PUBLIC]
# What people arranged their journey by: a change of it is told.
ARRANGED_BY = ("starts_on", "ends_on", "starts_time", "ends_time", "timezone", "place", "link")


class SessionFacts(TypedDict, total=False):
    """What may be said of a session; its topics and its host are named beside."""

    title: str
    session_kind: SessionKind
    summary: str
    programme: str
    place: str
    link: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    starts_time: dt.time | None
    ends_time: dt.time | None
    timezone: str
    capacity: int | None
    registration_closes_on: dt.date | None
    audience: str
    language: str


def _write(session: Session, facts: SessionFacts) -> None:
    for name, value in facts.items():
        if name not in SessionFacts.__annotations__:
            raise TypeError(name)
        setattr(session, name, value)
    session.ends_on = session.ends_on or session.starts_on  # without a last day it is one day


def create_session(*, cluster: Cluster | None, topics: Iterable[Topic] = (), by: Actor, **facts: Unpack[SessionFacts]) -> Session:
    """A draft of a session, seen by its host alone. `cluster` None is EPSI."""
    session = Session(cluster=cluster, created_by=by, changed_by=by, created_at=clock.now(), changed_at=clock.now())
    _write(session, facts)
    if not allowed(by, "learning.create_session", session):
        raise PermissionDenied("learning.create_session")
    with acting():
        session.save()
        session.topics.set(topics)
        record(session, "create_session", by=by)
        reindex(session)
    return session


def must_not_be_over(session: Session) -> None:
    """Raises WrongState, with its sentence, once it is closed or cancelled."""
    if session.status in (SessionStatus.CLOSED, SessionStatus.CANCELLED):
        raise WrongState(_("The session is over, so its page stays as it is. State: %(status)s.") % {"status": session.get_status_display()}, session)


def edit_session(session: Session, *, topics: Iterable[Topic], by: Actor, version: int | None = None, **facts: Unpack[SessionFacts]) -> Session:
    """Change what is said of it. Who is registered is told when day, hours, place or link of an announced one change.

    WrongState once it is closed or cancelled, when an announced one would lose its day or place, when people who were
    told would be shut out, and when fewer places are left than people are registered.
    """
    with changing(session, "learning.edit_session", by=by, version=version) as locked:
        must_not_be_over(locked)
        before = {name: getattr(locked, name) for name in (*ARRANGED_BY, "audience")}
        _write(locked, facts)
        if locked.status != SessionStatus.DRAFT:
            _must_be_complete(locked)
            _must_not_narrow(locked, before["audience"])
        _must_hold_all(locked)
        locked.topics.set(topics)
        event = record(locked, "edit_session", by=by)
        if locked.status == SessionStatus.ANNOUNCED and any(getattr(locked, name) != before[name] for name in ARRANGED_BY):
            notify(event, registered_users(locked), "session_changed")
            _mail_registered(locked, CHANGED, f"{locked.version + 1}", accounts=False)
        reindex(locked)
    return session


def missing_for_announcement(session: Session) -> list[str]:
    """The words for what people need before they are told of it."""
    needed = [(_("title"), session.title), (_("first day"), session.starts_on), (_("place or link"), session.place or session.link)]
    return [word for word, value in needed if not value]


def _must_be_complete(session: Session) -> None:
    if missing := missing_for_announcement(session):
        raise WrongState(_("People need to know where and when. Missing: %(missing)s.") % {"missing": ", ".join(missing)}, session)


def _must_not_narrow(session: Session, audience: str) -> None:
    if WIDER.index(Audience(session.audience)) < WIDER.index(Audience(audience)):
        raise WrongState(_("People were told of the session already, so it stays open to them."), session)


def _must_hold_all(session: Session) -> None:
    registered = session.registrations.current().count()
    if session.capacity is not None and session.capacity < registered:
        raise WrongState(_("These are fewer places than people who are registered. Registered: %(n)s.") % {"n": registered}, session)


# Its lifecycle ------------------------------------------------------------------------------------------------------------


def announce_session(session: Session, *, by: Actor, version: int | None = None) -> Session:
    """Its audience sees it, is told and can register. WrongState without title, first day, and place or link.

    One whose days are over is put on record without telling anybody.
    """
    with taking(session, "announce_session", by=by, version=version) as (locked, event):
        _must_be_complete(locked)
        locked.ends_on = locked.ends_on or locked.starts_on
        if locked.ends_on is not None and locked.ends_on >= clock.today(locked.timezone):
            notify(event, audience_of(locked), "session_announced")
    return session


def audience_of(session: Session) -> QuerySet[User]:
    """Partners and managers who are told of it: of the own cluster, or of all clusters of the network."""
    rows = Membership.objects.current()
    if session.audience == Audience.CLUSTER:
        rows = rows.filter(cluster=session.cluster_id)
    return User.objects.filter(pk__in=rows.values("user_id"), is_active=True)


def has_begun(session: Session) -> bool:
    """Its first day has come, at the place where it is held."""
    return session.starts_on is not None and session.starts_on <= clock.today(session.timezone)


def hold_session(session: Session, *, by: Actor, version: int | None = None) -> Session:
    """Put on record that it took place. WrongState before its first day."""
    with taking(session, "hold_session", by=by, version=version) as (locked, _event):
        _must_have_begun(locked)
    return session


def _must_have_begun(session: Session) -> None:
    if not has_begun(session):
        day = clock.in_words(session.starts_on) if session.starts_on else ""
        raise WrongState(_("The session has not begun. First day: %(day)s.") % {"day": day}, session)


def close_session(session: Session, *, by: Actor, version: int | None = None) -> Session:
    """Nothing is left to do: page and attendance stay as they are."""
    with taking(session, "close_session", by=by, version=version):
        pass
    return session


def cancel_session(session: Session, *, by: Actor, version: int | None = None) -> Session:
    """It does not take place; everybody who is registered gets a mail."""
    with taking(session, "cancel_session", by=by, version=version) as (locked, event):
        notify(event, registered_users(locked), "session_changed", way="instant")
        _mail_registered(locked, CANCELLED, "cancelled")
    return session


def registered_users(session: Session) -> QuerySet[User]:
    held = session.registrations.current().exclude(user=None)
    return User.objects.filter(pk__in=held.values("user_id"), is_active=True)


def _mail_registered(session: Session, mail: str, mark: str, *, accounts: bool = True) -> None:
    """Owe a mail to each who is registered; without `accounts` to those alone whom no digest reaches."""
    rows = session.registrations.current().select_related("user")
    owed: list[tuple[str, str, str, dict[str, Any]]] = [
        (r.email, r.user.language if r.user else r.language, f"{mail}:{r.public_id}:{mark}", {"registration": r.pk})
        for r in rows
        if accounts or r.user is None
    ]
    send_mails_later(mail, owed)


def record_attendance(session: Session, *, present: Collection[int], by: Actor, version: int | None = None) -> Session:
    """Say who of the registered was there: `present` are ids of registrations; all others were not.

    WrongState before the first day and once the session is closed.
    """
    with changing(session, "learning.record_attendance", by=by, version=version) as locked:
        if locked.status not in (SessionStatus.ANNOUNCED, SessionStatus.HELD):
            raise WrongState(
                _("Attendance is recorded until the session is closed. State: %(status)s.") % {"status": locked.get_status_display()}, locked
            )
        _must_have_begun(locked)
        rows = locked.registrations.current()
        rows.filter(pk__in=present).update(attended=True)
        rows.exclude(pk__in=present).update(attended=False)
        record(locked, "record_attendance", by=by)
    return session


SESSION_STEPS = {
    "announce_session": announce_session,
    "hold_session": hold_session,
    "close_session": close_session,
    "cancel_session": cancel_session,
}
