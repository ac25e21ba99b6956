"""What a token may: never less than a visitor, never more than its rights."""

import datetime as dt

import pytest
from django.conf import settings as configured
from django.urls import reverse

from clusters.domain.token import create_token
from clusters.models import SCOPES
from inno4sports.core import clock
from inno4sports.core.api.addresses import RESOURCES, address_of
from inno4sports.core.api.description import description
from inno4sports.core.search import reindex
from tests.api.calls import V1, send
from tests.factories import things
from tests.house.world import everything

pytestmark = pytest.mark.django_db
LESSONS = f"{V1}/lessons/"


def bearer(user, acting, *scopes):
    token = create_token(user, name="Few", scopes=scopes, expires_on=clock.today() + dt.timedelta(days=9), by=acting)
    return {"Authorization": f"Bearer {token.secret}"}


@pytest.fixture
def few(people):
    return bearer(people.ben, people.ben_acts, "clusters:read")


def test_token_without_the_right_reads_what_visitors_read(client, people, few, settings, tmp_path):
    settings.MEDIA_ROOT = settings.MAIL_DIR = tmp_path
    settings.RATE_LIMITS = False
    everything(people, tmp_path)
    for resource in RESOURCES.values():
        if resource.scope == "clusters":
            continue
        addresses = [f"{V1}/{resource.name}/", *(address_of(thing) for thing in resource.model._default_manager.all()[:6])]
        for address in addresses:
            mine, visitors = client.get(address, headers=few), client.get(address)
            if visitors.status_code == 200:
                assert mine.content == visitors.content, address
            else:
                assert (mine.status_code, mine.json()["type"]) == (403, "urn:inno4sports:problem:missing-scope"), address
            assert "private" in mine["Cache-Control"] or mine.status_code == 403
            assert "Access-Control-Allow-Origin" not in mine


def test_what_is_there_and_what_is_not_are_refused_alike(client, people, few):
    draft = things.lesson(people.north, "draft")
    answers = [client.get(address, headers=few).json() for address in (address_of(draft), f"{LESSONS}nothing/")]
    assert [(one["status"], one["detail"]) for one in answers] == [(403, "The token does not carry the right learning:read.")] * 2


def test_where_it_matters_who_asks_the_right_is_asked_for(client, people, few):
    lesson = address_of(things.lesson(people.north))
    for address in (f"{lesson}steps/", f"{lesson}history/", f"{V1}/feedback/", f"{V1}/me/tasks/"):
        answer = client.get(address, headers=few)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:inno4sports:problem:missing-scope"), address
    assert send(client, "patch", lesson, {"title": "x"}, if_match="*", **few).status_code == 403
    assert client.get(f"{V1}/me/", headers=few).status_code == 200


def test_cursor_of_a_token_with_the_right_is_no_cursor_of_one_without(client, people, few):
    things.lesson(people.north, audience="network")
    full = bearer(people.ben, people.ben_acts, "learning:read")
    page = client.get(f"{LESSONS}changes/", headers=full).json()
    assert len(page["changes"]) == 1
    assert client.get(f"{LESSONS}changes/", {"cursor": page["cursor"]}, headers=few).status_code == 410
    page = client.get(f"{LESSONS}changes/", headers=few).json()
    assert page["changes"] == []
    assert client.get(f"{LESSONS}changes/", {"cursor": page["cursor"]}).status_code == 200, "it is a visitor's"


def test_search_needs_all_rights_to_find_more(client, people, few):
    reindex(things.lesson(people.north, audience="network", title="Skiing in summer"))
    assert client.get(f"{V1}/search/", {"q": "skiing"}, headers=few).json()["items"] == []
    every = bearer(people.ben, people.ben_acts, *SCOPES)
    assert client.get(f"{V1}/search/", {"q": "skiing"}, headers=every).json()["items"]


def test_every_operation_names_its_right_and_the_docs_all_rights(client):
    schemes = description()["components"]["securitySchemes"]
    assert schemes["oauth"]["flows"]["clientCredentials"]["scopes"].keys() == SCOPES.keys()
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            oauth = next(one["oauth"] for one in operation["security"] if "oauth" in one)
            assert set(oauth) <= SCOPES.keys()
            assert all(f"`{right}`" in operation["description"] for right in oauth), (method, path)
            resource = RESOURCES.get(path.split("/")[3])
            if resource is not None:
                assert oauth == [f"{resource.scope}:{'read' if method == 'get' else 'write'}"], (method, path)
                assert ({} in operation["security"]) == (method == "get" and not resource.closed), (method, path)
    tour = (configured.BASE_DIR / "docs" / "api.md").read_text()
    for right, words in SCOPES.items():
        assert f"| `{right}` | {words} |" in tour


def test_token_list_shows_the_name_of_each_right(client, people):
    client.force_login(people.ben)
    create_token(people.ben, name="Sheet", scopes=["learning:read"], expires_on=clock.today() + dt.timedelta(days=9), by=people.ben_acts)
    page = client.get(reverse("clusters:token_list")).content.decode()
    assert page.count("(learning:read)") == 2, "in the list and in the form"


def test_expanded_reference_needs_the_right_of_its_own_part(client, people):
    """An ambition's feedback request is of another part: without its right the reader gets the key alone, as a visitor does."""
    asked = things.request(people.north, "closed")
    ambition = things.ambition(people.north, "open_for_feedback", feedback_request=asked)
    address = f"{address_of(ambition)}?expand=feedback_request,cluster"
    few = bearer(people.ben, people.ben_acts, "actionplans:read")
    more = bearer(people.ben, people.ben_acts, "actionplans:read", "learning:read")
    assert client.get(address, headers=few).json()["feedback_request"] == asked.slug
    assert client.get(address, headers=few).json()["cluster"]["slug"] == people.north.slug
    assert client.get(address, headers=more).json()["feedback_request"]["slug"] == asked.slug


def test_every_reference_can_be_expanded_by_everybody(client, people, settings, tmp_path):
    settings.MEDIA_ROOT = settings.MAIL_DIR = tmp_path
    settings.RATE_LIMITS = False
    everything(people, tmp_path)
    things.ambition(people.north, feedback_request=things.request(people.north, "closed"))
    tried = 0
    for who in (None, people.ana, people.ben, people.edda, people.ari):
        if who:
            client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
        for resource in RESOURCES.values():
            for name in resource.shape.expandable():
                answer = client.get(f"{V1}/{resource.name}/?expand={name}")
                assert answer.status_code in ((200, 401) if who is None else (200, 403)), f"{resource.name} {name}: {answer.content[:200]}"
                tried += answer.status_code == 200
    assert tried > 60
