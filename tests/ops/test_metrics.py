"""What is measured can be read by whoever has the token, is in the format, and counts every process of the machine."""

import datetime as dt
import re
import subprocess
import sys
import uuid

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.db import OperationalError, connection

from clusters.domain.program import create_program
from clusters.domain.webhook import create_webhook
from clusters.models import Webhook, WebhookDelivery
from inno4sports.core import clock, counters, history, metrics
from inno4sports.core.holds import hold_sending
from inno4sports.core.middleware import client_address
from inno4sports.core.models import Notification, OutboxMail, Slot
from inno4sports.core.notify import notify
from inno4sports.core.tasks import see
from tests.factories import things
from tests.ops.portal import ROOT

SAMPLE = re.compile(r'^inno4sports_[a-z_]+(\{[a-z]+="[^"\\]*"(,[a-z]+="[^"\\]*")*\})? (\d+(\.\d+)?([e][+-]\d+)?)$')


@pytest.fixture
def own_counters(monkeypatch, tmp_path):
    monkeypatch.setattr(counters, "_counters", counters.Counters(tmp_path / "counters" / "here"))


@pytest.fixture
def ask(client, settings, own_counters):
    settings.METRICS_TOKEN = "only for this test"
    return lambda token="only for this test": client.get("/metrics", headers={"Authorization": f"Bearer {token}"})


def values(text):
    return dict(line.rpartition(" ")[::2] for line in text.splitlines() if not line.startswith("#"))


@pytest.mark.django_db
def test_metrics_are_not_there_without_the_token(client, ask, settings):
    assert client.get("/metrics").status_code == 404
    assert ask("wrong").status_code == 404
    assert ask("wröng").status_code == 404
    assert ask().status_code == 200
    settings.METRICS_TOKEN = ""
    assert ask("").status_code == 404, "off by default"


@pytest.mark.django_db
def test_metrics_say_what_waits_and_who_was_seen(client, ask):
    see("worker")
    Slot.objects.create(name="dissemination.compose_digests", at=clock.now() - dt.timedelta(minutes=5))
    long_ago = clock.now() - dt.timedelta(hours=1)
    OutboxMail.objects.create(template="test", to="a@example.org", language="en", next_at=long_ago, created_at=long_ago)
    client.get("/robots.txt")
    client.get("/nothing-here/")
    text = ask().content.decode()
    assert [line for line in text.splitlines() if not line.startswith(("# HELP ", "# TYPE ")) and not SAMPLE.match(line)] == []
    found = values(text)
    assert found['inno4sports_outbox_mails{status="queued"}'] == "1"
    assert 3600 <= float(found["inno4sports_outbox_oldest_seconds"]) < 3700
    assert float(found['inno4sports_heartbeat_age_seconds{name="worker"}']) < 60
    assert 300 <= float(found['inno4sports_slot_age_seconds{task="dissemination.compose_digests"}']) < 360
    assert found['inno4sports_request_seconds_count{method="read",status="2xx"}'] == "1"
    assert found['inno4sports_request_seconds_bucket{method="read",status="4xx",le="+Inf"}'] == "1"
    assert found["inno4sports_webhook_deliveries_waiting"] == "0"
    assert found["inno4sports_webhook_deliveries_oldest_seconds"] == "0"
    assert found["inno4sports_sending_held"] == "0"
    assert found["inno4sports_database_up"] == "1"


@pytest.mark.django_db
def test_metrics_do_not_wait_for_who_gets_no_digest_any_more(ask, people):
    """Who left is told nothing: what was open for them is no digest that is late."""
    told = history.record(things.finding(people.north), "publish_finding", by=people.ben_acts)
    notify(told, [people.carla], "finding_published")
    Notification.objects.update(created_at=clock.now() - dt.timedelta(days=3))
    assert float(values(ask().text)["inno4sports_digest_lag_seconds"]) > 200_000
    type(people.carla).objects.filter(pk=people.carla.pk).update(is_active=False)
    assert values(ask().text)["inno4sports_digest_lag_seconds"] == "0"


@pytest.mark.django_db
def test_metrics_without_the_database_say_so(ask, settings, monkeypatch):
    """Whatever is asked of it fails, and pages are kept as in production: nobody on the way may ask it first."""

    def away(*_statement):
        raise OperationalError

    settings.PAGE_CACHE = "on"
    monkeypatch.setattr(metrics.connection, "close", lambda: None)
    with connection.execute_wrapper(away):
        answer = ask()
    assert answer.status_code == 200
    found = values(answer.content.decode())
    assert found["inno4sports_database_up"] == "0"
    assert "inno4sports_queue_length" in found


