"""docs/permissions.md for programs: who sees what, who may take which step, who may write, in the words of the status code."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test import Client

from clusters.domain.token import create_token
from clusters.models import SCOPES
from inno4sports.core import clock
from inno4sports.core.api.addresses import RESOURCES, address_of, resource_of
from inno4sports.core.permissions import allowed
from tests.api.calls import V1, send
from tests.conftest import WRITE
from tests.factories import things
from tests.house.test_lifecycles import MADE, MAY, NOW
from tests.house.test_permissions import PERSONS, SEEING, person
from tests.house.test_steps import STATES, wanted
from tests.house.world import everything

OPEN = 302  # what a page answers where the step is open
pytestmark = pytest.mark.django_db
TOMORROW = clock.today() + dt.timedelta(days=1)


@pytest.fixture
def browsers(people):
    """Each person of docs/permissions.md, signed in."""
    found = {key: Client() for key in PERSONS}
    for key, name in PERSONS.items():
        if name:
            found[key].force_login(getattr(people, name), backend="allauth.account.auth_backends.AuthenticationBackend")
    return found


def tried(client, method, address, body, **headers):
    """The answer and what it wrote, beside what a refused request leaves too; afterwards all is as before."""
    wrote = []

    def watch(execute, sql, params, many, context):
        if WRITE.match(sql) and not any(table in sql for table in ("core_keptanswer", "django_session")):
            wrote.append(sql[:200])
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(watch):
            answer = send(client, method, address, body, **headers)
        transaction.set_rollback(True)
    return answer, wrote


@pytest.mark.parametrize("row", SEEING, ids=lambda r: f"{r['Thing']}-{r['State']}".replace(" ", "-"))
def test_program_sees_what_its_owner_sees_and_no_byte_more(row, people, browsers):
    thing = things.of_kind(row["Thing"], row["State"], people)
    address, wrong = address_of(thing), []
    for key, name in PERSONS.items():
        programs = {"browser": browsers[key].get}
        if name:
            token = create_token(getattr(people, name), name="All", scopes=SCOPES, expires_on=TOMORROW, by=getattr(people, f"{name}_acts"))
            bearer = {"Authorization": f"Bearer {token.secret}"}
            programs["token"] = lambda path, bearer=bearer: Client().get(path, headers=bearer)
        for path in (address, f"{address}history/", f"{address}steps/", f"{V1}/{resource_of(thing.kind).name}/?limit=100"):
            answers = {by: get(path) for by, get in programs.items()}
            if len({(a.status_code, a.content if a.status_code == 200 else b"") for a in answers.values()}) > 1:
                wrong.append(f"{key} {path}: {[(by, a.status_code) for by, a in answers.items()]}")
            answer = answers["browser"]
            if row[key] == "–" and (str(thing) in answer.content.decode() or str(thing.public_id) in answer.content.decode()):
                wrong.append(f"{key} {path}: tells of it")
            # Where a visitor may see nothing at all, a program is told to sign in.
            if path == address and answer.status_code not in ((200,) if row[key] == "+" else (404, 401)[: 1 + (key == "V")]):
                wrong.append(f"{key} {path}: {answer.status_code}")
            if "limit" in path and row[key] == "+" and str(thing.public_id) not in answer.content.decode():
                wrong.append(f"{key} {path}: not in the list")
    assert wrong == []


@pytest.mark.parametrize(("cycle", "state"), STATES, ids=lambda v: getattr(v, "model", v))
def test_step_by_person_in_state(cycle, state, people, browsers):
    with clock.at(NOW):
        thing = MADE[cycle.model](people, state)
        address, taken = address_of(thing), {act.name for act in resource_of(thing.kind).acts}
        assert taken >= {step.name for step in cycle.steps}, "programs may take every step"
        for step in cycle.steps:
            for key, name in PERSONS.items():
                answer, wrote = tried(browsers[key], "post", f"{address}steps/", {"step": step.name}, if_match="*")
                status = wanted(cycle, thing, step, key, getattr(people, name)) if name else (401, 404)
                if status == OPEN:
                    assert answer.status_code in (200, 201, 409, 422), f"{step.name} by {key}: {answer.content}"
                else:
                    assert answer.status_code in (status if isinstance(status, tuple) else (status,)), f"{step.name} by {key}: {answer.content}"
                    assert wrote == [], f"{step.name} by {key} was refused, but wrote first"


@pytest.mark.parametrize(("cycle", "state"), STATES, ids=lambda v: getattr(v, "model", v))
def test_open_steps_are_those_that_may_be_taken(cycle, state, people, browsers):
    with clock.at(NOW):
        thing = MADE[cycle.model](people, state)
        for key, name in list(PERSONS.items())[1:]:
            answer = browsers[key].get(f"{address_of(thing)}steps/")
            shown = {one["step"] for one in answer.json()["steps"]} if answer.status_code == 200 else set()
            table = {step.name for step in cycle.steps}
            open_now = {s.name for s in cycle.steps if wanted(cycle, thing, s, key, getattr(people, name)) == OPEN}
            assert shown & table >= open_now, f"{key}: a step is not told of"
            refused = {s.name for s in cycle.steps if wanted(cycle, thing, s, key, getattr(people, name)) in (403, 404)}
            assert not shown & refused, f"{key}: told of what is not for them"


def test_writing_is_for_whom_the_table_says(people, browsers, settings, tmp_path):
    """A body that nothing fits: whoever may write is told so, anybody else is refused before it is read."""
    settings.MEDIA_ROOT = settings.MAIL_DIR = tmp_path
    everything(people, tmp_path)
    wrong, counted = [], 0
    for resource in RESOURCES.values():
        # Of a new thing the table tells for the region's own people: others may make theirs at home.
        says = [("post", f"{V1}/{resource.name}/", resource.create_permission, None, "VPM")] if resource.create_permission else []
        for thing in resource.model._default_manager.all()[:4]:
            for method, permission in (("patch", resource.edit_permission), ("delete", resource.delete_permission)):
                says += [(method, address_of(thing), permission, thing, [*PERSONS])] if permission else []
        for method, address, permission, thing, keys in says:
            for key in keys:
                answer, wrote = tried(browsers[key], method, address, {"no_such_field": 1}, if_match="*")
                refused = answer.status_code in (401, 403, 404)
                may = MAY[permission][key] == "+" if thing is None else sees_and_may(person(people, key), permission, thing)
                if refused == may or (refused and wrote) or answer.status_code >= 500:
                    wrong.append(f"{key} {method} {address}: {answer.status_code}, {permission}, wrote {wrote}")
                counted += 1
    assert not wrong, "\n".join(wrong)
    assert counted > 300


def sees_and_may(who, permission, thing):
    """By the rules that tests/house/test_permissions.py holds against the table."""
    rows = type(thing)._default_manager
    seen = rows.visible_to(who).filter(pk=thing.pk).exists() if hasattr(rows, "visible_to") else True
    return seen and allowed(who, permission, thing)
