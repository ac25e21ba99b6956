"""One true thing of every kind in Ben's region, and every address of the portal that leads to it."""

import datetime as dt
import inspect
import itertools
import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile

from actionplans.models import AmbitionPoint, Milestone, ProgressReport, Revision
from clusters.domain.program import create_program
from clusters.models import Invitation, LearningNeed, Strength
from inno4sports.core import clock
from inno4sports.core.lifecycle import LIFECYCLES
from inno4sports.core.models import StoredFile
from inno4sports.core.tokens import make_token
from learning.models import Feedback
from tests import factories as make
from tests.factories import things
from tests.house.test_names import OWN

API = "api/v1/"  # the interface for programs has tests of its own
# Each address of a page, with its view; what stands under accounts/ is allauth's, what stands under admin/ Django's.
ROUTES = [(route, inspect.unwrap(pattern.callback), pattern) for route, _namespace, pattern in OWN if not route.startswith(API)]
ARGUMENT = re.compile(r"<(\w+:)(\w+)>")
# What stands in an address whose kind of thing is not made here.
NOBODY = {"slug:": "nothing-here", "int:": 1, "uuid:": "00000000-0000-4000-8000-000000000000", "str:": "nothing-here"}


def everything(people: Any, folder: Any) -> dict[str, list[Any]]:
    """The arguments of addresses by the word that stands before them."""
    north, day = people.north, clock.today()
    asked = things.request(north, names="named")
    invited = asked.invitations.create(email="guest@example.org", name="Guest")
    answer = things.stamped(Feedback(request=asked, invitation=invited, answers={"change": "More light"}), "submitted")
    session = things.session(north, "announced", starts_on=day + dt.timedelta(days=9), ends_on=day + dt.timedelta(days=9))
    things.session(north, "held", feedback_request=asked)
    ambition = things.ambition(north, "open_for_feedback", feedback_request=asked)
    question = asked.questionnaire.questions.last()
    point = AmbitionPoint.objects.create(ambition=ambition, feedback=answer, question=question, quote="More light", cluster=people.south)
    action = things.action(things.plan(north), owner=people.ana)
    Revision.objects.create(plan=action.plan, number=1, body={"title": "Plan", "actions": []}, fingerprint="0" * 64, frozen_by=people.ben_acts)
    milestone = Milestone.objects.create(action=action, title="First light", due_on=day)
    report = ProgressReport.objects.create(action=action, period_from=day - dt.timedelta(40), period_to=day - dt.timedelta(20), state="in_progress")
    joining = Invitation.objects.create(cluster=north, email="new@example.org", name="New", expires_at=clock.now() + dt.timedelta(days=9))
    strength = Strength.objects.create(cluster=north, topic=make.topic(), text="Snow")
    need = LearningNeed.objects.create(cluster=north, topic=make.topic(), text="Sun")
    place = session.registrations.create(name="Ana", email=people.ana.email, user=people.ana, cluster=north)
    (folder / "letter.eml").write_bytes(b"Subject: A letter\n\nText\n")
    reading = make_token("preferences", people.ana.public_id, 0)
    return {
        "clusters": [north.slug],
        "organisations": [people.club.slug, things.organisation(north, "pending").slug],
        "sessions": [session.slug, things.session(north, "draft").slug],
        "practices": [things.practice(north, state).slug for state in ("draft", "submitted", "published")],
        "lessons": [things.lesson(north, "draft").slug, things.lesson(north).slug],
        "feedback-requests": [asked.slug, things.request(north, "draft").slug, things.shared_request(north).slug],
        "ambitions": [ambition.slug, things.ambition(north, "draft").slug],
        "action-plans": [action.plan.slug, things.action(north, "draft").plan.slug],
        "results": [things.result(north, "draft").slug, things.result(north).slug],
        "findings": [things.finding(north, state).slug for state in ("draft", "in_review", "published")],
        "actions": [1],
        "revisions": [1],
        "mail": ["letter"],
        "excellences": [strength.public_id],
        "learning-needs": [need.public_id],
        "people": [people.ana.public_id],
        "invitations": [joining.public_id],
        "registrations": [place.public_id],
        "links": [invited.public_id],
        "questionnaires": [asked.questionnaire.public_id],
        "points": [point.public_id],
        "milestones": [milestone.public_id],
        "reports": [report.public_id],
        "files": [stored(report, people.ben_acts).public_id],
        "accept": [joining.public_id],
        "programs": [create_program(north, name="Site", role="manager", scopes=("learning:read",), by=people.ben_acts).public_id],
        "feedback/on": [invited.public_id],
        "preferences/on": [people.ana.public_id],
        "invitation": [make_token("invitation", joining.public_id, joining.generation)],
        "feedback": [make_token("feedback", invited.public_id, invited.generation)],
        "preferences": [reading],
        "unsubscribe": [reading],
    }


def stored(thing: Any, by: Any) -> StoredFile:
    row = StoredFile(name="a.txt", media_type="text/plain", size=1, sha256="0" * 64, thing_kind=thing.kind, thing_id=thing.public_id, uploaded_by=by)
    row.content.save("a.txt", ContentFile(b"a"), save=False)
    row.save()
    return row


def addresses(route: str, name: str, known: dict[str, list[Any]]) -> Iterator[str]:
    """Every address of a route with what is known; a step's address for each step of its table, and for one of another."""
    choices = []
    for found in ARGUMENT.finditer(route):
        if found.group(2) == "step":
            cycle = next(c for c in LIFECYCLES.values() if name == f"{c.model.lower()}_step")
            choices.append([*cycle.by_name, "no_such_step"])
        else:
            before = route[: found.start()].strip("/").split("/")
            choices.append(known.get("/".join(before[-2:])) or known.get(before[-1]) or [NOBODY[found.group(1)]])
    for chosen in itertools.product(*choices):
        values = iter(chosen)
        yield "/" + ARGUMENT.sub(lambda _m: str(next(values)), route)  # noqa: B023 -- used at once
