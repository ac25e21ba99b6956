"""What people who write programs do by mistake is refused in words that lead on, and never taken for something else."""

import json
import uuid

import pytest

from actionplans.models import Milestone, ProgressReport
from inno4sports.core import clock
from learning.models import Lesson
from tests.api.calls import V1, pointers, send, step
from tests.factories import things

pytestmark = pytest.mark.django_db
LESSON = {"title": "Walk", "text": "They do.", "audience": "network", "language": "en"}


@pytest.fixture
def ben(client, people):
    client.force_login(people.ben)
    return client


@pytest.mark.parametrize("language", ["en", "nl", "pl"])
@pytest.mark.parametrize(
    "day", ["01/10/2026", "10/01/26", "01-10-2026", "01.10.2026", "Oct 1, 2026", "2026-10-1", "20261001", "2026-W40-4", "٢٠٢٦-10-01"]
)
def test_days_are_iso_alone_in_every_language(ben, people, day, language):
    """By the forms of pages 01/10/2026 is a day in January to one caller and in October to the next."""
    action = things.action(people.north)
    address = f"{V1}/actions/{action.public_id}/"
    told = {"step": "report_progress", "period_from": day, "period_to": "2026-10-02", "state": "in_progress", "text": "Lit."}
    answer = send(ben, "post", f"{address}steps/?lang={language}", told, if_match=ben.get(address)["ETag"])
    assert pointers(answer) == ["/period_from"]
    assert "2027-03-31" in answer.json()["errors"][0]["detail"]
    assert not ProgressReport.objects.exists()


@pytest.mark.parametrize("moment", ["12/10/2099 10:00", "2099-12-20", "2099-12-20T10:00:00", "2099-12-20 10:00+01:00", "soon"])
def test_moments_are_iso_with_their_offset(ben, people, moment):
    asked = things.request(people.north, "draft")
    address = f"{V1}/feedback-requests/{asked.slug}/"
    answer = send(ben, "patch", address, {"closes_at": moment}, if_match=ben.get(address)["ETag"])
    assert pointers(answer) == ["/closes_at"]
    good = send(ben, "patch", address, {"closes_at": "2099-12-20T10:00:00+01:00"}, if_match=ben.get(address)["ETag"])
    assert good.status_code == 200, good.content
    assert good.json()["closes_at"] == "2099-12-20T09:00:00Z", good.content


def test_delete_sent_again_with_its_key_gets_the_first_answer(ben, people):
    lesson = things.lesson(people.north, "draft")
    address, key = f"{V1}/lessons/{lesson.slug}/", str(uuid.uuid4())
    etag = ben.get(address)["ETag"]
    first, again = (send(ben, "delete", address, if_match=etag, idempotency_key=key) for _twice in range(2))
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (204, 204, "true")
    assert send(ben, "delete", address, if_match=etag).status_code == 404
    assert send(ben, "patch", address, {"title": "x"}, if_match=etag, idempotency_key=key).json()["type"].endswith("key-reused")


def test_step_sent_again_with_its_key_gets_the_first_answer_also_when_the_thing_is_out_of_sight(client, people):
    client.force_login(people.carla)
    session = things.session(people.south, "announced", "network")
    address, key = f"{V1}/sessions/{session.slug}/", str(uuid.uuid4())
    etag, told = client.get(address)["ETag"], {"step": "cancel_session"}
    first = send(client, "post", f"{address}steps/", told, if_match=etag, idempotency_key=key)
    assert first.status_code == 200, first.content
    type(session).objects.filter(pk=session.pk).update(archived_at=clock.now(), audience="cluster", cluster=people.north)
    assert client.get(address).status_code == 404
    again = send(client, "post", f"{address}steps/", told, if_match=f"W/{etag}", idempotency_key=key)
    assert (again.status_code, again.content) == (200, first.content), "W/ is a proxy's"


def test_key_without_a_word_is_no_key(ben, people):
    answer = send(ben, "post", f"{V1}/lessons/", LESSON, idempotency_key="")
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:inno4sports:problem:malformed")
    assert not Lesson.objects.exists()


def test_versions_that_are_named(ben, people):
    address = f"{V1}/lessons/{things.lesson(people.north, 'draft').slug}/"
    stands = ben.get(address)["ETag"]
    for wrong in ("garbage", '"99-en-1"', '"one-en-1"', '"99-en-1", "98-en-1"'):
        answer = send(ben, "patch", address, {"title": "Run"}, if_match=wrong)
        assert (answer.status_code, answer.json()["current"]["title"]) == (412, ben.get(address).json()["title"]), wrong
    assert send(ben, "patch", address, {"title": "Run"}, if_match=f'"99-en-1", W/{stands}').status_code == 200


def test_change_that_names_nothing_changes_nothing(ben, people):
    lesson = things.lesson(people.north, "draft")
    address = f"{V1}/lessons/{lesson.slug}/"
    for method in ("patch", "put"):
        assert send(ben, method, address, if_match=ben.get(address)["ETag"]).status_code == 422
    lesson.refresh_from_db()
    assert lesson.version == 1


@pytest.mark.parametrize("scheme", ["Token", "Basic", "ApiKey", "bearerx"])
def test_another_scheme_is_no_visitor(client, people, scheme):
    answer = client.get(f"{V1}/findings/", headers={"Authorization": f"{scheme} abc"})
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:inno4sports:problem:bad-token")
    assert "Bearer" in answer.json()["detail"]
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_parameter_that_stands_twice_is_named(client, people):
    for path in ("findings/?kind=publication&kind=lesson", "lessons/?limit=5&limit=6", "search/?q=a&q=b"):
        answer = client.get(f"{V1}/{path}")
        assert (answer.status_code, answer.json()["type"]) == (400, "urn:inno4sports:problem:bad-parameter"), path


