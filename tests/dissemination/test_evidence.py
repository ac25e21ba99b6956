"""The thread, read in both directions: unbroken where it is recorded, closed where the reader may not look, gaps with a way out."""

import itertools
from dataclasses import replace

import pytest
from django.contrib.auth.models import AnonymousUser

from actionplans.models import ActionCitation, AmbitionCitation
from clusters.models import User
from dissemination.evidence import clusters_on_trail, gaps, longest_thread, trail
from dissemination.flows import flows, flows_with_lessons
from dissemination.models import FindingCitation
from dissemination.picture import flow_picture
from inno4sports.core.citations import cite
from learning.models import Lesson, LessonCitation
from tests.factories import things

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


@pytest.fixture
def thread(people):
    """Feedback in the south → lesson, ambition, action, result of the north → finding."""
    from types import SimpleNamespace

    by = people.edda_acts
    t = SimpleNamespace(feedback=things.shared_request(people.south))
    t.lesson = things.lesson(people.north, from_cluster=people.south)
    t.ambition, t.action = things.ambition(people.north), things.action(people.north)
    t.result, t.finding = things.result(people.north, action=t.action), things.finding()
    cite(t.lesson, LessonCitation, [t.feedback], by=by)
    cite(t.ambition, AmbitionCitation, [t.lesson], by=by)
    cite(t.action, ActionCitation, [t.ambition], by=by)
    cite(t.finding, FindingCitation, [t.result], by=by)
    return t


def drawn(nodes):
    return [(n.stage, n.state) for n in nodes]


def test_trail_of_a_finding_goes_back_to_the_feedback(people, thread):
    ben = User.objects.get(pk=people.ben.pk)
    found = trail(thread.finding, ben)
    assert drawn(found.came_from) == [("feedback", ""), ("lesson", ""), ("ambition", ""), ("action", ""), ("result", "")]
    assert found.led_to == []


def test_trail_closes_what_the_reader_may_not_see_without_title_or_number(people, thread):
    second = things.shared_request(people.south)
    cite(thread.lesson, LessonCitation, [thread.feedback, second], by=people.edda_acts)
    found = trail(thread.lesson, VISITOR)
    assert drawn(found.came_from) == [("feedback", "closed")]
    assert found.came_from[0].title == ""


def test_trail_of_the_beginning_shows_what_it_led_to(people, thread):
    ben = User.objects.get(pk=people.ben.pk)
    assert [stage for stage, _state in drawn(trail(thread.feedback, ben).led_to)] == ["lesson", "ambition", "action", "result", "finding"]


def test_trail_names_a_gap_with_its_way_out_to_who_can_close_it(people):
    lesson = things.lesson(people.north)
    for who, wanted in ((people.ben, True), (people.ana, False)):
        gap = next(n for n in trail(lesson, User.objects.get(pk=who.pk)).led_to if n.stage == "ambition")
        assert gap.state == "none"
        assert bool(gap.way_out) == wanted
    assert trail(lesson, VISITOR).led_to[0].way_out == ""


def test_an_ambition_leads_its_manager_to_an_action_in_the_plan_that_is_being_written(people, client):
    ambition = things.ambition(people.north, "adopted")

    def leads():
        return next(n for n in trail(ambition, User.objects.get(pk=people.ben.pk)).led_to if n.stage == "action").way_out

    assert leads() == "/action-plans/new/"
    plan = things.plan(people.north, "draft")
    assert leads() == f"/action-plans/{plan.slug}/actions/new/?cite=actionplans.ambition:{ambition.public_id}"
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    box = client.get(leads()).text.partition(f'value="actionplans.ambition:{ambition.public_id}"')
    assert "checked" in box[2][:100]
    things.plan(people.north, "draft")
    assert leads() == f"/action-plans/?cluster={people.north.slug}"


def test_sources_stand_in_one_order_whoever_reads(people, thread):
    """A session that is closed to a reader stands where others see it, before the feedback on it."""
    things.session(people.south, "held", feedback_request=thread.feedback)
    stages = [[n.stage for n in trail(thread.lesson, who).came_from] for who in (User.objects.get(pk=people.ben.pk), VISITOR)]
    assert stages == [["session", "feedback"], ["session", "feedback"]]


def test_clusters_on_trail_go_however_far_back(people, thread):
    assert clusters_on_trail(thread.finding) == {people.north.pk, people.south.pk}


def test_longest_thread_is_unbroken(people, thread):
    ben = User.objects.get(pk=people.ben.pk)
    assert [n.state for n in longest_thread(ben)] == [""] * 6
    assert [n.state for n in longest_thread(VISITOR)] == ["closed", "", "", "", "", ""]


def test_thread_begins_with_the_feedback_that_was_learned_from_not_with_that_on_the_ambition(people, thread):
    thread.ambition.feedback_request = things.shared_request(people.north)
    thread.ambition.save()
    first = longest_thread(User.objects.get(pk=people.ben.pk))[0]
    assert first.public_id == thread.feedback.public_id


