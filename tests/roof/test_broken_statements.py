"""What a person sees when the database refuses a statement for this once: a deadlock, a failed serialisation, a lost connection."""

import uuid

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from actionplans.models import Ambition
from inno4sports.core.models import HistoryEvent

pytestmark = pytest.mark.django_db
TITLE = "Everybody within ten minutes of a track"
REFUSALS = [
    OperationalError("deadlock detected"),
    OperationalError("could not serialize access due to concurrent update"),
    InterfaceError("connection already closed"),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
@pytest.mark.parametrize("table", ["actionplans_ambition", "core_historyevent", "core_onetimekey"])
def test_refused_statement_leaves_nothing_half_and_the_same_form_goes_through_later(people, refusal, table):
    client = Client(raise_request_exception=False)
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    form = {"title": TITLE, "text": "Light first.", "cluster": people.north.slug, "language": "en", "once": str(uuid.uuid4())}

    def refusing(execute, sql, params, many, context):
        if sql.startswith("INSERT INTO") and table in sql:
            raise refusal
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refusing):
        answer = client.post("/ambitions/new/", form)
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "Light first." in answer.content.decode(), "what was typed is shown back"
    assert not Ambition.objects.exists()
    assert not HistoryEvent.objects.filter(verb="write_ambition").exists()
    assert client.post("/ambitions/new/", form).status_code == 302
    assert client.post("/ambitions/new/", form).status_code == 302
    assert Ambition.objects.count() == 1


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
@pytest.mark.parametrize("words", ["INSERT INTO", "SELECT"])
def test_program_is_told_to_send_it_again(people, refusal, words):
    client = Client(raise_request_exception=False)
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    body = {"title": TITLE, "text": "Light first.", "cluster": people.north.slug, "language": "en"}

    def refusing(execute, sql, params, many, context):
        if sql.startswith(words):
            raise refusal
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refusing):
        answer = client.post("/api/v1/ambitions/", body, content_type="application/json", headers={"Idempotency-Key": "one"})
    assert (answer.status_code, answer["Retry-After"], answer["Content-Type"]) == (503, "10", "application/problem+json")
    assert answer.json()["type"] == "urn:inno4sports:problem:unavailable"
    assert not Ambition.objects.exists()
    for _time in range(2):
        answer = client.post("/api/v1/ambitions/", body, content_type="application/json", headers={"Idempotency-Key": "one"})
        assert answer.status_code == 201
    assert Ambition.objects.count() == 1
