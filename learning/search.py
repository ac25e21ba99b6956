"""What sessions, practices, lessons and shared feedback are found by."""

from collections.abc import Iterable
from typing import Any

from django.utils import translation

from inno4sports.core.models import SearchText
from inno4sports.core.search import Document, indexes

from .models import Audience, FeedbackRequest, GoodPractice, Lesson, Session
from .states import LessonStatus, PracticeStatus, SessionStatus

Reach = SearchText.Reach
REACH_OF = {Audience.PUBLIC: Reach.PUBLIC, Audience.NETWORK: Reach.NETWORK, Audience.CLUSTER: Reach.CLUSTER}


def _document(thing: Any, reach: str, *texts: str, words: Iterable[str] = ()) -> Iterable[Document]:
    """One document in the thing's own language, found by its region and topics too; what EPSI alone may see is not indexed."""
    code = thing.cluster.code if thing.cluster_id else ""
    if reach == Reach.CLUSTER and not code:
        return
    topics = (label for topic in thing.topics.all() for label in topic.labels.values()) if thing.pk else ()
    with translation.override("en"):
        region = str(thing.cluster) if thing.cluster_id else "EPSI"
    yield Document(thing.title, "\n\n".join(filter(None, texts)), reach, code, thing.language, " ".join([*words, region, *topics]))


@indexes("learning.session")
def session_documents(session: Session) -> Iterable[Document]:
    """Told ones by their audience; a draft by its own cluster. The kind is found in every language."""
    reach = Reach.CLUSTER if session.status == SessionStatus.DRAFT else REACH_OF[Audience(session.audience)]
    yield from _document(session, reach, session.summary, session.programme, session.place, words=session.session_kind.labels.values())


@indexes("learning.goodpractice")
def practice_documents(practice: GoodPractice) -> Iterable[Document]:
    """Admitted ones by everybody, published ones by the network, others by their own cluster."""
    reach = {PracticeStatus.ADMITTED: Reach.PUBLIC, PracticeStatus.PUBLISHED: Reach.NETWORK}.get(PracticeStatus(practice.status), Reach.CLUSTER)
    texts = (practice.summary, practice.challenge, practice.what_was_done, practice.resources_needed, practice.evidence_of_success,
             practice.difficulties, practice.transferability, practice.location)  # fmt: skip
    yield from _document(practice, reach, *texts)


@indexes("learning.lesson")
def lesson_documents(lesson: Lesson) -> Iterable[Document]:
    """Shared ones by their audience; a draft by its own cluster."""
    reach = REACH_OF[Audience(lesson.audience)] if lesson.status == LessonStatus.SHARED else Reach.CLUSTER
    with translation.override("en"):
        giver = str(lesson.from_cluster) if lesson.from_cluster_id else ""
    yield from _document(lesson, reach, lesson.text, lesson.change, words=[giver])


@indexes("learning.feedbackrequest")
def request_documents(request: FeedbackRequest) -> Iterable[Document]:
    """Once what was said is shared by the network, before by its own cluster. Answers are never in here."""
    reach = Reach.NETWORK if request.shared_at else Reach.CLUSTER
    yield from _document(request, reach, request.introduction, request.about_title)
