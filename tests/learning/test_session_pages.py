"""The pages of sessions: what each person reads, fills in and is told."""

import datetime as dt

import pytest
from django.urls import reverse

from inno4sports.core.models import Notification
from learning.domain import session as acts
from learning.domain.registration import register_person
from learning.models import Session
from tests import factories as make
from tests.factories import things

from .meeting import announced, as_, draft, facts, on, once, said

pytestmark = pytest.mark.django_db


def form_data(**more):
    given = {
        "title": "Night tracks", "session_kind": "study_visit", "starts_on": "2026-04-01", "ends_on": "2026-04-02",
        "timezone": "Europe/Helsinki", "place": "Rovaniemi", "audience": "network", "language": "fi",
    }  # fmt: skip
    return given | once() | more


@pytest.mark.parametrize("who", [None, "ana", "ben", "carla", "edda", "ari", "stranger"])
def test_session_pages_open_for_everybody_who_may_see(people, client, who):
    session = things.session(people.north, "announced", "public")
    as_(client, who and getattr(people, who))
    for address in (reverse("learning:learning_home"), reverse("learning:session_list"), session.get_absolute_url()):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert session.title in answer.content.decode() or "home" in address or address.endswith("/learning/")


def test_session_list_shows_past_ones_and_filters(people, client):
    theme, narrow = make.topic("outdoors"), make.topic("skiing")
    narrow.parent = theme
    narrow.save()
    north = announced(people, title="Night tracks", audience="public")
    with on(0):
        south = acts.create_session(cluster=people.south, by=people.carla_acts, topics=[narrow], **facts(title="Beach games", audience="public"))
        acts.announce_session(south, by=people.carla_acts)
    things.session(people.north, "closed", title="Long ago", starts_on=dt.date(2019, 1, 1), ends_on=dt.date(2019, 1, 1))

    def titles(**query):
        page = client.get(reverse("learning:session_list"), query).context["page"]
        return sorted(str(s) for s in page)

    assert titles() == ["Beach games", "Long ago", "Night tracks"]
    assert titles(q="beach GAMES") == ["Beach games"]
    assert titles(cluster="south") == ["Beach games"]
    assert titles(country="ES") == ["Beach games"]
    assert titles(topic="outdoors") == ["Beach games"], "a theme holds the themes below it"
    assert titles(topic="no-such-topic", cluster="nowhere") == ["Beach games", "Long ago", "Night tracks"]
    assert north.title in titles(q="night")


def test_session_list_stands_newest_first_with_undated_drafts_on_top(people, client):
    things.session(people.north, "closed", title="Recorded some time", starts_on=None, ends_on=None, date_text="spring 2019")
    things.session(people.north, "closed", title="Long ago", starts_on=dt.date(2019, 1, 1), ends_on=dt.date(2019, 1, 1))
    things.session(people.north, "announced", title="Soon")
    draft(people, title="Idea", starts_on=None, ends_on=None)
    page = as_(client, people.ben).get(reverse("learning:session_list")).context["page"]
    assert [str(s) for s in page] == ["Idea", "Soon", "Long ago", "Recorded some time"]


@pytest.mark.parametrize("who", [None, "ben"])
@pytest.mark.parametrize("name", ["session_list", "learning_home"])
def test_session_list_asks_as_much_for_30_as_for_1(people, client, who, name, django_assert_max_num_queries):
    as_(client, who and getattr(people, who))
    topic, asked = make.topic(), []
    for already, wanted in ((0, 1), (1, 30)):
        for n in range(already, wanted):
            session = things.session(
                people.north if n % 2 else people.south, title=f"Session {n}", starts_on=dt.date(2099, 1, 1), ends_on=dt.date(2099, 1, 1)
            )
            session.topics.add(topic)
            things.practice(people.north, title=f"Practice {n}").topics.add(topic)
            things.lesson(people.north, title=f"Lesson {n}")
        with django_assert_max_num_queries(12) as counted:
            assert client.get(reverse(f"learning:{name}")).status_code == 200
        asked.append(len(counted))
    assert asked[0] == asked[1]


def test_session_detail_asks_as_much_for_30_registered_as_for_1(people, client, django_assert_max_num_queries):
    session, asked = announced(people), []
    as_(client, people.ben)
    for already, wanted in ((0, 1), (1, 30)):
        with on(1):
            for n in range(already, wanted):
                register_person(session, cluster=people.south, name=f"Guest {n}", email=f"guest{n}@example.org", language="en", by=people.carla_acts)
        with django_assert_max_num_queries(12) as counted:
            assert f"Guest {wanted - 1}" in client.get(session.get_absolute_url()).content.decode()
        asked.append(len(counted))
    assert asked[0] == asked[1]


def test_session_create_saves_a_draft_once(people, client):
    as_(client, people.ben)
    data = form_data(summary="Lamps and skis", capacity="20")
    for _ in range(2):
        answer = client.post(reverse("learning:session_create"), data)
        assert answer.status_code == 302
    session = Session.objects.get()
    assert (session.cluster, session.status, session.language, session.capacity) == (people.north, "draft", "fi", 20)
    assert answer["Location"] == session.get_absolute_url()


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"ends_on": "2026-03-31"}, "ends_on", "This is before the first day (1 April 2026). Choose a later day."),
        (
            {"registration_closes_on": "2026-04-02"},
            "registration_closes_on",
            "This is after the session starts (1 April 2026). Choose an earlier day.",
        ),
        (
            {"ends_on": "2026-04-01", "starts_time": "10:00", "ends_time": "09:00"},
            "ends_time",
            "This is not after the beginning (10:00). Choose a later time.",
        ),
        ({"starts_on": "", "ends_on": "2026-04-01"}, "starts_on", "The last day is set, the first is not. Choose the first day."),
        ({"title": ""}, "title", None),
        ({"link": "javascript:alert(1)"}, "link", None),
        ({"timezone": "Mars/Base"}, "timezone", None),
        ({"capacity": "0"}, "capacity", None),
        ({"audience": "moon"}, "audience", None),
    ],
)
def test_session_create_says_what_is_wrong_and_keeps_what_was_typed(people, client, wrong, field, words):
    as_(client, people.ben)
    answer = client.post(reverse("learning:session_create"), form_data(summary="Lamps and skis") | wrong)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    if words:
        assert [e.replace("\u00a0", " ") for e in answer.context["form"].errors[field]] == [words]
    assert "Lamps and skis" in answer.content.decode()
    assert not Session.objects.exists()


