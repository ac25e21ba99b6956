"""Every lifecycle as one matrix: each state × step × person, taken by the real act; what must come of it the tables alone say."""

import datetime as dt
import functools
import inspect

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import translation

from actionplans.models import Revision
from clusters.models import User
from inno4sports.core import clock
from inno4sports.core.lifecycle import LIFECYCLES, WrongState, check_state
from inno4sports.core.models import Actor, HistoryEvent
from inno4sports.management.commands import draw_lifecycles
from learning.domain.summary import Point
from learning.models import Feedback, LessonCitation
from tests.conftest import WRITE
from tests.factories import things
from tests.house.acts import domain_functions
from tests.house.test_permissions import DOING, PERSONS

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
MAY = {row["Act"]: row for row in DOING}
STATES = [(cycle, state) for cycle in LIFECYCLES.values() for state in cycle.tones]


# A thing in each state, with all that its steps ask for beyond the state ------------------------------------------------------


def session(people, state):
    return things.session(people.north, state)


def practice(people, state):
    told = {"summary": "Lamps.", "challenge": "It is dark.", "evidence_of_success": "Twice as many.", "transferability": "Any town can."}
    return things.practice(people.north, state, **told)


def request(people, state):
    """One person has answered, another has not."""
    thing = things.request(people.north, state)
    answered = thing.invitations.create(email="guest@example.org", name="Guest")
    thing.invitations.create(email="other@example.org", name="Other")
    things.stamped(Feedback(request=thing, invitation=answered, answers={"change": "More light"}), "submitted")
    return thing


def feedback(people, state):
    asked = things.request(people.north)
    return things.stamped(Feedback(request=asked, invitation=asked.invitations.create(email="guest@example.org", name="Guest")), state)


def lesson(people, state):
    thing = things.lesson(people.north, state)
    LessonCitation.objects.create(lesson=thing, practice=things.practice(people.south))
    return thing


def plan(people, state):
    thing = things.plan(people.north, state)
    things.action(thing, state="completed")
    Revision.objects.create(plan=thing, number=1, body={}, fingerprint="0" * 64, frozen_by=people.ben_acts)
    return thing


MADE = {
    "cluster": lambda p, state: things.cluster(p.north, state),
    "organisation": lambda p, state: things.organisation(p.north, state),
    "session": session,
    "goodpractice": practice,
    "feedbackrequest": request,
    "feedback": feedback,
    "lesson": lesson,
    "ambition": lambda p, state: things.ambition(p.north, state),
    "actionplan": plan,
    "result": lambda p, state: things.result(p.north, state),
    "finding": lambda p, state: things.finding(p.north, state, publication_url="https://example.org/"),
}


# The act of a step, and what it is told ---------------------------------------------------------------------------------------


def letter():
    upload = SimpleUploadedFile("letter.pdf", b"%PDF-1.4\n", content_type="application/pdf")
    upload.media_type = "application/pdf"
    return upload


# By the name of the parameter that an act cannot do without.
TOLD = {
    "reason": lambda p: "Because of the money.",
    "opinion": lambda p: "Sound.",
    "text": lambda p: "Eleven tracks.",
    "language": lambda p: "en",
    "closes_at": lambda p: clock.now() + dt.timedelta(days=20),
    "points": lambda p: [Point("More light", "will", "We will light the tracks.")],
    "regions": lambda p: [p.south],
    "questionnaire": lambda p: things.questionnaire(),
    "answers": lambda p: {"change": "More light"},
    "name_ok": lambda p: False,
    "upload": lambda p: letter(),
}
FIELDS = {"record_endorsement": {"body": "Province", "endorsed_on": dt.date(2026, 1, 5)}}


def act_of(thing, step, by, people):
    """The act that has the step's name, ready to be called; it asks for nothing that the table above does not know."""
    act = domain_functions(type(thing)._meta.app_label)[step.name]
    owed = [name for name, p in inspect.signature(act).parameters.items() if p.kind is p.KEYWORD_ONLY and p.default is p.empty and name != "by"]
    told = {name: TOLD[name](people) for name in owed} | FIELDS.get(step.name, {})
    return functools.partial(act, thing.invitation if isinstance(thing, Feedback) else thing, by=by, **told)


def actor(people, key):
    """Whoever acts, read anew; a visitor is somebody whose link stands for something else."""
    if PERSONS[key] is None:
        return Actor.objects.link_holder(people.lab, "Visitor")
    return Actor.objects.of(User.objects.get(pk=getattr(people, PERSONS[key]).pk))


# The matrix -------------------------------------------------------------------------------------------------------------------


def outcome(thing, step, by, people):
    """What came of the step, and whether anything was written before it was refused; afterwards all is as before."""
    wrote, before = [], thing.version

    def watch(execute, sql, params, many, context):
        if WRITE.match(sql):
            wrote.append(sql)
        return execute(sql, params, many, context)

    with transaction.atomic():
        act = act_of(thing, step, by, people)
        try:
            with connection.execute_wrapper(watch):
                act()
        except PermissionDenied:
            return "403", wrote
        except WrongState as error:
            return f"409 {error.reason}", wrote
        else:
            now = type(thing).objects.get(pk=thing.pk)
            events = HistoryEvent.objects.filter(thing_id=thing.public_id, verb=step.name, actor=by).count()
            return f"done: {now.status}, version +{now.version - before}, {events} event", []
        finally:
            transaction.set_rollback(True)


def wanted(cycle, thing, step, key):
    """By docs/permissions.md, then by the lifecycle's table."""
    if MAY[cycle.permission(step.name)][key] != "+":
        return "403"
    try:
        check_state(thing, step)
    except WrongState as error:
        return f"409 {error.reason}"
    return f"done: {step.target or thing.status}, version +1, 1 event"


@pytest.mark.django_db
@pytest.mark.parametrize(("cycle", "state"), STATES, ids=lambda v: getattr(v, "model", v))
def test_step_by_person_in_state(cycle, state, people, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with clock.at(NOW):
        thing = MADE[cycle.model](people, state)
        for step in cycle.steps:
            for key in PERSONS:
                by = actor(people, key)
                # An object of its own: an act brings the one it was given up to date.
                came, wrote = outcome(type(thing).objects.get(pk=thing.pk), step, by, people)
                assert came == wanted(cycle, thing, step, key), f"{step.name} by {key}"
                assert wrote == [], f"{step.name} by {key} was refused, but wrote first"


def test_tables_know_every_state():
    for cycle in LIFECYCLES.values():
        assert set(cycle.tones) == {cycle.initial} | {step.target for step in cycle.steps if step.target}


@pytest.mark.parametrize("language", ["en", "fi"])
def test_drawings_are_current(language):
    with translation.override(language):
        assert draw_lifecycles.PAGE.read_text(encoding="utf-8") == draw_lifecycles.page(), "manage.py draw_lifecycles writes them anew"
