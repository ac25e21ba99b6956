"""Acts on lessons: written by the learner's managers with what they rest on, shared, deleted while a draft."""

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError, QuerySet
from django.utils.translation import gettext as _

from clusters.models import Cluster, Membership, Topic, User
from inno4sports.core import clock
from inno4sports.core.acts import acting
from inno4sports.core.citations import cite
from inno4sports.core.history import record
from inno4sports.core.lifecycle import WrongState, changing, reindex, taking
from inno4sports.core.models import Actor, SearchText, Thing
from inno4sports.core.notify import notify
from inno4sports.core.permissions import allowed

from ..models import FeedbackRequest, GoodPractice, Lesson, LessonCitation, Session
from ..states import LessonStatus


class LessonFacts(TypedDict, total=False):
    """What may be said of a lesson; the learner, topics and citations are named beside."""

    from_cluster: Cluster | None
    title: str
    text: str
    change: str
    level: str
    audience: str
    language: str


def _write(lesson: Lesson, facts: LessonFacts) -> None:
    for name, value in facts.items():
        if name not in LessonFacts.__annotations__:
            raise TypeError(name)
        setattr(lesson, name, value)


def write_lesson(*, cluster: Cluster, cites: Iterable[Thing] = (), topics: Iterable[Topic] = (), by: Actor, **facts: Unpack[LessonFacts]) -> Lesson:
    """A draft of the learner `cluster`; `from_cluster` None is the network. The caller has asked who may see `cites`."""
    lesson = Lesson(cluster=cluster, created_by=by, changed_by=by, created_at=clock.now(), changed_at=clock.now())
    _write(lesson, facts)
    if not allowed(by, "learning.write_lesson", lesson):
        raise PermissionDenied("learning.write_lesson")
    with acting():
        lesson.save()
        lesson.topics.set(topics)
        cite(lesson, LessonCitation, cites, by=by)
        record(lesson, "write_lesson", by=by)
        reindex(lesson)
    return lesson


def edit_lesson(
    lesson: Lesson, *, cites: Sequence[Thing], topics: Iterable[Topic], by: Actor, version: int | None = None, **facts: Unpack[LessonFacts]
) -> Lesson:
    """Change it, and make `cites` exactly what it rests on. Of a shared one the authors of what is newly cited are told.

    WrongState when a shared lesson would rest on nothing.
    """
    with changing(lesson, "learning.edit_lesson", by=by, version=version) as locked:
        shared = locked.status == LessonStatus.SHARED
        if shared and not cites:
            raise WrongState(_rests_on_nothing(), locked)
        _write(locked, facts)
        locked.topics.set(topics)
        new = cite(locked, LessonCitation, cites, by=by)
        event = record(locked, "edit_lesson", by=by)
        if shared and new:
            notify(event, authors_of(new), "lesson_cites_mine")
        reindex(locked)
    return lesson


def _rests_on_nothing() -> str:
    return _("A shared lesson rests on something. Cite at least one session, good practice or summary of feedback.")


def cited_by(lesson: Lesson) -> list[Thing]:
    """What it rests on, with hosts and authors at hand."""
    rows = lesson.citations.select_related(
        "session__cluster", "session__session_kind", "session__created_by__user",
        "practice__cluster", "practice__created_by__user",
        "feedback_request__cluster", "feedback_request__created_by__user",
    )  # fmt: skip
    return [row.cited for row in rows]


def share_lesson(lesson: Lesson, *, by: Actor, version: int | None = None) -> Lesson:
    """Its audience sees it. Authors of what it cites and managers of where it was learned are told.

    WrongState while it cites nothing.
    """
    with taking(lesson, "share_lesson", by=by, version=version) as (locked, event):
        cited = cited_by(locked)
        if not cited:
            raise WrongState(_rests_on_nothing(), locked)
        notify(event, authors_of(cited), "lesson_cites_mine")
        notify(event, Membership.objects.managers_of(*filter(None, [locked.from_cluster_id, locked.cluster_id])), "lesson_shared")
    return lesson


def authors_of(things: Iterable[Thing]) -> QuerySet[User]:
    """Who made these things, and the managers of their clusters."""
    things = list(things)
    actors: list[Any] = [thing.created_by for thing in things if thing.created_by]
    users = {actor.user_id for actor in actors}
    clusters = {thing.cluster_id for thing in things if isinstance(thing, Session | GoodPractice | FeedbackRequest)}
    managers = Membership.objects.managers_of(*filter(None, clusters))
    return User.objects.filter(pk__in=users, is_active=True) | User.objects.filter(pk__in=managers.values("pk"))


def delete_lesson(lesson: Lesson, *, by: Actor) -> None:
    """A draft goes for good, with its citations. WrongState once it is shared, or where something cites it."""
    with acting():
        locked = Lesson.objects.select_for_update(of=("self",)).get(pk=lesson.pk)
        if not allowed(by, "learning.delete_lesson", locked):
            raise PermissionDenied("learning.delete_lesson")
        if locked.status != LessonStatus.DRAFT:
            raise WrongState(_("The lesson is shared, so it stays: others may already build on it."), locked)
        record(locked, "delete_lesson", by=by)
        SearchText.objects.filter(thing_kind=locked.kind, thing_id=locked.public_id).delete()
        try:
            locked.delete()
        except ProtectedError as error:
            raise WrongState(_("Something else cites this lesson, so it stays."), lesson) from error


LESSON_STEPS = {"share_lesson": share_lesson}
