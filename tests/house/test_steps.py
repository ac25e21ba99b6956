"""Every step of every lifecycle by its address: wrong state, wrong person, stale version, sent twice; and every edit over a newer version."""

import pytest
from django.db import connection, transaction
from django.urls import resolve, reverse

from actionplans.models import Action, ActionPlan, Ambition, Result
from clusters.models import Cluster, Organisation, User
from dissemination.models import Finding
from inno4sports.core import clock
from inno4sports.core.lifecycle import LIFECYCLES, WrongState, check_state
from inno4sports.core.models import HistoryEvent
from learning.models import Feedback, FeedbackRequest, GoodPractice, Lesson, Questionnaire, Session
from tests.actionplans.planning import letter
from tests.conftest import WRITE, WatchingClient
from tests.factories import things
from tests.house.crawler import read
from tests.house.test_lifecycles import MADE, MAY, NOW
from tests.house.test_permissions import PERSONS
from tests.house.world import ROUTES, addresses, everything

# Feedback is sent by the person who was asked, under an address of its own (tests/learning).
CYCLES = [cycle for cycle in LIFECYCLES.values() if cycle.model != "feedback"]
STATES = [(cycle, state) for cycle in CYCLES for state in cycle.tones]
WHY = "Because of the money, and for no other reason."

# What the page of a step asks for, by the name of the step.
TYPED = {
    "open_ambition": lambda p, thing: {"regions": [p.south.slug], "questionnaire": sheet(thing), "closes_on": "2026-06-20", "names": "to_managers"},
    "drop_ambition": lambda p, thing: {"reason": WHY},
    "withdraw_plan": lambda p, thing: {"reason": WHY},
    "return_practice": lambda p, thing: {"reason": WHY},
    "return_finding": lambda p, thing: {"reason": WHY},
    "admit_practice": lambda p, thing: {"opinion": WHY},
    "correct_finding": lambda p, thing: {"text": WHY},
    "extend_request": lambda p, thing: {"closes_at": "2026-06-20T12:00"},
    "reopen_request": lambda p, thing: {"closes_at": "2026-06-20T12:00"},
    "reply_to_feedback": lambda p, thing: {"points-TOTAL_FORMS": "1", "points-INITIAL_FORMS": "0", "points-0-said": "More light", "points-0-answer": "will", "points-0-text": WHY},
    "record_endorsement": lambda p, thing: {"body": "Province", "endorsed_on": "2026-01-05", "upload": letter()},
}  # fmt: skip


def sheet(thing):
    return str(things.questionnaire(thing.cluster).public_id)


@pytest.fixture
def clients(people, settings, tmp_path):
    """Each person of docs/permissions.md, signed in."""
    settings.MEDIA_ROOT = tmp_path
    found = {}
    for key, name in PERSONS.items():
        found[key] = WatchingClient()
        if name:
            found[key].force_login(getattr(people, name), backend="allauth.account.auth_backends.AuthenticationBackend")
    return found


def address_of(thing, cycle, step):
    return reverse(f"{cycle.app}:{cycle.model.lower()}_step", args=[thing.slug, step.name])


def typed(step, people, thing, **more):
    return (TYPED[step.name](people, thing) if step.form else {}) | {"note": WHY} | more


def sent(client, address, data):
    """The answer, and what it wrote; afterwards all is as before."""
    wrote = []

    def watch(execute, sql, params, many, context):
        if WRITE.match(sql) and "core_onetimekey" not in sql and "django_session" not in sql:
            wrote.append(sql[:200])
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(watch):
            answer = client.post(address, data)
        transaction.set_rollback(True)
    return answer, wrote


def wanted(cycle, thing, step, key, who):
    """The status by docs/permissions.md, then by the lifecycle's table."""
    if not type(thing).objects.visible_to(who).filter(pk=thing.pk).exists():
        return 404
    if MAY[cycle.permission(step.name)][key] != "+":
        return 403
    try:
        check_state(thing, step)
    except WrongState:
        return 409
    return 302


@pytest.mark.django_db
@pytest.mark.parametrize(("cycle", "state"), STATES, ids=lambda v: getattr(v, "model", v))
def test_step_by_person_in_state(cycle, state, people, clients):
    with clock.at(NOW):
        thing = MADE[cycle.model](people, state)
        for step in cycle.steps:
            address, data = address_of(thing, cycle, step), typed(step, people, thing)
            stranger, wrote = sent(clients["V"], address, data)
            shown = stranger.content.decode()
            assert (stranger.status_code, "/accounts/login/" in shown, WHY in shown, wrote) == (403, True, True, []), step.name
            for key, name in list(PERSONS.items())[1:]:
                if step.name == "record_endorsement":
                    data["upload"].seek(0)
                answer, wrote = sent(clients[key], address, data)
                status = wanted(cycle, thing, step, key, getattr(people, name))
                assert answer.status_code == status, f"{step.name} by {key}"
                if status != 302:
                    assert WHY in answer.content.decode(), f"{step.name} by {key}: what was typed is lost"
                    assert wrote == [], f"{step.name} by {key} was refused, but wrote first"
                if status == 409:
                    assert str(thing.get_status_display()) in answer.content.decode(), "the sentence names the state"


def open_steps():
    for cycle in CYCLES:
        for step in cycle.steps:
            key = next(key for key in ("M", "E", "A") if MAY[cycle.permission(step.name)][key] == "+")
            yield pytest.param(cycle, step, key, id=step.name)


