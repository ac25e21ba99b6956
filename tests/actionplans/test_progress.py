"""Progress: reports on what happened, with evidence; milestones; the endorsed text as it was decided."""

import datetime as dt
import importlib

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile

from actionplans.domain import plan as plan_acts
from actionplans.domain import progress as acts
from actionplans.forms.plan import EndorsementForm, ResultForm
from actionplans.models import Action, Milestone, ProgressReport
from clusters.models import Cluster
from inno4sports.core import clock
from inno4sports.core.lifecycle import WrongState
from inno4sports.core.models import HistoryEvent, Notification, StoredFile
from tests.factories import things

from .planning import LETTER, letter, signed_in

pytestmark = pytest.mark.django_db


def report(action, by, state="in_progress", **fields):
    day = clock.today()
    return acts.report_progress(action, by=by, period_from=day, period_to=day, state=state, **fields)


def typed(state="in_progress", **more):
    day = clock.today().isoformat()
    return {"state": state, "text": "Lamps were bought.", "period_from": day, "period_to": day} | more


def test_start_plan_makes_a_report_due_for_actions_that_go_on(people, plan, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    plan_acts.write_action(plan, by=people.ben_acts, title="Done early", no_citation_reason="x")
    plan_acts.decide_plan(plan, by=people.ben_acts)
    upload = letter()
    upload.media_type = "application/pdf"
    plan_acts.record_endorsement(plan, by=people.ben_acts, upload=upload, body="Province", endorsed_on=dt.date(2026, 1, 5))
    report(Action.objects.get(number=2), people.ben_acts, "completed", evidence_url="https://example.org/")
    plan_acts.start_plan(plan, by=people.ben_acts)
    due = dict(Action.objects.values_list("number", "next_report_on"))
    assert due == {1: clock.today() + dt.timedelta(days=183), 2: None}


def test_report_progress_sets_the_state_and_the_next_day(people, running):
    action = Action.objects.get()
    written = report(action, people.ana_acts, text="Three are lit.")
    action.refresh_from_db()
    assert (action.state, action.next_report_on) == ("in_progress", written.period_to + dt.timedelta(days=183))
    assert HistoryEvent.objects.filter(thing_id=action.public_id, verb="report_progress", actor=people.ana_acts).count() == 1
    assert Notification.objects.filter(user=people.ben, cause="progress_reported").count() == 1
    assert not Notification.objects.filter(user=people.ana, cause="progress_reported").exists()


def test_report_progress_of_days_to_come_is_refused(people, running):
    day = clock.today()
    with pytest.raises(WrongState, match="still to come"):
        acts.report_progress(Action.objects.get(), by=people.ana_acts, period_from=day, period_to=day + dt.timedelta(days=9), state="in_progress")
    assert not ProgressReport.objects.exists()


def test_report_progress_before_the_plan_is_in_force_is_refused(people, plan):
    with pytest.raises(WrongState, match="in force"):
        report(Action.objects.get(), people.ben_acts)


def test_report_nothing_of_an_action_that_is_over_is_refused(people, running, client):
    report(Action.objects.get(), people.ana_acts, "abandoned", reason="The hill slid.")
    signed_in(client, people.ana)
    assert "report/nothing/" not in client.get(f"/action-plans/{running.slug}/actions/1/").content.decode()
    assert client.post(f"/action-plans/{running.slug}/actions/1/report/nothing/").status_code == 409
    assert ProgressReport.objects.count() == 1


def test_report_nothing_twice_reports_once_and_goes_on_where_the_last_ended(people, running, client):
    signed_in(client, people.ana)
    address = f"/action-plans/{running.slug}/actions/1/report/nothing/"
    for _click in range(2):
        assert client.post(address, {"once": "55555555-5555-4555-8555-555555555555"}).status_code == 302
    first = ProgressReport.objects.get()
    assert first.period_to == clock.today(people.north.timezone)
    assert acts.next_period(Action.objects.get())[0] <= first.period_to + dt.timedelta(days=1)


def test_nothing_changed_is_offered_until_today_is_told(people, running, client):
    """And a result is drafted from a report that tells something."""
    signed_in(client, people.ben)
    address = f"/action-plans/{running.slug}/actions/1/"
    assert "report/nothing/" in client.get(address).text
    client.post(f"{address}report/nothing/")
    page = client.get(address).text
    assert "report/nothing/" not in page
    assert "report/" in page
    assert "result/" not in page.partition('id="reports"')[2].partition("</section>")[0]
    assert client.post(f"{address}report/nothing/").status_code == 409
    assert ProgressReport.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"state": "completed"}, "Evidence is needed"),
        ({"eur_structural": "500"}, "Evidence is needed"),
        ({"state": "abandoned"}, "Say why the action is abandoned"),
        ({"period_to": "2099-01-01"}, "still to come"),
        ({"period_from": "2026-05-02", "period_to": "2026-05-01"}, "This is before the beginning (2\u00a0May\u00a02026)"),
        ({"evidence_url": "javascript:alert(1)", "state": "completed"}, "Evidence is needed"),
    ],
)
def test_report_create_page_keeps_what_was_typed_when_it_is_wrong(people, running, client, data, sentence):
    signed_in(client, people.ana)
    page = client.post(f"/action-plans/{running.slug}/actions/1/report/", typed(**data))
    text = page.content.decode()
    assert page.status_code == 422
    assert sentence in text
    assert "Lamps were bought." in text
    assert "Constraint" not in text
    assert not ProgressReport.objects.exists()


