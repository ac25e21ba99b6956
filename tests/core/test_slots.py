"""A slot of time is begun once, whoever asks; one beat goes, the other stands by; a job or mail that kills its worker ends."""

import datetime as dt
import threading

import pytest
from celery import current_app
from django.db import DatabaseError, connection

from inno4sports.celery import app
from inno4sports.core import beat, clock, outbox, slots, tasks
from inno4sports.core.models import Job, OutboxMail, Slot

NOON = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


@pytest.fixture
def at(monkeypatch):
    """Sets the database's clock."""

    def set_to(moment):
        monkeypatch.setattr(clock, "database_now", lambda: moment)

    set_to(NOON)
    return set_to


@pytest.mark.django_db
def test_slot_is_taken_once_and_the_next_one_again(at):
    assert slots.take_slot("digest", 60)
    at(NOON + dt.timedelta(seconds=59))
    assert not slots.take_slot("digest", 60)
    assert slots.take_slot("tidy", 60), "each task has its own"
    at(NOON + dt.timedelta(seconds=60))
    assert slots.take_slot("digest", 60)
    assert Slot.objects.count() == 2, "one row a task"


@pytest.mark.django_db
def test_slot_after_a_long_absence_is_made_up_for_once(at):
    assert slots.take_slot("tidy", 86400)
    at(NOON + dt.timedelta(days=5))
    assert [slots.take_slot("tidy", 86400) for _ in range(3)] == [True, False, False]


@pytest.mark.django_db
@pytest.mark.parametrize("jump", [dt.timedelta(hours=-1), dt.timedelta(days=-3650)])
def test_slot_of_a_clock_that_was_set_back_does_not_stop_the_timetable(at, jump):
    assert slots.take_slot("digest", 60)
    at(NOON + jump)
    assert [slots.take_slot("digest", 60) for _ in range(2)] == [True, False]


@pytest.mark.django_db(transaction=True)
def test_slot_asked_by_ten_at_once_is_one_s(at):
    together, taken = threading.Barrier(10), []

    def ask():
        together.wait()
        try:
            taken.append(slots.take_slot("digest", 60))
        finally:
            connection.close()

    askers = [threading.Thread(target=ask) for _ in range(10)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert sorted(taken) == [False] * 9 + [True]


@pytest.mark.django_db
def test_tick_runs_its_task_once_a_slot(at, monkeypatch):
    done = []
    monkeypatch.setitem(current_app.tasks, "core.beat_seen", lambda: done.append(1))
    for _ in range(5):
        tasks.tick("core.beat_seen", 15)
    assert done == [1], "five deliveries of one tick, or ticks of five beats"


def test_timetable_names_tasks_that_exist_and_ticks_more_often_than_its_slots(settings):
    app.loader.import_default_modules()
    for task, (every, slot) in settings.TIMETABLE.items():
        assert task in app.tasks
        assert every <= slot
        assert slot % every == 0


def a_beat(monkeypatch):
    """A beat that only notes what it would wake."""
    going = beat.OneBeat(app)
    going.woken = []
    monkeypatch.setattr(going, "producer", None, raising=False)
    monkeypatch.setattr(going, "apply_entry", lambda entry, producer: going.woken.append(entry.name))
    return going


@pytest.mark.django_db
def test_beat_second_one_stands_by_until_the_first_is_gone(at, monkeypatch):
    first, second = a_beat(monkeypatch), a_beat(monkeypatch)
    assert first.tick() == beat.LOOK_EVERY
    assert second.tick() == beat.STANDBY
    assert len(first.woken) == len(set(first.woken)) > 5
    assert second.woken == []
    first.tick()
    assert len(first.woken) == len(set(first.woken)), "nothing is due again at once"

    first.close()
    second.tick()
    assert second.woken, "who leaves is followed at once"
    third = a_beat(monkeypatch)
    at(NOON + slots.BEAT_HELD_FOR)
    third.tick()
    assert third.woken == []
    at(NOON + slots.BEAT_HELD_FOR + dt.timedelta(seconds=1))
    third.tick()
    assert third.woken, "who was killed is followed when its lease has run out"


@pytest.mark.django_db
def test_beat_without_the_database_waits(monkeypatch):
    def away(_owner):
        raise DatabaseError

    monkeypatch.setattr(beat, "hold_beat", away)
    monkeypatch.setattr(beat, "connection", type("Nothing", (), {"close": lambda self: None})())
    going = a_beat(monkeypatch)
    assert going.tick() == beat.STANDBY
    assert going.woken == []


@pytest.mark.django_db
def test_job_that_kills_its_worker_each_time_fails_in_the_end(people, monkeypatch):
    started = []

    def fatal(job):
        started.append(job.pk)
        raise SystemExit

    monkeypatch.setitem(tasks.JOBS, "test.fatal", fatal)
    monkeypatch.setitem(tasks.JOBS, "test.good", lambda _job: {})
    bad = Job.objects.create(act="test.fatal", actor=people.ben_acts)
    good = Job.objects.create(act="test.good", actor=people.ben_acts)
    for turn in range(6):
        with clock.at(clock.now() + tasks.JOB_LEASE * 2 * turn):
            try:
                tasks.run_jobs()
            except SystemExit:
                continue
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.status, good.status) == ("failed", "done")
    assert len(started) == tasks.JOB_STARTS_ALLOWED


@pytest.mark.django_db
def test_mail_that_kills_its_worker_each_time_is_given_up(settings, monkeypatch):
    def fatal(_ids):
        raise SystemExit

    settings.EMAIL_URL, settings.MAIL_LEASE_SECONDS = "", -1
    monkeypatch.setitem(outbox.MAILS, "test.fatal", fatal)
    outbox.send_mail_later("test.fatal", "a@example.org", "en")
    for _ in range(settings.MAIL_GIVEN_UP_AFTER):
        with pytest.raises(SystemExit):
            outbox.deliver_some()
    outbox.deliver_some()
    assert OutboxMail.objects.get().status == "given_up"