@pytest.mark.django_db
@pytest.mark.parametrize(("cycle", "step", "key"), open_steps())
def test_step_on_a_stale_version_and_sent_twice(cycle, step, key, people, clients):
    with clock.at(NOW):
        thing = MADE[cycle.model](people, step.sources[0])
        address = address_of(thing, cycle, step)
        # A draft of a finding is its author's alone.
        type(thing).objects.filter(pk=thing.pk, status="draft").update(created_by=getattr(people, f"{PERSONS[key]}_acts"))
        stale, wrote = sent(clients[key], address, typed(step, people, thing, version="0"))
        page = stale.content.decode()
        assert stale.status_code == 409, "somebody changed it since the page was opened"
        assert WHY in page, "what was typed is lost"
        assert thing.get_absolute_url() in page, "no way to what stands now"
        assert wrote == []
        once = {"version": str(thing.version), "once": "44444444-4444-4444-8444-444444444444"}
        answers = [clients[key].post(address, typed(step, people, thing, **once)) for _click in range(2)]
        assert [a.status_code for a in answers] == [302, 302]
        assert answers[0]["Location"] == answers[1]["Location"]
        assert HistoryEvent.objects.filter(thing_id=thing.public_id, verb=step.name).count() == 1


# Edits ------------------------------------------------------------------------------------------------------------------------

EDITED = {
    "cluster_edit": (Cluster, "name"),
    "organisation_edit": (Organisation, "name"),
    "session_edit": (Session, "title"),
    "practice_edit": (GoodPractice, "title"),
    "lesson_edit": (Lesson, "title"),
    "request_edit": (FeedbackRequest, "title"),
    "questionnaire_edit": (Questionnaire, "title"),
    "ambition_edit": (Ambition, "title"),
    "plan_edit": (ActionPlan, "title"),
    "action_edit": (Action, "title"),
    "result_edit": (Result, "title"),
    "finding_edit": (Finding, "title"),
    "settings": (User, "name"),
}
OTHERWISE = {"preferences_edit": "three choices, each saved as last said: there is nothing to lose"}


def test_every_edit_has_its_row():
    assert {view.__name__ for _route, view, _pattern in ROUTES if view.__name__.endswith("_edit")} == set(EDITED) - {"settings"} | set(OTHERWISE)


def edit_page(name, clients, known):
    """The first page of an edit that is open to Ben or Edda: address, client, form."""
    route = next(route for route, view, _pattern in ROUTES if view.__name__ == name)
    for client in (clients["M"], clients["E"]):
        for address in addresses(route, name, known):
            page = client.get(address)
            if page.status_code == 200:
                return address, client, next(f for f in read(address, page.content).forms if f.action == address and f.method == "post")
    raise AssertionError(f"nobody can open {name}")


@pytest.mark.django_db
@pytest.mark.parametrize("name", EDITED)
def test_edit_of_a_stale_version_shows_both(name, people, clients, tmp_path):
    known = everything(people, tmp_path) | {"questionnaires": [things.questionnaire(people.north).public_id]}
    Finding.objects.filter(status="draft").update(created_by=people.edda_acts)
    address, client, form = edit_page(name, clients, known)
    model, column = EDITED[name]
    thing = model.objects.get(**about(name, address, people))
    model.objects.filter(pk=thing.pk).update(version=thing.version + 1, **{column: "What they wrote"})
    answer, wrote = sent(client, address, form.data | {column: "What I wrote"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "What I wrote" in page
    assert "What they wrote" in page
    assert wrote == []
    again = next(f for f in read(address, answer.content).forms if f.action == address and f.method == "post")
    assert again.data["version"] == [str(thing.version + 1)], "who has seen both may save"
    answer = client.post(address, again.data)
    assert answer.status_code == 302, "what was typed is still there, and complete"
    assert getattr(model.objects.get(pk=thing.pk), column) == "What I wrote"


# What is no longer edited says so before anybody types: how such a thing comes to be, by its edit.
FROZEN = {
    "session_edit": lambda p: things.session(p.north, "closed"),
    "practice_edit": lambda p: things.practice(p.north, "archived"),
    "request_edit": lambda p: things.request(p.north, "open"),
    "questionnaire_edit": lambda p: answered(things.request(p.north)).questionnaire,
    "ambition_edit": lambda p: things.ambition(p.north, "adopted"),
    "plan_edit": lambda p: things.plan(p.north, "decided"),
    "action_edit": lambda p: things.action(p.north, "decided"),
    "result_edit": lambda p: things.result(p.north, "published"),
    "finding_edit": lambda p: things.finding(p.north, "published"),
}
ALWAYS_OPEN = {"cluster_edit", "organisation_edit", "lesson_edit", "settings"}


def answered(asked):
    things.stamped(Feedback(request=asked, invitation=asked.invitations.create(email="guest@example.org"), answers={"change": "Light"}), "submitted")
    return asked


def test_every_edit_is_frozen_some_day_or_never():
    assert set(EDITED) == set(FROZEN) | ALWAYS_OPEN


@pytest.mark.django_db
@pytest.mark.parametrize("name", FROZEN)
def test_edit_of_what_is_frozen_is_409_with_a_sentence(name, people, clients):
    thing = FROZEN[name](people)
    address = f"{thing.get_absolute_url()}edit/"
    client = clients["E" if name == "finding_edit" else "M"]
    before = thing.version
    for answer in (client.get(address), client.post(address, {"title": WHY, "version": thing.version})):
        assert answer.status_code == 409
        assert answer.context["reason"], "a sentence says why"
    assert WHY in answer.content.decode(), "what was typed is lost"
    thing.refresh_from_db()
    assert thing.version == before


def about(name, address, people):
    """How to find the thing that an address edits."""
    if name == "settings":
        return {"pk": people.ben.pk}
    given = resolve(address).kwargs
    return {"plan__slug": given["slug"], "number": given["n"]} if name == "action_edit" else given
