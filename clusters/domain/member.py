"""People of a cluster: invited by mail, joining, leaving; and how an account comes to be."""

import datetime as dt
from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.utils.translation import gettext as _

from inno4sports.core import clock
from inno4sports.core.acts import acting
from inno4sports.core.history import record
from inno4sports.core.lifecycle import WrongState
from inno4sports.core.models import Actor
from inno4sports.core.notify import notify
from inno4sports.core.outbox import send_mail_later
from inno4sports.core.permissions import allowed

from ..mails import INVITED
from ..models import Cluster, Invitation, Membership, Organisation, User
from ..states import ClusterStatus

INVITED_FOR = dt.timedelta(days=14)


def may_invite(who: object, cluster: Cluster, role: str) -> bool:
    """Managers invite whom they want; an administrator appoints managers, for a region that has none yet."""
    if allowed(who, "clusters.invite_member", cluster):
        return True
    return role == Membership.Role.MANAGER and allowed(who, "clusters.appoint_manager", cluster)


def why_not_invited(cluster: Cluster, email: str, role: str) -> str:
    """A sentence why this address cannot be invited to this role now; empty if it can."""
    rows = Membership.objects.filter(cluster=cluster, user__email__iexact=email, removed_at=None)
    held = rows.values_list("role", flat=True).first()
    if held == Membership.Role.MANAGER or (held and held == role):
        return _("%(email)s is a member of this cluster already.") % {"email": email}
    if Invitation.objects.open().filter(cluster=cluster, email__iexact=email).exists():
        return _("%(email)s has an invitation that still works. Withdraw it first to send another.") % {"email": email}
    return ""


def invite_member(
    cluster: Cluster, *, email: str, name: str, role: str, language: str, organisation: Organisation | None = None, by: Actor
) -> Invitation:
    """Invite a person by mail, for 14 days. Raises PermissionDenied, and WrongState for a member or a second invitation."""
    if not may_invite(by, cluster, role):
        raise PermissionDenied("clusters.invite_member")
    if organisation is not None and organisation.cluster_id != cluster.pk:
        raise PermissionDenied("clusters.invite_member")
    with acting():
        # The row of the cluster is the queue in which two invitations of the same address stand.
        Cluster.objects.select_for_update(of=("self",)).get(pk=cluster.pk)
        if reason := why_not_invited(cluster, email, role):
            raise WrongState(reason, cluster)
        return invite(cluster, email=email, name=name, role=role, language=language, organisation=organisation, by=by)


def invite(cluster: Cluster, *, email: str, name: str, role: str, language: str, organisation: Organisation | None = None, by: Actor) -> Invitation:
    """Write the invitation and owe its mail, in the caller's transaction; the caller has asked who may.

    A person who has an account gets it in the account's language, and finds it among what was told.
    """
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    now = clock.now()
    invitation = Invitation.objects.create(
        cluster=cluster,
        organisation=organisation,
        email=email.lower(),
        name=name,
        role=role,
        language=user.language if user else language,
        invited_at=now,
        invited_by=by,
        expires_at=now + INVITED_FOR,
    )
    event = record(cluster, "invite_member", by=by, note=organisation.name if organisation else "")
    if user is not None:
        notify(event, [user], "invitation", way="instant")
    key = f"invited-{invitation.public_id}-{invitation.generation}"
    send_mail_later(INVITED, invitation.email, invitation.language, key=key, invitation=invitation.pk)
    return invitation


def withdraw_invitation(invitation: Invitation, *, by: Actor) -> Invitation:
    """Its link stops working at once, and a mail that waits is not sent. Raises WrongState if it was accepted."""
    with acting():
        locked = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        cluster = locked.cluster
        if not may_invite(by, cluster, locked.role):
            raise PermissionDenied("clusters.withdraw_invitation")
        if locked.accepted_at or locked.withdrawn_at:
            raise WrongState(why_closed(locked), cluster)
        locked.withdrawn_at, locked.withdrawn_by = clock.now(), by
        locked.generation += 1
        locked.save(update_fields=["withdrawn_at", "withdrawn_by", "generation"])
        record(cluster, "withdraw_invitation", by=by)
        invitation.refresh_from_db()
    return invitation


