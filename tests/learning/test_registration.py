"""Places at a session: taken, given back, full; who knows whom; who was there."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from clusters.models import User
from inno4sports.core import outbox
from inno4sports.core.lifecycle import WrongState
from inno4sports.core.models import Actor, OutboxMail
from learning.domain import registration as acts
from learning.domain.session import hold_session, record_attendance
from learning.models import Registration
from tests import factories as make
from tests.factories import things

from .meeting import announced, as_, mails, on, once, said

pytestmark = pytest.mark.django_db
FAR = {"starts_on": dt.date(2099, 4, 1), "ends_on": dt.date(2099, 4, 2)}


def held(session):
    return sorted(session.registrations.current().values_list("name", flat=True))


def test_register_for_session_takes_a_place_and_confirms_it(people):
    session = announced(people)
    with on(1):
        row = acts.register_for_session(session, by=people.dora_acts)
    assert (row.user, row.cluster, row.organisation, row.email, row.language) == (people.dora, people.south, people.lab, "dora@south.example", "es")
    assert said(session)[-1] == "register_for_session"
    assert mails("session_registered") == [("dora@south.example", "es")]
    version = session.version
    session.refresh_from_db()
    assert session.version == version, "who edits the session meets no conflict by it"


def test_register_twice_is_one_registration(people):
    session = announced(people)
    with on(1):
        first = acts.register_for_session(session, by=people.dora_acts)
        assert acts.register_for_session(session, by=people.dora_acts) == first
        by_manager = acts.register_person(
            session, cluster=people.south, name="Dora D.", email="DORA@south.example", language="en", by=people.carla_acts
        )
    assert by_manager == first
    assert Registration.objects.count() == OutboxMail.objects.filter(template="learning.session_registered").count() == 1


def test_register_in_a_full_session_gets_a_sentence(people):
    session = announced(people, capacity=1)
    with on(1):
        acts.register_for_session(session, by=people.ana_acts)
        with pytest.raises(WrongState) as caught:
            acts.register_for_session(session, by=people.dora_acts)
        assert "All places are taken" in str(caught.value.reason)
        acts.leave_session(session, by=people.ana_acts)
        acts.register_for_session(session, by=people.dora_acts)
    assert held(session) == ["Dora"]


@pytest.mark.parametrize(("day", "open_"), [(9, True), (10, True), (11, False)])
def test_registration_closes_after_its_day(people, day, open_):
    session = announced(people, registration_closes_on=make.day(10))
    with on(day):
        if open_:
            acts.register_for_session(session, by=people.dora_acts)
        else:
            with pytest.raises(WrongState) as caught:
                acts.register_for_session(session, by=people.dora_acts)
            assert "12\u00a0March\u00a02026" in str(caught.value.reason)
    assert bool(held(session)) == open_


@pytest.mark.parametrize("status", ["draft", "held", "closed", "cancelled"])
def test_register_is_open_while_announced_alone(people, status):
    session = things.session(people.north, status)
    with on(1), pytest.raises(WrongState):
        acts.register_for_session(session, by=people.ben_acts)


def test_register_outside_the_audience_is_refused(people):
    session = announced(people, audience="cluster")
    with on(1):
        for by in (people.dora_acts, people.carla_acts, people.edda_acts, people.ari_acts):
            with pytest.raises(PermissionDenied):
                acts.register_for_session(session, by=by)
        acts.register_for_session(session, by=people.ana_acts)


def test_register_person_is_for_managers_of_that_persons_cluster(people):
    session = announced(people)
    given = {"name": "Paco", "email": "paco@club.example", "language": "es"}
    with on(1):
        for by in (people.dora_acts, people.ben_acts, people.edda_acts):
            with pytest.raises(PermissionDenied):
                acts.register_person(session, cluster=people.south, by=by, **given)
        row = acts.register_person(session, cluster=people.south, by=people.carla_acts, **given)
    assert (row.user, row.cluster, row.registered_by) == (None, people.south, people.carla_acts)
    assert said(session)[-1] == "register_person"
    letter = outbox.MAILS["learning.session_registered"]({"registration": row.pk})
    assert letter.context["registration"].name == "Paco"


def test_leave_session_gives_the_place_back(people):
    session = announced(people)
    with on(1):
        row = acts.register_for_session(session, by=people.dora_acts)
        acts.leave_session(session, by=people.dora_acts)
        acts.leave_session(session, by=people.dora_acts)
    row.refresh_from_db()
    assert row.left_by == people.dora_acts
    assert said(session).count("leave_session") == 1
    assert outbox.MAILS["learning.session_registered"]({"registration": row.pk}) is None, "the confirmation is no longer due"


def test_leave_session_after_it_was_held_is_refused(people):
    session = announced(people)
    with on(1):
        acts.register_for_session(session, by=people.dora_acts)
    with on(31):
        hold_session(session, by=people.ben_acts)
        with pytest.raises(WrongState):
            acts.leave_session(session, by=people.dora_acts)


def test_remove_person_is_for_their_manager_and_the_host(people):
    session = announced(people)
    with on(1):
        rows = [
            acts.register_person(session, cluster=people.south, name=f"P{n}", email=f"p{n}@club.example", language="es", by=people.carla_acts)
            for n in (1, 2)
        ]
        for by in (people.lena_acts, people.dora_acts):
            with pytest.raises(PermissionDenied):
                acts.remove_person(rows[0], by=by)
        acts.remove_person(rows[0], by=people.carla_acts)
        acts.remove_person(rows[1], by=people.ben_acts)
    assert held(session) == []
    assert said(session)[-2:] == ["remove_person", "remove_person"]


# Two at once ------------------------------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_come_at_once_exactly_one_gets_the_last_place(people):
    session = announced(people, capacity=1, **FAR)
    together, answers = threading.Barrier(2), []

    def come(user_id):
        try:
            by = Actor.objects.of(User.objects.get(pk=user_id))
            together.wait(timeout=10)
            acts.register_for_session(session, by=by)
            answers.append("in")
        except WrongState as wrong:
            answers.append(str(wrong.reason))
        finally:
            connection.close()

    threads = [threading.Thread(target=come, args=[user.pk]) for user in (people.ana, people.dora)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(answers) == ["All places are taken. Ask the hosts: one may come free.", "in"]
    assert session.registrations.current().count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_same_person_twice_at_once_is_one_registration(people):
    session = announced(people, **FAR)
    together, answers = threading.Barrier(2), []

    def come():
        try:
            by = Actor.objects.of(User.objects.get(pk=people.ana.pk))
            together.wait(timeout=10)
            answers.append(acts.register_for_session(session, by=by).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=come) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(answers) == 2
    assert len(set(answers)) == 1


# Pages ------------------------------------------------------------------------------------------------------------------------


def test_session_register_and_leave_by_the_page(people, client):
    session = announced(people, **FAR)
    as_(client, people.dora)
    assert "Register for the session" in client.get(session.get_absolute_url()).content.decode()
    data = once()
    for _ in range(2):
        assert client.post(reverse("learning:session_register", args=[session.slug]), data).status_code == 302
    assert held(session) == ["Dora"]
    assert "You are registered" in client.get(session.get_absolute_url()).content.decode()
    assert client.post(reverse("learning:session_leave", args=[session.slug]), once()).status_code == 302
    assert held(session) == []


def test_session_register_in_a_full_session_answers_409_with_the_sentence(people, client):
    session = announced(people, capacity=1, **FAR)
    as_(client, people.ana).post(reverse("learning:session_register", args=[session.slug]), once())
    as_(client, people.dora)
    page = client.get(session.get_absolute_url()).content.decode()
    assert "All places are taken" in page
    assert "Register for the session" not in page
    answer = client.post(reverse("learning:session_register", args=[session.slug]), once())
    assert answer.status_code == 409
    assert "All places are taken" in answer.content.decode()


@pytest.mark.parametrize(("who", "status"), [(None, 302), ("stranger", 403), ("ari", 403), ("edda", 302), ("ana", 302)])
def test_session_register_asks_who_comes(people, client, who, status):
    session = announced(people, audience="public", **FAR)
    as_(client, who and getattr(people, who))
    assert client.post(reverse("learning:session_register", args=[session.slug]), once()).status_code == status
    assert session.registrations.exists() == (who in ("edda", "ana"))


def test_session_register_person_by_the_page(people, client):
    session = announced(people, **FAR)
    as_(client, people.carla)
    address = reverse("learning:session_register_person", args=[session.slug])
    assert client.get(address).status_code == 200
    answer = client.post(address, once() | {"name": "Paco", "email": "not an address", "language": "es"})
    assert answer.status_code == 422
    assert "Paco" in answer.content.decode()
    assert client.post(address, once() | {"name": "Paco", "email": "paco@club.example", "language": "es"}).status_code == 302
    row = session.registrations.get()
    assert (row.name, row.cluster) == ("Paco", people.south)
    assert client.post(reverse("learning:session_remove_person", args=[session.slug, row.public_id]), once()).status_code == 302
    assert held(session) == []
    as_(client, people.dora)
    assert client.get(address).status_code == 403


def test_session_detail_names_people_to_hosts_and_to_their_own_manager(people, client):
    session = announced(people, **FAR)
    with on(1):
        acts.register_for_session(session, by=people.ana_acts)
        acts.register_person(session, cluster=people.south, name="Paco", email="paco@club.example", language="es", by=people.carla_acts)

    def page(person):
        return as_(client, person).get(session.get_absolute_url()).content.decode()

    assert "paco@club.example" in page(people.ben)
    assert "ana@north.example" in page(people.ben)
    assert "paco@club.example" in page(people.carla)
    assert "ana@north.example" not in page(people.carla)
    for person in (people.dora, people.lena, people.edda):
        assert "paco@club.example" not in page(person)
        assert "ana@north.example" not in page(person)


def test_session_detail_tells_in_its_history_who_came_to_the_hosts_and_oneself_alone(people, client):
    session = announced(people, **FAR)
    with on(1):
        acts.register_for_session(session, by=people.ana_acts)
        acts.register_for_session(session, by=people.dora_acts)

    def page(person):
        return as_(client, person).get(session.get_absolute_url()).context["events"]

    def actors(person):
        return sorted(e.actor.name for e in page(person) if e.verb == "register_for_session")

    assert actors(people.ben) == ["Ana", "Dora"]
    assert actors(people.dora) == ["Dora"]
    assert actors(people.edda) == []
    assert "announce_session" in [e.verb for e in page(people.edda)]


def test_session_attendance_ticks_who_was_there(people, client):
    session = announced(people)
    with on(1):
        first = acts.register_for_session(session, by=people.ana_acts)
        acts.register_for_session(session, by=people.dora_acts)
    as_(client, people.ben)
    address = reverse("learning:session_attendance", args=[session.slug])
    with on(31):
        assert client.get(address).content.decode().count("checked") == 2
        assert client.post(address, once() | {"present": [str(first.public_id)]}).status_code == 302
    assert dict(session.registrations.values_list("name", "attended")) == {"Ana": True, "Dora": False}
    assert said(session)[-1] == "record_attendance"
    assert client.post(address, once() | {"present": ["00000000-0000-4000-8000-000000000000"]}).status_code == 422


@pytest.mark.parametrize(("who", "status"), [(None, 302), ("ana", 403), ("carla", 403), ("edda", 403), ("ari", 404)])
def test_session_attendance_is_the_hosts(people, client, who, status):
    session = announced(people)
    as_(client, who and getattr(people, who))
    assert client.get(reverse("learning:session_attendance", args=[session.slug])).status_code == status


def test_record_attendance_before_the_day_or_after_closing_is_refused(people):
    session = announced(people)
    with on(1), pytest.raises(WrongState):
        record_attendance(session, present=[], by=people.ben_acts)
    closed = things.session(people.north, "closed")
    with pytest.raises(WrongState):
        record_attendance(closed, present=[], by=people.ben_acts)
