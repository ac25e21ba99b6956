"""One mail goes all the way; whatever goes wrong concerns that mail alone and can be read on its row."""

import threading
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from inno4sports.core import outbox
from inno4sports.core.models import OutboxMail
from inno4sports.core.outbox import Letter
from tests.core.sinks import Sink, port_of, serve

pytestmark = pytest.mark.django_db(transaction=True)
Status = OutboxMail.Status


@pytest.fixture
def letters(monkeypatch):
    """Mail functions of the test's own, rendered through the real base templates."""

    def plain(ids):
        return Letter(subject=ids["subject"], template="test_plain", context={"word": ids.get("word", "")})

    def poison(_ids):
        raise ValueError("cannot be written")

    monkeypatch.setitem(outbox.MAILS, "test.plain", plain)
    monkeypatch.setitem(outbox.MAILS, "test.poison", poison)
    monkeypatch.setitem(outbox.MAILS, "test.over", lambda _ids: None)


@pytest.fixture(autouse=True)
def own_templates(settings, tmp_path):
    folder = tmp_path / "templates" / "mail"
    folder.mkdir(parents=True)
    (folder / "test_plain.txt").write_text("Word: {{ word }}")
    (folder / "test_plain.html").write_text("<p>Word: {{ word }}</p>")
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], tmp_path / "templates"]}]
    settings.MAIL_DIR = tmp_path / "mail"
    settings.EMAIL_URL = ""


@pytest.fixture
def smtp(settings):
    started = []

    def start(**how):
        sink = Sink(**how)
        controller = serve(sink)
        started.append(controller)
        settings.EMAIL_URL = f"smtp://127.0.0.1:{port_of(controller)}"
        return sink

    yield start
    for controller in started:
        controller.stop()


def owe(to="ana@example.org", template="test.plain", **ids):
    outbox.send_mail_later(template, to, "en", **({"subject": "Hello"} | ids))
    return OutboxMail.objects.order_by("-id").first()


def due_now():
    OutboxMail.objects.update(next_at=timezone.now() - timedelta(seconds=1))


def test_mail_without_server_becomes_one_file(letters, settings):
    row = owe(word="tavoite")
    assert outbox.deliver_some() == 1
    (file,) = settings.MAIL_DIR.iterdir()
    text = file.read_bytes().decode()
    assert row.message_id in text
    assert "tavoite" in text
    row.refresh_from_db()
    assert (row.status, row.attempts) == (Status.SENT, 1)


def test_mail_goes_out_by_smtp_with_its_id(letters, smtp):
    sink = smtp()
    row = owe()
    outbox.deliver_some()
    (got,) = sink.mails
    assert got["Message-ID"] == row.message_id
    assert got["To"] == "ana@example.org"
    assert outbox.deliver_some() == 0


def test_mail_refused_for_one_reaches_the_others(letters, smtp):
    sink = smtp(refuse={"bad@example.org": "550 no such person"})
    first, bad, last = owe("a@example.org"), owe("bad@example.org"), owe("z@example.org")
    outbox.deliver_some()
    assert [m["To"] for m in sink.mails] == ["a@example.org", "z@example.org"]
    bad.refresh_from_db()
    assert bad.status == Status.GIVEN_UP
    assert "no such person" in bad.last_error
    for row in (first, last):
        row.refresh_from_db()
        assert row.status == Status.SENT


def test_mail_refused_for_now_is_tried_again_with_the_same_id(letters, smtp):
    refusing = smtp(refuse={"*": "451 come back later"})
    row = owe()
    outbox.deliver_some()
    row.refresh_from_db()
    assert (row.status, row.attempts) == (Status.QUEUED, 1)
    assert row.next_at > timezone.now()
    assert outbox.deliver_some() == 0, "not before its pause is over"
    taking = smtp()
    due_now()
    outbox.deliver_some()
    assert refusing.mails == []
    assert [m["Message-ID"] for m in taking.mails] == [row.message_id]


def test_mail_is_given_up_after_the_limit_and_says_so(letters, smtp, settings):
    settings.MAIL_GIVEN_UP_AFTER = 3
    smtp(refuse={"*": "451 come back later"})
    row = owe()
    for _ in range(3):
        due_now()
        outbox.deliver_some()
    row.refresh_from_db()
    assert (row.status, row.attempts) == (Status.GIVEN_UP, 3)
    assert row.final_at is not None
    due_now()
    assert outbox.deliver_some() == 0