COUNT_A_THOUSAND = """
import sys, pathlib
from inno4sports.core.counters import Counters
mine = Counters(pathlib.Path(sys.argv[1]))
for _ in range(1000):
    mine.count("POST", 302, 0.02)
"""


def test_counters_of_several_processes_lose_nothing(tmp_path):
    path = tmp_path / "here"
    counting = [subprocess.Popen([sys.executable, "-c", COUNT_A_THOUSAND, str(path)], cwd=ROOT) for _ in range(3)]
    assert [process.wait() for process in counting] == [0, 0, 0]
    ((method, status, buckets, seconds),) = counters.Counters(path).read()
    assert (method, status, buckets[1], sum(buckets)) == ("write", "3xx", 3000, 3000)
    assert seconds == pytest.approx(60)


@pytest.mark.django_db
def test_health_ready_says_that_sending_is_held_and_does_not_fail_for_it(client):
    see("worker")
    long_ago = clock.now() - dt.timedelta(hours=1)
    OutboxMail.objects.create(template="test", to="a@example.org", language="en", next_at=long_ago, created_at=long_ago)
    assert client.get("/health/ready").status_code == 503, "mail piles up"
    hold_sending("restored")
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["sending_held"]) == (200, True)


@pytest.mark.django_db
def test_what_machines_ask_is_answered_under_whatever_address_they_ask(client, ask):
    """Prometheus, probes and health checks know an IP. Pages, which write addresses, are for the portal's own names."""
    host = {"Host": "172.18.0.5:8000"}
    assert client.get("/metrics", headers={**host, "Authorization": "Bearer only for this test"}).status_code == 200
    assert client.get("/metrics", headers=host).status_code == 404
    assert client.get("/health/live", headers=host).status_code == 200
    assert client.get("/health/ready", headers=host).headers["Content-Type"] == "application/json"
    for address in ("/", "/accounts/login/", "/metrics/", "/health/", "/api/v1/"):
        assert client.get(address, headers=host).status_code == 400, address


@pytest.mark.parametrize(
    ("trusted", "passed", "address"),
    [
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "203.0.113.9"),
        (1, "", "10.0.0.1"),
    ],
)
def test_visitor_s_address_is_what_our_own_proxies_saw(settings, rf, trusted, passed, address):
    settings.TRUSTED_PROXIES = trusted
    seen = client_address(lambda request: request.META["REMOTE_ADDR"])
    assert seen(rf.get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": passed})) == address


def test_visitor_s_address_without_a_proxy_is_the_connection_s(settings):
    with pytest.raises(MiddlewareNotUsed):
        client_address(lambda request: request)


@pytest.mark.django_db
def test_metrics_say_how_long_a_webhook_waits(ask, people):
    facts = {"name": "Site", "role": "manager", "scopes": ["learning:read"]}
    program = create_program(people.north, by=people.ben_acts, **facts)
    hook = create_webhook(program, address="https://example.org/", kinds=["lessons"], by=people.ben_acts)
    long_ago = clock.now() - dt.timedelta(hours=2)
    for status in ("queued", "sent"):
        final = {"final_at": clock.now()} if status == "sent" else {}
        WebhookDelivery.objects.create(
            webhook=hook, thing_kind="learning.lesson", thing_id=uuid.uuid4(), status=status, created_at=long_ago, next_at=long_ago, **final
        )
    found = values(ask().content.decode())
    assert found["inno4sports_webhook_deliveries_waiting"] == "1"
    assert 7200 <= float(found["inno4sports_webhook_deliveries_oldest_seconds"]) < 7300
    Webhook.objects.update(off_at=clock.now())
    assert values(ask().text)["inno4sports_webhook_deliveries_waiting"] == "0", "switched off it owes nothing until somebody switches it on"


@pytest.mark.django_db
def test_alarms_of_the_operations_page_ask_for_what_is_measured_by_what_fits_its_type(client, ask):
    """A gauge may fall, so `increase` and `rate` say nothing of it; of what only grows they say all."""
    see("worker")
    client.get("/robots.txt")
    text, page = ask().text, (ROOT / "docs" / "operations.md").read_text()
    measured = {line.partition("{")[0].partition(" ")[0] for line in text.splitlines() if not line.startswith("#")}
    growing = {name + ending for name in re.findall(r"# TYPE (\w+) histogram", text) for ending in ("_bucket", "_sum", "_count")}
    alarms = re.findall(r"^\| `(.*inno4sports_.*?)` \|", page, re.MULTILINE)
    assert len(alarms) > 10
    for alarm in alarms:
        named = set(re.findall(r"inno4sports_\w+", alarm)) - {"inno4sports_slot_age_seconds"}
        assert named <= measured, alarm
        assert set(re.findall(r"(?:rate|increase)\((\w+)", alarm)) == named & growing, alarm
