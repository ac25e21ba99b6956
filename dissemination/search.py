"""What findings are found by."""

from collections.abc import Iterable

from dissemination.models import Finding
from inno4sports.core.search import Document, indexes


@indexes("dissemination.finding")
def finding_documents(finding: Finding) -> Iterable[Document]:
    """Published ones by their audience; the others by the network, where `visible_to` lets few through."""
    public = finding.status == "published" and finding.audience == "public"
    yield Document(finding.title, f"{finding.summary} {finding.text}", "public" if public else "network", "", finding.language)