def test_session_leads_by_its_feedback_to_all_that_came_of_it(people, thread):
    session = things.session(people.south, "held", feedback_request=thread.feedback)
    ben = User.objects.get(pk=people.ben.pk)
    assert [stage for stage, _state in drawn(trail(session, ben).led_to)] == ["feedback", "lesson", "ambition", "action", "result", "finding"]
    assert [stage for stage, _state in drawn(trail(thread.feedback, ben).came_from)] == ["session"]


def test_feedback_that_is_not_shared_leads_its_host_to_sharing_and_nobody_to_a_lesson(people):
    asked = things.request(people.north, "closed")
    for who, wanted in ((people.ben, f"/feedback-requests/{asked.slug}/summary/"), (people.carla, "")):
        gap = next(n for n in trail(asked, User.objects.get(pk=who.pk)).led_to if n.stage == "lesson")
        assert gap.way_out == wanted


def test_finding_on_what_is_not_shared_cannot_be_begun_by_its_address(people, client):
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    asked = things.request(people.north, "closed")
    page = client.get(f"/findings/propose/?cite={asked.kind}:{asked.public_id}").content.decode()
    assert f'value="{asked.kind}:{asked.public_id}"' not in page


def test_editor_writes_about_a_result_and_others_propose(people, thread):
    told = things.result(people.north, title="Eleven tracks lit")
    for who, address in ((people.edda, "/findings/new/"), (people.ben, "/findings/propose/")):
        gap = next(n for n in trail(told, User.objects.get(pk=who.pk)).led_to if n.stage == "finding")
        assert gap.way_out == f"{address}?cite={told.kind}:{told.public_id}"


def test_what_is_closed_is_named_as_the_reader_stands(people, thread, client):
    hidden = things.request(people.south, "closed")
    cite(thread.lesson, LessonCitation, [hidden], by=people.edda_acts)
    assert "Seen by the network" in client.get(thread.lesson.get_absolute_url()).content.decode()
    client.force_login(people.ana, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(thread.lesson.get_absolute_url()).content.decode()
    assert "Not open to you" in page
    assert "Seen by the network" not in page.partition("Where this came from")[2].partition("What it led to")[0]


def test_flows_count_only_what_the_reader_may_see(people, thread):
    things.lesson(people.north, audience="network", from_cluster=people.south, title="Within")
    assert [f.count for f in flows(VISITOR)] == [1]
    assert [f.count for f in flows(User.objects.get(pk=people.dora.pk))] == [2]
    assert flows(VISITOR, topic="nonsense") == []


@pytest.mark.parametrize("who", [None, "stranger", "ana", "ben", "edda"])
def test_lessons_that_are_counted_are_those_that_the_reader_sees(people, who):
    for status, audience in itertools.product(("draft", "shared"), ("network", "public")):
        things.lesson(people.north, status, audience)
    reader = User.objects.get(pk=getattr(people, who).pk) if who else VISITOR
    assert set(Lesson.objects.shared_with(reader)) == set(Lesson.objects.visible_to(reader).shared())


def test_gaps_are_named_to_the_own_region_and_all_to_coordinator_and_editors(people):
    things.lesson(people.north, title="Unused")
    sees = {who: [g.thing.title for g in gaps(User.objects.get(pk=getattr(people, who).pk))] for who in ("ben", "ana", "carla", "lena", "edda")}
    assert sees == {"ben": ["Unused"], "ana": ["Unused"], "carla": [], "lena": ["Unused"], "edda": ["Unused"]}


def test_gap_list_is_shut_to_visitors(client):
    assert "/accounts/login/" in client.get("/gaps/")["Location"]


def test_panel_costs_three_queries_whatever_hangs_on_it(people, thread, django_assert_num_queries):
    for n in range(20):
        cite(thread.finding, FindingCitation, [thread.result, *[things.lesson(people.north, title=f"L{m}") for m in range(n)]], by=people.edda_acts)
    ben = User.objects.get(pk=people.ben.pk)
    assert ben.own_memberships
    with django_assert_num_queries(3):
        trail(thread.finding, ben)


def test_of_very_many_lessons_the_newest_are_told_and_all_are_counted(people, client):
    for number in range(23):
        things.lesson(people.north, from_cluster=people.south, title=f"Lesson number {number}")
    (flow,) = flows_with_lessons(VISITOR)
    assert (flow.count, len(flow.lessons), flow.more) == (23, 20, 3)
    page = client.get("/evidence/").content.decode()
    assert "23 lessons went from one region to another." in page
    assert "and 3 more" in page
    assert "Lesson number 22" in page
    assert "Lesson number 1<" not in page
    assert flow_picture([replace(flow, count=100_000)])["height"] < 3000
    told = client.get("/api/v1/evidence/").json()["edges"]
    assert [(edge["count"], len(edge["lessons"])) for edge in told] == [(23, 20)]


def test_a_session_without_a_request_led_to_no_feedback(people, client):
    session = things.session(people.north, "held")
    for reader in (VISITOR, User.objects.get(pk=people.ben.pk)):
        assert [node.stage for node in trail(session, reader).led_to if node.state == "closed"] == []


def test_an_archived_finding_is_no_example_of_the_thread(people, thread):
    assert longest_thread(people.edda)[-1].title == thread.finding.title
    things.stamped(thread.finding, "archived")
    assert longest_thread(people.edda)[-1].title != thread.finding.title
