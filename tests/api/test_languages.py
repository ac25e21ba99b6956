"""In which language an answer speaks: what is asked for, else the caller's own, else English."""

import uuid

import pytest

from clusters.domain.token import create_token
from clusters.models import User
from inno4sports.core import clock
from tests.api.calls import V1, send

pytestmark = pytest.mark.django_db
LESSON = {"title": "Walk", "text": "They do.", "audience": "public", "language": "en"}
TOPICS = f"{V1}/topics/nothing/"


def spoken(client, **headers):
    return client.get(TOPICS, headers={name.replace("_", "-"): value for name, value in headers.items()})["Content-Language"]


def test_cookie_of_the_pages_decides_nothing_for_programs(client):
    client.cookies["django_language"] = "hu"
    assert spoken(client, accept_language="nl") == "nl"
    assert spoken(client) == "en"
    assert spoken(client, accept_language="de") == "en"


@pytest.mark.parametrize("asked", ["*", "de", "de, *;q=0.1", "*, pl;q=0.5", "pl;q=0", "nonsense;;"])
def test_whatever_language_will_do_means_the_callers_own(client, people, asked):
    User.objects.filter(pk=people.ben.pk).update(language="fi")
    people.ben.refresh_from_db()
    token = create_token(people.ben, name="Sheet", scopes=["learning:read"], expires_on=clock.today(), by=people.ben_acts)
    assert spoken(client, accept_language=asked, authorization=f"Bearer {token.secret}") == "fi"
    assert spoken(client, accept_language=asked) == "en"


@pytest.mark.parametrize(("asked", "given"), [("de, nl-BE;q=0.5", "nl"), ("fi-FI", "fi"), ("en, fi", "en"), ("es;q=0.1, hu;q=0.9", "hu")])
def test_first_language_that_is_spoken_here_is_taken(client, people, asked, given):
    client.force_login(people.carla)
    assert spoken(client, accept_language=asked) == given


def test_answer_that_is_given_again_is_in_the_language_of_the_first(client, people):
    client.force_login(people.carla)
    key = str(uuid.uuid4())
    first, again = (send(client, "post", f"{V1}/lessons/{asked}", LESSON, idempotency_key=key) for asked in ("", "?lang=fi"))
    assert (first.status_code, again["Idempotency-Replayed"]) == (201, "true")
    for name in ("Content-Language", "ETag", "Location"):
        assert again[name] == first[name], name
    assert first["Content-Language"] == "es"
