"""`kill -9` of the worker at any moment: every mail arrives, a repeated one under the same Message-ID, at most one a kill."""

import collections
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection

from inno4sports.core.models import OutboxMail
from tests.core.sinks import Sink, port_of, serve

WORK = """
import django, sys, time
django.setup()
from inno4sports.core import outbox
outbox.MAILS["test.plain"] = lambda ids: outbox.Letter("Hello", "core/test", {})
while True:
    if not outbox.deliver_some(5):
        time.sleep(0.05)
"""


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_worker_killed_at_any_moment_loses_no_mail(monkeypatch, tmp_path):
    from inno4sports.core import outbox

    monkeypatch.setitem(outbox.MAILS, "test.plain", lambda ids: None)
    (tmp_path / "mail" / "core").mkdir(parents=True)
    for ending in ("txt", "html"):
        (tmp_path / "mail" / "core" / f"test.{ending}").write_text("Hello")
    wanted = 40
    for n in range(wanted):
        outbox.send_mail_later("test.plain", f"p{n}@example.org", "en")
    sink = Sink(slow=0.02)
    controller = serve(sink)
    database = connection.settings_dict
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "inno4sports.settings",
        "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "EMAIL_URL": f"smtp://127.0.0.1:{port_of(controller)}",
        "MAIL_LEASE_SECONDS": "1",
        "DATA_DIR": str(tmp_path / "data"),
        "EXTRA_TEMPLATES": str(tmp_path),
    }
    kills = 0
    dice = random.Random(7)
    try:
        deadline = time.monotonic() + 90
        while OutboxMail.objects.exclude(status="sent").exists() and time.monotonic() < deadline:
            worker = subprocess.Popen([sys.executable, "-W", "ignore", "-c", WORK], env=environment)
            if kills < 6:
                began = len(sink.mails)
                while len(sink.mails) < began + 2 and time.monotonic() < deadline:
                    time.sleep(0.01)
                time.sleep(dice.uniform(0, 0.05))
                worker.send_signal(signal.SIGKILL)
                kills += 1
            else:
                while OutboxMail.objects.exclude(status="sent").exists() and time.monotonic() < deadline:
                    time.sleep(0.1)
                worker.terminate()
            worker.wait()
    finally:
        controller.stop()
    assert kills == 6
    times = collections.Counter(m["Message-ID"] for m in sink.mails)
    assert len(times) == wanted, "every mail arrived"
    assert len(sink.mails) - wanted <= kills, "a kill repeats at most the one mail in hand"
