"""Things in any state, made without their acts: for tests that ask who sees and may do what."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django.db import connection

from actionplans.models import Action, ActionPlan, Ambition, Result
from clusters.models import Cluster
from dissemination.models import Finding
from inno4sports.core import clock
from inno4sports.core.lifecycle import lifecycle_of
from inno4sports.core.models import Actor, Thing
from learning.models import FeedbackRequest, GoodPractice, Lesson, Question, Questionnaire, Session, SessionKind
from tests import factories as make


def stamped(thing: Thing, status: str) -> Thing:
    """Put `thing` in `status` with every pair of moments that its table could have set."""
    system = Actor.objects.system()
    thing.status = status
    for step in lifecycle_of(thing).steps:
        if step.stamp and step.target == status:
            setattr(thing, f"{step.stamp}_at", clock.now())
            setattr(thing, f"{step.stamp}_by", system)
    thing.save()
    return thing


def number_changes() -> None:
    """PostgreSQL numbers what changed at the commit, which the transaction of a test never reaches: number it now."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def session(where: Cluster | None, status: str = "announced", audience: str = "public", **fields: Any) -> Session:
    kind, _made = SessionKind.objects.get_or_create(slug="study_visit", defaults={"labels": {"en": "Study visit"}})
    given = {"title": "Study visit to the ski tracks", "starts_on": make.day(30), "ends_on": make.day(31), "place": "Town"} | fields
    return stamped(Session(cluster=where, session_kind=kind, audience=audience, created_by=Actor.objects.system(), **given), status)


def practice(where: Cluster | None, status: str = "admitted", **fields: Any) -> GoodPractice:
    given = {"title": "Lights on the tracks", "what_was_done": "Lamps were put up.", "created_by": Actor.objects.system()} | fields
    return stamped(GoodPractice(cluster=where, **given), status)


def questionnaire(where: Cluster | None = None) -> Questionnaire:
    sheet = Questionnaire.objects.create(title="After the visit", cluster=where)
    Question.objects.create(questionnaire=sheet, position=1, key="score", question_kind="score", texts={"en": "Would you recommend it?"})
    Question.objects.create(questionnaire=sheet, position=2, key="change", question_kind="long_text", texts={"en": "What should change?"})
    return sheet


def request(where: Cluster | None, status: str = "open", **fields: Any) -> FeedbackRequest:
    given = {"title": "Feedback on the visit", "closes_at": clock.now() + dt.timedelta(days=10)} | fields
    given.setdefault("questionnaire", None)
    given["questionnaire"] = given["questionnaire"] or questionnaire(where)
    return stamped(FeedbackRequest(cluster=where, **given), status)


def shared_request(where: Cluster, status: str = "closed") -> FeedbackRequest:
    thing = request(where, status)
    thing.shared_at, thing.shared_by = clock.now(), Actor.objects.system()
    thing.save()
    return thing


def lesson(where: Cluster | None, status: str = "shared", audience: str = "public", **fields: Any) -> Lesson:
    given = {"title": "Light brings people out", "text": "They go out when there is light."} | fields
    return stamped(Lesson(cluster=where, audience=audience, **given), status)


def ambition(where: Cluster, status: str = "adopted", **fields: Any) -> Ambition:
    return stamped(Ambition(cluster=where, **({"title": "Everybody within ten minutes of a track"} | fields)), status)


def plan(where: Cluster, status: str = "implementing", **fields: Any) -> ActionPlan:
    return stamped(ActionPlan(cluster=where, **({"title": "Plan of the region"} | fields)), status)


def action(where: Cluster | ActionPlan, status: str = "implementing", **fields: Any) -> Action:
    of = where if isinstance(where, ActionPlan) else plan(where, status)
    number = of.actions.count() + 1
    given = {"title": "Light ten tracks", "no_citation_reason": "Everybody knows."} | fields
    return Action.objects.create(plan=of, number=number, **given)


def result(where: Cluster, status: str = "published", **fields: Any) -> Result:
    given = {"title": "Ten tracks are lit"} | fields
    given.setdefault("action", None)
    given["action"] = given["action"] or action(where)
    return stamped(Result(**given), status)


def finding(about: Cluster | None = None, status: str = "published", audience: str = "public", **fields: Any) -> Finding:
    given = {"title": "Light is the cheapest coach", "summary": "Ten tracks.", "created_by": Actor.objects.system()} | fields
    thing = stamped(Finding(audience=audience, **given), status)
    if about is not None:
        thing.cited_clusters.add(about)
    return thing


def organisation(where: Cluster, status: str) -> Thing:
    return stamped(make.organisation(where, name="Tennis Club", status="pending"), status)


def cluster(where: Cluster, status: str) -> Cluster:
    return stamped(where, status)


def of_kind(words: str, state: str, people: SimpleNamespace) -> Thing:
    """The thing that a row of docs/permissions.md names, in the cluster of Ana and Ben."""
    name, _space, more = words.partition(" ")
    if (name, more) == ("request", "shared"):
        return shared_request(people.north, state)
    maker = globals()[name]
    return maker(people.north, state, **({"audience": more} if more else {}))
