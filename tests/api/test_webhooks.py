"""Webhooks: what is told to whom, how it goes out, and where it never goes."""

import datetime as dt
import http.server
import json
import socket
import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from standardwebhooks import Webhook as Receiver

from clusters.domain import delivery
from clusters.domain import program as programs
from clusters.domain import webhook as acts
from clusters.models import Webhook, WebhookDelivery
from inno4sports.core import clock, outward
from inno4sports.core.holds import hold_sending
from inno4sports.core.lifecycle import WrongState
from inno4sports.core.models import OutboxMail
from learning.domain.lesson import delete_lesson
from tests.clusters.pages import as_person, post
from tests.factories import things

pytestmark = pytest.mark.django_db


class Listening(http.server.BaseHTTPRequestHandler):
    """Keeps what it is told; how it answers is the server's."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((self.path, dict(self.headers), body))
        self.server.answer(self)

    def log_message(self, *args):
        """Quiet."""


def status(code, **headers):
    def answer(handler):
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()

    return answer


@pytest.fixture
def server(settings):
    settings.WEBHOOKS_TO_LOOPBACK = True
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listening)
    made.told, made.answer, made.daemon_threads = [], status(204), True
    made.url = f"http://127.0.0.1:{made.server_port}/hook"
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def program_of(people, **more):
    facts = {"name": "Site", "role": "manager", "scopes": ["learning:read"]} | more
    return programs.create_program(people.north, by=people.ben_acts, **facts)


@pytest.fixture
def hook(people, server):
    return acts.create_webhook(program_of(people), address=server.url, kinds=["lessons"], by=people.ben_acts)


def tell():
    things.number_changes()
    delivery.tell_webhooks()


def go():
    """What the timetable does."""
    tell()
    while delivery.deliver_webhooks():
        pass


def later(**more):
    """As if the pauses were over."""
    WebhookDelivery.objects.update(next_at=clock.now() - dt.timedelta(hours=1), **more)
    Webhook.objects.update(pause_until=None)


def bodies(server):
    return [json.loads(body) for _path, _headers, body in server.told]


def test_change_is_told_with_a_signature_and_a_way_back(people, client, hook, server):
    lesson = things.lesson(people.north, "shared")
    go()
    (_path, headers, body), said = server.told[0], bodies(server)[0]
    assert Receiver(hook.secret).verify(body, headers) == said
    assert said["type"] == "lessons.changed"
    assert said["data"] == {
        "kind": "lessons",
        "id": str(lesson.public_id),
        "api_url": f"http://testserver/api/v1/lessons/{lesson.slug}/",
        "gone": False,
    }
    assert lesson.title not in body.decode()
    go()
    assert len(server.told) == 1, "told once"
    delete_lesson(things.lesson(people.north, "draft"), by=people.ben_acts)
    go()
    assert [said["type"] for said in bodies(server)[1:]] == ["lessons.gone"]


def test_what_the_program_may_not_see_is_not_told(people, hook, server):
    things.lesson(people.south, "draft")
    things.practice(people.north, "published")  # a kind that was not chosen
    go()
    assert server.told == []
    assert not WebhookDelivery.objects.exists()
    programs.revoke_program(hook.program, by=people.ben_acts)
    things.lesson(people.north, "shared")
    go()
    assert server.told == []


def test_many_changes_of_one_thing_are_one_word(people, hook, server):
    lesson = things.lesson(people.north, "shared")
    for _n in range(3):
        lesson.save()
        tell()
    go()
    assert len(server.told) == 1


def test_no_is_tried_again_and_silence_pauses_the_whole(people, hook, server):
    server.answer = status(500)
    things.lesson(people.north, "shared")
    go()
    row = WebhookDelivery.objects.get()
    assert (row.status, row.answered, row.attempts) == ("queued", 500, 1)
    assert row.next_at > clock.now()
    server.answer = status(204)
    later()
    go()
    row.refresh_from_db()
    assert (row.status, row.attempts) == ("sent", 2)
    assert len({headers["webhook-id"] for _path, headers, _body in server.told}) == 1
    hook.refresh_from_db()
    assert hook.failing_since is None
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        Webhook.objects.update(address=f"http://127.0.0.1:{closed.getsockname()[1]}/")
    for _n in range(3):
        things.lesson(people.north, "shared")
    go()
    hook.refresh_from_db()
    assert hook.pause_until is not None
    assert sorted(WebhookDelivery.objects.filter(status="queued").values_list("attempts", flat=True)) == [0, 0, 1], "one attempt told enough"


def test_days_without_a_yes_switch_it_off_and_its_keepers_hear(people, hook, server):
    server.answer = status(500)
    things.lesson(people.north, "shared")
    go()
    later(created_at=clock.now() - dt.timedelta(days=6))
    Webhook.objects.update(failing_since=clock.now() - dt.timedelta(days=6))
    go()
    hook.refresh_from_db()
    assert hook.off_at is not None
    assert WebhookDelivery.objects.get().status == "given_up"
    mail = OutboxMail.objects.get(template="clusters.webhook_off")
    assert mail.to == "ben@north.example"
    missed = things.lesson(people.north, "shared")
    go()
    assert len(server.told) == 2
    server.answer = status(204)
    acts.switch_on_webhook(hook, by=people.ben_acts)
    go()
    assert bodies(server)[-1]["data"]["id"] == str(missed.public_id)


def test_gone_switches_off_at_once_and_held_sending_holds(people, hook, server):
    hold_sending("a test")
    things.lesson(people.north, "shared")
    go()
    assert server.told == []
    from inno4sports.core.holds import release_sending

    release_sending(forget_waiting=False)
    server.answer = status(410)
    go()
    hook.refresh_from_db()
    assert hook.off_at is not None


def test_poison_row_is_pushed_back_alone(people, hook, server, monkeypatch):
    bad, good = things.lesson(people.north, "shared"), things.lesson(people.north, "shared")
    said = delivery._said

    def broken(row):
        if row.thing_id == bad.public_id:
            raise RuntimeError("cannot be said")
        return said(row)

    monkeypatch.setattr(delivery, "_said", broken)
    go()
    assert [said["data"]["id"] for said in bodies(server)] == [str(good.public_id)]
    assert WebhookDelivery.objects.get(thing_id=bad.public_id).last_error == "RuntimeError: cannot be said"


# Where it never goes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ip",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.1",
     "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "192.0.2.1"],
)  # fmt: skip
def test_inside_is_never_called(ip):
    assert not outward.is_outside(ip)


def test_outside_is_called():
    assert outward.is_outside("93.184.215.14")
    assert outward.is_outside("2606:2800:21f:cb07:6820:80da:af6b:8b2c")


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://user:word@example.org/", "ftp://example.org/", "https://", "https://a b/",
     "https://example.org/#x", "https://2130706433/", "https://example.org:99999/", "//example.org", "file:///etc/passwd"],
)  # fmt: skip
def test_address_is_refused_when_it_is_given_or_called(address, people):
    if address == "https://2130706433/":  # a name to us; where it leads is judged when it is called
        with pytest.raises(outward.NotReached):
            outward.post(address, b"{}", {})
        return
    assert not outward.may_be_called(address)
    with pytest.raises(WrongState):
        acts.create_webhook(program_of(people), address=address, kinds=["lessons"], by=people.ben_acts)


def test_http_is_not_called_in_production(settings):
    assert outward.may_be_called("http://example.org/")
    settings.PRODUCTION = True
    assert not outward.may_be_called("http://example.org/")


def test_name_that_leads_inside_is_not_called_and_asked_only_once(server, settings, monkeypatch):
    """Rebinding: whatever the name says the second time, nobody asks, and the address that was judged is the one that is called."""
    asked = []

    def answers(host, port, *_args, **_more):
        asked.append(host)
        inside = len(asked) > 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1" if inside else "127.0.0.1", server.server_port))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    assert outward.post(f"http://rebinds.example:{server.server_port}/hook", b"{}", {}) == 204
    assert asked == ["rebinds.example"]
    assert server.told[0][1]["Host"] == f"rebinds.example:{server.server_port}"
    with pytest.raises(outward.NotReached):
        outward.post(f"http://rebinds.example:{server.server_port}/hook", b"{}", {})
    settings.WEBHOOKS_TO_LOOPBACK = False
    asked.clear()
    with pytest.raises(outward.NotReached):
        outward.post(f"http://rebinds.example:{server.server_port}/hook", b"{}", {})
    assert len(server.told) == 1


def test_redirect_is_an_answer_and_not_followed(server):
    server.answer = status(302, Location="http://127.0.0.1:1/inside")
    assert outward.post(server.url, b"{}", {}) == 302
    assert len(server.told) == 1


def test_server_that_hangs_or_drips_is_left(server, monkeypatch):
    monkeypatch.setattr(outward, "LONGEST", 0.3)
    over = threading.Event()

    def drips(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not over.wait(0.05):
            handler.wfile.write(b"x")

    server.answer = drips
    try:
        with pytest.raises(outward.NotReached):
            outward.post(server.url, b"{}", {})
        server.answer = lambda _handler: over.wait(5)
        with pytest.raises(outward.NotReached):
            outward.post(server.url, b"{}", {})
    finally:
        over.set()


def test_answer_without_end_is_not_read(server):
    def endless(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(10 * 1024**3))
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 65536)
        except OSError:
            """The other side has gone: that is the test."""

    server.answer = endless
    assert outward.post(server.url, b"{}", {}) == 200


# On screen and by the API ---------------------------------------------------------------------------------------------------


def test_webhook_pages_are_their_keepers(people, client, server):
    program = program_of(people)
    page = reverse("clusters:webhook_list", args=[program.public_id])
    as_person(client, people.carla)
    assert client.get(page).status_code == 404
    as_person(client, people.ben)
    assert client.get(page).status_code == 200
    assert post(client, page, {"address": server.url, "kinds": ["findings"]}).status_code == 422, "no right to read them"
    assert post(client, page, {"address": "https://10.0.0.1/", "kinds": ["lessons"]}).status_code == 422
    there = post(client, page, {"address": server.url, "kinds": ["lessons"]})["Location"]
    assert "whsec_" in client.get(there).content.decode()
    assert "whsec_" not in client.get(there).content.decode()
    things.lesson(people.north, "shared")
    go()
    row = WebhookDelivery.objects.get()
    assert str(row.thing_id) in client.get(there).content.decode()
    post(client, reverse("clusters:delivery_again", args=[row.public_id]))
    go()
    assert len(server.told) == 2
    hook = Webhook.objects.get()
    post(client, reverse("clusters:webhook_renew", args=[hook.public_id]))
    assert "whsec_" in client.get(there).content.decode()
    assert post(client, reverse("clusters:webhook_switch_on", args=[hook.public_id])).status_code == 409
    as_person(client, people.carla)
    for name in ("webhook_delete", "webhook_renew"):
        assert post(client, reverse(f"clusters:{name}", args=[hook.public_id])).status_code == 404
    assert post(client, reverse("clusters:delivery_again", args=[row.public_id])).status_code == 404
    as_person(client, people.ben)
    post(client, reverse("clusters:webhook_delete", args=[hook.public_id]))
    assert not Webhook.objects.exists()


def test_program_keeps_its_webhook_by_the_api(people, client, server):
    program = program_of(people, scopes=["clusters:read", "clusters:write", "learning:read"])
    data = {"grant_type": "client_credentials", "client_id": program.client_id, "client_secret": program.secret}
    headers = {"Authorization": f"Bearer {client.post('/identity/o/api/token', data).json()['access_token']}"}

    def send(method, path, body, **more):
        return getattr(client, method)(path, json.dumps(body), content_type="application/json", headers=headers | more)

    assert client.get("/api/v1/webhooks/").status_code == 401
    body = {"program": program.client_id, "address": server.url, "kinds": ["lessons"]}
    inside = send("post", "/api/v1/webhooks/", {**body, "address": "https://10.0.0.1/"})
    assert [error["pointer"] for error in inside.json()["errors"]] == ["/address"]
    unknown = send("post", "/api/v1/webhooks/", {**body, "kinds": ["clocks"]})
    assert "lessons" in unknown.json()["errors"][0]["detail"]
    by_id = send("post", "/api/v1/webhooks/", {**body, "program": client.get("/api/v1/me/", headers=headers).json()["program"]})
    assert by_id.status_code == 201, by_id.content
    assert by_id.json()["program"] == str(program.public_id)
    made = send("post", "/api/v1/webhooks/", body)
    assert made.status_code == 201, made.content
    assert made.json()["secret"].startswith("whsec_")
    there = made["Location"]
    assert client.get(there, headers=headers).json()["secret"] == ""
    changed = send("patch", there, {"kinds": ["lessons", "clusters"]}, **{"If-Match": made["ETag"]})
    assert changed.status_code == 200, changed.content
    assert changed.json()["kinds"] == ["clusters", "lessons"]
    renewed = send("post", there + "steps/", {"step": "renew_webhook_secret"}, **{"If-Match": changed["ETag"]})
    assert renewed.json()["secret"].startswith("whsec_")
    assert client.delete(there, headers=headers | {"If-Match": renewed["ETag"]}).status_code == 204


def test_webhook_of_another_region_is_refused(people, server):
    with pytest.raises(PermissionDenied):
        acts.create_webhook(program_of(people), address=server.url, kinds=["lessons"], by=people.carla_acts)


def test_log_of_a_webhook_is_read_and_sent_again_by_programs_too(people, client, hook, server):
    """As on its page; by who keeps it, and by nobody else."""
    things.lesson(people.north, "shared")
    go()
    log = "/api/v1/webhook-deliveries/"
    assert client.get(log).status_code == 401
    as_person(client, people.carla)
    assert client.get(log, {"webhook": str(hook.public_id)}).json()["items"] == []
    as_person(client, people.ben)
    (row,) = client.get(log, {"webhook": str(hook.public_id)}).json()["items"]
    assert (row["kind"], row["status"], row["answered"], row["attempts"]) == ("learning.lesson", "sent", 204, 1)
    one = f"{log}{row['id']}/"
    assert [step["step"] for step in client.get(f"{one}steps/").json()["steps"]] == ["send_again"]
    sent = client.post(f"{one}steps/", {"step": "send_again"}, content_type="application/json", headers={"If-Match": client.get(one)["ETag"]})
    assert (sent.status_code, sent.json()["status"]) == (200, "queued"), sent.content
    go()
    assert len(server.told) == 2
    WebhookDelivery.objects.update(status="not_due", final_at=clock.now())
    assert client.get(one).status_code == 404, "the program may not know of it any more"
