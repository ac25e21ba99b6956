"""An action of a plan: written in the programme's points, explained, edited while the plan is a draft."""

import datetime as dt

import pytest

from actionplans.domain import plan as acts
from actionplans.models import Action, ActionPlan
from inno4sports.core.models import Notification
from tests.factories import things

from .planning import signed_in

pytestmark = pytest.mark.django_db


def typed(**more):
    return {
        "title": "Light ten tracks",
        "players": "Ski Club – leads\nTown",
        "milestones": "2027-01-31 First light\n2027-03-31 Ten tracks",
        "no_citation_reason": "The law asks for it.",
    } | more


def test_write_action_tells_its_owner(people, plan):
    action = Action.objects.get()
    told = Notification.objects.get(user=people.ana, cause="action_owned")
    assert told.event.thing_id == action.public_id


def test_action_create_page_reads_players_and_milestones_line_by_line(people, plan, client):
    signed_in(client, people.ben)
    assert client.post(f"/action-plans/{plan.slug}/actions/new/", typed()).status_code == 302
    action = Action.objects.get(number=2)
    assert action.players == [{"name": "Ski Club", "role": "leads"}, {"name": "Town", "role": ""}]
    assert list(action.milestones.values_list("title", "due_on")) == [
        ("First light", dt.date(2027, 1, 31)),
        ("Ten tracks", dt.date(2027, 3, 31)),
    ]


def test_action_create_page_cites_only_what_may_be_cited(people, plan, client):
    hidden = things.lesson(people.south, "draft", title="Still thinking")
    foreign = things.ambition(people.south, "adopted", title="Theirs to reach")
    public = things.practice(people.south)
    signed_in(client, people.ben)
    address = f"/action-plans/{plan.slug}/actions/new/"
    for thing in (hidden, foreign):
        page = client.post(address, typed(cited=[f"{thing.kind}:{thing.public_id}"]))
        assert page.status_code == 422
        assert str(thing) not in page.content.decode()
    assert client.post(address, typed(cited=[f"{public.kind}:{public.public_id}"])).status_code == 302
    assert Action.objects.get(number=2).citations.get().practice == public


def test_action_create_page_does_not_let_a_form_choose_the_plan_or_the_state(people, plan, client):
    other = things.plan(people.south, "draft")
    signed_in(client, people.ben)
    client.post(f"/action-plans/{plan.slug}/actions/new/", typed(plan=other.pk, state="completed", number=9, origin="recorded"))
    action = Action.objects.get(number=2)
    assert (action.plan, action.state, action.origin) == (plan, "not_started", "made")


def test_action_create_page_refuses_an_owner_of_another_cluster(people, plan, client):
    signed_in(client, people.ben)
    page = client.post(f"/action-plans/{plan.slug}/actions/new/", typed(owner=people.dora.public_id))
    assert page.status_code == 422
    assert Action.objects.count() == 1


def test_action_edit_page_is_for_managers_and_the_owner(people, plan, client):
    address = f"/action-plans/{plan.slug}/actions/1/edit/"
    assert signed_in(client, people.ana).get(address).status_code == 200
    assert signed_in(client, people.ben).get(address).status_code == 200
    assert signed_in(client, people.carla).get(address).status_code == 404
    ActionPlan.objects.update(status="implementing")
    assert signed_in(client, people.carla).get(address).status_code == 403


def test_action_edit_page_by_the_owner_saves_own_action_only(people, plan, client):
    acts.write_action(plan, by=people.ben_acts, title="Not Ana's", no_citation_reason="x")
    signed_in(client, people.ana)
    assert (
        client.post(f"/action-plans/{plan.slug}/actions/1/edit/", typed(title="Light twelve tracks", owner=people.ana.public_id)).status_code == 302
    )
    assert client.post(f"/action-plans/{plan.slug}/actions/2/edit/", typed(title="Mine now")).status_code == 403
    assert list(Action.objects.order_by("number").values_list("title", flat=True)) == ["Light twelve tracks", "Not Ana's"]


def test_action_edit_page_of_two_people_shows_what_the_lists_hold_now(people, plan, client, lesson):
    action = Action.objects.get()
    opened = action.version
    acts.edit_action(action, by=people.ana_acts, cited=[lesson], milestones=[("Theirs", dt.date(2027, 2, 1))], players=[{"name": "Town", "role": ""}])
    signed_in(client, people.ben)
    page = client.post(f"/action-plans/{plan.slug}/actions/1/edit/", typed(version=opened, description="My words"))
    assert page.status_code == 409
    stands = dict(page.context["conflict"])
    assert stands["Milestones"] == "2027-02-01 Theirs"
    assert stands["Players involved"] == "Town"
    assert stands["What explains it"] == str(lesson)
    assert "My words" in page.content.decode()
    assert list(action.milestones.values_list("title", flat=True)) == ["Theirs"]


def test_action_remove_twice_removes_one(people, plan, client):
    acts.write_action(plan, by=people.ben_acts, title="Second", no_citation_reason="x")
    signed_in(client, people.ben)
    address = f"/action-plans/{plan.slug}/actions/1/remove/"
    for _click in range(2):
        assert client.post(address, {"once": "44444444-4444-4444-8444-444444444444"}).status_code == 302
    assert Action.objects.get().title == "Second"


def test_action_remove_by_its_owner_is_403(people, plan, client):
    signed_in(client, people.ana)
    assert client.post(f"/action-plans/{plan.slug}/actions/1/remove/").status_code == 403
    assert Action.objects.exists()


def test_action_edit_page_asks_as_much_for_30_lessons_as_for_1(people, plan, client, django_assert_max_num_queries):
    signed_in(client, people.ben)

    def count():
        with django_assert_max_num_queries(12) as counted:
            assert client.get(f"/action-plans/{plan.slug}/actions/1/edit/").status_code == 200
        return len(counted)

    one = count()
    for n in range(29):
        things.lesson(people.north, title=f"Lesson {n}", from_cluster=people.south)
        things.practice(people.south, title=f"Practice {n}")
    assert count() == one


def test_action_create_page_offers_what_can_be_cited_by_kind(people, plan, client):
    things.practice(people.south, title="Benches along the path")
    page = signed_in(client, people.ben).get(f"/action-plans/{plan.slug}/actions/new/").content.decode()
    assert "Lessons (1)" in page
    assert "Good practices (1)" in page
    lesson = page.index("Lessons (1)")
    assert lesson < page.index("Light brings people out") < page.index("Good practices (1)") < page.index("Benches along the path")


def test_action_edit_page_opens_the_kind_of_what_is_cited(people, plan, client):
    things.practice(people.south, title="Benches along the path")
    page = signed_in(client, people.ben).get(f"/action-plans/{plan.slug}/actions/1/edit/").content.decode()
    assert '<details open><summary class="label">Lessons (1) <span class="small quiet">ticked: 1</span></summary>' in page
    assert '<details><summary class="label">Good practices (1)' in page
