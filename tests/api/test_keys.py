"""Things are named by slug or id, in addresses and filters; what names a thing of another kind says where it stands."""

import pytest

from actionplans.models import Revision
from inno4sports.core.api.addresses import RESOURCES, address_of
from inno4sports.core.models import Thing
from inno4sports.core.search import reindex
from learning.models import Lesson
from tests.api.calls import V1, send, step
from tests.factories import things
from tests.house.world import everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben(client, people):
    client.force_login(people.ben)
    return client


def test_every_thing_answers_at_its_slug_and_at_its_id(ben, people, settings, tmp_path):
    settings.MEDIA_ROOT = settings.MAIL_DIR = tmp_path
    everything(people, tmp_path)
    tried = set()
    for resource in RESOURCES.values():
        if not issubclass(resource.model, Thing):
            continue
        for thing in resource.model._default_manager.visible_to(people.ben)[:2]:
            by_slug, by_id = address_of(thing), f"{V1}/{resource.name}/{thing.public_id}/"
            for rest in ("", "history/", "steps/", "summary/"):
                first, second = ben.get(f"{by_slug}{rest}"), ben.get(f"{by_id}{rest}")
                assert (first.status_code, first.content[:200]) == (second.status_code, second.content[:200]) or first.status_code == 404, (
                    by_id + rest
                )
            assert ben.get(by_id).status_code == 200, by_id
            tried.add(resource.name)
    assert tried >= {
        "findings",
        "action-plans",
        "ambitions",
        "clusters",
        "feedback-requests",
        "lessons",
        "organisations",
        "practices",
        "results",
        "sessions",
    }


def test_writing_takes_the_id_too(ben, people):
    lesson = things.lesson(people.north, "draft")
    at = f"{V1}/lessons/{lesson.public_id}/"
    changed = send(ben, "patch", at, {"title": "Anew"}, if_match=ben.get(at)["ETag"])
    assert changed.json()["title"] == "Anew", changed.content
    pending = things.organisation(people.north, "pending")
    assert step(ben, f"{V1}/organisations/{pending.public_id}/", "approve_organisation").json()["status"] == "approved"
    gone = things.lesson(people.north, "draft")
    assert send(ben, "delete", f"{V1}/lessons/{gone.public_id}/", if_match="*").status_code == 204
    assert not Lesson.objects.filter(pk=gone.pk).exists()
    plan = things.action(people.north).plan
    Revision.objects.create(plan=plan, number=1, body={"title": "Plan", "actions": []}, fingerprint="0" * 64, frozen_by=people.ben_acts)
    assert ben.get(f"{V1}/action-plans/{plan.public_id}/revisions/1/").json()["plan"] == plan.slug
    assert ben.get(f"{V1}/members/{people.north.public_id}/{people.ana.public_id}/").json()["name"] == "Ana"


def test_id_of_what_one_may_not_see_is_not_there(client, people):
    lesson = things.lesson(people.north, "draft")
    for key in (lesson.public_id, people.ana.public_id, "00000000-0000-4000-8000-000000000000"):
        assert client.get(f"{V1}/lessons/{key}/").status_code == 404


def test_filters_take_the_id_too(client, people):
    lesson = things.lesson(people.north)
    things.lesson(people.south)
    for key in (people.north.slug, people.north.public_id):
        assert [row["slug"] for row in client.get(f"{V1}/lessons/", {"cluster": key}).json()["items"]] == [lesson.slug]
    assert client.get(f"{V1}/lessons/", {"topic": str(people.north.public_id)}).json()["items"] == []


def test_whatever_names_a_thing_says_where_it_stands(ben, people):
    lesson, practice = things.lesson(people.south, "shared", title="Skiing in summer", from_cluster=people.north), things.practice(people.south)
    body = {"title": "Ours", "text": "T", "audience": "network", "language": "en", "cites": [f"learning.goodpractice:{practice.public_id}"]}
    made = send(ben, "post", f"{V1}/lessons/", body)
    cited = made.json()["cites"][0]
    assert cited["api_url"].startswith("http://testserver/api/v1/")
    assert ben.get(cited["api_url"]).json()["id"] == cited["id"]
    reindex(lesson)
    hit = ben.get(f"{V1}/search/", {"q": "Skiing in summer"}).json()["items"][0]
    assert ben.get(hit["api_url"]).json()["id"] == hit["id"]
    edge = ben.get(f"{V1}/evidence/").json()["edges"][0]["lessons"][0]
    assert ben.get(edge["api_url"]).json()["id"] == edge["id"]
    node = ben.get(f"{V1}/evidence/{cited['kind']}/{cited['id']}/").json()
    shown = [one for one in node["came_from"] + node["led_to"] if one["state"] == "shown"]
    assert all(ben.get(one["api_url"]).json()["id"] == one["id"] for one in shown)


def test_index_says_where_everything_is(client):
    told = client.get(f"{V1}/").json()
    assert client.get(told["schema"]).json()["openapi"].startswith("3.1")
    assert client.get(told["oauth"]).json()["token_endpoint"]
    assert told["resources"].keys() == RESOURCES.keys()
    for place in told["resources"].values():
        assert client.get(place).status_code in (200, 401), place