def test_report_create_page_takes_a_file_that_the_network_reads(people, running, client):
    signed_in(client, people.ana)
    evidence = SimpleUploadedFile("count.pdf", LETTER)
    assert client.post(f"/action-plans/{running.slug}/actions/1/report/", typed("completed", upload=evidence)).status_code == 302
    stored = StoredFile.objects.get(thing_kind="actionplans.progressreport")
    for who in (people.carla, people.edda):
        assert b"".join(signed_in(client, who).get(f"/files/{stored.public_id}/").streaming_content) == LETTER
    for who in (people.stranger, people.ari):
        assert signed_in(client, who).get(f"/files/{stored.public_id}/").status_code == 404


def test_report_create_page_is_for_managers_and_the_owner(people, running, client):
    address = f"/action-plans/{running.slug}/actions/1/report/"
    assert client.get(address).status_code == 302
    for who, status in (("ana", 200), ("ben", 200), ("carla", 403), ("dora", 403), ("edda", 403), ("ari", 403)):
        assert signed_in(client, getattr(people, who)).get(address).status_code == status, who


def test_action_page_shows_reports_to_the_network_only(people, running, client):
    report(Action.objects.get(), people.ana_acts, text="Three are lit.")
    address = f"/action-plans/{running.slug}/actions/1/"
    assert "Three are lit." not in client.get(address).content.decode()
    assert "Three are lit." not in signed_in(client, people.stranger).get(address).content.decode()
    assert "Three are lit." in signed_in(client, people.carla).get(address).content.decode()


def test_reach_milestone_once_while_the_plan_is_carried_out(people, running, client):
    milestone = Milestone.objects.get()
    address = f"/action-plans/{running.slug}/actions/1/milestones/{milestone.public_id}/reach/"
    assert signed_in(client, people.carla).post(address).status_code == 403
    signed_in(client, people.ana)
    people.north.timezone = "Pacific/Auckland"
    people.north.save()
    assert client.post(address).status_code == 302
    milestone.refresh_from_db()
    assert milestone.reached_on == clock.today("Pacific/Auckland"), "the day in the region"
    assert client.post(address).status_code == 409


def test_reach_milestone_of_a_completed_plan_is_refused(people):
    action = things.action(people.north, "completed")
    milestone = Milestone.objects.create(action=action, title="m", due_on=dt.date(2026, 1, 1))
    with pytest.raises(WrongState):
        acts.reach_milestone(milestone, by=people.ben_acts)


def test_plan_page_says_which_action_keeps_it_from_completion(people, running, client):
    signed_in(client, people.ben)
    assert "Action 1 is neither completed nor abandoned" in client.get(f"/action-plans/{running.slug}/").content.decode()
    report(Action.objects.get(), people.ben_acts, "completed", evidence_url="https://example.org/")
    page = client.get(f"/action-plans/{running.slug}/").content.decode()
    assert "/steps/complete_plan/" in page
    assert client.post(f"/action-plans/{running.slug}/steps/complete_plan/").status_code == 302
    running.refresh_from_db()
    assert running.status == "completed"


def test_plan_step_on_a_stale_version_is_409(people, plan, client):
    opened = plan.version
    plan_acts.edit_plan(plan, by=people.ben_acts, title="Another plan")
    address = f"/action-plans/{plan.slug}/steps/decide_plan/"
    assert signed_in(client, people.ben).post(address, {"version": opened}).status_code == 409
    assert not plan.revisions.exists()
    assert client.post(address, {"version": plan.version}).status_code == 302


def test_plan_revision_page_shows_the_frozen_text_whatever_came_after(people, running, client, lesson):
    address = f"/action-plans/{running.slug}/revisions/1/"
    lesson.audience = "network"
    lesson.save()
    Action.objects.update(title="Changed behind its back")
    page = client.get(address).content.decode()
    assert "Light ten tracks" in page
    assert "Changed behind its back" not in page
    assert "31\u00a0January\u00a02027" in page
    assert running.revisions.get().fingerprint[:16] in page
    assert str(lesson) not in page
    assert str(lesson) in signed_in(client, people.carla).get(address).content.decode()


def test_plan_revision_page_of_a_draft_is_404_for_others(people, plan, client):
    plan_acts.decide_plan(plan, by=people.ben_acts)
    plan_acts.reopen_plan(plan, by=people.ben_acts)
    address = f"/action-plans/{plan.slug}/revisions/1/"
    assert client.get(address).status_code == 404
    assert signed_in(client, people.carla).get(address).status_code == 404
    assert signed_in(client, people.ben).get(address).status_code == 200


