"""What findings are found by."""

from collections.abc import Iterable

from django.utils import translation

from dissemination.models import Finding
from inno4sports.core.search import Document, indexes


@indexes("dissemination.finding")
def finding_documents(finding: Finding) -> Iterable[Document]:
    """Published ones by their audience; the others by the network, where `visible_to` lets few through. Topics are found in every language."""
    public = finding.status == "published" and finding.audience == "public"
    topics = [label for topic in finding.topics.all() for label in topic.labels.values()]
    with translation.override("en"):
        regions = [str(cluster) for cluster in finding.cited_clusters.all()]
    text, words = f"{finding.summary}\n\n{finding.text}", " ".join([*regions, *topics])
    yield Document(finding.title, text, "public" if public else "network", "", finding.language, words)
