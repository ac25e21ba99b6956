"""Ambitions, plans, actions, reports and results by the API: from the ambition to the published result."""

import datetime as dt
import json

import pytest

from actionplans.models import Action
from inno4sports.core import clock
from learning.models import Feedback, FeedbackInvitation
from tests.actionplans.conftest import lesson, plan, running  # noqa: F401 -- fixtures
from tests.actionplans.planning import LETTER, letter
from tests.factories import things

pytestmark = pytest.mark.django_db
API = "/api/v1/"


def send(client, who, method, path, body=None, **headers):
    client.force_login(who)
    if method == "get":
        return client.get(API + path)
    return getattr(client, method)(API + path, json.dumps(body or {}), content_type="application/json", headers=headers)


def step(client, who, path, name, files=None, **body):
    """Take a step on what stands now."""
    client.force_login(who)
    etag = {"If-Match": client.get(API + path)["ETag"]}
    if files:
        return client.post(f"{API}{path}steps/", {"step": name, **body, **files}, headers=etag)
    return send(client, who, "post", f"{path}steps/", {"step": name, **body}, **etag)


def steps_open(client, who, path):
    client.force_login(who)
    return [row["step"] for row in client.get(f"{API}{path}steps/").json()["steps"]]


def test_ambition_is_asked_about_its_points_answered_and_adopted(client, people, lesson):  # noqa: F811
    key = f"learning.lesson:{lesson.public_id}"
    made = send(client, people.ben, "post", "ambitions/", {"title": "Light for all", "language": "en", "lessons": [key]})
    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["cluster"], body["status"], body["licence"]) == ("north", "draft", None)
    assert body["cites"][0]["id"] == str(lesson.public_id)
    path = f"ambitions/{body['slug']}/"
    assert send(client, people.carla, "get", path).status_code == 404
    changed = send(client, people.ben, "patch", path, {"measure": "Lamps"}, **{"If-Match": made["ETag"]})
    assert changed.json()["measure"] == "Lamps"
    assert len(changed.json()["cites"]) == 1
    sheet = str(things.questionnaire(people.north).public_id)
    closes = (clock.today() + dt.timedelta(days=9)).isoformat()
    asked = step(client, people.ben, path, "open_ambition", regions=["south"], questionnaire=sheet, closes_on=closes, names="to_managers")
    assert asked.status_code == 200, asked.content
    assert asked.json()["feedback_request"]
    invitation = FeedbackInvitation.objects.get()
    words = Feedback.objects.create(
        request=invitation.request, invitation=invitation, status="submitted", submitted_at=clock.now(), answers={"change": "Brighter lamps, please."},
        submitted_by=people.carla_acts,
    )  # fmt: skip
    missed = step(client, people.ben, path, "mark_point", feedback=str(words.public_id), question="change", quote="Dimmer")
    assert missed.json()["errors"][0]["pointer"] == "/quote"
    marked = step(client, people.ben, path, "mark_point", feedback=str(words.public_id), question="change", quote="Brighter lamps")
    assert marked.status_code == 200, marked.content
    [point] = marked.json()["points"]
    assert (point["cluster"], point["quote"], point["answer"]) == ("south", "Brighter lamps", "")
    assert step(client, people.carla, path, "answer_point", point=point["id"], answer="accepted").status_code == 403
    assert step(client, people.ben, path, "answer_point", point=point["id"], answer="declined").json()["errors"][0]["pointer"] == "/reason"
    assert step(client, people.ben, path, "adopt_ambition").status_code == 409
    answered = step(client, people.ben, path, "answer_point", point=point["id"], answer="accepted")
    assert answered.json()["points"][0]["answer"] == "accepted"
    things.stamped(invitation.request, "closed")
    adopted = step(client, people.ben, path, "adopt_ambition")
    assert adopted.json()["status"] == "adopted"
    client.logout()
    seen = client.get(API + path)
    assert seen.json()["feedback_request"] is None
    assert 'rel="license"' in seen["Link"]
    assert seen.json()["licence"] in seen["Link"]
    refused = send(client, people.ben, "patch", path, {"title": "x"}, **{"If-Match": "*"})
    assert refused.status_code == 409
    assert step(client, people.ben, path, "drop_ambition").json()["errors"][0]["pointer"] == "/reason"


