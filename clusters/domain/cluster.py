"""Acts on a region: opening it as a candidate, its lifecycle, its profile, what it is strong in and wants to learn."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from inno4sports.core import clock
from inno4sports.core.acts import acting
from inno4sports.core.history import record
from inno4sports.core.lifecycle import WrongState, changing, reindex, taking
from inno4sports.core.models import Actor
from inno4sports.core.notify import notify
from inno4sports.core.permissions import allowed

from ..models import Cluster, LearningNeed, Membership, Strength, Topic, User
from .member import invite

ACCENTS = 10


def create_cluster(
    *,
    name: str,
    region_name: str,
    code: str,
    country: str,
    content_languages: list[str],
    timezone: str,
    host: Cluster | None,
    manager_email: str,
    manager_name: str,
    manager_language: str,
    by: Actor,
) -> Cluster:
    """Open a region as a candidate, last in the order of joining, and invite its first manager by mail.

    Raises PermissionDenied, and WrongState when another region has its letters.
    """
    if not allowed(by, "clusters.create_cluster"):
        raise PermissionDenied("clusters.create_cluster")
    with acting():
        last = Cluster.objects.select_for_update().order_by("-position").first()
        position = last.position + 1 if last else 1
        cluster = Cluster(
            name=name,
            region_names={"en": region_name},
            code=code.upper(),
            country=country,
            content_languages=content_languages,
            language="en",
            timezone=timezone,
            host=host,
            position=position,
            accent=(position - 1) % ACCENTS + 1,
            created_by=by,
            changed_by=by,
            created_at=clock.now(),
            changed_at=clock.now(),
        )
        try:
            with transaction.atomic():
                cluster.save()
        except IntegrityError as error:
            raise WrongState(_("Another region has the letters %(code)s. Choose others.") % {"code": code.upper()}) from error
        record(cluster, "create_cluster", by=by)
        invite(cluster, email=manager_email, name=manager_name, role=Membership.Role.MANAGER, language=manager_language, by=by)
        reindex(cluster)
    return cluster


def edit_cluster(
    cluster: Cluster,
    *,
    name: str,
    own_name: str,
    region_names: dict[str, str],
    city: str,
    nuts_code: str,
    timezone: str,
    content_languages: list[str],
    website: str,
    summary: str,
    began: str,
    language: str,
    latitude: float | None,
    longitude: float | None,
    by: Actor,
    version: int | None = None,
) -> Cluster:
    """Change the profile. The slug, the letters, the country and the order of joining stay."""
    with changing(cluster, "clusters.edit_cluster", by=by, version=version) as locked:
        locked.name, locked.own_name = name, own_name
        locked.region_names = {code: words for code, words in region_names.items() if words}
        locked.city, locked.nuts_code = city, nuts_code
        locked.timezone, locked.content_languages = timezone, content_languages
        locked.website, locked.summary, locked.began, locked.language = website, summary, began, language
        locked.latitude, locked.longitude = latitude, longitude
        record(locked, "edit_cluster", by=by)
        reindex(locked)
    return cluster


def activate_cluster(cluster: Cluster, *, by: Actor, version: int | None = None) -> Cluster:
    """The region comes onto the public site; its members are told."""
    with taking(cluster, "activate_cluster", by=by, version=version) as (locked, event):
        members = Membership.objects.filter(cluster=locked, removed_at=None)
        notify(event, User.objects.filter(pk__in=members.values("user_id"), is_active=True), "cluster_activated")
    return cluster


def archive_cluster(cluster: Cluster, *, by: Actor, version: int | None = None) -> Cluster:
    """The region leaves the site; memberships rest until it comes back."""
    with taking(cluster, "archive_cluster", by=by, version=version):
        pass
    return cluster


def restore_cluster(cluster: Cluster, *, by: Actor, version: int | None = None) -> Cluster:
    """Back onto the public site, with all that it had. A candidate that was archived counts as activated now."""
    with taking(cluster, "restore_cluster", by=by, version=version) as (locked, _event):
        if locked.activated_at is None:
            locked.activated_at, locked.activated_by = clock.now(), by
    return cluster


# Excellences and learning needs ---------------------------------------------------------------------------------------------


def add_strength(cluster: Cluster, *, topic: Topic, text: str, language: str, sources: list[str], by: Actor) -> Strength:
    """Say what the cluster is strong in, with where it can be read; everybody sees it."""
    with changing(cluster, "clusters.edit_cluster", by=by) as locked:
        strength = Strength.objects.create(cluster=locked, topic=topic, text=text, language=language, sources=sources)
        record(locked, "add_strength", by=by, note=topic.labels.get("en", topic.slug))
        reindex(locked)
    return strength


def remove_strength(strength: Strength, *, by: Actor) -> None:
    """Take an excellence off the region's page."""
    _remove(strength, "remove_strength", by)


def add_need(cluster: Cluster, *, topic: Topic, text: str, language: str, by: Actor) -> LearningNeed:
    """Say what the cluster wants to learn; the network sees it."""
    with changing(cluster, "clusters.edit_cluster", by=by) as locked:
        need = LearningNeed.objects.create(cluster=locked, topic=topic, text=text, language=language)
        record(locked, "add_need", by=by, note=topic.labels.get("en", topic.slug))
    return need


def remove_need(need: LearningNeed, *, by: Actor) -> None:
    """Take a learning need away."""
    _remove(need, "remove_need", by)


def _remove(row: Any, verb: str, by: Actor) -> None:
    with changing(row.cluster, "clusters.edit_cluster", by=by) as locked:
        record(locked, verb, by=by, note=row.text[:200])
        row.delete()
        reindex(locked)
