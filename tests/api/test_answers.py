"""What is answered is what the description says, for true things of every kind; times are in UTC."""

import re

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from inno4sports.core.api.addresses import RESOURCES, address_of
from inno4sports.core.api.description import description
from inno4sports.core.history import record
from learning.models import GoodPractice
from tests.api.calls import V1, send, step
from tests.factories import things
from tests.house.world import everything

pytestmark = pytest.mark.django_db
MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d")
WHO = ("", "ana", "ben", "carla", "edda", "ari")


def faults(path, method, answer):
    """Where the answer is not as described."""
    told = description()["paths"][path][method]["responses"][str(answer.status_code)]
    schema = {**next(iter(told["content"].values()))["schema"], "components": description()["components"]}
    found = [f"{path} {'/'.join(map(str, e.absolute_path))}: {e.message[:160]}" for e in checker(schema).iter_errors(answer.json())]
    return found + [f"{path} {where}: {moment}" for where, moment in moments(answer.json()) if not moment.endswith("Z")]


def checker(schema):
    return Draft202012Validator(schema, format_checker=FormatChecker())


def moments(value, where=""):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from moments(inner, f"{where}/{name}")
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from moments(inner, f"{where}/{n}")
    elif isinstance(value, str) and MOMENT.match(value):
        yield where, value


@pytest.fixture
def world(people, settings, tmp_path):
    settings.MEDIA_ROOT = settings.MAIL_DIR = tmp_path
    settings.RATE_LIMITS = False
    everything(people, tmp_path)
    finding = things.finding(people.north)
    finding.corrections.create(text="It was Tuesday.", language="en", corrected_at=finding.created_at, corrected_by=people.edda_acts)
    return people


@pytest.mark.parametrize("name", WHO)
def test_lists_things_and_what_stands_under_them_are_as_described(name, world, client):
    if name:
        client.force_login(getattr(world, name))
    wrong, seen = [], 0
    for resource in RESOURCES.values():
        base = f"{V1}/{resource.name}/"
        answer = client.get(base)
        wrong += faults(base, "get", answer)
        seen += len(answer.json().get("items", []))
        if resource.has_changes:
            wrong += faults(f"{base}changes/", "get", client.get(f"{base}changes/"))
        for thing in resource.model._default_manager.all()[:5]:
            keys = resource.address_kwargs(thing)
            path, there = (base + "/".join(parts) + "/" for parts in ([f"{{{key}}}" for key in keys], map(str, keys.values())))
            for word in (
                "",
                *(f"{read}/" for read in resource.reads),
                *(["steps/"] if resource.acts else []),
                *(["history/"] if resource.tells_history else []),
            ):
                wrong += faults(path + word, "get", client.get(there + word))
    for path in ("me/", "me/tasks/", "evidence/", "evidence/gaps/", ""):
        wrong += faults(f"{V1}/{path}", "get", client.get(f"{V1}/{path}"))
    wrong += faults(f"{V1}/search/", "get", client.get(f"{V1}/search/", {"q": "lesson"}))
    assert wrong == []
    assert seen > 10


def test_times_inside_a_thing_are_utc(world, client):
    client.force_login(world.ben)
    told = [client.get(f"{V1}/{name}/").json() for name in ("findings", "ambitions", "action-plans")]
    inner = [where for answer in told for where, _moment in moments(answer) if where.endswith(("corrected_at", "frozen_at"))]
    assert any("corrections" in where for where in inner)
    assert any("revisions" in where for where in inner)


def test_what_was_made_has_the_etag_that_reading_it_gives(client, people):
    client.force_login(people.ben)
    made = send(client, "post", f"{V1}/lessons/", {"title": "Walk", "text": "They do.", "audience": "network", "language": "en"})
    assert made["Location"].startswith("http://testserver/api/v1/lessons/")
    assert client.get(made["Location"])["ETag"] == made["ETag"]
    plan = send(client, "post", f"{V1}/action-plans/", {"title": "Plan", "language": "en", "cluster": "north"})
    action = step(client, plan["Location"], "write_action", title="Lamps", description="Put up.", no_citation_reason="New.")
    assert action.status_code == 201, action.content
    assert client.get(action["Location"])["ETag"] == action["ETag"]


def test_licence_is_told_also_when_its_field_is_left_out(client, people):
    lesson = things.lesson(people.north)
    for address in (f"{V1}/lessons/", address_of(lesson)):
        assert client.get(address, {"fields": "title"})["Link"].count('rel="license"') == 1
    for address in ("evidence/", "search/?q=light", "topics/", f"evidence/{lesson.kind}/{lesson.public_id}/", "lessons/changes/"):
        assert 'rel="license"' in client.get(f"{V1}/{address}")["Link"], address
    client.force_login(people.ben)
    things.lesson(people.north, audience="network")
    assert not client.get(f"{V1}/lessons/", {"fields": "title"}).has_header("Link")


