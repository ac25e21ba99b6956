"""A plan in three parts: every action explained, the text frozen, the endorsement recorded, progress with evidence."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import ProtectedError

from actionplans.domain import plan as acts
from actionplans.domain import progress
from actionplans.models import Action, Milestone, ProgressReport, Result, Revision
from inno4sports.core import clock
from inno4sports.core.lifecycle import Conflict, WrongState
from inno4sports.core.models import Notification, StoredFile
from tests.factories import things

from .planning import LETTER, signed_in

pytestmark = pytest.mark.django_db


def test_decide_plan_numbers_and_freezes_the_text(people, plan):
    acts.decide_plan(plan, by=people.ben_acts)
    revision = Revision.objects.get()
    assert (plan.status, revision.number) == ("decided", 1)
    assert revision.body["actions"][0]["title"] == "Light ten tracks"
    assert revision.fingerprint == acts.fingerprint_of(acts.body_of(plan))
    assert Notification.objects.filter(user=people.carla, cause="plan_decided").exists()
    with pytest.raises(WrongState, match="frozen"):
        acts.edit_plan(plan, by=people.ben_acts, title="Another")


def test_decide_plan_needs_a_citation_or_a_reason(people, plan):
    bare = acts.write_action(plan, by=people.ben_acts, title="Buy a car")
    with pytest.raises(WrongState, match="neither a citation nor a written reason"):
        acts.decide_plan(plan, by=people.ben_acts)
    assert not Revision.objects.exists()
    acts.edit_action(bare, by=people.ben_acts, cited=[], milestones=[], no_citation_reason="The law asks for it.")
    acts.decide_plan(plan, by=people.ben_acts)
    assert plan.status == "decided"


def test_reopened_plan_gets_the_next_number(people, plan):
    acts.decide_plan(plan, by=people.ben_acts)
    acts.reopen_plan(plan, by=people.ben_acts)
    acts.edit_plan(plan, by=people.ben_acts, title="Better plan")
    acts.decide_plan(plan, by=people.ben_acts)
    assert list(plan.revisions.values_list("number", flat=True)) == [2, 1]


def test_cited_lesson_cannot_be_deleted(people, plan, lesson):
    with pytest.raises(ProtectedError):
        lesson.delete()


def test_edit_action_of_a_stale_version_is_a_conflict(people, plan, lesson):
    action = Action.objects.get()
    stale = action.version
    acts.edit_action(action, by=people.ben_acts, cited=[lesson], milestones=[], version=stale, title="Light twelve tracks")
    with pytest.raises(Conflict):
        acts.edit_action(action, by=people.ben_acts, cited=[lesson], milestones=[], version=stale, title="Light nine tracks")


def test_removed_action_closes_up_the_numbers(people, plan):
    acts.write_action(plan, by=people.ben_acts, title="Second", no_citation_reason="x")
    acts.remove_action(Action.objects.get(number=1), by=people.ben_acts)
    assert list(plan.actions.values_list("number", "title")) == [(1, "Second")]


def test_record_endorsement_puts_the_plan_in_force_with_its_document(people, running):
    running.refresh_from_db()
    assert running.status == "implementing"
    assert running.revisions.first().endorsement.body == "Province"
    assert StoredFile.objects.get(thing_kind="actionplans.actionplan").sha256


def test_report_progress_of_a_completed_action_needs_evidence(people, running):
    action = Action.objects.get()
    with pytest.raises(WrongState, match="Evidence is needed"):
        progress.report_progress(action, by=people.ana_acts, period_from=clock.today(), period_to=clock.today(), state="completed")
    with pytest.raises(WrongState, match="Evidence is needed"):
        progress.report_progress(action, by=people.ana_acts, period_from=clock.today(), period_to=clock.today(), state="in_progress", eur_other=5)
    assert not ProgressReport.objects.exists()


def test_report_nothing_is_one_click_for_the_owner(people, running, client):
    signed_in(client, people.ana)
    answer = client.post(f"/action-plans/{running.slug}/actions/1/report/nothing/", {"once": "22222222-2222-4222-8222-222222222222"})
    assert answer.status_code == 302
    report = ProgressReport.objects.get()
    assert report.nothing_changed
    assert Notification.objects.filter(user=people.ben, cause="progress_reported").exists()


def test_report_by_another_region_is_refused(people, running, client):
    signed_in(client, people.carla)
    assert client.post(f"/action-plans/{running.slug}/actions/1/report/nothing/").status_code == 403
    assert not ProgressReport.objects.exists()


def test_result_is_drafted_from_a_report_by_one_click_and_published(people, running, client):
    action = Action.objects.get()
    report = progress.report_progress(
        action, by=people.ana_acts, period_from=clock.today(), period_to=clock.today(), state="completed", text="All ten are lit.",
        evidence_url="https://example.org/tracks",
    )  # fmt: skip
    signed_in(client, people.ben)
    answer = client.post(f"/action-plans/{running.slug}/actions/1/reports/{report.public_id}/result/")
    result = Result.objects.get()
    assert answer["Location"].endswith(f"/results/{result.slug}/edit/")
    assert result.text == "All ten are lit."
    assert client.post(f"/results/{result.slug}/steps/publish_result/").status_code == 302
    result.refresh_from_db()
    assert result.status == "published"
    assert Notification.objects.filter(user=people.carla, cause="result_published").exists()


@pytest.mark.parametrize(
    ("due", "reached", "state", "report_due", "wanted"),
    [
        (40, False, "in_progress", 100, "green"),
        (20, False, "in_progress", 100, "amber"),
        (-1, False, "in_progress", 100, "red"),
        (-1, True, "in_progress", 100, "green"),
        (40, False, "in_progress", -1, "amber"),
        (40, False, "abandoned", None, "red"),
        (-1, False, "completed", None, "green"),
    ],
)
def test_traffic_light(people, due, reached, state, report_due, wanted):
    today = dt.date(2026, 5, 1)
    action = things.action(people.north, state=state, next_report_on=None if report_due is None else today + dt.timedelta(days=report_due))
    Milestone.objects.create(action=action, title="m", due_on=today + dt.timedelta(days=due), reached_on=today if reached else None)
    with clock.at(dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)):
        assert progress.light_of(action) == wanted


def test_complete_plan_waits_for_every_action(people, running):
    with pytest.raises(WrongState, match="neither completed nor abandoned"):
        acts.complete_plan(running, by=people.ben_acts)


def test_action_create_page_keeps_what_was_typed(people, plan, client):
    signed_in(client, people.ben)
    page = client.post(
        f"/action-plans/{plan.slug}/actions/new/",
        {"title": "Third", "starts_on": "2027-05-01", "ends_on": "2027-04-01", "milestones": "next week maybe", "description": "Kept words"},
    )
    text = page.content.decode()
    assert page.status_code == 422
    assert "Kept words" in text
    assert "This is before the beginning (1\u00a0May\u00a02027)" in text
    assert "“next week maybe”: Begin with the day" in text


def test_action_edit_page_of_a_frozen_text_is_409(people, running, client):
    signed_in(client, people.ben)
    assert client.get(f"/action-plans/{running.slug}/actions/1/edit/").status_code == 409


def test_plan_edit_page_of_two_managers_shows_both_versions(people, plan, client):
    signed_in(client, people.ben)
    opened = plan.version
    acts.edit_plan(plan, by=people.ben_acts, title="Theirs")
    page = client.post(f"/action-plans/{plan.slug}/edit/", {"title": "Mine", "language": "en", "version": opened, "context": "My words"})
    text = page.content.decode()
    assert page.status_code == 409
    assert "Theirs" in text
    assert "My words" in text
    plan.refresh_from_db()
    assert plan.title == "Theirs"
    again = client.post(f"/action-plans/{plan.slug}/edit/", {"title": "Mine", "language": "en", "version": plan.version})
    assert again.status_code == 302


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("letter.exe", LETTER, "This kind of file is not taken"),
        ("letter.pdf", b"", "The file is empty"),
        ("letter.pdf", b"<html>", "This kind of file is not taken"),
    ],
)
def test_record_endorsement_page_refuses_wrong_files(people, plan, client, name, content, sentence):
    acts.decide_plan(plan, by=people.ben_acts)
    signed_in(client, people.ben)
    page = client.post(
        f"/action-plans/{plan.slug}/steps/record_endorsement/",
        {"body": "Province", "endorsed_on": "2026-01-05", "upload": SimpleUploadedFile(name, content)},
    )
    assert page.status_code == 422
    assert sentence in page.content.decode()
    plan.refresh_from_db()
    assert plan.status == "decided"


def test_endorsement_file_is_fetched_by_the_network_only(people, running, client):
    stored = StoredFile.objects.get()
    assert client.get(f"/files/{stored.public_id}/").status_code == 302
    signed_in(client, people.stranger)
    assert client.get(f"/files/{stored.public_id}/").status_code == 404
    signed_in(client, people.carla)
    answer = client.get(f"/files/{stored.public_id}/")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content) == LETTER


@pytest.mark.parametrize("who", [None, "ben", "carla"])
def test_plan_pages_ask_as_much_for_30_actions_as_for_1(people, client, who, lesson, django_assert_max_num_queries):
    if who:
        signed_in(client, getattr(people, who))
    plan = things.plan(people.north)

    def add(n):
        action = things.action(plan, title=f"Action {n}")
        Milestone.objects.create(action=action, title="m", due_on=dt.date(2027, 1, 1))
        from inno4sports.core.citations import cite

        cite(action, type(action.citations.model()), [lesson], by=people.ben_acts)

    def count(address):
        with django_assert_max_num_queries(12) as counted:
            assert client.get(address).status_code == 200
        return len(counted)

    add(0)
    addresses = ["/action-plans/", f"/action-plans/{plan.slug}/", f"/action-plans/{plan.slug}/actions/1/"]
    before = [count(a) for a in addresses]
    for n in range(1, 30):
        add(n)
    assert [count(a) for a in addresses] == before