def test_session_create_for_a_cluster_of_others_is_not_offered(people, client):
    make.member(people.east, people.ben, "manager")
    as_(client, people.ben)
    answer = client.post(reverse("learning:session_create"), form_data(cluster=people.south.slug))
    assert answer.status_code == 422
    assert "cluster" in answer.context["form"].errors
    client.post(reverse("learning:session_create"), form_data(cluster=people.east.slug))
    assert Session.objects.get().cluster == people.east


def test_session_create_of_epsi_has_no_cluster_audience(people, client):
    as_(client, people.edda)
    assert client.post(reverse("learning:session_create"), form_data(audience="cluster")).status_code == 422
    assert client.post(reverse("learning:session_create"), form_data()).status_code == 302
    assert Session.objects.get().cluster is None


@pytest.mark.parametrize(("who", "status"), [(None, 302), ("ana", 403), ("carla", 200), ("edda", 200), ("ari", 403), ("stranger", 403)])
def test_session_create_is_for_who_may_plan(people, client, who, status):
    as_(client, who and getattr(people, who))
    assert client.get(reverse("learning:session_create")).status_code == status


@pytest.mark.parametrize(("who", "status"), [(None, 302), ("ana", 403), ("ben", 200), ("carla", 403), ("edda", 403), ("ari", 404)])
def test_session_edit_is_the_hosts(people, client, who, status):
    session = things.session(people.north, "announced", "network")
    as_(client, who and getattr(people, who))
    assert client.get(reverse("learning:session_edit", args=[session.slug])).status_code == status


def test_session_edit_changes_and_shows_a_conflict_with_what_was_typed(people, client):
    session = draft(people)
    as_(client, people.ben)
    address = reverse("learning:session_edit", args=[session.slug])
    assert client.post(address, form_data(title="Second title", version="1")).status_code == 302
    answer = client.post(address, form_data(title="Third title", version="1"))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Third title" in page
    assert "Second title" in page
    session.refresh_from_db()
    assert session.title == "Second title"


def test_session_edit_of_an_announced_one_does_not_offer_to_hide_it(people, client):
    session = announced(people)
    as_(client, people.ben)
    address = reverse("learning:session_edit", args=[session.slug])
    answer = client.post(address, form_data(audience="cluster", place=""))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"audience", "place"}


def test_session_step_announces_once_and_says_so(people, client):
    session = draft(people, starts_on=dt.date(2099, 4, 1), ends_on=dt.date(2099, 4, 2))
    as_(client, people.ben)
    data = once() | {"version": "1"}
    for _ in range(2):
        answer = client.post(reverse("learning:session_step", args=[session.slug, "announce_session"]), data)
        assert answer.status_code == 302
    assert said(session) == ["create_session", "announce_session"]
    assert Notification.objects.filter(cause="session_announced").count() == 4


def test_session_step_in_the_wrong_state_unknown_or_by_others(people, client):
    session = things.session(people.north, "closed", "public")
    as_(client, people.ben)
    assert client.post(reverse("learning:session_step", args=[session.slug, "announce_session"]), once()).status_code == 409
    assert client.post(reverse("learning:session_step", args=[session.slug, "burn_session"]), once()).status_code == 404
    assert client.get(reverse("learning:session_step", args=[session.slug, "close_session"])).status_code == 405
    as_(client, people.carla)
    assert client.post(reverse("learning:session_step", args=[session.slug, "close_session"]), once()).status_code == 403


def test_session_detail_shows_why_a_step_is_closed(people, client):
    session = draft(people, place="", link="")
    as_(client, people.ben)
    page = client.get(session.get_absolute_url()).content.decode()
    assert "Missing: place or link" in page


def test_session_detail_offers_feedback_and_lesson_after_it_was_held(people, client):
    session = things.session(people.north, "held", "network")
    as_(client, people.ben)
    page = client.get(session.get_absolute_url()).content.decode()
    assert f"{reverse('learning:request_create')}?session={session.public_id}" in page
    as_(client, people.carla)
    page = client.get(session.get_absolute_url()).content.decode()
    assert reverse("learning:request_create") not in page
    assert f"{reverse('learning:lesson_create')}?cite=learning.session:{session.public_id}" in page


def test_session_detail_shows_history_to_the_network_alone(people, client):
    session = announced(people, audience="public")
    assert "announced the session" not in as_(client, None).get(session.get_absolute_url()).content.decode()
    assert "announced the session" not in as_(client, people.stranger).get(session.get_absolute_url()).content.decode()
    assert "announced the session" in as_(client, people.dora).get(session.get_absolute_url()).content.decode()


def test_session_text_in_another_language_says_so(people, client):
    session = announced(people, audience="public", language="fi", summary="Valaistut ladut", title="Yölatu")
    page = as_(client, None).get(session.get_absolute_url()).content.decode()
    assert '<span lang="fi">Valaistut ladut</span>' in page
    assert '<span lang="fi">Yölatu</span>' in page
