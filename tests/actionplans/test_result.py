"""A result: drafted from a report, put into a sentence with figures, published to everybody."""

import pytest

from actionplans.domain import progress as acts
from actionplans.models import Action, Result
from inno4sports.core import clock
from inno4sports.core.lifecycle import WrongState
from inno4sports.core.models import HistoryEvent
from tests.factories import things

from .planning import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(people, running):
    day = clock.today()
    Action.objects.update(indicator="Lit tracks")
    return acts.report_progress(
        Action.objects.get(), by=people.ana_acts, period_from=day, period_to=day, state="completed", text="All ten are lit.",
        evidence_url="https://example.org/tracks", indicator_value="10",
    )  # fmt: skip


@pytest.fixture
def draft(people, report):
    return acts.draft_result(report.action, by=people.ana_acts, report=report)


def test_draft_result_is_filled_from_the_report(people, report, draft):
    assert (draft.text, draft.happened_on, draft.evidence_url) == ("All ten are lit.", report.period_to, "https://example.org/tracks")
    assert draft.figures[0]["label"] == "Lit tracks"
    assert draft.figures[0]["value"] == "10"
    assert HistoryEvent.objects.filter(thing_id=draft.public_id, verb="draft_result").count() == 1


def test_action_page_offers_to_draft_each_report_once(people, running, report, client):
    signed_in(client, people.ana)
    address = f"/action-plans/{running.slug}/actions/1/"
    assert f"/reports/{report.public_id}/result/" in client.get(address).content.decode()
    client.post(f"{address}reports/{report.public_id}/result/")
    assert f"/reports/{report.public_id}/result/" not in client.get(address).content.decode()


def test_result_draft_is_seen_by_managers_and_the_owner(people, draft, client):
    address = f"/results/{draft.slug}/"
    assert client.get(address).status_code == 404
    for who, status in (("ana", 200), ("ben", 200), ("carla", 404), ("edda", 404), ("ari", 404)):
        assert signed_in(client, getattr(people, who)).get(address).status_code == status, who


@pytest.mark.parametrize(("who", "sees"), [("ana", True), ("ben", True), ("carla", False), ("edda", False), (None, False)])
def test_title_of_a_draft_stays_with_those_who_may_read_it(people, running, report, client, who, sees):
    acts.draft_result(report.action, by=people.ana_acts, report=report, title="Zebra lights")
    if who is not None:
        signed_in(client, getattr(people, who))
    page = client.get(f"/action-plans/{running.slug}/actions/1/").content.decode()
    assert ("Zebra lights" in page) == sees
    assert b"Zebra lights" not in client.get(f"/api/v1/actions/{report.action.public_id}/history/").content


def test_result_draft_by_another_region_is_403(people, running, report, client):
    signed_in(client, people.carla)
    assert client.post(f"/action-plans/{running.slug}/actions/1/reports/{report.public_id}/result/").status_code == 403
    assert not Result.objects.exists()


def test_result_edit_page_reads_figures_line_by_line(people, draft, client):
    signed_in(client, people.ana)
    page = client.get(f"/results/{draft.slug}/edit/").content.decode()
    assert "Lit tracks; 10; ; https://example.org/tracks" in page
    data = {"title": "Ten tracks are lit", "figures": "People; 640; a week; counted\nTracks; 10", "version": draft.version}
    assert client.post(f"/results/{draft.slug}/edit/", data).status_code == 302
    draft.refresh_from_db()
    assert draft.title == "Ten tracks are lit"
    assert draft.figures == [
        {"label": "People", "value": "640", "unit": "a week", "source": "counted"},
        {"label": "Tracks", "value": "10", "unit": "", "source": ""},
    ]


def test_result_edit_page_on_a_stale_version_shows_both(people, draft, client):
    opened = draft.version
    acts.edit_result(draft, by=people.ben_acts, title="Theirs")
    page = signed_in(client, people.ana).post(f"/results/{draft.slug}/edit/", {"title": "Mine", "version": opened})
    assert page.status_code == 409
    assert "Theirs" in page.content.decode()
    assert 'value="Mine"' in page.content.decode()


def test_result_edit_page_of_a_published_result_is_409(people, draft, client):
    acts.publish_result(draft, by=people.ben_acts)
    signed_in(client, people.ben)
    assert client.get(f"/results/{draft.slug}/edit/").status_code == 409
    assert client.post(f"/results/{draft.slug}/edit/", {"title": "Other"}).status_code == 409


def test_publish_result_before_the_plan_is_in_force_is_refused(people):
    hidden = things.result(people.north, "draft", action=things.action(people.north, "draft"))
    with pytest.raises(WrongState, match="in force"):
        acts.publish_result(hidden, by=people.ben_acts)


def test_published_result_is_public_with_its_figures(people, draft, client):
    acts.publish_result(draft, by=people.ben_acts)
    page = client.get(f"/results/{draft.slug}/").content.decode()
    assert "Lit tracks" in page
    assert "reported progress" not in page


@pytest.mark.parametrize("who", [None, "ben", "carla"])
def test_result_page_asks_at_most_12(people, client, who, django_assert_max_num_queries):
    result = things.result(people.north)
    if who:
        signed_in(client, getattr(people, who))
    with django_assert_max_num_queries(12):
        assert client.get(f"/results/{result.slug}/").status_code == 200


def test_result_create_page_drafts_a_result_that_rests_on_no_report(people, running, client):
    action = f"/action-plans/{running.slug}/actions/1/"
    signed_in(client, people.ana)
    assert f"{action}results/new/" in client.get(action).content.decode()
    data = {"title": "Ten tracks are lit", "figures": "Tracks; 10", "once": "55555555-5555-4555-8555-555555555555"}
    for _click in range(2):
        assert client.post(f"{action}results/new/", data)["Location"] == "/results/ten-tracks-are-lit/"
    result = Result.objects.get()
    assert (result.report, result.status, result.figures[0]["value"]) == (None, "draft", "10")


def test_result_create_page_says_what_is_missing_and_keeps_what_was_typed(people, running, client):
    page = signed_in(client, people.ben).post(f"/action-plans/{running.slug}/actions/1/results/new/", {"text": "All ten.", "happened_on": "soon"})
    assert page.status_code == 422
    assert "All ten." in page.content.decode()
    assert 'value="soon"' in page.content.decode()
    assert not Result.objects.exists()


def test_result_create_page_is_for_managers_and_the_owner(people, running, client):
    address = f"/action-plans/{running.slug}/actions/1/results/new/"
    assert client.get(address).status_code == 302
    for who, status in (("ana", 200), ("ben", 200), ("carla", 403), ("dora", 403), ("edda", 403), ("ari", 403)):
        answer = signed_in(client, getattr(people, who)).get(address)
        assert answer.status_code == status, who
        shown = address in client.get(f"/action-plans/{running.slug}/actions/1/").content.decode()
        assert shown == (status == 200), who
