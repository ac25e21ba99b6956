"""Questionnaires, feedback requests, answers and what was said, by the API."""

import datetime as dt

import pytest

from inno4sports.core import clock
from learning.models import FeedbackInvitation
from tests.api.calls import V1, pointers, send, step, steps_of
from tests.factories import things

pytestmark = pytest.mark.django_db
REQUESTS = f"{V1}/feedback-requests/"
QUESTIONS = [
    {"question_kind": "score", "texts": {"en": "Would you come again?"}},
    {"question_kind": "choice", "required": True, "texts": {"en": "Which?"}, "choices": [{"labels": {"en": "a"}}, {"labels": {"en": "b"}}]},
]


@pytest.fixture
def as_(client, people):
    def signed_in(name):
        client.force_login(getattr(people, name))
        return client

    return signed_in


def ask(client, questionnaire, **more):
    closes = (clock.now() + dt.timedelta(days=7)).isoformat()
    body = {"title": "How was it?", "questionnaire": questionnaire, "names": "named", "closes_at": closes, "remind_days": 3, "language": "en"}
    return send(client, "post", REQUESTS, {**body, **more})


def opened(as_, people, names="named"):
    """A request of North that Dora and a person without an account are asked to answer."""
    asked = things.request(people.north, "draft", names=names)
    ben = as_("ben")
    answer = step(ben, f"{REQUESTS}{asked.slug}/", "invite_to_answer", addresses=["dora@south.example", "Sven <sven@example.org> en"], open_now=True)
    assert answer.status_code == 200, answer.content
    assert (answer.json()["status"], answer.json()["invited"], answer.json()["answered"]) == ("open", 2, 0)
    return f"{REQUESTS}{asked.slug}/"


def answered(as_, **more):
    dora = as_("dora")
    own = f"{V1}/feedback/{dora.get(f'{V1}/feedback/').json()['items'][0]['id']}/"
    sent = step(dora, own, "submit_feedback", **{"score": 9, "change": "More light", **more})
    assert sent.status_code == 200, sent.content
    return own


def test_questionnaire_is_built_of_rows_and_read_as_it_was_written(as_):
    ben = as_("ben")
    address = f"{V1}/questionnaires/"
    made = send(ben, "post", address, {"title": "After", "questions": QUESTIONS})
    assert made.status_code == 201, made.content
    questions = made.json()["questions"]
    assert [q["key"] for q in questions] == ["q1", "q2"]
    assert questions[1]["choices"] == [{"key": "c1", "labels": {"en": "a"}}, {"key": "c2", "labels": {"en": "b"}}]
    again = send(ben, "put", made["Location"], {"title": "Before", "questions": questions}, if_match=made["ETag"])
    assert again.json()["questions"] == questions
    assert send(ben, "patch", made["Location"], {"title": "Then"}, if_match=again["ETag"]).json()["questions"] == questions
    bad = [{"question_kind": "score", "texts": {}}, {"question_kind": "choice", "texts": {"en": "?"}}, {"question_kind": "x", "texts": {"xx": "?"}}]
    assert pointers(send(ben, "post", address, {"title": "After", "questions": bad})) == ["/questions/2/texts/xx"]
    assert pointers(send(ben, "post", address, {"title": "After", "questions": bad[:2]})) == ["/questions/1/choices"]
    assert pointers(send(ben, "post", address, {"title": "After", "questions": bad[:1]})) == ["/questions"]
    assert pointers(send(ben, "post", address, {"title": "After", "questions": []})) == ["/questions"]
    assert as_("carla").get(made["Location"]).status_code == 404
    assert send(as_("ana"), "post", address, {"title": "After", "questions": QUESTIONS}).status_code == 403


def test_request_is_made_on_a_session_and_edited(as_, people):
    sheet, visit = str(things.questionnaire(people.north).public_id), things.session(people.north, "held", "network")
    assert ask(as_("ana"), sheet).status_code == 403
    assert ask(as_("carla"), sheet, session=visit.slug).status_code == 403
    ben = as_("ben")
    assert pointers(ask(ben, sheet, closes_at="2020-01-01T10:00")) == ["/closes_at"]
    made = ask(ben, sheet, session=visit.slug)
    assert made.status_code == 201, made.content
    assert (made.json()["about_title"], made.json()["questionnaire"]) == (visit.title, sheet)
    assert ben.get(f"{V1}/sessions/{visit.slug}/").json()["feedback_request"] == made.json()["slug"]
    assert send(ben, "patch", made["Location"], {"title": "And?"}, if_match=made["ETag"]).json()["title"] == "And?"
    assert step(ben, made["Location"], "open_request").status_code == 409
    assert pointers(step(ben, made["Location"], "invite_to_answer", addresses=["nobody"])) == ["/addresses"]
    assert as_("dora").get(made["Location"]).status_code == 404


