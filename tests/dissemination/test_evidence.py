"""The thread, read in both directions: unbroken where it is recorded, closed where the reader may not look, gaps with a way out."""

import pytest
from django.contrib.auth.models import AnonymousUser

from actionplans.models import ActionCitation, AmbitionCitation
from clusters.models import User
from dissemination.evidence import clusters_on_trail, flows, gaps, longest_thread, trail
from dissemination.models import FindingCitation
from inno4sports.core.citations import cite
from learning.models import LessonCitation
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


def test_clusters_on_trail_go_however_far_back(people, thread):
    assert clusters_on_trail(thread.finding) == {people.north.pk, people.south.pk}


def test_longest_thread_is_unbroken(people, thread):
    ben = User.objects.get(pk=people.ben.pk)
    assert [n.state for n in longest_thread(ben)] == [""] * 6
    assert [n.state for n in longest_thread(VISITOR)] == ["closed", "", "", "", "", ""]


def test_flows_count_only_what_the_reader_may_see(people, thread):
    things.lesson(people.north, audience="network", from_cluster=people.south, title="Within")
    assert [len(f.lessons) for f in flows(VISITOR)] == [1]
    assert [len(f.lessons) for f in flows(User.objects.get(pk=people.dora.pk))] == [2]
    assert flows(VISITOR, topic="nonsense") == []


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
