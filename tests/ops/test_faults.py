"""Faults of the servers and processes under the load of a busy day; afterwards the ledger must agree (docs/operations.md)."""

import contextlib
import signal
import threading
import time
import uuid
from collections.abc import Callable

import psycopg2
import pytest
import redis

from tests.core.sinks import serve
from tests.ops.ledger import check
from tests.ops.load import BusyDay, Person
from tests.ops.machine import BEATS, DATABASE, WORKERS, Machine, until

pytestmark = [pytest.mark.soak, pytest.mark.processes, pytest.mark.servers]

# What a person may be answered while the database is away; the form is sent again then.
AWAY = (503,)


def repeatedly(what: Callable[[], object], seconds: float, pause: float) -> None:
    until_then = time.monotonic() + seconds
    while time.monotonic() < until_then:
        what()
        time.sleep(pause)


def acts_on(day: BusyDay, more: int = 15, within: float = 60) -> None:
    done = day.acts
    until(lambda: day.acts >= done + more, within, f"people act on ({day.failures[:3]})")


def a_day(machine: Machine, people: int = 600, **how: object) -> BusyDay:
    world = machine.world(people)
    machine.start_all()
    day = BusyDay(machine, world, **how).start()
    acts_on(day)
    return day


def over(day: BusyDay, kills: int = 0) -> None:
    acts_on(day)
    day.stop()
    found = check(day, kills=kills, within=180)
    until(day.machine.ready, 90, "healthy by itself")
    print(f"{found}, sent again {dict(day.broken)}, slowest {day.slowest:.2f} s")


def test_web_that_hangs_is_passed_by(machine):
    """Cell 3: one of two web containers is stopped for 40 seconds; locks it held are waited for, no answer is lost."""
    day = a_day(machine)
    machine.freeze("web-0")
    time.sleep(40)
    machine.thaw("web-0")
    over(day)


def test_all_workers_killed_at_once(machine):
    """Cells 7, 9: leases run out and others go on."""
    day = a_day(machine)
    for name in WORKERS:
        machine.kill(name)
    acts_on(day)
    for name in WORKERS:
        machine.start(name)
    over(day, kills=len(WORKERS))


def test_worker_killed_between_the_server_s_yes_and_the_commit(machine):
    """Cell 8: the mail is repeated once, under the same id."""
    day, taken = a_day(machine), len(machine.sink.mails)
    machine.sink.slow = 0.5  # kept, but not yet acknowledged
    until(lambda: len(machine.sink.mails) > taken, 30, "a mail is under way")
    for name in WORKERS:
        machine.kill(name)
    machine.sink.slow = 0
    for name in WORKERS:
        machine.start(name)
    over(day, kills=len(WORKERS) * 2)
    ids = [mail["Message-ID"] for mail in machine.sink.mails]
    assert len(ids) > len(set(ids)), "it did happen"


def test_workers_asked_to_end_at_once_give_back_what_they_held(machine):
    """Cell 10: SIGTERM, then SIGQUIT."""
    day = a_day(machine)
    for name in WORKERS:
        for number in (signal.SIGTERM, signal.SIGQUIT):
            machine.running[name].send_signal(number)
            time.sleep(0.3)
        machine.running[name].wait(30)
        machine.start(name)
    over(day, kills=len(WORKERS))


def test_wake_ups_delivered_many_times_act_once(machine):
    """Cell 14: every task of the timetable fifty times, as a broker may repeat it."""
    day = a_day(machine)
    send = "from inno4sports.celery import app\nfrom django.conf import settings\n"
    send += "[app.send_task('core.tick', (task, slot)) for _ in range(50) for task, (_every, slot) in settings.TIMETABLE.items()]"
    machine.manage("-c", send)
    over(day)


def test_beats_dead_for_a_while(machine):
    """Cells 16, 17, 18: both killed; meanwhile mail goes by the acts' own wake-ups, and afterwards nothing is done twice."""
    day = a_day(machine)
    for name in BEATS:
        machine.kill(name)
    time.sleep(25)
    for name in BEATS:
        machine.start(name)
    acts_on(day)
    looked = "SELECT 1 FROM core_slot WHERE name = 'beat' AND at > now() - interval '5 seconds'"
    until(lambda: machine.rows(looked), 60, "one of them goes")
    over(day)


def test_redis_killed_and_started_empty(machine):
    """Cell 20: people act on all the time; the timetable finds the mail."""
    day = a_day(machine)
    machine.kill("redis")
    acts_on(day, 30)
    machine.start_redis()
    over(day)


def test_redis_hangs(machine):
    """Cell 21: who saves something waits for it no longer than its timeouts, and only once in a while."""
    day = a_day(machine)
    day.slowest = 0.0
    machine.freeze("redis")
    acts_on(day, 30, 120)
    assert day.slowest < 20, "two timeouts of 5 and 1 second, and the load"
    machine.thaw("redis")
    over(day)


def test_redis_full(machine):
    """Cell 22: it takes nothing more."""
    day = a_day(machine)
    with redis.Redis(port=machine.redis_port) as server:
        server.config_set("maxmemory-policy", "noeviction")
        server.config_set("maxmemory", "1")
        acts_on(day, 30, 120)
        server.config_set("maxmemory", "0")
    over(day)


def test_redis_connections_cut_again_and_again(machine):
    """Cells 23, 24: in the middle of whatever was being said."""
    day = a_day(machine)
    with redis.Redis(port=machine.redis_port) as server:
        repeatedly(lambda: server.client_kill_filter(_type="normal", skipme=True), 15, 0.2)
    over(day)