def test_person_keeps_a_draft_and_sends_it(as_, client, people):
    asked = opened(as_, people)
    assert client.get(f"{V1}/feedback/").json()["items"] == []  # Ben is not asked
    dora = as_("dora")
    row = dora.get(f"{V1}/feedback/").json()["items"][0]
    assert (row["request"], row["version"], row["answers"], [q["key"] for q in row["questions"]]) == (
        asked.split("/")[-2],
        0,
        {},
        ["score", "change"],
    )
    own = f"{V1}/feedback/{row['id']}/"
    kept = step(dora, own, "save_feedback", score=4, change="Mo")
    assert (kept.json()["draft"], kept.json()["answers"]) == ({"score": 4, "change": "Mo", "name_ok": False}, {})
    assert step(dora, own, "save_feedback", match='"0-en-x"', score=1).status_code == 412
    assert pointers(step(dora, own, "submit_feedback", score=11)) == ["/score"]
    sent = step(dora, own, "submit_feedback", score=9, change="More light", name_ok=True)
    assert (sent.json()["draft"], sent.json()["answers"], sent.json()["name_ok"]) == ({}, {"score": 9, "change": "More light"}, True)
    assert as_("carla").get(own).status_code == 404
    client.logout()
    assert client.get(own).status_code == 401


def test_answers_are_read_by_the_hosts_and_the_rest_once_it_is_shared(as_, client, people):
    asked = opened(as_, people)
    answered(as_)
    for name in ("dora", "carla", "ari", "edda"):
        assert as_(name).get(f"{V1}/answers/").json()["items"] == []
        assert as_(name).get(f"{asked}summary/").status_code == (403 if name == "dora" else 404)
    ben = as_("ben")
    row = ben.get(f"{V1}/answers/").json()["items"][0]
    assert (row["name"], row["answers"]) == ("Dora", {"score": 9, "change": "More light"})
    full = ben.get(f"{asked}summary/").json()
    assert (full["full"], full["questions"][0]["mean"], full["questions"][1]["texts"][0]["name"]) == (True, 9.0, "Dora")
    assert [r["answered_at"] is None for r in ben.get(f"{V1}/feedback-invitations/").json()["items"]] == [True, False]
    assert step(ben, asked, "release_text", answer=row["id"], question="change").status_code == 200
    step(ben, asked, "close_request")
    assert step(as_("dora"), asked, "share_summary").status_code == 403
    assert step(as_("ben"), asked, "share_summary").json()["shared_at"]
    shared = as_("carla").get(f"{asked}summary/").json()
    assert (shared["full"], shared["answered"], shared["questions"][0]["withheld"], shared["clusters"]) == (False, 1, True, [])
    assert shared["questions"][1]["texts"] == [{"text": "More light", "language": "es", "name": "", "released": True, "answer": None}]
    assert as_("carla").get(asked).json()["answered"] == 1
    assert as_("carla").get(asked).json()["questionnaire"] is None
    client.logout()
    assert client.get(f"{asked}summary/").status_code == 401


def test_reply_goes_to_who_answered(as_, people):
    asked = opened(as_, people)
    own = answered(as_)
    ben = as_("ben")
    step(ben, asked, "close_request")
    assert steps_of(ben, asked)[:3] == ["reopen_request", "share_summary", "reply_to_feedback"]
    assert pointers(step(ben, asked, "reply_to_feedback", points=[{"said": "Dark", "answer": "will", "text": ""}])) == ["/points/0/text"]
    point = {"said": "Dark", "answer": "will", "text": "Lamps", "due_on": "2099-01-01"}
    assert step(ben, asked, "reply_to_feedback", points=[point]).json()["replied_at"]
    assert ben.get(f"{asked}summary/").json()["reply"] == [point]
    assert as_("dora").get(own).json()["reply"] == [point]


def test_link_is_withdrawn_and_time_extended(as_, people):
    asked = opened(as_, people)
    own = as_("dora").get(f"{V1}/feedback/").json()["items"][0]["id"]
    later = (clock.now() + dt.timedelta(days=30)).isoformat()
    ben = as_("ben")
    assert pointers(step(ben, asked, "extend_request", closes_at="2020-01-01T10:00")) == ["/closes_at"]
    assert step(ben, asked, "extend_request", closes_at=later).status_code == 200
    invitation = f"{V1}/feedback-invitations/{FeedbackInvitation.objects.get(email='dora@south.example').public_id}/"
    assert as_("dora").get(invitation).status_code == 404
    assert step(as_("ben"), invitation, "withdraw_link").json()["withdrawn_at"]
    assert as_("dora").get(f"{V1}/feedback/{own}/").status_code == 404
    assert step(as_("ben"), asked, "withdraw_request").json()["status"] == "withdrawn"
    assert as_("ben").get(f"{asked}summary/").status_code == 409


@pytest.mark.parametrize(("moment", "status"), [("4870-01-28T02:03:43+18:47", 200), ("9999-12-31T23:59:59-05:00", 422), ("2030-06-01T12:00", 422)])
def test_closing_takes_a_moment_in_any_zone(people, client, moment, status):
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    asked = things.request(people.north, "draft")
    answer = send(client, "patch", f"{V1}/feedback-requests/{asked.slug}/", {"closes_at": moment}, if_match="*")
    assert answer.status_code == status