def why_closed(invitation: Invitation) -> str:
    """A sentence why an invitation cannot be accepted any more; empty while it can."""
    if invitation.withdrawn_at:
        return _("This invitation was withdrawn. Ask the cluster manager if you think that is a mistake.")
    if invitation.accepted_at:
        return _("This invitation was used already. Sign in with the address it was sent to.")
    if invitation.expires_at <= clock.now():
        return _("This invitation has expired. Ask the cluster manager for a new one.")
    if invitation.cluster.status == ClusterStatus.ARCHIVED:
        return _("The region of this invitation is archived.")
    return ""


def accept_invitation(invitation: Invitation, *, by: Actor) -> Membership:
    """The invited person joins; managers are told. The link has been checked by the caller, the address is checked here.

    Raises PermissionDenied for another address than the invited one, WrongState for a closed invitation.
    """
    with acting():
        locked = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if by.user is None or by.user.email.lower() != locked.email.lower():
            raise PermissionDenied("clusters.accept_invitation")
        if reason := why_closed(locked):
            raise WrongState(reason)
        locked.accepted_at, locked.accepted_by = clock.now(), by
        locked.save(update_fields=["accepted_at", "accepted_by"])
        membership = _join(locked, by.user)
        event = record(locked.cluster, "join_cluster", by=by, note=str(membership.get_role_display()))
        notify(event, Membership.objects.managers_of(locked.cluster), "member_joined")
    by.user.refresh_memberships()
    return membership


def _join(invitation: Invitation, user: User) -> Membership:
    """A new membership, or the present one with what the invitation adds: a manager never becomes a partner by it."""
    membership = Membership.objects.filter(user=user, cluster=invitation.cluster, removed_at=None).first()
    if membership is None:
        membership = Membership(user=user, cluster=invitation.cluster, role=invitation.role, created_at=clock.now())
    elif invitation.role == Membership.Role.MANAGER:
        membership.role = Membership.Role.MANAGER
    membership.organisation = invitation.organisation or membership.organisation
    membership.save()
    return membership


def accept_with_new_account(invitation: Invitation, *, name: str, password: str, language: str) -> User:
    """Make the invited person's account, whose address the link has proved, and join. Raises WrongState if one exists."""
    with acting():
        user = create_account(email=invitation.email, name=name, password=password, language=language, timezone=invitation.cluster.timezone)
        accept_invitation(invitation, by=Actor.objects.of(user))
    return user


def create_account(*, email: str, name: str, language: str = "en", timezone: str = "Europe/Brussels", password: str | None = None) -> User:
    """An account whose address counts as verified: whoever makes it has proved or vouches for it.

    Without a password the person signs in by a code in the mail. Raises WrongState if the address has an account.
    """
    try:
        with acting():
            user = User.objects.create_user(email, password, name=name, language=language, timezone=timezone, joined_at=clock.now())
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    except IntegrityError as error:
        raise WrongState(_("This address has an account already. Sign in with it.")) from error
    return user


def remove_member(membership: Membership, *, by: Actor) -> Membership:
    """The person loses access at once and is told. Raises WrongState for the last manager of a region."""
    with acting():
        cluster = Cluster.objects.select_for_update(of=("self",)).get(pk=membership.cluster_id)
        if not allowed(by, "clusters.remove_member", cluster):
            raise PermissionDenied("clusters.remove_member")
        locked = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
        if locked.removed_at:
            raise WrongState(_("This person was removed already."), cluster)
        managers: Iterable[User] = Membership.objects.managers_of(cluster)
        if locked.role == Membership.Role.MANAGER and not any(m.pk != locked.user_id for m in managers):
            raise WrongState(_("This is the last manager of the cluster. Invite another one first."), cluster)
        locked.removed_at, locked.removed_by = clock.now(), by
        locked.save(update_fields=["removed_at", "removed_by"])
        event = record(cluster, "remove_member", by=by)
        notify(event, [locked.user], "member_removed")
        membership.refresh_from_db()
    return membership


def forget_old_invitations(*, before: dt.datetime) -> int:
    """Delete invitations that ended before that moment without being accepted; answers how many."""
    return Invitation.objects.filter(accepted_at=None, expires_at__lt=before).delete()[0]
