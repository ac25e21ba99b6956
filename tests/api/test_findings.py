"""Findings by the API, from the first words to the archive; evidence and gaps."""

import pytest

from tests.api.calls import V1, pointers, send, step, steps_of
from tests.factories import things

pytestmark = pytest.mark.django_db
FINDINGS = f"{V1}/findings/"
BODY = {
    "title": "Light works", "summary": "Ten tracks are lit.", "text": "## How\n\nWith lamps.", "finding_kind": "result", "audience": "public", "language": "en",
}  # fmt: skip


@pytest.fixture
def as_(client, people):
    def signed_in(name):
        client.logout()
        if name:
            client.force_login(getattr(people, name))
        return client

    return signed_in


def published(as_, people):
    """Written by Edda on a lesson of the north, published by Emil; its address."""
    lesson = things.lesson(people.north)
    made = send(as_("edda"), "post", FINDINGS, {**BODY, "cited": [f"learning.lesson:{lesson.public_id}"]})
    assert made.status_code == 201, made.content
    assert step(as_("edda"), made["Location"], "submit_finding").json()["status"] == "in_review"
    told = step(as_("emil"), made["Location"], "publish_finding")
    assert told.json()["status"] == "published", told.content
    return made["Location"]


def test_finding_from_its_first_words_to_the_archive(as_, people):
    at = published(as_, people)
    told = as_("").get(at).json()
    assert (told["title"], told["cited_clusters"], told["licence"] is not None) == ("Light works", ["north"], True)
    assert told["published_on"] is not None
    edda = as_("edda")
    corrected = step(edda, at, "correct_finding", text="Eleven tracks.").json()
    assert [one["text"] for one in corrected["corrections"]] == ["Eleven tracks."]
    assert corrected["corrections"][0]["corrected_at"].endswith("Z")
    assert step(edda, at, "archive_finding").json()["status"] == "archived"
    assert as_("").get(at).status_code == 404


def test_finding_needs_two_persons_and_something_it_rests_on(as_, people):
    edda = as_("edda")
    made = send(edda, "post", FINDINGS, BODY)
    refused = step(edda, made["Location"], "submit_finding")
    assert refused.status_code == 409
    assert (refused.json()["title"], "cite it" in refused.json()["detail"]) == ("It cannot be done in the state that it is in.", True)
    at = f"{FINDINGS}{made.json()['id']}/"
    changed = send(edda, "patch", at, {"publication_url": "https://example.org/paper"}, if_match=made["ETag"])
    assert changed.status_code == 200, changed.content
    assert step(edda, at, "submit_finding").status_code == 200
    assert "publish_finding" not in steps_of(edda, at)
    assert step(edda, at, "publish_finding").status_code == 403
    assert step(as_("carla"), at, "publish_finding", match="*").status_code in (403, 404)


def test_finding_comes_back_with_its_reason_which_editors_alone_read(as_, people):
    edda = as_("edda")
    made = send(edda, "post", FINDINGS, {**BODY, "publication_url": "https://example.org/paper"})
    at = made["Location"]
    step(edda, at, "submit_finding")
    emil = as_("emil")
    assert step(emil, at, "return_finding", reason="Say how many.").json()["return_reason"] == "Say how many."
    edda = as_("edda")
    step(edda, at, "submit_finding")
    step(as_("emil"), at, "publish_finding")
    assert as_("").get(at).json()["return_reason"] == ""


def test_finding_that_comes_back_from_the_archive_was_not_published_any_day(as_, people):
    at = published(as_, people)
    edda = as_("edda")
    step(edda, at, "archive_finding")
    back = step(edda, at, "restore_finding").json()
    assert (back["status"], back["published_on"], back["published_at"]) == ("draft", None, None)


def test_manager_proposes_and_an_editor_takes_it_up(as_, people):
    assert send(as_("ana"), "post", FINDINGS, BODY).status_code == 403
    ben = as_("ben")
    assert pointers(send(ben, "post", FINDINGS, BODY)) == ["/text", "/finding_kind", "/audience"]
    made = send(ben, "post", FINDINGS, {"title": "Light works", "summary": "Ten.", "language": "en"})
    assert made.json()["status"] == "proposed", made.content
    assert step(as_("edda"), made["Location"], "take_up_finding").json()["status"] == "draft"


def test_finding_is_found_and_stands_on_the_trail(as_, people):
    at = published(as_, people)
    visitor = as_("")
    told = visitor.get(at).json()
    hits = visitor.get(f"{V1}/search/", {"q": "light works", "kind": "dissemination.finding"}).json()["items"]
    assert [hit["id"] for hit in hits] == [told["id"]]
    cited = told["cites"][0]
    trail = visitor.get(f"{V1}/evidence/{cited['kind']}/{cited['id']}/").json()
    assert told["id"] in [one.get("id") for one in trail["led_to"]]
    assert visitor.get(f"{V1}/evidence/users.user/{cited['id']}/").status_code == 404


def test_evidence_says_who_learned_from_whom(client, people):
    lesson = things.lesson(people.north, from_cluster=people.south)
    told = client.get(f"{V1}/evidence/").json()
    assert [(edge["from"], edge["to"], edge["count"]) for edge in told["edges"]] == [("south", "north", 1)]
    assert told["edges"][0]["lessons"][0]["slug"] == lesson.slug
    assert {node["cluster"] for node in told["nodes"]} == {"north", "south"}
    assert client.get(f"{V1}/evidence/", {"cluster": "east"}).json()["edges"] == []


def test_gaps_are_told_to_who_can_close_them(as_, people):
    things.action(people.north, state="completed")
    things.lesson(people.north)
    assert as_("").get(f"{V1}/evidence/gaps/").status_code == 401
    mine = as_("ben").get(f"{V1}/evidence/gaps/").json()["items"]
    assert mine
    assert {gap["cluster"] for gap in mine} == {"north"}
    assert all(gap["way_out"]["label"] and gap["api_url"] for gap in mine)
    assert "north" not in {gap["cluster"] for gap in as_("carla").get(f"{V1}/evidence/gaps/").json()["items"]}
