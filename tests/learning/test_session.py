"""Sessions: planned, announced, held, closed, cancelled."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from clusters.models import Membership
from inno4sports.core import outbox
from inno4sports.core.lifecycle import Conflict, WrongState
from inno4sports.core.models import Notification, OutboxMail
from inno4sports.core.search import found
from learning.domain import session as acts
from learning.domain.registration import register_for_session, register_person
from learning.mails.session import times_in
from learning.models import SessionKind
from tests import factories as make
from tests.factories import things

from .meeting import announced, as_, draft, facts, mails, on, said, told

pytestmark = pytest.mark.django_db


def test_create_session_is_a_draft_that_tells_nobody(people):
    session = draft(people)
    assert (session.status, said(session), session.created_by) == ("draft", ["create_session"], people.ben_acts)
    assert not Notification.objects.exists()


def test_create_session_is_for_managers_of_the_host_and_editors(people):
    for by, cluster in ((people.ana_acts, people.north), (people.carla_acts, people.north), (people.ben_acts, None), (people.ari_acts, people.north)):
        with pytest.raises(PermissionDenied):
            acts.create_session(cluster=cluster, by=by, **facts())
    assert acts.create_session(cluster=None, by=people.edda_acts, **facts()).cluster is None


def test_create_session_takes_no_field_that_is_not_a_fact(people):
    with pytest.raises(TypeError):
        acts.create_session(cluster=people.north, by=people.ben_acts, status="closed", **facts())


def test_create_session_without_last_day_is_of_one_day(people):
    assert draft(people, ends_on=None).ends_on == make.day(30)


@pytest.mark.parametrize(
    ("audience", "names"),
    [("cluster", ["Ana"]), ("network", ["Ana", "Carla", "Dora", "Lena"]), ("public", ["Ana", "Carla", "Dora", "Lena"])],
)
def test_announce_session_tells_its_audience_but_not_who_did_it(people, audience, names):
    Membership.objects.filter(user=people.stranger).delete()
    session = announced(people, audience=audience)
    assert (session.status, session.announced_by) == ("announced", people.ben_acts)
    assert told(session, "session_announced") == names


def test_announce_session_whose_days_are_over_tells_nobody(people):
    with on(60):
        session = acts.announce_session(draft(people), by=people.ben_acts)
    assert session.status == "announced"
    assert told(session, "session_announced") == []


@pytest.mark.parametrize(("lacking", "word"), [({"starts_on": None, "ends_on": None}, "first day"), ({"place": "", "link": ""}, "place or link")])
def test_announce_session_without_day_or_place_says_what_is_missing(people, lacking, word):
    session = draft(people, **lacking)
    with pytest.raises(WrongState) as caught:
        acts.announce_session(session, by=people.ben_acts)
    assert word in str(caught.value.reason)
    session.refresh_from_db()
    assert (session.status, said(session)) == ("draft", ["create_session"])


def test_announce_session_with_a_link_needs_no_place(people):
    assert announced(people, place="", link="https://meet.example.org/1").status == "announced"


def test_hold_session_before_its_first_day_is_refused(people):
    session = announced(people)
    with on(29), pytest.raises(WrongState) as caught:
        acts.hold_session(session, by=people.ben_acts)
    assert "1 April 2026".replace(" ", "\u00a0") in str(caught.value.reason)
    with on(30):
        assert acts.hold_session(session, by=people.ben_acts).status == "held"


def test_hold_session_counts_the_day_at_its_place(people):
    """Half past ten in the evening in UTC is the next day in Rovaniemi."""
    from inno4sports.core import clock

    session = announced(people)
    with clock.at(dt.datetime(2026, 3, 31, 22, 30, tzinfo=dt.UTC)):
        assert acts.hold_session(session, by=people.ben_acts).status == "held"


def test_session_goes_from_held_to_closed_and_stays(people):
    session = announced(people)
    with on(32):
        acts.hold_session(session, by=people.ben_acts)
        acts.close_session(session, by=people.ben_acts)
    assert said(session) == ["create_session", "announce_session", "hold_session", "close_session"]
    with pytest.raises(WrongState):
        acts.cancel_session(session, by=people.ben_acts)
    with pytest.raises(WrongState):
        acts.edit_session(session, topics=[], by=people.ben_acts, **facts(title="Other"))


def test_cancel_session_mails_everybody_who_is_registered(people):
    session = announced(people)
    with on(1):
        register_for_session(session, by=people.dora_acts)
        register_person(session, cluster=people.south, name="Paco", email="paco@club.example", language="es", by=people.carla_acts)
        acts.cancel_session(session, by=people.ben_acts)
    assert mails("session_cancelled") == [("dora@south.example", "es"), ("paco@club.example", "es")]
    (row,) = Notification.objects.filter(cause="session_changed")
    assert (row.user, row.settled_by_way) == (people.dora, "instant")


def test_cancel_session_takes_back_confirmations_that_still_wait(people):
    session = announced(people)
    with on(1):
        register_for_session(session, by=people.dora_acts)
        acts.cancel_session(session, by=people.ben_acts)
    due = {m.template: outbox.MAILS[m.template](m.ids) for m in OutboxMail.objects.all()}
    assert due["learning.session_registered"] is None
    assert due["learning.session_cancelled"].subject == "Cancelled: Night tracks"


@pytest.mark.parametrize("act", list(acts.SESSION_STEPS.values()), ids=lambda a: a.__name__)
def test_session_steps_are_the_hosts_alone(people, act):
    session = things.session(people.north, "announced" if act.__name__ != "announce_session" else "draft")
    for by in (people.ana_acts, people.carla_acts, people.lena_acts, people.edda_acts, people.ari_acts):
        with pytest.raises(PermissionDenied):
            act(session, by=by)


def test_session_of_epsi_is_its_editors_own(people):
    session = acts.create_session(cluster=None, by=people.edda_acts, **facts())
    with pytest.raises(PermissionDenied):
        acts.announce_session(session, by=people.emil_acts)
    with on(0):
        assert acts.announce_session(session, by=people.edda_acts).status == "announced"


# Changing -------------------------------------------------------------------------------------------------------------------


def test_edit_session_tells_the_registered_when_the_day_changes(people):
    session = announced(people)
    with on(1):
        register_for_session(session, by=people.dora_acts)
        register_person(session, cluster=people.south, name="Paco", email="paco@club.example", language="es", by=people.carla_acts)
        acts.edit_session(session, topics=[], by=people.ben_acts, **facts(starts_on=make.day(29)))
    assert told(session, "session_changed") == ["Dora"]
    assert mails("session_changed") == [("paco@club.example", "es")], "whom no digest reaches gets a mail"


def test_edit_session_of_another_sentence_tells_nobody(people):
    session = announced(people)
    with on(1):
        register_for_session(session, by=people.dora_acts)
        acts.edit_session(session, topics=[make.topic()], by=people.ben_acts, **facts(summary="Bring a lamp."))
    assert said(session)[-1] == "edit_session"
    assert told(session, "session_changed") == []


def test_edit_session_of_a_draft_tells_nobody(people):
    session = draft(people)
    acts.edit_session(session, topics=[], by=people.ben_acts, **facts(starts_on=make.day(29)))
    assert not Notification.objects.exists()


@pytest.mark.parametrize("change", [{"place": "", "link": ""}, {"starts_on": None, "ends_on": None}, {"audience": "cluster"}])
def test_edit_session_keeps_what_people_were_told(people, change):
    session = announced(people)
    with pytest.raises(WrongState):
        acts.edit_session(session, topics=[], by=people.ben_acts, **facts(**change))
    session.refresh_from_db()
    assert (session.place, session.starts_on, session.audience) == ("Rovaniemi", make.day(30), "network")


def test_edit_session_to_fewer_places_than_people_is_refused(people):
    session = announced(people)
    with on(1):
        for by in (people.ana_acts, people.dora_acts):
            register_for_session(session, by=by)
    with pytest.raises(WrongState):
        acts.edit_session(session, topics=[], by=people.ben_acts, **facts(capacity=1))
    assert acts.edit_session(session, topics=[], by=people.ben_acts, **facts(capacity=2)).capacity == 2


def test_edit_session_of_an_older_version_is_a_conflict(people):
    session = draft(people)
    acts.edit_session(session, topics=[], by=people.ben_acts, version=1, **facts(title="Mine"))
    with pytest.raises(Conflict):
        acts.edit_session(session, topics=[], by=people.ben_acts, version=1, **facts(title="Theirs"))


def test_database_refuses_days_in_the_wrong_order(people):
    with pytest.raises(IntegrityError), transaction.atomic():
        draft(people, starts_on=make.day(5), ends_on=make.day(4))


# Words ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Budapest", "9:00–11:30 (10:00–12:30 in Rovaniemi)"),
        ("Europe/Helsinki", "10:00–12:30 in Rovaniemi"),
        ("Pacific/Auckland", "20:00–22:30 (10:00–12:30 in Rovaniemi)"),
    ],
)
def test_times_in_tells_the_readers_hour_and_the_places(people, zone, words):
    session = things.session(people.north, timezone="Europe/Helsinki", place="Rovaniemi", starts_time=dt.time(10), ends_time=dt.time(12, 30))
    assert times_in(session, zone) == words


def test_times_in_another_day_tells_the_hour_of_the_place_alone(people):
    session = things.session(people.north, timezone="Europe/Helsinki", place="", starts_time=dt.time(0, 30))
    assert times_in(session, "Europe/Madrid") == "0:30 in Helsinki"
    session.starts_time = None
    assert times_in(session, "Europe/Madrid") == ""


def test_session_kinds_are_worded_in_every_language(settings):
    kinds = SessionKind.objects.filter(slug__in=["thematic_workshop", "stakeholder_meeting"])
    assert SessionKind.objects.count() >= 10
    for code, _name in settings.LANGUAGES:
        assert all(kind.labels[code] for kind in SessionKind.objects.all())
    with translation.override("fi"):
        assert {str(k) for k in kinds} == {"Teematyöpaja", "Sidosryhmätapaaminen"}


def test_session_kinds_are_kept_by_the_administrator_alone(people, client):
    kind = SessionKind.objects.get(slug="webinar")
    address = reverse("admin:learning_sessionkind_change", args=[kind.pk])
    as_(client, people.ari)
    assert client.get(reverse("admin:learning_sessionkind_changelist")).status_code == 200
    assert "Webinaari" in client.get(address).content.decode()
    words = {"label_en": "Online talk", "label_nl": "", "label_es": "", "label_hu": "", "label_fi": "Verkkopuhe", "label_pl": ""}
    assert client.post(address, {"slug": "webinar", "position": "1"} | words).status_code == 302
    kind.refresh_from_db()
    assert kind.labels == {"en": "Online talk", "fi": "Verkkopuhe"}
    for person in (people.ben, people.edda):
        assert as_(client, person).get(address).status_code == 302


def test_session_is_found_without_accents_by_who_may_see_it(people):
    session = announced(people, title="Éjszakai pályák", place="Łódź")
    assert [r.thing_id for r in found("ejszakai lodz", ["public", "network"], [], people.dora)] == [session.public_id]
    assert found("ejszakai", ["public", "network"], [], people.stranger) == []
