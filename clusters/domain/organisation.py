"""Acts on member organisations: signed up by strangers, added or pasted by managers, approved, edited, archived."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from inno4sports.core import clock
from inno4sports.core.acts import acting
from inno4sports.core.history import record
from inno4sports.core.lifecycle import WrongState, changing, reindex, taking
from inno4sports.core.models import Actor
from inno4sports.core.notify import notify
from inno4sports.core.outbox import send_mail_later
from inno4sports.core.permissions import allowed

from ..mails import DECIDED, SIGN_UP_RECEIVED, TO_APPROVE
from ..models import Cluster, Membership, Organisation, Topic, User
from ..states import OrganisationStatus


@dataclass(frozen=True)
class Row:
    """One pasted organisation, well formed."""

    name: str
    segment: str
    city: str = ""
    website: str = ""


SIGN_UPS_AN_HOUR = 5


def too_many_sign_ups(address: str) -> bool:
    """Count this sign-up from a network address; true from the sixth within an hour on: each sends a mail."""
    key = f"sign-up-{address}"
    cache.add(key, 0, timeout=3600)
    try:
        return cache.incr(key) > SIGN_UPS_AN_HOUR
    except ValueError:  # it expired between the two calls
        return False


def sign_up_organisation(
    cluster: Cluster,
    *,
    name: str,
    segment: str,
    city: str,
    website: str,
    summary: str,
    contact_name: str,
    contact_email: str,
    contact_language: str,
    by: Actor | None,
) -> Organisation:
    """An organisation asks to be a member. It waits for approval; managers are told, the contact gets a receipt.

    `by` None is a stranger: the history then names the organisation itself, not the person. Raises WrongState for a
    name that the cluster has already.
    """
    organisation = Organisation(
        cluster=cluster,
        name=name,
        segment=segment,
        city=city,
        website=website,
        summary=summary,
        language=contact_language,
        contact_name=contact_name,
        contact_email=contact_email.lower(),
        contact_language=contact_language,
    )
    with acting():
        actor = by or Actor.objects.link_holder(organisation, name)
        _save_new(organisation, actor)
        event = record(organisation, "sign_up_organisation", by=actor)
        managers = list(Membership.objects.managers_of(cluster))
        notify(event, managers, "organisation_to_approve", way="instant")
        for manager in managers:
            key = f"to-approve-{organisation.public_id}-{manager.pk}"
            send_mail_later(TO_APPROVE, manager.email, manager.language, key=key, organisation=organisation.pk, user=manager.pk)
        key = f"received-{organisation.public_id}"
        send_mail_later(SIGN_UP_RECEIVED, organisation.contact_email, contact_language, key=key, organisation=organisation.pk)
        reindex(organisation)
    return organisation


def _save_new(organisation: Organisation, by: Actor) -> None:
    organisation.created_by = organisation.changed_by = by
    organisation.created_at = organisation.changed_at = clock.now()
    _save(organisation)


def _save(organisation: Organisation) -> None:
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError as error:
        name = organisation.name
        raise WrongState(_("“%(name)s” is in this cluster already, or waits for approval.") % {"name": name}) from error


def add_organisation(
    cluster: Cluster,
    *,
    name: str,
    segment: str,
    city: str = "",
    website: str = "",
    summary: str = "",
    language: str = "en",
    topics: Iterable[Topic] = (),
    contact_name: str = "",
    contact_email: str = "",
    by: Actor,
) -> Organisation:
    """A manager adds a member, which is approved by that. Nobody is told."""
    if not allowed(by, "clusters.add_organisation", cluster):
        raise PermissionDenied("clusters.add_organisation")
    organisation = Organisation(
        cluster=cluster,
        name=name,
        segment=segment,
        city=city,
        website=website,
        summary=summary,
        language=language,
        contact_name=contact_name,
        contact_email=contact_email.lower(),
        contact_language=language if language in dict(settings.LANGUAGES) else "en",
        status=OrganisationStatus.APPROVED,
        decided_at=clock.now(),
        decided_by=by,
    )
    with acting():
        _save_new(organisation, by)
        organisation.topics.set(topics)
        record(organisation, "add_organisation", by=by)
        reindex(organisation)
    return organisation


def add_organisations(cluster: Cluster, *, rows: Sequence[Row], by: Actor) -> list[Organisation]:
    """Add all rows or none: one that fails (WrongState names it) takes the others back."""
    with acting():
        return [
            add_organisation(cluster, name=row.name, segment=row.segment, city=row.city, website=row.website, language=cluster.language, by=by)
            for row in rows
        ]


def edit_organisation(
    organisation: Organisation,
    *,
    name: str,
    segment: str,
    city: str,
    website: str,
    summary: str,
    language: str,
    topics: Iterable[Topic],
    contact_name: str,
    contact_email: str,
    by: Actor,
    version: int | None = None,
) -> Organisation:
    """Change what the directory says. Raises WrongState for a name that another member has."""
    with changing(organisation, "clusters.edit_organisation", by=by, version=version) as locked:
        locked.name, locked.segment, locked.city, locked.website = name, segment, city, website
        locked.summary, locked.language = summary, language
        locked.contact_name, locked.contact_email = contact_name, contact_email.lower()
        _save(locked)
        locked.topics.set(topics)
        record(locked, "edit_organisation", by=by)
        reindex(locked)
    return organisation


def approve_organisation(organisation: Organisation, *, by: Actor, version: int | None = None) -> Organisation:
    """It enters the directory; its contact is told by mail."""
    return _decide(organisation, "approve_organisation", by, version)


def decline_organisation(organisation: Organisation, *, by: Actor, version: int | None = None) -> Organisation:
    """It stays out of the directory; its contact is told by mail."""
    return _decide(organisation, "decline_organisation", by, version)


def _decide(organisation: Organisation, step: str, by: Actor, version: int | None) -> Organisation:
    with taking(organisation, step, by=by, version=version) as (locked, event):
        if locked.contact_email:
            account = User.objects.filter(email__iexact=locked.contact_email, is_active=True).first()
            language = account.language if account else locked.contact_language
            if account is not None:
                notify(event, [account], "organisation_decided", way="instant")
            key = f"decided-{locked.public_id}-{locked.version}"
            ids = {"organisation": locked.pk, "status": locked.status}
            send_mail_later(DECIDED, locked.contact_email, language, key=key, **ids)
    return organisation


def archive_organisation(organisation: Organisation, *, by: Actor, version: int | None = None) -> Organisation:
    """It leaves the directory; what it took part in stays."""
    with taking(organisation, "archive_organisation", by=by, version=version):
        pass
    return organisation


def restore_organisation(organisation: Organisation, *, by: Actor, version: int | None = None) -> Organisation:
    """Back into the directory."""
    with taking(organisation, "restore_organisation", by=by, version=version):
        pass
    return organisation


def forget_declined_contacts(*, before: dt.datetime) -> int:
    """Empty the contact of organisations that were declined before that moment; answers how many."""
    rows = Organisation.objects.filter(status=OrganisationStatus.DECLINED, decided_at__lt=before).exclude(contact_email="")
    return rows.update(contact_name="", contact_email="")
