"""What regions and member organisations are found by; what many people may see, asked at once."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import translation

from inno4sports.core.models import SearchText
from inno4sports.core.search import Document, Key, candidates, indexes, visible_ids, visible_to_each, words_of

from .models import Cluster, Organisation, User, read_memberships, reader_of_the_network
from .states import ClusterStatus, OrganisationStatus


@indexes("clusters.cluster")
def cluster_documents(cluster: Cluster) -> Iterable[Document]:
    """A region is found by its names in all languages, its texts and its excellences; never by what it wants to learn."""
    if cluster.status == ClusterStatus.ARCHIVED:
        return
    with translation.override("en"):
        title = str(cluster)
    strengths = " ".join(cluster.strengths.values_list("text", flat=True))
    names = " ".join([cluster.name, cluster.own_name, *cluster.region_names.values(), cluster.code, cluster.city])
    reach = "public" if cluster.status == ClusterStatus.ACTIVE else "network"
    yield Document(title, f"{cluster.summary} {cluster.began} {strengths}".strip(), reach, cluster.code, cluster.language, names)


@indexes("clusters.organisation")
def organisation_documents(organisation: Organisation) -> Iterable[Document]:
    """Approved organisations; one that waits is found by its cluster. Contacts are never in here."""
    if organisation.status not in (OrganisationStatus.APPROVED, OrganisationStatus.PENDING):
        return
    topics = " ".join(label for t in organisation.topics.all() for label in t.labels.values()) if organisation.pk else ""
    text = f"{organisation.summary} {organisation.city}".strip()
    reach = "public" if organisation.status == OrganisationStatus.APPROVED else "cluster"
    yield Document(organisation.name, text, reach, organisation.cluster.code, organisation.language, topics)


MOST = 500
Rows = TypeVar("Rows", bound=models.QuerySet)


def matching(rows: Rows, query: str) -> Rows:
    """The rows whose indexed text holds every word of `query`, whatever accents were typed; of very many the newest."""
    if not query.strip():
        return rows
    if not (words := words_of(query)):
        return rows.none()  # signs alone: they stand nowhere
    of_kind = SearchText.objects.filter(thing_kind=rows.model._meta.label_lower)
    return rows.filter(public_id__in=[row.thing_id for row in candidates(words, of_kind, of_kind, MOST)])


def seen_by_each(asked: Mapping[User, set[Key]]) -> dict[int, set[Any]]:
    """Key of a user -> of the things that are asked for them (kind, public id) the ids that they may see; many users in few queries.

    Most are of what everybody sees, or everybody in the network: that is asked once for all; of the rest each is asked for its reader.
    """
    things = {thing for wanted in asked.values() for thing in wanted}
    for_all = visible_ids(things, AnonymousUser())
    for_network = for_all | visible_ids({thing for thing in things if thing[1] not in for_all}, reader_of_the_network())
    read_memberships(asked)
    known = {user: for_network if user.in_network else for_all for user in asked}
    rest = {user: {thing for thing in wanted if thing[1] not in known[user]} for user, wanted in asked.items()}
    own = visible_to_each({user: wanted for user, wanted in rest.items() if wanted})
    return {
        user.pk: {public_id for _kind, public_id in wanted if public_id in known[user] or public_id in own.get(user, ())}
        for user, wanted in asked.items()
    }
