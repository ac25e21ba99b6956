"""Places at a session: taken by oneself or by one's manager, given back. Of two who come at once one gets the last."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from clusters.models import Cluster, Organisation, User
from inno4sports.core import clock
from inno4sports.core.acts import acting
from inno4sports.core.history import TOLD, record
from inno4sports.core.lifecycle import WrongState
from inno4sports.core.models import Actor, HistoryEvent
from inno4sports.core.outbox import send_mail_later
from inno4sports.core.permissions import allowed

from ..mails.session import REGISTERED
from ..models import Registration, Session
from ..states import SessionStatus

# What the history says of places; it names people, so it is read like the list of who is registered.
PLACE_VERBS = ("register_for_session", "register_person", "leave_session", "remove_person")


def why_closed(session: Session) -> str:
    """Why nobody can register now, as a sentence; "" while people can. The closing day itself still counts."""
    if session.status == SessionStatus.DRAFT:
        return _("Registration opens when the session is announced.")
    if session.status != SessionStatus.ANNOUNCED:
        return _("Registration is over. State of the session: %(status)s.") % {"status": session.get_status_display()}
    last = session.registration_closes_on or session.starts_on
    if last is not None and last < clock.today(session.timezone):
        return _("Registration closed on %(day)s.") % {"day": clock.in_words(last)}
    return ""


def is_full(session: Session, registered: int) -> bool:
    return session.capacity is not None and registered >= session.capacity


def no_places_left() -> str:
    return _("All places are taken. Ask the hosts: one may come free.")


@contextmanager
def _locked(session: Session, permission: str, by: Actor) -> Iterator[Session]:
    """The session's row, locked: places are counted and taken under it. Its version stays, nobody edited it."""
    with acting():
        locked = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
        if not allowed(by, permission, locked):
            raise PermissionDenied(permission)
        yield locked


def _person(by: Actor) -> User:
    """Places are taken and given back by people with an account: raises PermissionDenied for link holders and the system."""
    if by.user is None:
        raise PermissionDenied("learning.register_for_session")
    return by.user


def register_for_session(session: Session, *, by: Actor) -> Registration:
    """Take a place for oneself; a mail confirms it. Registered before: that registration is answered.

    Raises PermissionDenied outside the audience, WrongState when registration is closed or no place is left.
    """
    with _locked(session, "learning.register_for_session", by) as locked:
        user = _person(by)
        home = user.home_cluster
        organisation = next((m.organisation for m in user.own_memberships if home and m.cluster_id == home.pk), None)
        return _take_place(locked, Registration(user=user, name=user.name, email=user.email, language=user.language,
                                                cluster=home, organisation=organisation), "register_for_session", by)  # fmt: skip


def register_person(
    session: Session, *, cluster: Cluster, name: str, email: str, language: str, organisation: Organisation | None = None, by: Actor
) -> Registration:
    """A manager takes a place for a person of the own cluster, who gets a mail; without an account that is enough.

    Raises as `register_for_session` does, and PermissionDenied for a cluster that `by` does not manage.
    """
    with _locked(session, "learning.register_person", by) as locked:
        if not _person(by).manages(cluster.pk) or not allowed(by, "learning.register_for_session", locked):
            raise PermissionDenied("learning.register_person")
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        return _take_place(locked, Registration(user=user, name=name, email=email, language=user.language if user else language,
                                                cluster=cluster, organisation=organisation), "register_person", by)  # fmt: skip


def _take_place(session: Session, wanted: Registration, verb: str, by: Actor) -> Registration:
    email = wanted.email.strip().lower()
    held = session.registrations.current()
    if (present := held.filter(email=email).first()) is not None:
        return present
    if closed := why_closed(session):
        raise WrongState(closed, session)
    if is_full(session, held.count()):
        raise WrongState(no_places_left(), session)
    wanted.session, wanted.email = session, email
    wanted.registered_at, wanted.registered_by = clock.now(), by
    wanted.save()
    record(session, verb, by=by)
    send_mail_later(REGISTERED, email, wanted.language, key=f"{REGISTERED}:{wanted.public_id}", registration=wanted.pk)
    return wanted


def history_for(session: Session, user: User, *, hosting: bool) -> list[HistoryEvent]:
    """The history; who took a place is told to the hosts and to that person alone, as on the list."""
    rows = HistoryEvent.objects.filter(thing_kind=session.kind, thing_id=session.public_id).select_related("actor")
    if not hosting:
        rows = rows.filter(~Q(verb__in=PLACE_VERBS) | Q(actor__user=user))
    return list(rows[:TOLD])


def own_registration(session: Session, user: User) -> Registration | None:
    return session.registrations.current().filter(user=user).first()


def leave_session(session: Session, *, by: Actor) -> None:
    """Give one's own place back; not registered: nothing happens. WrongState once the session is no longer ahead."""
    with _locked(session, "learning.leave_session", by) as locked:
        registration = own_registration(locked, _person(by))
        if registration is not None:
            _give_back(locked, registration, "leave_session", by)


def remove_person(registration: Registration, *, by: Actor) -> None:
    """A manager takes a person of the own cluster off the list, a host anybody. PermissionDenied for others."""
    with _locked(registration.session, "learning.register_for_session", by) as locked:
        held = locked.registrations.current().filter(pk=registration.pk).first()
        if held is None:
            return
        if not _person(by).manages(held.cluster_id) and not allowed(by, "learning.record_attendance", locked):
            raise PermissionDenied("learning.register_person")
        _give_back(locked, held, "remove_person", by)


def _give_back(session: Session, registration: Registration, verb: str, by: Actor) -> None:
    if session.status != SessionStatus.ANNOUNCED:
        raise WrongState(
            _("The list of the session stays as it is. State of the session: %(status)s.") % {"status": session.get_status_display()}, session
        )
    registration.left_at, registration.left_by = clock.now(), by
    registration.save(update_fields=["left_at", "left_by"])
    record(session, verb, by=by)
