"""What a program sends: how long it may be, what it may hold, and in which words it is refused."""

import pytest
from django.test import Client

from clusters.domain.token import create_token
from inno4sports.core import clock
from learning.models import Lesson
from tests.api.calls import V1, pointers, send, step
from tests.factories import things

pytestmark = pytest.mark.django_db
LESSONS = f"{V1}/lessons/"
LESSON = {"title": "Walk", "text": "They do.", "audience": "network", "language": "en"}


@pytest.fixture
def ben(client, people):
    client.force_login(people.ben)
    return client


class Untouched:
    """A body that nobody may read."""

    def read(self, *_size):
        pytest.fail("it was read")

    readline = read


def posted(client, kind, **environ):
    """A POST whose body is not to be read."""
    return client.generic("POST", LESSONS, content_type=kind, headers={"X-CSRFToken": "x"}, **{"wsgi.input": Untouched(), **environ})


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("who", ["session", "token"])
def test_body_that_is_too_large_is_refused_unread(people, kind, who):
    client, headers = Client(enforce_csrf_checks=True), {}
    if who == "session":
        client.force_login(people.carla)
    else:
        made = create_token(people.carla, name="Sheet", scopes=["learning:write"], expires_on=clock.today(), by=people.carla_acts)
        headers = {"HTTP_AUTHORIZATION": f"Bearer {made.secret}"}
    answer = posted(client, kind, CONTENT_LENGTH=str(50 * 2**20), **headers)
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:inno4sports:problem:too-large")
    assert who == "session" or answer["Content-Language"] == "es"


def test_body_without_its_length_is_not_taken_for_none(ben):
    answer = posted(ben, "application/json", HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="")
    assert (answer.status_code, answer.json()["type"]) == (411, "urn:inno4sports:problem:length-needed")
    assert answer["Content-Type"] == "application/problem+json"


UNREADABLE = {
    '{"a": NaN}': "NaN no es JSON.",
    '{"a": 1, "a": 2}': "Un nombre está dos veces en un objeto.",
    "[" * 100_000: "El cuerpo está anidado con demasiada profundidad.",
    '{"a": ' + "[" * 40 + "]" * 40 + "}": "El cuerpo está anidado con demasiada profundidad.",
    '{"a": ' + "1" * 5000 + "}": "Un número tiene demasiadas cifras.",
    '{"a": 1,}': "Esto no es JSON: línea 1, columna 9.",
    "[]": "El cuerpo es un objeto JSON.",
    b'{"a": "\xe9"}': "El cuerpo no es UTF-8.",
    '{"a": "\\ud800"}': "El cuerpo no es UTF-8.",
}


@pytest.mark.parametrize("body", UNREADABLE, ids=lambda body: body[:12])
def test_body_that_cannot_be_read_is_refused_in_the_callers_language(client, people, body):
    client.force_login(people.carla)
    answer = client.post(LESSONS, body, content_type="application/json")
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:inno4sports:problem:malformed")
    assert answer.json()["detail"] == UNREADABLE[body]


@pytest.mark.parametrize(
    ("kind", "body"),
    [("multipart/form-data", b"x"), ("multipart/form-data; boundary=\xe9", b"x")],
)
def test_parts_that_cannot_be_read_are_refused_in_own_words(client, people, kind, body):
    client.force_login(people.carla)
    answer = client.generic("POST", LESSONS, body, content_type=kind)
    assert answer.status_code == 400
    assert answer.json()["detail"] == "No se pueden leer las partes de multipart/form-data."


def test_key_that_is_none_is_refused_in_the_callers_language(client, people):
    client.force_login(people.carla)
    assert send(client, "post", LESSONS, LESSON, idempotency_key="").json()["detail"] == "Idempotency-Key: de 1 a 200 caracteres ASCII imprimibles."


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\x7f", "\x85"])
def test_control_characters_are_refused_and_not_left_out(ben, sign):
    answer = send(ben, "post", LESSONS, {**LESSON, "title": f"Wa{sign}lk", "text": f"They{sign} do."})
    assert pointers(answer) == ["/title", "/text"]
    assert {error["detail"] for error in answer.json()["errors"]} == {"It holds control characters."}
    assert not Lesson.objects.exists()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028"])
def test_field_of_one_line_takes_one_line(ben, end):
    told = {**LESSON, "text": f"They do.{end}\tAnd rest.{end}"}
    answer = send(ben, "post", LESSONS, {**told, "title": f"Walk{end}Run"})
    assert pointers(answer) == ["/title"]
    assert answer.json()["errors"][0]["detail"] == "This is one line: it takes no line break."
    assert send(ben, "post", LESSONS, told).status_code == 201
    assert "And rest." in Lesson.objects.get().text


def test_cells_of_rows_are_of_one_line(ben, people):
    result = f"{V1}/results/{things.result(people.north, 'draft').slug}/"
    rows = [{"label": "People", "value": "640"}, {"label": "Tra\ncks", "value": "4\x00"}]
    assert pointers(send(ben, "patch", result, {"figures": rows}, if_match="*")) == ["/figures/1/label", "/figures/1/value"]
    plan = f"{V1}/action-plans/{things.plan(people.north).slug}/"
    milestones = [{"due_on": "2027-03-31", "title": "Lit\nup"}, {"due_on": "2027-03-31", "title": "Lit\x00"}]
    told = {"title": "Light", "description": "Lamps.\nMore.", "no_citation_reason": "New.", "milestones": milestones}
    assert pointers(step(ben, plan, "write_action", **told)) == ["/milestones/0/title", "/milestones/1/title"]