def test_plan_is_written_decided_endorsed_and_carried_out(client, people, lesson, settings, tmp_path):  # noqa: F811
    settings.MEDIA_ROOT = tmp_path
    made = send(client, people.ben, "post", "action-plans/", {"title": "Plan", "language": "en", "context": "Dark."})
    assert made.status_code == 201, made.content
    path = f"action-plans/{made.json()['slug']}/"
    assert steps_open(client, people.ben, path) == ["write_action", "decide_plan", "withdraw_plan"]
    wanted = {
        "title": "Light ten tracks", "cited": [f"learning.lesson:{lesson.public_id}"], "players": [{"name": "Ski Club", "role": "owner"}],
        "costs_eur": {"amount": "1200.00", "currency": "EUR"}, "milestones": [{"due_on": "2027-01-31", "title": "First light"}],
        "owner": str(people.ana.public_id), "indicator": "Tracks lit",
    }  # fmt: skip
    written = step(client, people.ben, path, "write_action", **wanted)
    assert written.status_code == 201, written.content
    action = written.json()
    assert action["costs_eur"] == {"amount": "1200.00", "currency": "EUR"}
    assert (action["players"], action["owner"]) == (wanted["players"], wanted["owner"])
    at = f"actions/{action['id']}/"
    assert written["Location"] == f"http://testserver{API}{at}"
    again = send(client, people.ben, "patch", at, {"funding": "Own"}, **{"If-Match": written["ETag"]}).json()
    assert (again["milestones"], again["players"], again["costs_eur"]) == (action["milestones"], action["players"], action["costs_eur"])
    bare = step(client, people.ben, path, "write_action", title="More").json()
    assert send(client, people.ben, "delete", f"actions/{bare['id']}/", **{"If-Match": "*"}).status_code == 204
    assert step(client, people.ben, path, "decide_plan").json()["revisions"][0]["number"] == 1
    assert send(client, people.ben, "patch", at, {"funding": "x"}, **{"If-Match": "*"}).status_code == 409
    assert send(client, people.carla, "get", at).status_code == 404
    paper = step(client, people.ben, path, "record_endorsement", {"upload": letter()}, body="Province", endorsed_on="2026-01-05")
    assert paper.status_code == 200, paper.content
    [file] = paper.json()["files"]
    assert b"".join(client.get(file["url"], headers={"Accept": "application/pdf"}).streaming_content) == LETTER
    assert step(client, people.ben, path, "start_plan").json()["status"] == "implementing"
    client.logout()
    assert client.get(file["url"]).status_code == 401
    shown = client.get(API + path).json()
    assert (shown["files"], shown["actions"]) == (None, [action["id"]])
    frozen = client.get(f"{API}{path}revisions/1/").json()
    assert frozen["endorsement"]["body"] == "Province"
    assert frozen["text"]["actions"][0]["costs_eur"]["amount"] == "1200.00"
    assert client.get(f"{API}{path}revisions/2/").status_code == 404
    public = client.get(API + at).json()
    assert (public["owner"], public["next_report_on"], public["light"]) == (None, None, "green")


def test_progress_is_reported_with_evidence_and_told_as_a_result(client, people, running, django_assert_max_num_queries):  # noqa: F811
    at = f"actions/{Action.objects.get().public_id}/"
    today = clock.today().isoformat()
    before = (clock.today() - dt.timedelta(days=1)).isoformat()
    told = {"state": "in_progress", "period_from": before, "period_to": before}
    missing = step(client, people.ana, at, "report_progress", **told, eur_other=5000)
    assert missing.status_code == 422
    assert step(client, people.dora, at, "report_progress", **told).status_code == 403
    written = step(client, people.ana, at, "report_progress", {"upload": letter()}, **told, text="Three are lit.", eur_other="5000")
    assert written.status_code == 201, written.content
    report = written.json()
    assert report["eur_other"] == {"amount": "5000.00", "currency": "EUR"}
    assert [file["name"] for file in report["files"]] == ["letter.pdf"]
    again = step(client, people.ana, at, "report_nothing")
    assert again.json().get("nothing_changed") is True, again.content
    mark = client.get(API + at).json()["milestones"][0]["id"]
    assert step(client, people.ana, at, "reach_milestone", milestone=mark).json()["milestones"][0]["reached_on"] == today
    assert step(client, people.ana, at, "reach_milestone", milestone=mark).status_code == 422
    with django_assert_max_num_queries(9):  # two of them sign in
        listed = client.get(API + "progress-reports/", {"action": report["action"]}).json()["items"]
    assert len(listed) == 2
    assert client.get(API + "progress-reports/", {"action": "x"}).status_code == 400
    drafted = step(client, people.ana, at, "draft_result", report=report["id"]).json()
    path = f"results/{drafted['slug']}/"
    figures = [{"label": "Tracks", "value": "10", "unit": "tracks", "source": "counted"}]
    changed = send(client, people.ana, "patch", path, {"title": "Ten tracks are lit", "figures": figures}, **{"If-Match": "*"})
    assert changed.json()["figures"] == figures
    assert step(client, people.ben, path, "publish_result").json()["status"] == "published"
    client.logout()
    assert client.get(API + "progress-reports/").status_code == 401
    [public] = client.get(API + "results/", {"plan": running.slug}).json()["items"]
    assert (public["title"], public["report"]) == ("Ten tracks are lit", None)


@pytest.mark.django_db(transaction=True)
def test_what_hangs_on_a_plan_follows_it_into_copies(client, people, running):  # noqa: F811
    action = Action.objects.get()
    client.force_login(people.carla)
    start = client.get(API + "actions/changes/").json()
    assert [change["id"] for change in start["changes"]] == [str(action.public_id)]
    draft = things.action(people.north, "draft")
    running.refresh_from_db()
    running.status, running.decided_at, running.decided_by = "draft", None, None
    running.save()
    after = client.get(API + "actions/changes/", {"cursor": start["cursor"]}).json()
    assert after["changes"] == [{"id": str(action.public_id), "gone": True}]
    assert str(draft.public_id) not in json.dumps(after)


def test_money_is_whole_euros_as_it_is_read_or_as_a_number(client, people):
    at = f"actions/{things.action(people.north, 'draft').public_id}/"
    for sent in (1200, {"amount": "1200.00", "currency": "EUR"}, {"amount": "1200", "currency": "EUR"}):
        told = send(client, people.ben, "patch", at, {"costs_eur": sent}, **{"If-Match": "*"})
        assert told.json()["costs_eur"] == {"amount": "1200.00", "currency": "EUR"}, told.content
    for wrong in ({"amount": "1200.00"}, {"amount": "1200.00", "currency": "USD"}):
        refused = send(client, people.ben, "patch", at, {"costs_eur": wrong}, **{"If-Match": "*"}).json()["errors"][0]
        assert refused["pointer"] == "/costs_eur"
        assert '{"amount": "1200.00", "currency": "EUR"}' in refused["detail"]