def test_address_without_its_slash_says_so(client, people):
    for answer in (client.get(f"{V1}/findings"), client.get(f"{V1}/findings/nothing"), send(client, "post", f"{V1}/findings")):
        assert (answer.status_code, answer.json()["detail"]) == (404, "Addresses end with a slash.")
    assert "slash" not in client.get(f"{V1}/nothing/").json()["detail"]


def test_rows_are_refused_cell_by_cell_beside_all_other_faults(ben, people):
    plan = things.plan(people.north)
    address = f"{V1}/action-plans/{plan.slug}/"
    rows = [{"due_on": "31/03/2027", "title": "Lit"}, {"due_on": "2027-03-31", "title": ""}, {"due_on": "2027-03-31", "title": "x" * 151}]
    told = {"step": "write_action", "title": "y" * 300, "milestones": rows, "cited": ["nonsense"], "language": "xx"}
    answer = send(ben, "post", f"{address}steps/", told, if_match=ben.get(address)["ETag"])
    assert set(pointers(answer)) == {"/milestones/0/due_on", "/milestones/1/title", "/milestones/2/title", "/title", "/cited", "/language"}


def test_figure_without_a_figure_is_named(ben, people):
    result = things.result(people.north, "draft")
    address = f"{V1}/results/{result.slug}/"
    rows = [{"label": "People", "value": "640"}, {"label": "Tracks", "value": "many"}]
    answer = send(ben, "patch", address, {"figures": rows}, if_match=ben.get(address)["ETag"])
    assert pointers(answer) == ["/figures/1/value"]


def test_what_is_only_read_is_not_called_unknown(ben, people):
    address = f"{V1}/lessons/{things.lesson(people.north, 'draft').slug}/"
    answer = send(ben, "patch", address, {"status": "shared", "colour": "red"}, if_match=ben.get(address)["ETag"])
    words = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert words == {"/status": "This is read, not written.", "/colour": "There is no field of this name."}


def test_milestones_to_reach_are_those_that_are_not(ben, people):
    action = things.action(people.north)
    done, open_ = (Milestone.objects.create(action=action, title=t, due_on="2026-05-01", reached_on=r) for t, r in (("a", "2026-04-01"), ("b", None)))
    address = f"{V1}/actions/{action.public_id}/"
    reach = next(one for one in ben.get(f"{address}steps/").json()["steps"] if one["step"] == "reach_milestone")
    assert [choice["value"] for choice in reach["fields"][0]["choices"]] == [str(open_.public_id)]
    assert pointers(step(ben, address, "reach_milestone", milestone=str(done.public_id))) == ["/milestone"]


def test_bodies_that_cannot_be_read_are_told_without_our_insides(ben, people):
    deep = "[" * 100_000
    for body, words in ((deep, "nested"), (b'{"title": "\xe9"}', "UTF-8"), ('{"a": NaN}', "NaN"), ('{"a": 1, "a": 2}', "twice")):
        answer = ben.post(f"{V1}/lessons/", body, content_type="application/json")
        assert answer.status_code == 400, words
        assert words in answer.json()["detail"]
        assert "codec" not in answer.json()["detail"]
        assert "recursion" not in answer.json()["detail"]
    marked = b"\xef\xbb\xbf" + json.dumps(LESSON).encode()
    assert ben.post(f"{V1}/lessons/", marked, content_type="application/json").status_code == 201
    packed = ben.post(f"{V1}/lessons/", json.dumps(LESSON), content_type="application/json", headers={"Content-Encoding": "gzip"})
    assert packed.status_code == 415


def test_right_that_is_missing_is_named(client, people):
    from clusters.domain.token import create_token

    token = create_token(people.ben, name="Sheet", scopes=["learning:read"], expires_on=clock.today(), by=people.ben_acts)
    answer = send(client, "post", f"{V1}/lessons/", LESSON, authorization=f"Bearer {token.secret}")
    assert answer.status_code == 403
    assert "learning:write" in answer.json()["detail"]
    assert 'error="insufficient_scope", scope="learning:write"' in answer["WWW-Authenticate"]


def test_refusal_before_it_is_asked_who_calls_is_read_by_every_origin(client, people):
    refused = client.get(f"{V1}/findings/", headers={"Accept": "text/csv"})
    assert (refused.status_code, refused["Access-Control-Allow-Origin"]) == (406, "*")
    client.force_login(people.ben)
    assert not client.get(f"{V1}/findings/", headers={"Accept": "text/csv"}).has_header("Access-Control-Allow-Origin")


def test_names_of_fields_may_stand_apart(client, people):
    finding = things.finding(people.north, "published")
    assert client.get(f"{V1}/findings/?fields=slug, title").json()["items"] == [{"slug": finding.slug, "title": finding.title}]


def test_proposal_is_described_as_it_is_taken(ben, people):
    """What the schema requires of everybody is what a manager may send."""
    schema = ben.get(f"{V1}/schema/?format=json").json()["paths"]["/api/v1/findings/"]["post"]
    needed = schema["requestBody"]["content"]["application/json"]["schema"]["required"]
    assert "and no more" in schema["description"]
    answer = send(ben, "post", f"{V1}/findings/", {name: {"language": "en"}.get(name, "Light") for name in needed})
    assert answer.status_code == 201, answer.content