def test_plan_history_page_is_for_the_network(people, running, client):
    address = f"/action-plans/{running.slug}/history/"
    assert client.get(address).status_code == 302
    assert "letter.pdf" not in signed_in(client, people.stranger).get(address).content.decode()
    page = signed_in(client, people.dora).get(address).content.decode()
    assert "letter.pdf" in page
    assert "recorded the endorsement" in page


def test_plan_page_numbers_its_paragraphs(people, client):
    plan = things.plan(people.north, context="Snow is late.", needs="Light.")
    things.action(plan)
    things.action(plan, title="Second")
    page = client.get(f"/action-plans/{plan.slug}/").content.decode()
    assert [n for n in range(1, 12) if f'id="p{n}"' in page] == list(range(1, 11))


def test_withdraw_plan_page_tells_the_owners_with_its_reason(people, running, client):
    signed_in(client, people.ben)
    address = f"/action-plans/{running.slug}/steps/withdraw_plan/"
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "No snow any more."}).status_code == 302
    assert Notification.objects.filter(user=people.ana, cause="plan_withdrawn").count() == 1
    client.logout()
    assert client.get(f"/action-plans/{running.slug}/").status_code == 404
    assert "No snow any more." in signed_in(client, people.carla).get(f"/action-plans/{running.slug}/").content.decode()


def test_report_create_page_from_two_windows_reports_once(people, running, client):
    signed_in(client, people.ana)
    address = f"/action-plans/{running.slug}/actions/1/report/"
    assert client.post(address, typed()).status_code == 302
    page = client.post(address, typed(text="The same again."))
    assert page.status_code == 422
    assert "a report on exactly these days already" in page.content.decode()
    assert "The same again." in page.content.decode()
    assert ProgressReport.objects.get().text == "Lamps were bought."


def test_report_progress_on_days_that_are_reported_is_refused(people, running):
    report(Action.objects.get(), people.ana_acts)
    with pytest.raises(WrongState, match="exactly these days"):
        report(Action.objects.get(), people.ben_acts)


def test_reports_that_stood_twice_become_one_that_keeps_what_both_said(people, running):
    """What an older portal let in is merged before the database holds it."""
    merging = importlib.import_module("actionplans.migrations.0004_reports_once")
    first = report(Action.objects.get(), people.ana_acts, text="Lamps were bought.")
    day = clock.today() - dt.timedelta(days=1)
    other = acts.report_progress(
        Action.objects.get(),
        by=people.ben_acts,
        period_from=day,
        period_to=day,
        state="completed",
        text="All are lit.",
        evidence_url="https://a.example/",
    )
    result = acts.draft_result(Action.objects.get(), by=people.ben_acts, report=other)
    kept = ProgressReport.objects.get(pk=first.pk)
    merging.join(apps, kept, ProgressReport.objects.get(pk=other.pk))
    kept.save()
    one = ProgressReport.objects.get()
    assert (one.text, one.state, one.evidence_url) == ("Lamps were bought.\n\nAll are lit.", "completed", "https://a.example/")
    result.refresh_from_db()
    assert result.report == one
    assert HistoryEvent.objects.filter(thing_id=first.public_id).count() == 2
    merging.merge(apps, None)
    assert ProgressReport.objects.get().text == one.text


def test_after_nothing_changed_the_form_proposes_days_that_it_takes(people, running, client):
    """Who says so by mistake, or learns more an hour later, reports the same day."""
    signed_in(client, people.ana)
    acts.report_nothing(Action.objects.get(), by=people.ana_acts)
    address = f"/action-plans/{running.slug}/actions/1/report/"
    for number in (2, 3):
        form = client.get(address).context["form"]
        days = {name: form.initial[name].isoformat() for name in ("period_from", "period_to")}
        answer = client.post(address, typed(**days))
        assert answer.status_code == 302, answer.context["form"].errors
        assert ProgressReport.objects.count() == number


def test_a_day_that_has_begun_in_the_region_is_not_still_to_come():
    """At half past eleven in the evening, UTC, it is tomorrow in Lapland already, and not yet in Reykjavík."""
    with clock.at(dt.datetime(2026, 11, 30, 23, 30, tzinfo=dt.UTC)):
        for place, day, wanted in (
            ("Europe/Helsinki", "2026-12-01", True), ("Europe/Helsinki", "2026-12-02", False), ("Atlantic/Reykjavik", "2026-12-01", False),
        ):  # fmt: skip
            cluster = Cluster(timezone=place)
            assert ResultForm({"title": "Ten tracks are lit", "happened_on": day}, cluster=cluster).is_valid() == wanted
            given = EndorsementForm({"body": "Province", "endorsed_on": day}, cluster=cluster)
            assert ("endorsed_on" not in given.errors) == wanted
