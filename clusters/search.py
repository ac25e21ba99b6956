"""What regions and member organisations are found by."""

from collections.abc import Iterable
from typing import TypeVar

from django.db import models
from django.utils import translation

from inno4sports.core.models import SearchText
from inno4sports.core.search import Document, candidates, indexes, words_of

from .models import Cluster, Organisation
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
    if not (words := words_of(query)):
        return rows
    of_kind = SearchText.objects.filter(thing_kind=rows.model._meta.label_lower)
    return rows.filter(public_id__in=[row.thing_id for row in candidates(words, of_kind, of_kind, MOST)])