def test_database_killed_and_started_again(machine):
    """Cell 25: what was acknowledged stays; pages are 503 meanwhile; nothing has to be restarted."""
    day = a_day(machine, excused=AWAY)
    for _ in range(3):
        machine.kill("database")
        time.sleep(3)
        machine.start_database()
        acts_on(day)
    assert any(word.startswith("503") for word in day.broken)
    over(day, kills=3 * len(WORKERS) * 2)


def test_database_connections_terminated_one_by_one(machine):
    """Cell 26: that request fails as 503, the next one on that connection does not."""
    day = a_day(machine, excused=AWAY)
    sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
    cut: list[object] = []
    repeatedly(lambda: cut.extend(machine.rows(sql, DATABASE)), 15, 0.3)
    assert sum(day.broken.values()) <= len(cut), "no more than one request each"
    over(day, kills=len(cut))


def test_database_with_all_connections_used(machine):
    """Cell 27: quick 503, and back to normal when they are free again."""
    day = a_day(machine, excused=AWAY)
    sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    held = []
    machine.rows(sql, DATABASE)
    with contextlib.suppress(psycopg2.OperationalError):
        while True:
            held.append(psycopg2.connect(host="127.0.0.1", port=machine.database_port, user="postgres", dbname=DATABASE))
    time.sleep(5)
    for connection in held:
        connection.close()
    over(day, kills=len(WORKERS) * 2)


def test_migration_behind_a_long_transaction_gives_up_and_the_site_goes_on(machine):
    """Cell 29: with the lock_timeout of docker-compose.yml; later it goes through."""
    day = a_day(machine)
    machine.release = "next"
    with machine.query_server(DATABASE) as holder, holder.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE core_outboxmail IN ROW EXCLUSIVE MODE")
        with pytest.raises(AssertionError, match="lock timeout"):
            machine.manage("manage.py", "migrate", "--noinput", "-v0", PGOPTIONS="-c lock_timeout=2s")
        acts_on(day)
        cursor.execute("COMMIT")
    machine.manage("manage.py", "migrate", "--noinput", "-v0", PGOPTIONS="-c lock_timeout=5s")
    over(day)


def test_whole_machine_killed_under_load(machine):
    """Cell 50, but for the power: everything dies at once and starts cold."""
    day = a_day(machine, excused=AWAY, patience=120)
    for name in list(machine.running):
        machine.kill(name)
    time.sleep(2)
    machine.start_database()
    machine.start_redis()
    machine.start_all()
    over(day, kills=len(WORKERS) * 2)


def test_mail_server_away_and_back(machine):
    """Cell 35: nothing is lost, attempts wait longer each time."""
    day = a_day(machine)
    machine.mail.stop()
    acts_on(day, 30)
    machine.mail = serve(machine.sink, machine.mail.port)
    machine.rows("UPDATE core_outboxmail SET next_at = now() WHERE status = 'queued' RETURNING 1")  # do not wait for the pauses
    over(day)


def test_mail_server_that_hangs_keeps_one_slot_each(machine):
    """Cells 12, 39: three of the next mails get no answer; those of others arrive meanwhile."""
    day = a_day(machine)
    n = len(day.acknowledged["approve"])
    machine.sink.tar = {f"contact{n + k}@example.org" for k in (3, 5, 7)}
    taken = len(machine.sink.mails)
    acts_on(day, 60, 120)
    until(lambda: len(machine.sink.mails) > taken + 20, 60, "others get their mail")
    machine.sink.tar = set()
    over(day, kills=len(WORKERS) * 2)


def test_full_outbox_is_emptied_beside_the_day(machine):
    """Five thousand mails owed at once: people do not wait for them."""
    day = a_day(machine)
    fill = 'INSERT INTO core_outboxmail (public_id, template, language, "to", ids, sealed_body, status, attempts, created_at, next_at, lease_owner, last_error) '
    fill += (
        "SELECT gen_random_uuid(), 'learning.feedback_asked', 'en', 'nobody' || n || '@example.org', '{\"invitation\": 0, \"generation\": 1}', '', "
    )
    fill += "'queued', 0, now(), now(), '', '' FROM generate_series(1, 5000) n RETURNING 1"
    machine.rows(fill)
    acts_on(day, 60, 120)
    over(day)


def test_same_form_fifty_times_at_once_acts_once(machine):
    """Cell 5, through two web containers."""
    world = machine.world(60)
    machine.start_all()
    day = BusyDay(machine, world)
    person = Person(day)
    person.ask("GET", world["invitations"][0], expected=(303,))
    person.ask("GET", f"/feedback/on/{world['pages'][0]}/", expected=(200,))
    form = {"csrfmiddlewaretoken": person.cookies["csrftoken"], "once": str(uuid.uuid4()), "useful": "4"}
    together, answers = threading.Barrier(50), []

    def send() -> None:
        twin = Person(day)
        twin.cookies = dict(person.cookies)
        together.wait()
        answers.append(twin.once("POST", f"/feedback/on/{world['pages'][0]}/", form)[0])

    senders = [threading.Thread(target=send) for _ in range(50)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert set(answers) == {302}
    assert machine.rows("SELECT count(*) FROM learning_feedback WHERE status = 'submitted'") == [(1,)]
    assert machine.rows("SELECT count(*) FROM core_historyevent WHERE verb = 'submit_feedback'") == [(1,)]
