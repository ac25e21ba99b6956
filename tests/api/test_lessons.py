"""Lessons by the API: the model of all resources, so every convention is tried here first."""

import json
import uuid

import pytest

from learning.models import Lesson

pytestmark = pytest.mark.django_db
LESSONS = "/api/v1/lessons/"


def send(client, method, path, body=None, **headers):
    return getattr(client, method)(path, json.dumps(body or {}), content_type="application/json", headers=headers)


@pytest.fixture
def ben(client, people):
    client.force_login(people.ben)
    return client


def draft(client, **more):
    return send(client, "post", LESSONS, {"title": "Walk to school", "text": "They do.", "audience": "network", "language": "en", **more})


def test_lesson_is_written_read_changed_shared_and_followed(ben, people):
    answer = draft(ben)
    assert answer.status_code == 201, answer.content
    lesson = answer.json()
    assert lesson["cluster"] == "north"
    assert lesson["status"] == "draft"
    address = answer["Location"]
    assert ben.get(address).json() == lesson
    etag = ben.get(address)["ETag"]
    assert ben.get(address, headers={"If-None-Match": f"W/{etag}"}).status_code == 304
    assert send(ben, "patch", address, {"title": "Cycle to school"}).status_code == 428
    changed = send(ben, "patch", address, {"title": "Cycle to school"}, **{"If-Match": etag})
    assert changed.status_code == 200, changed.content
    assert changed.json()["title"] == "Cycle to school"
    assert changed.json()["text"] == "They do."
    stale = send(ben, "patch", address, {"title": "Run"}, **{"If-Match": etag})
    assert stale.status_code == 412
    assert stale.json()["current"]["title"] == "Cycle to school"
    steps = ben.get(address + "steps/")
    assert steps.json()["steps"][0]["step"] == "share_lesson"
    assert "no-store" in steps["Cache-Control"]
    refused = send(ben, "post", address + "steps/", {"step": "share_lesson"}, **{"If-Match": changed["ETag"]})
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:inno4sports:problem:wrong-state"


def test_bad_bodies_are_named(ben):
    assert draft(ben, colour="red").json()["errors"] == [{"pointer": "/colour", "detail": "There is no field of this name."}]
    assert draft(ben, title=["a"]).status_code == 422
    assert draft(ben, cluster="north").status_code == 201
    assert draft(ben, cluster="south").status_code == 422
    assert Lesson.objects.count() == 1
    for raw in (b"{", b'{"a": NaN}', b'{"a":1,"a":2}', b"[]", b'"\xff"', b"[" * 100000, b'{"title": "\\ud800"}'):
        answer = ben.post(LESSONS, raw, content_type="application/json")
        assert answer.status_code == 400, raw[:20]
        assert answer["Content-Type"] == "application/problem+json"
    assert ben.post(LESSONS, b"{}", content_type="application/json; charset=utf-16").status_code == 415
    assert ben.post(LESSONS, b"a", content_type="text/plain").status_code == 415
    assert ben.post(LESSONS, b"{" + b" " * 3_000_000, content_type="application/json").status_code == 413


def test_same_key_acts_once(ben):
    key = str(uuid.uuid4())
    body = {"title": "Walk", "text": "They do.", "audience": "network", "language": "en"}
    first = send(ben, "post", LESSONS, body, **{"Idempotency-Key": key})
    again = send(ben, "post", LESSONS, body, **{"Idempotency-Key": key})
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert send(ben, "post", LESSONS, {**body, "title": "Run"}, **{"Idempotency-Key": key}).status_code == 422
    assert Lesson.objects.count() == 1


def test_list_pages_filters_fields_and_expands(ben, people, client):
    for n in range(5):
        draft(ben, title=f"Lesson {n}")
    page = ben.get(LESSONS, {"limit": 2, "fields": "title,cluster", "expand": "cluster"})
    assert page.status_code == 200, page.content
    titles = [item["title"] for item in page.json()["items"]]
    while page.json()["next"]:
        page = ben.get(page.json()["next"])
        titles += [item["title"] for item in page.json()["items"]]
    assert titles == [f"Lesson {n}" for n in (4, 3, 2, 1, 0)]
    assert ben.get(LESSONS, {"status": "shared"}).json()["items"] == []
    for query in ({"status": "x"}, {"colour": "red"}, {"fields": "password"}, {"expand": "created_by"}, {"cursor": "abc"}, {"limit": "0"}):
        assert ben.get(LESSONS, query).status_code == 400, query


def test_visitor_sees_what_is_public(client, people):
    answer = client.get(LESSONS)
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert client.get("/api/v1/nothing/").status_code == 404
    assert client.get("/api/v1/lessons").status_code == 404
    assert send(client, "post", LESSONS, {}).status_code == 401
    assert client.get(LESSONS, headers={"Accept": "text/html"}).status_code == 406


def test_copy_follows_changes(ben, people):
    draft(ben, title="One")
    start = ben.get(LESSONS + "changes/").json()
    assert [c["item"]["title"] for c in start["changes"]] == ["One"]
    assert not start["more"]
