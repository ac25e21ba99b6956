"""Acts on good practices: written, submitted, published to the network, admitted to the public by EPSI, returned, archived."""

from collections.abc import Iterable
from typing import Any, TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from clusters.models import Cluster, Membership, Organisation, Topic, User
from inno4sports.core import clock
from inno4sports.core.acts import acting
from inno4sports.core.history import record
from inno4sports.core.lifecycle import WrongState, changing, reindex, taking
from inno4sports.core.models import Actor
from inno4sports.core.notify import notify
from inno4sports.core.permissions import allowed

from ..models import GoodPractice
from ..states import PracticeStatus


class PracticeFacts(TypedDict, total=False):
    """What may be said of a practice, in the programme's form; its topics and its cluster are named beside."""

    organisation: Organisation | None
    title: str
    outcome: str
    summary: str
    location: str
    challenge: str
    what_was_done: str
    resources_needed: str
    budget_eur: int | None
    starts_on: str
    ends_on: str
    evidence_of_success: str
    difficulties: str
    transferability: str
    website: str
    language: str


# What the programme's form cannot do without; a practice that did not work says why instead of showing results.
COMPULSORY = ("summary", "challenge", "what_was_done")
OF_SUCCESS = ("evidence_of_success", "transferability")
OF_FAILURE = ("difficulties",)


def _write(practice: GoodPractice, facts: PracticeFacts) -> None:
    for name, value in facts.items():
        if name not in PracticeFacts.__annotations__:
            raise TypeError(name)
        setattr(practice, name, value)


def write_practice(*, cluster: Cluster, topics: Iterable[Topic] = (), by: Actor, **facts: Unpack[PracticeFacts]) -> GoodPractice:
    """A draft of a member of `cluster`, seen by its author and the cluster's managers."""
    practice = GoodPractice(cluster=cluster, created_by=by, changed_by=by, created_at=clock.now(), changed_at=clock.now())
    _write(practice, facts)
    if not allowed(by, "learning.write_practice", practice):
        raise PermissionDenied("learning.write_practice")
    with acting():
        practice.save()
        practice.topics.set(topics)
        record(practice, "write_practice", by=by)
        reindex(practice)
    return practice


def why_fixed(practice: GoodPractice, who: object) -> str:
    """Why `who`, who may edit practices of this cluster, cannot edit this one now, as a sentence; "" if they can.

    Its author writes until it is submitted; then the managers answer for it.
    """
    if practice.status == PracticeStatus.ARCHIVED:
        return _("The practice is archived. Bring it back to change it.")
    if practice.status not in (PracticeStatus.DRAFT, PracticeStatus.RETURNED) and not allowed(who, "learning.publish_practice", practice):
        return _("The practice is with the managers of your cluster now. Ask them for the change.")
    return ""


def edit_practice(
    practice: GoodPractice, *, topics: Iterable[Topic], by: Actor, version: int | None = None, **facts: Unpack[PracticeFacts]
) -> GoodPractice:
    """Change what is said of it. WrongState once archived, and for its author once it is submitted."""
    with changing(practice, "learning.edit_practice", by=by, version=version) as locked:
        if reason := why_fixed(locked, by):
            raise WrongState(reason, locked)
        _write(locked, facts)
        if stays_complete(locked):
            _must_be_complete(locked)
        locked.topics.set(topics)
        record(locked, "edit_practice", by=by)
        reindex(locked)
    return practice


def stays_complete(practice: GoodPractice) -> bool:
    """What was submitted once keeps all that the programme asks for; what was recorded from sources came without it."""
    return practice.status not in (PracticeStatus.DRAFT, PracticeStatus.RETURNED) and not practice.is_recorded


def needed_fields(did_not_work: bool) -> tuple[str, ...]:
    """What the programme's form asks for."""
    return COMPULSORY + (OF_FAILURE if did_not_work else OF_SUCCESS)


def missing_for_submission(practice: GoodPractice) -> list[str]:
    """The names of the fields that the programme asks for and that are empty."""
    needed = needed_fields(practice.did_not_work)
    return [str(getattr(practice._meta.get_field(name), "verbose_name", name)) for name in needed if not getattr(practice, name).strip()]


def _must_be_complete(practice: GoodPractice) -> None:
    if missing := missing_for_submission(practice):
        raise WrongState(_("The programme’s form asks for more. Missing: %(missing)s.") % {"missing": ", ".join(missing)}, practice)


# Its lifecycle ------------------------------------------------------------------------------------------------------------


def submit_practice(practice: GoodPractice, *, by: Actor, version: int | None = None) -> GoodPractice:
    """Hand it to the cluster's managers, who are told. WrongState while a compulsory field is empty."""
    with taking(practice, "submit_practice", by=by, version=version) as (locked, event):
        _must_be_complete(locked)
        notify(event, Membership.objects.managers_of(locked.cluster_id), "practice_submitted")
    return practice


def return_practice(practice: GoodPractice, *, reason: str, by: Actor, version: int | None = None) -> GoodPractice:
    """Give it back to its author, who is told and reads `reason`. WrongState without one."""
    with taking(practice, "return_practice", by=by, version=version) as (locked, event):
        if not reason.strip():
            raise WrongState(_("Say why you return the practice."), locked)
        locked.return_reason = reason
        notify(event, _author(locked), "practice_decided")
    return practice


def publish_practice(practice: GoodPractice, *, by: Actor, version: int | None = None) -> GoodPractice:
    """The network sees it. Its author, who follows its topics, and the managers of its cluster are told."""
    with taking(practice, "publish_practice", by=by, version=version) as (locked, event):
        locked.return_reason = ""
        notify(event, _author(locked), "practice_decided")
        notify(event, followers_of(locked), "practice_published")
        notify(event, Membership.objects.managers_of(locked.cluster_id), "practice_published")
    return practice


def _author(practice: GoodPractice) -> list[User]:
    author: Any = practice.created_by
    return [author.user] if author and author.user else []


def followers_of(practice: GoodPractice) -> QuerySet[User]:
    """People of the network who follow one of its topics."""
    members = Membership.objects.current().values("user_id")
    follow = User.objects.filter(topics__in=practice.topics.all(), is_active=True)
    return follow.filter(Q(pk__in=members) | Q(editor_at__isnull=False)).distinct()


def admit_practice(practice: GoodPractice, *, opinion: str, by: Actor, version: int | None = None) -> GoodPractice:
    """EPSI makes it public, with its opinion beside; author and managers are told. WrongState without an opinion."""
    with taking(practice, "admit_practice", by=by, version=version) as (locked, event):
        if not opinion.strip():
            raise WrongState(_("Write the opinion that stands beside the practice."), locked)
        locked.opinion = opinion
        notify(event, _author(locked), "practice_decided")
        notify(event, Membership.objects.managers_of(locked.cluster_id), "practice_published")
    return practice


def archive_practice(practice: GoodPractice, *, by: Actor, version: int | None = None) -> GoodPractice:
    """It leaves lists and search; what cites it keeps its link."""
    with taking(practice, "archive_practice", by=by, version=version) as (locked, _event):
        locked.archived_at = clock.now()
    return practice


def restore_practice(practice: GoodPractice, *, by: Actor, version: int | None = None) -> GoodPractice:
    """Bring it back as a draft: it is submitted, published and admitted anew."""
    with taking(practice, "restore_practice", by=by, version=version) as (locked, _event):
        locked.archived_at = None
    return practice


PRACTICE_STEPS = {
    "submit_practice": submit_practice,
    "publish_practice": publish_practice,
    "archive_practice": archive_practice,
    "restore_practice": restore_practice,
}
