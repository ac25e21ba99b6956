"""Acts on findings: propose, write, review, publish by a second person, correct, archive."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from clusters.models import Membership, User
from dissemination.evidence import clusters_on_trail
from dissemination.models import Correction, Finding, FindingCitation
from inno4sports.core import clock
from inno4sports.core.acts import acting
from inno4sports.core.citations import cite
from inno4sports.core.history import record
from inno4sports.core.lifecycle import WrongState, changing, reindex, taking
from inno4sports.core.models import Actor, Thing
from inno4sports.core.notify import notify
from inno4sports.core.permissions import allowed

DRAFTS_ONLY = _("Only a draft is edited. A published finding is corrected by a dated correction.")


def editors() -> Any:
    return User.objects.filter(editor_at__isnull=False, is_active=True)


@acting()
def _begin(permission: str, verb: str, status: str, by: Actor, cited: Iterable[Thing], topics: Iterable[Any], fields: dict[str, Any]) -> Finding:
    if not allowed(by, permission):
        raise PermissionDenied(permission)
    finding = Finding.objects.create(status=status, created_by=by, changed_by=by, created_at=clock.now(), **fields)
    finding.topics.set(topics)
    cite(finding, FindingCitation, cited, by=by)
    _keep_clusters(finding)
    event = record(finding, verb, by=by)
    if status == "proposed":
        notify(event, editors(), "finding_proposed")
    reindex(finding)
    return finding


def propose_finding(*, by: Actor, cited: Iterable[Thing] = (), topics: Iterable[Any] = (), **fields: Any) -> Finding:
    """A manager or editor says what should be told; EPSI's editors are told."""
    return _begin("dissemination.propose_finding", "propose_finding", "proposed", by, cited, topics, fields)


def write_finding(*, by: Actor, cited: Iterable[Thing] = (), topics: Iterable[Any] = (), **fields: Any) -> Finding:
    """An editor's draft."""
    return _begin("dissemination.write_finding", "write_finding", "draft", by, cited, topics, fields)


def _keep_clusters(finding: Finding) -> None:
    """The regions on its trail, kept for who may publish, who is told and whose page shows it."""
    finding.cited_clusters.set(clusters_on_trail(finding))


def edit_finding(finding: Finding, *, by: Actor, cited: Iterable[Thing], topics: Iterable[Any], version: int | None = None, **fields: Any) -> Finding:
    """While it is a draft (WrongState), on the version the reader saw (Conflict)."""
    with changing(finding, "dissemination.edit_finding", by=by, version=version) as locked:
        if locked.status != "draft":
            raise WrongState(DRAFTS_ONLY, locked)
        for name, value in fields.items():
            setattr(locked, name, value)
        locked.topics.set(topics)
        cite(locked, FindingCitation, cited, by=by)
        _keep_clusters(locked)
        record(locked, "edit_finding", by=by)
        reindex(locked)
    return finding


def take_up_finding(finding: Finding, *, by: Actor, version: int | None = None) -> Finding:
    """An editor makes a proposal the own draft; from now on that editor is its author."""
    with taking(finding, "take_up_finding", by=by, version=version) as (locked, _event):
        locked.created_by = by
    return finding


def submit_finding(finding: Finding, *, by: Actor, version: int | None = None) -> Finding:
    """To review. Needs a citation, or the address of a publication (WrongState). Who may publish it is told."""
    with taking(finding, "submit_finding", by=by, version=version) as (locked, event):
        if not locked.citations.exists() and not locked.publication_url:
            raise WrongState(_("A finding rests on something: cite it, or give the address of the publication."), locked)
        _keep_clusters(locked)
        notify(event, editors(), "finding_in_review")
        notify(event, Membership.objects.managers_of(*locked.cited_clusters.all()), "finding_in_review")
    return finding


def publish_finding(finding: Finding, *, by: Actor, version: int | None = None) -> Finding:
    """By a second person: another editor or a manager of a cited region; never its author (PermissionDenied).

    Tells the managers of every region on its trail, however far back, and who follows its topics.
    """
    with taking(finding, "publish_finding", by=by, version=version) as (locked, event):
        locked.published_on = locked.published_on or clock.today()
        _keep_clusters(locked)
        notify(event, Membership.objects.managers_of(*locked.cited_clusters.all()), "finding_published")
        notify(event, followers(locked), "finding_published")
    return finding


def followers(finding: Finding) -> Any:
    """People of the network who follow one of its topics."""
    return User.objects.filter(is_active=True, topics__in=finding.topics.all()).distinct()


def return_finding(finding: Finding, *, by: Actor, reason: str, version: int | None = None) -> Finding:
    """Back to its author, with the reason."""
    with taking(finding, "return_finding", by=by, version=version, note=reason) as (locked, event):
        locked.return_reason = reason
        locked.submitted_at = locked.submitted_by = None
        notify(event, [user for user in [getattr(locked.created_by, "user", None)] if user], "finding_returned")
    return finding


def correct_finding(finding: Finding, *, by: Actor, text: str, language: str, version: int | None = None) -> Finding:
    """A dated correction; the published text stays as it was. The same people as at publication are told."""
    with taking(finding, "correct_finding", by=by, version=version) as (locked, event):
        Correction.objects.create(finding=locked, text=text, language=language, corrected_at=clock.now(), corrected_by=by)
        notify(event, Membership.objects.managers_of(*locked.cited_clusters.all()), "finding_corrected")
        notify(event, followers(locked), "finding_corrected")
    return finding


def archive_finding(finding: Finding, *, by: Actor, version: int | None = None) -> Finding:
    with taking(finding, "archive_finding", by=by, version=version):
        pass
    return finding


def restore_finding(finding: Finding, *, by: Actor, version: int | None = None) -> Finding:
    """Back as a draft of the editor who restores it; it is reviewed and published anew, and has no day until then but one of its source."""
    with taking(finding, "restore_finding", by=by, version=version) as (locked, _event):
        locked.created_by = by
        if locked.published_at and locked.published_on == locked.published_at.date():
            locked.published_on = None
        for stem in ("submitted", "published"):
            setattr(locked, f"{stem}_at", None)
            setattr(locked, f"{stem}_by", None)
    return finding


FINDING_STEPS = {
    "take_up_finding": take_up_finding,
    "submit_finding": submit_finding,
    "publish_finding": publish_finding,
    "archive_finding": archive_finding,
    "restore_finding": restore_finding,
}
