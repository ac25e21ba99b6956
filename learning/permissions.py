"""Who may do what with sessions, practices, feedback and lessons (shared table: docs/permissions.md)."""

from typing import Any

import rules

from clusters.models import Cluster
from clusters.permissions import is_editor, manages_owner
from inno4sports.core.permissions import holds_link, needs_person, predicate


@predicate
def hosts(user: Any, thing: Any) -> bool:
    """Manager of the host; for what EPSI hosts, an editor."""
    if thing is None:
        return bool(user.managed_ids) or user.is_editor
    return user.manages(thing.cluster_id) if thing.cluster_id else user.is_editor


@predicate
def wrote(user: Any, thing: Any) -> bool:
    return thing is not None and thing.created_by is not None and thing.created_by.user_id == user.pk


@predicate
def hosts_own(user: Any, session: Any) -> bool:
    """Manager of the host; for EPSI's sessions the editor whose own it is."""
    if session is None:
        return bool(user.managed_ids) or user.is_editor
    if session.cluster_id:
        return user.manages(session.cluster_id)
    return user.is_editor and session.created_by is not None and session.created_by.user_id == user.pk


@predicate
def in_audience(user: Any, session: Any) -> bool:
    """Registered people of the network may register where the audience includes them."""
    if session is None or not user.in_network:
        return False
    return session.audience != "cluster" or session.cluster_id in user.cluster_ids


@predicate
def is_manager(user: Any, _thing: Any) -> bool:
    return bool(user.managed_ids)


@predicate
def invited_author(user: Any, feedback: Any) -> bool:
    return feedback is not None and feedback.invitation.user_id == user.pk


@rules.predicate
def holds_invitation(who: Any, feedback: Any) -> bool:
    """The personal link stands for the invitation that the feedback answers."""
    return feedback is not None and holds_link(who, feedback.invitation)


@predicate
def in_own_cluster(user: Any, practice: Any) -> bool:
    return bool(user.cluster_ids) if practice is None else practice.cluster_id in user.cluster_ids


def hosts_for(user: Any) -> list[Cluster | None]:
    """For whom this person may plan and ask: the clusters they manage, and EPSI (None) for an editor."""
    return [*user.managed_clusters, *([None] if user.is_editor else [])]


def own_clusters(user: Any) -> list[Cluster]:
    """Each cluster the person belongs to, once; the one whose bib they wear first."""
    found = {m.cluster_id: m.cluster for m in user.own_memberships}
    return sorted(found.values(), key=lambda cluster: cluster != user.home_cluster)


for name in ("create", "edit", "announce", "hold", "close", "cancel"):
    rules.add_perm(f"learning.{name}_session", hosts_own)
rules.add_perm("learning.record_attendance", hosts_own)
rules.add_perm("learning.register_for_session", in_audience)
rules.add_perm("learning.leave_session", in_audience)
rules.add_perm("learning.register_person", is_manager)

rules.add_perm("learning.write_practice", in_own_cluster)
rules.add_perm("learning.edit_practice", wrote | manages_owner)
rules.add_perm("learning.submit_practice", wrote | manages_owner)
rules.add_perm("learning.publish_practice", manages_owner)
rules.add_perm("learning.return_practice", manages_owner)
rules.add_perm("learning.archive_practice", manages_owner)
rules.add_perm("learning.restore_practice", manages_owner)
rules.add_perm("learning.admit_practice", is_editor)

for name in (
    "create_questionnaire",
    "edit_questionnaire",
    "create_request",
    "edit_request",
    "open_request",
    "close_request",
    "reopen_request",
    "extend_request",
    "remind_request",
    "withdraw_request",
    "share_summary",
    "reply_to_feedback",
    "release_text",
    "hold_back_text",
    "invite_to_answer",
    "withdraw_link",
    "read_answers",
):
    rules.add_perm(f"learning.{name}", hosts)
rules.add_perm("learning.submit_feedback", holds_invitation | invited_author)
rules.add_perm("learning.save_feedback", holds_invitation | invited_author)

for name in ("write", "edit", "share", "delete"):
    rules.add_perm(f"learning.{name}_lesson", manages_owner)

needs_person("learning.register_for_session", "learning.leave_session", "learning.submit_feedback", "learning.save_feedback")
