"""The same key acts once, also when two arrive at the same time, and is nobody else's."""

import json
import threading
import uuid

import pytest
from django.db import connection
from django.test import Client

from inno4sports.core.models import KeptAnswer
from learning.models import Lesson
from tests.api.calls import V1, send

pytestmark = pytest.mark.django_db(transaction=True)
LESSONS = f"{V1}/lessons/"
BODY = {"title": "Walk", "text": "They do.", "audience": "network", "language": "en"}


def test_two_at_the_same_time_run_once(people):
    key, answers, start = str(uuid.uuid4()), [], threading.Barrier(2)

    def post():
        client = Client()
        client.force_login(people.ben)
        start.wait()
        answer = client.post(LESSONS, json.dumps(BODY), content_type="application/json", headers={"Idempotency-Key": key})
        answers.append((answer.status_code, answer.json()["id"]))
        connection.close()

    threads = [threading.Thread(target=post) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Lesson.objects.count() == 1
    assert answers[0] == answers[1]
    assert answers[0][0] == 201


def test_key_of_another_person_is_another_key(client, people):
    key = str(uuid.uuid4())
    client.force_login(people.ben)
    mine = send(client, "post", LESSONS, BODY, idempotency_key=key)
    client.force_login(people.carla)
    theirs = send(client, "post", LESSONS, BODY, idempotency_key=key)
    assert mine.status_code == theirs.status_code == 201
    assert mine.json()["id"] != theirs.json()["id"]


def test_refused_request_leaves_its_key_free(client, people):
    client.force_login(people.ben)
    key = str(uuid.uuid4())
    assert send(client, "post", LESSONS, {**BODY, "title": ""}, idempotency_key=key).status_code == 422
    assert send(client, "post", LESSONS, BODY, idempotency_key=key).status_code == 201
    assert send(client, "post", LESSONS, BODY, idempotency_key="é" * 3).status_code == 400
    assert send(client, "post", LESSONS, BODY, idempotency_key="k" * 201).status_code == 400


def test_kept_answer_is_sealed(client, people):
    client.force_login(people.ben)
    send(client, "post", LESSONS, BODY, idempotency_key="k")
    assert b"They do." not in bytes(KeptAnswer.objects.get().body)
    assert send(client, "post", LESSONS, BODY, idempotency_key="k").json()["text"] == "They do."


def test_number_that_fits_nowhere_is_refused_with_a_key_too(client, people):
    client.force_login(people.ben)
    assert send(client, "post", LESSONS, {**BODY, "topics": [2**70]}, idempotency_key="k").status_code == 422
