"""Who may do what to regions, organisations and members (shared table: docs/permissions.md)."""

from typing import Any

import rules

from inno4sports.core.permissions import needs_person, predicate, signed_in


def cluster_id_of(thing: Any) -> int | None:
    """The id of the cluster that owns `thing`."""
    if thing is None:
        return None
    if thing._meta.label_lower == "clusters.cluster":
        return thing.pk
    return getattr(thing, "cluster_id", None)


@predicate
def manages_owner(user: Any, thing: Any) -> bool:
    """Manager of the cluster that owns the thing; asked without a thing: manager of any."""
    return bool(user.managed_ids) if thing is None else user.manages(cluster_id_of(thing))


@predicate
def in_owner(user: Any, thing: Any) -> bool:
    """Member (partner or manager) of the cluster that owns the thing."""
    return bool(user.cluster_ids) if thing is None else cluster_id_of(thing) in user.cluster_ids


@predicate
def is_editor(user: Any, _thing: Any) -> bool:
    return user.is_editor


@predicate
def is_coordinator(user: Any, _thing: Any) -> bool:
    return user.is_coordinator


@predicate
def is_administrator(user: Any, _thing: Any) -> bool:
    return user.is_staff


@predicate
def of_the_organisation(user: Any, organisation: Any) -> bool:
    return organisation is not None and any(m.organisation_id == organisation.pk for m in user.own_memberships)


@predicate
def keeps(user: Any, thing: Any) -> bool:
    """Manager of the cluster that the program belongs to; for EPSI's an editor."""
    if thing is None:
        return bool(user.managed_ids) or user.is_editor
    owner = cluster_id_of(thing)
    return user.manages(owner) if owner else user.is_editor


@predicate
def in_network(user: Any, _thing: Any) -> bool:
    return user.in_network


rules.add_perm("clusters.create_cluster", is_administrator)
rules.add_perm("clusters.activate_cluster", is_administrator)
rules.add_perm("clusters.archive_cluster", is_administrator)
rules.add_perm("clusters.restore_cluster", is_administrator)
rules.add_perm("clusters.appoint_manager", is_administrator)
rules.add_perm("clusters.edit_cluster", manages_owner)
rules.add_perm("clusters.see_needs", in_network)
rules.add_perm("clusters.sign_up_organisation", rules.always_true)
rules.add_perm("clusters.add_organisation", manages_owner)
rules.add_perm("clusters.approve_organisation", manages_owner)
rules.add_perm("clusters.decline_organisation", manages_owner)
rules.add_perm("clusters.archive_organisation", manages_owner)
rules.add_perm("clusters.restore_organisation", manages_owner)
rules.add_perm("clusters.edit_organisation", manages_owner | of_the_organisation)
rules.add_perm("clusters.see_contacts", manages_owner | of_the_organisation)
rules.add_perm("clusters.invite_member", manages_owner)
rules.add_perm("clusters.withdraw_invitation", manages_owner)
rules.add_perm("clusters.remove_member", manages_owner)
rules.add_perm("clusters.edit_settings", signed_in)
rules.add_perm("clusters.keep_tokens", signed_in)
rules.add_perm("clusters.keep_programs", manages_owner)
rules.add_perm("clusters.keep_epsi_programs", is_editor)
rules.add_perm("clusters.keep_webhooks", keeps)
needs_person("clusters.edit_settings", "clusters.keep_tokens", "clusters.keep_programs", "clusters.keep_epsi_programs")
