"""Rows for measurements: one block of each large table, made up from its own number, so that two machines hold the same."""

import datetime as dt
import itertools
import uuid
from collections.abc import Iterator
from typing import Any

from django.db import models

from actionplans.models import Action, ActionCitation, ActionPlan, Ambition, AmbitionCitation, Milestone, ProgressReport, Result
from clusters.models import Cluster, Membership, Organisation, Topic, User
from dissemination.models import Finding, FindingCitation
from inno4sports.core.models import Actor, HistoryEvent, Notification, OutboxMail, SearchText, Thing
from inno4sports.core.search import fold
from learning.models import (
    Feedback,
    FeedbackInvitation,
    FeedbackRequest,
    GoodPractice,
    Lesson,
    LessonCitation,
    Questionnaire,
    Registration,
    Session,
    SessionKind,
)

CLUSTERS, TOPICS = 40, 12
FIRST = 10_000_000  # ids of blocks begin here, so that rows of other origin stay out of their way
START = dt.datetime(2026, 1, 1, 8, tzinfo=dt.UTC)
WORDS = ["light", "track", "winter", "running", "school", "club", "coach", "beach", "water", "cycling", "bridge", "evening", "movement", "region", "health", "walking", "family", "village", "stadium", "data", "lesson", "partner", "network", "policy", "budget", "measure", "result", "pilot", "young", "older", "people", "sport", "vitality", "innovation", "field", "lab", "campus", "company", "city"]  # fmt: skip

# What is multiplied, lower tables first; the tables between two of them follow in `tables`.
LARGE: tuple[type[models.Model], ...] = (
    User, Actor, Membership, Organisation, GoodPractice, Session, Registration, FeedbackRequest, FeedbackInvitation, Feedback, Lesson, LessonCitation,
    Ambition, AmbitionCitation, ActionPlan, Action, ActionCitation, Milestone, ProgressReport, Result, Finding, FindingCitation, HistoryEvent,
    Notification, SearchText, OutboxMail,
)  # fmt: skip
BETWEEN: tuple[Any, ...] = (
    GoodPractice.topics.through,
    Session.topics.through,
    Lesson.topics.through,
    Finding.topics.through,
    Finding.cited_clusters.through,
)


def number_of(model: type[models.Model], i: int) -> uuid.UUID:
    """The public id of row `i`."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{model._meta.label_lower} {i}")


def text(i: int, length: int) -> str:
    """So many words, of which the next row has others; the last one is this row's own."""
    return " ".join(WORDS[(i * 7 + n * n * 3 + n * i) % len(WORDS)] for n in range(length)) + f" row{i}"