def test_mail_server_that_hangs_is_left_and_asked_again(letters, smtp, settings):
    settings.EMAIL_TIMEOUT = 1
    smtp(slow=5)
    row = owe()
    began = time.monotonic()
    outbox.deliver_some()
    assert time.monotonic() - began < 4
    row.refresh_from_db()
    assert row.status == Status.QUEUED
    assert "imeout" in row.last_error or "timed out" in row.last_error


def test_mail_server_that_is_away_leaves_the_mail_queued(letters, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:9"
    row = owe()
    outbox.deliver_some()
    row.refresh_from_db()
    assert (row.status, row.attempts) == (Status.QUEUED, 1)
    assert row.last_error


def test_poison_mail_does_not_stop_the_others(letters, settings):
    poison, good = owe(template="test.poison"), owe()
    outbox.deliver_some()
    poison.refresh_from_db()
    good.refresh_from_db()
    assert good.status == Status.SENT
    assert poison.status == Status.QUEUED
    assert poison.last_error.startswith("ValueError")


def test_mail_no_longer_due_is_not_sent(letters, settings):
    row = owe(template="test.over")
    outbox.deliver_some()
    row.refresh_from_db()
    assert row.status == Status.NOT_DUE
    assert not settings.MAIL_DIR.exists()


def test_mail_with_the_same_key_is_one(letters):
    for _ in range(2):
        outbox.send_mail_later("test.plain", "ana@example.org", "en", key="reminder:1", subject="Hello")
    assert OutboxMail.objects.count() == 1


def test_mail_subject_cannot_add_headers(letters, smtp):
    sink = smtp()
    owe(subject="Hello\r\nBcc: everybody@example.org\r\n\r\nbody")
    outbox.deliver_some()
    (got,) = sink.mails
    assert got["Bcc"] is None
    assert "\n" not in got["Subject"]


def test_ready_made_mail_is_sealed_until_sent_and_emptied_after(smtp):
    sink = smtp()
    mail.EmailMessage("Code", "Your code: 417 902", to=["ana@example.org"], connection=outbox.OutboxBackend()).send()
    row = OutboxMail.objects.get()
    assert b"417" not in bytes(row.sealed_body)
    outbox.deliver_some()
    row.refresh_from_db()
    assert bytes(row.sealed_body) == b""
    assert "417 902" in sink.mails[0].get_payload()


def test_lease_is_held_by_one_worker(letters):
    owe()
    assert len(outbox.lease("first", 10)) == 1
    assert outbox.lease("second", 10) == []


def test_lease_that_ran_out_is_taken_by_another_and_the_first_cannot_settle(letters):
    owe()
    (mine,) = outbox.lease("first", 10)
    due_now()
    (theirs,) = outbox.lease("second", 10)
    assert outbox.settle(mine, "first", Status.SENT) is False
    assert outbox.settle(theirs, "second", Status.SENT) is True


@pytest.mark.postgres
def test_two_workers_at_once_send_each_mail_once(letters, smtp):
    sink = smtp()
    for n in range(30):
        owe(f"p{n}@example.org")

    def work():
        from django.db import connection

        while outbox.deliver_some(3):
            pass
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    assert sorted(m["To"] for m in sink.mails) == sorted(f"p{n}@example.org" for n in range(30))


def test_broker_away_leaves_act_and_mail_untouched(letters, monkeypatch):
    from celery import current_app

    def away(*_a, **_k):
        raise OSError("broker away")

    monkeypatch.setattr(current_app, "send_task", away)
    row = owe()
    assert row.status == Status.QUEUED


def test_lease_of_a_batch_is_kept_while_a_slow_server_takes_one_after_the_other(letters, smtp, settings):
    """Another worker that looks meanwhile gets none of them; what it got nevertheless is not sent by the first."""
    sink = smtp(slow=0.3)
    settings.MAIL_LEASE_SECONDS = 1
    for n in range(6):
        outbox.send_mail_later("test.plain", f"p{n}@example.org", "en", subject="Hello")
    stolen = OutboxMail.objects.get(to="p5@example.org")
    first = threading.Thread(target=lambda: (outbox.deliver_some(), outbox.connection.close()))
    first.start()
    while not sink.mails:
        time.sleep(0.01)
    OutboxMail.objects.filter(pk=stolen.pk).update(lease_owner="another", next_at=timezone.now() + timedelta(hours=1))
    while len(sink.mails) < 5:
        assert outbox.lease("third", 10) == []
        time.sleep(0.05)
    first.join()
    assert sorted(m["To"] for m in sink.mails) == [f"p{n}@example.org" for n in range(5)]
