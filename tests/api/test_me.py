"""Who one is by the API, however one signs in, and one's settings."""

import datetime as dt

import pytest

from clusters.domain.token import create_token
from inno4sports.core import clock
from tests.api.calls import V1, pointers, send
from tests.api.test_programs import access, made

pytestmark = pytest.mark.django_db
ME = f"{V1}/me/"


def test_person_is_a_person_by_session_and_by_token(client, people):
    token = create_token(people.ben, name="Sheet", scopes=["learning:read"], expires_on=clock.today() + dt.timedelta(days=9), by=people.ben_acts)
    told = client.get(ME, headers={"Authorization": f"Bearer {token.secret}"}).json()
    assert (told["kind"], told["id"], told["name"]) == ("person", str(people.ben.public_id), "Ben")
    assert (told["signed_in_by"], told["program"], told["scopes"]) == ("personal_token", None, ["learning:read"])
    client.force_login(people.ben)
    own = client.get(ME).json()
    assert (own["kind"], own["id"], own["signed_in_by"], own["scopes"]) == ("person", str(people.ben.public_id), "session", None)


def test_program_is_told_its_id(client, people):
    program = made(people, scopes=["learning:read"])
    told = client.get(ME, headers=access(client, program)).json()
    assert (told["kind"], told["signed_in_by"], told["program"]) == ("program", "client_credentials", str(program.public_id))
    assert told["memberships"] == [{"cluster": "north", "role": "manager", "organisation": None}]


def test_settings_are_changed_from_the_version_that_was_read(client, people):
    client.force_login(people.ben)
    read = client.get(ME)
    changed = send(client, "patch", ME, {"theme": "dark"}, if_match=read["ETag"])
    assert (changed.status_code, changed.json()["theme"]) == (200, "dark"), changed.content
    assert changed.json()["name"] == "Ben", "what is not named stays"
    stale = send(client, "patch", ME, {"theme": "light"}, if_match=read["ETag"])
    assert (stale.status_code, stale.json()["current"]["theme"]) == (412, "dark")
    assert send(client, "patch", ME, {"theme": "light"}).status_code == 428
    refused = send(client, "patch", ME, {"theme": "pink"}, if_match="*")
    assert pointers(refused) == ["/theme"]
    assert "dark" in refused.json()["errors"][0]["detail"]


def test_settings_are_a_persons(client, people):
    headers = access(client, made(people, scopes=["clusters:read", "clusters:write"]))
    assert send(client, "patch", ME, {"theme": "dark"}, if_match="*", **headers).status_code == 403