class Block:
    """One block of `size` rows a table; row i of a table belongs to row i of the tables it points to."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.clusters, self.topics = small_clusters(), small_topics()
        self.kind, _made = SessionKind.objects.get_or_create(slug="study_visit", defaults={"labels": {"en": "Study visit"}})
        self.sheet, _made = Questionnaire.objects.get_or_create(title="Bench", defaults={"shipped": True})

    def write(self) -> None:
        for model in LARGE:
            model._base_manager.bulk_create(self.rows(model), batch_size=1000)
        for through in BETWEEN:
            through._base_manager.bulk_create(self.links(through), batch_size=1000)

    def rows(self, model: type[models.Model]) -> Iterator[models.Model]:
        make = getattr(self, model._meta.model_name or "")
        for i in range(self.size):
            for n, fields in enumerate(made if isinstance(made := make(i), list) else [made]):
                if issubclass(model, Thing):
                    fields = self.thing(model, i) | fields
                yield model(pk=FIRST + i * (len(SEARCHED) if model is SearchText else 1) + n, **fields)

    def links(self, through: Any) -> Iterator[models.Model]:
        """Each row has two topics; a finding is about two regions."""
        (of, to) = [f for f in through._meta.fields if isinstance(f, models.ForeignKey)]
        targets = self.clusters if to.related_model is Cluster else self.topics
        for i, n in itertools.product(range(self.size), range(2)):
            yield through(pk=FIRST + 2 * i + n, **{of.attname: FIRST + i, to.attname: targets[(i + n * 7) % len(targets)].pk})

    # What rows share ----------------------------------------------------------------------------------------------------

    def at(self, i: int) -> dt.datetime:
        return START + dt.timedelta(minutes=i)

    def cluster(self, i: int, shift: int = 0) -> Cluster:
        return self.clusters[(i + shift) % CLUSTERS]

    def thing(self, model: type[models.Model], i: int) -> dict[str, Any]:
        found: dict[str, Any] = {
            "public_id": number_of(model, i), "created_at": self.at(i), "changed_at": self.at(i),
            "created_by_id": FIRST + i, "changed_by_id": FIRST + i, "origin": Thing.Origin.DEMO,
        }  # fmt: skip
        names = {f.name for f in model._meta.fields}
        if "slug" in names:
            found["slug"] = f"bench-{model._meta.model_name}-{i}"
        if "title" in names:
            found["title"] = text(i, 6).capitalize()
        return found

    def pair(self, stem: str, i: int) -> dict[str, Any]:
        return {f"{stem}_at": self.at(i), f"{stem}_by_id": FIRST + i}

    # One function a table ------------------------------------------------------------------------------------------------

    def user(self, i: int) -> dict[str, Any]:
        return {"public_id": number_of(User, i), "email": f"user{i}@bench.example", "name": f"Person {i}", "password": "!", "joined_at": self.at(i)}

    def actor(self, i: int) -> dict[str, Any]:
        return {"kind": Actor.Kind.USER, "user_id": FIRST + i, "name": f"Person {i}"}

    def membership(self, i: int) -> dict[str, Any]:
        return {"user_id": FIRST + i, "cluster": self.cluster(i), "organisation_id": FIRST + i, "created_at": self.at(i)}

    def organisation(self, i: int) -> dict[str, Any]:
        pending = i % 50 == 0
        state = {"status": "pending"} if pending else {"status": "approved"} | self.pair("decided", i)
        return {"cluster": self.cluster(i), "name": f"Club {text(i, 2)}", "segment": "company", "city": "Town", "summary": text(i, 20), **state}

    def goodpractice(self, i: int) -> dict[str, Any]:
        state = ("draft", "submitted", "published", *["admitted"] * 7)[i % 10]
        stamps = self.pair(state, i) if state != "draft" else {}
        return {"cluster": self.cluster(i), "organisation_id": FIRST + i, "summary": text(i, 25)[:300], "what_was_done": text(i, 80), "challenge": text(i, 40),
                "location": "Town", "status": state, **stamps}  # fmt: skip

    def session(self, i: int) -> dict[str, Any]:
        state = ("announced", "held", *["closed"] * 8)[i % 10]
        day = (START + dt.timedelta(days=i % 700)).date()
        return {"cluster": self.cluster(i), "session_kind": self.kind, "summary": text(i, 40), "place": "Town", "starts_on": day, "ends_on": day, "capacity": 30,
                "audience": "public", "status": state, "feedback_request_id": FIRST + i if state == "closed" else None, **self.pair(state, i)}  # fmt: skip

    def registration(self, i: int) -> dict[str, Any]:
        return {"public_id": number_of(Registration, i), "session_id": FIRST + i, "user_id": FIRST + i, "cluster": self.cluster(i, 7), "name": f"Person {i}",
                "email": f"user{i}@bench.example", "registered_at": self.at(i)}  # fmt: skip

    def feedbackrequest(self, i: int) -> dict[str, Any]:
        state = ("draft", "open", *["closed"] * 8)[i % 10]
        stamps = {"draft": {}, "open": self.pair("opened", i), "closed": self.pair("closed", i) | self.pair("shared", i) | self.pair("replied", i)}[
            state
        ]
        return {"cluster": self.cluster(i), "questionnaire": self.sheet, "closes_at": START + dt.timedelta(days=400), "status": state, **stamps}

    def feedbackinvitation(self, i: int) -> dict[str, Any]:
        return {"public_id": number_of(FeedbackInvitation, i), "request_id": FIRST + i, "user_id": FIRST + i, "cluster": self.cluster(i, 7),
                "email": f"user{i}@bench.example", "invited_at": self.at(i)}  # fmt: skip

    def feedback(self, i: int) -> dict[str, Any]:
        return {"request_id": FIRST + i, "invitation_id": FIRST + i, "answers": {"q1": i % 5}, "status": "submitted", **self.pair("submitted", i)}

    def lesson(self, i: int) -> dict[str, Any]:
        state = {"status": "draft"} if i % 20 == 0 else {"status": "shared"} | self.pair("shared", i)
        return {
            "cluster": self.cluster(i),
            "from_cluster": self.cluster(i, 7),
            "text": text(i, 60),
            "change": text(i, 20),
            "audience": "public",
            **state,
        }

    def lessoncitation(self, i: int) -> dict[str, Any]:
        return {"lesson_id": FIRST + i, "session_id": FIRST + i, "created_at": self.at(i)}

    def ambition(self, i: int) -> dict[str, Any]:
        state = ("draft", "open_for_feedback", *["adopted"] * 8)[i % 10]
        stamps = {"draft": {}, "open_for_feedback": self.pair("opened", i), "adopted": self.pair("adopted", i)}[state]
        return {
            "cluster": self.cluster(i),
            "text": text(i, 60),
            "topic": self.topics[i % TOPICS],
            "feedback_request_id": FIRST + i,
            "status": state,
            **stamps,
        }

    def ambitioncitation(self, i: int) -> dict[str, Any]:
        return {"ambition_id": FIRST + i, "lesson_id": FIRST + i, "created_at": self.at(i)}

    def actionplan(self, i: int) -> dict[str, Any]:
        state, stem = (("draft", ""), ("decided", "decided"), ("endorsed", "endorsed"), *[("implementing", "started")] * 7)[i % 10]
        days = {"starts_on": START.date(), "ends_on": START.date() + dt.timedelta(days=700)}
        return {
            "cluster": self.cluster(i),
            "context": text(i, 80),
            "challenges": text(i, 40),
            "status": state,
            **days,
            **(self.pair(stem, i) if stem else {}),
        }

    def action(self, i: int) -> dict[str, Any]:
        return {"plan_id": FIRST + i, "number": 1, "background": text(i, 40), "description": text(i, 60), "owner_id": FIRST + i, "state": "in_progress",
                "next_report_on": (START + dt.timedelta(days=i % 600)).date()}  # fmt: skip

    def actioncitation(self, i: int) -> dict[str, Any]:
        return {"action_id": FIRST + i, "ambition_id": FIRST + i, "created_at": self.at(i)}

    def milestone(self, i: int) -> dict[str, Any]:
        return {
            "public_id": number_of(Milestone, i),
            "action_id": FIRST + i,
            "title": text(i, 4),
            "due_on": (START + dt.timedelta(days=i % 700)).date(),
        }

    def progressreport(self, i: int) -> dict[str, Any]:
        days = {"period_from": START.date(), "period_to": START.date() + dt.timedelta(days=90)}
        return {"action_id": FIRST + i, "state": "in_progress", "text": text(i, 30), **days}

    def result(self, i: int) -> dict[str, Any]:
        return {
            "action_id": FIRST + i,
            "report_id": FIRST + i,
            "text": text(i, 40),
            "figures": [],
            "status": "published",
            **self.pair("published", i),
        }

    def finding(self, i: int) -> dict[str, Any]:
        state = {"status": "in_review"} | self.pair("submitted", i) if i % 50 == 0 else {"status": "published"} | self.pair("published", i)
        return {
            "finding_kind": "result",
            "summary": text(i, 30),
            "text": text(i, 200),
            "audience": "public",
            "published_on": self.at(i).date(),
            **state,
        }

    def findingcitation(self, i: int) -> dict[str, Any]:
        return {"finding_id": FIRST + i, "result_id": FIRST + i, "created_at": self.at(i)}

    def historyevent(self, i: int) -> dict[str, Any]:
        return {"thing_kind": "learning.lesson", "thing_id": number_of(Lesson, i), "verb": "share_lesson", "actor_id": FIRST + i, "at": self.at(i)}

    def notification(self, i: int) -> dict[str, Any]:
        return {"event_id": FIRST + i, "user_id": FIRST + i, "cause": "lesson_shared", "created_at": self.at(i)}

    def searchtext(self, i: int) -> list[dict[str, Any]]:
        return [self.searched(model, length, i) for model, length in SEARCHED.items()]

    def searched(self, model: type[models.Model], length: int, i: int) -> dict[str, Any]:
        title, body = text(i, 6).capitalize(), text(i, length)
        return {"thing_kind": model._meta.label_lower, "thing_id": number_of(model, i), "language": "en", "title": title, "excerpt": body[:400], "text": body,
                "url": f"/bench/{model._meta.model_name}/{i}/", "folded": fold(f"{title} {body}"), "reach": "public", "cluster_code": self.cluster(i).code,
                "changed_at": self.at(i)}  # fmt: skip

    def outboxmail(self, i: int) -> dict[str, Any]:
        return {"public_id": number_of(OutboxMail, i), "template": "bench", "language": "en", "to": f"user{i}@bench.example", "status": "sent",
                "created_at": self.at(i), "next_at": self.at(i), "final_at": self.at(i)}  # fmt: skip


# What the search knows of each block, with the length of its text.
SEARCHED: dict[type[models.Model], int] = {Lesson: 80, GoodPractice: 100, Session: 40, Finding: 200, Ambition: 60, Result: 40}


def small_clusters() -> list[Cluster]:
    """Forty regions, which stay forty."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    taken = set(Cluster.objects.values_list("code", flat=True))
    codes = [code for a, b in itertools.product(letters, letters) if (code := f"X{a}{b}") not in taken]
    last = Cluster.objects.order_by("-position").values_list("position", flat=True).first() or 0
    return Cluster.objects.bulk_create(
        Cluster(slug=f"bench-region-{n}", name=f"Bench cluster {n}", region_names={"en": f"Bench region {n}"}, code=codes[n], position=last + 1 + n,
                accent=n % 10 + 1, country=("FI", "NL", "ES", "HU", "PL")[n % 5], content_languages=["en"], city="Town", status="active")
        for n in range(CLUSTERS)
    )  # fmt: skip


def small_topics() -> list[Topic]:
    return Topic.objects.bulk_create(Topic(slug=f"bench-topic-{n}", labels={"en": f"Bench topic {n}"}) for n in range(TOPICS))


def busy_people() -> list[User]:
    """Who opens the measured pages: the manager of the first region, and an editor. They sign in by force only."""
    manager = User.objects.create(email="manager@bench.example", name="Busy Manager", password="!")  # noqa: S106 -- no password at all
    Membership.objects.create(user=manager, cluster=Cluster.objects.get(slug="bench-region-0"), role=Membership.Role.MANAGER)
    editor = User.objects.create(email="editor@bench.example", name="Busy Editor", password="!", editor_at=START)  # noqa: S106 -- as above
    return [manager, editor]