def test_steps_have_no_etag_as_they_say(client, people):
    lesson = things.lesson(people.north)
    client.force_login(people.ben)
    answer = client.get(f"{address_of(lesson)}steps/")
    assert not answer.has_header("ETag")
    assert "304" not in description()["paths"][f"{V1}/lessons/{{key}}/steps/"]["get"]["responses"]


@pytest.mark.parametrize(
    ("address", "query", "name", "words"),
    [
        ("lessons", {"status": "nothing"}, "?status", "draft, shared"),
        ("lessons", {"limit": "0"}, "?limit", "1–100"),
        ("lessons", {"fields": "colour"}, "?fields", "title"),
        ("lessons", {"expand": "title"}, "?expand", "cluster, from_cluster"),
        ("lessons", {"lang": "xx"}, "?lang", "nl"),
        ("results", {"action": "x"}, "?action", "UUID"),
        ("search", {"q": "a"}, "?q", "two letters"),
        ("search", {"q": "abc", "kind": "x"}, "?kind", "learning.lesson"),
        *(("search", {"q": "abc", "page": page}, "?page", "from 1") for page in ("a", "0", "-1", "1.5", "", "٣")),
        ("evidence", {"cluster": "nowhere"}, "?cluster", "nowhere"),
    ],
)
def test_value_of_a_parameter_that_is_not_possible_is_named_with_what_is(client, people, address, query, name, words):
    answer = client.get(f"{V1}/{address}/", query)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:inno4sports:problem:bad-parameter")
    error = answer.json()["errors"][0]
    assert error["pointer"] == name
    assert words in error["detail"]


def test_choice_that_does_not_exist_is_answered_with_those_that_do(client, people):
    client.force_login(people.ben)
    body = {"title": "Walk", "text": "They do.", "audience": "everybody", "language": "en"}
    assert "One of these: network, public" in send(client, "post", f"{V1}/lessons/", body).json()["errors"][0]["detail"].replace(
        "public, network", "network, public"
    )


def test_what_is_cited_is_sent_as_it_is_read(client, people):
    client.force_login(people.ben)
    practice = things.practice(people.south)
    body = {"title": "Walk", "text": "They do.", "audience": "network", "language": "en"}
    made = send(client, "post", f"{V1}/lessons/", {**body, "cites": [f"learning.goodpractice:{practice.public_id}"]})
    cites = made.json()["cites"]
    again = send(client, "patch", made["Location"], {"cites": cites}, if_match=made["ETag"])
    assert again.json()["cites"] == cites, again.content
    for wrong in ([practice.slug], ["learning.goodpractice"], [{"slug": "x"}], [7], "x"):
        refused = send(client, "post", f"{V1}/lessons/", {**body, "cites": wrong})
        assert refused.status_code == 422
        assert "kind:id" in refused.json()["errors"][0]["detail"]
    assert GoodPractice.objects.count() == 1


def test_steps_say_what_each_field_takes(client, people):
    client.force_login(people.ben)
    action = things.action(people.north, state="in_progress", owner=people.ben)
    steps = {one["step"]: one for one in client.get(f"{address_of(action)}steps/").json()["steps"]}
    fields = {field["name"]: field for field in steps["report_progress"]["fields"]}
    assert fields["period_from"]["type"] == "date"
    assert {choice["value"] for choice in fields["state"]["choices"]} >= {"in_progress", "completed"}
    assert fields["text"]["choices"] is None
    assert "reach_milestone" not in steps, "there is none to reach"
    assert "draft_result" not in steps, "there is no report yet"


def test_refusal_of_what_is_no_step_does_not_call_it_one(client, people):
    client.force_login(people.edda)
    finding = things.finding(people.north)
    answer = send(client, "patch", address_of(finding), {"title": "Other"}, if_match="*")
    assert answer.status_code == 409
    assert "step" not in answer.json()["title"]


def test_search_beyond_its_last_page_is_not_there(client, people):
    for page in ("2", "9" * 50):
        assert client.get(f"{V1}/search/", {"q": "abc", "page": page}).status_code == 404


def test_history_says_how_much_of_it_is_told(client, people):
    """The page of a thing shows the newest fifty; who asks for all of it must know that this is not all."""
    client.force_login(people.ben)
    lesson = things.lesson(people.north)
    for _n in range(60):
        record(lesson, "share_lesson", by=people.ben_acts)
    assert len(client.get(f"{address_of(lesson)}history/").json()["items"]) == 50
    told = description()["paths"][f"{V1}/lessons/{{key}}/history/"]["get"]
    assert told["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["items"]["maxItems"] == 50
    assert "the newest 50" in told["description"]
