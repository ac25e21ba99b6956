"""Every address by every method, with nonsense for arguments, queries and bodies: an answer, never an error of ours."""

from urllib.parse import urlencode

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.conftest import WRITE, WatchingClient
from tests.house.crawler import read
from tests.house.world import ARGUMENT, ROUTES, addresses, everything

pytestmark = pytest.mark.django_db

PERSONS = [None, "ana", "ben", "edda", "ari"]
EXEMPT = {"unsubscribe": "mail programs post to it without having seen a page (RFC 8058); all it does is to end a digest"}
SAYS_WHAT_IS_MISSING = {"health_ready": "503 while no worker runs"}
# By the converter of the argument; what it does not take is answered by nobody.
ARGUMENTS = {
    "slug:": ["nothing-here", "x" * 5000, "%00", "😀"],
    "int:": ["0", "9" * 400, "-1", "٣"],
    "uuid:": ["00000000-0000-4000-8000-000000000000", "%00"],
    "str:": ["%00" * 48, "A" * 48, "x" * 5000, "😀%E2%80%AE", "%ED%A0%80%ff"],
}
ASKED = (
    "q",
    "cluster",
    "topic",
    "country",
    "kind",
    "status",
    "when",
    "segment",
    "outcome",
    "names",
    "cite",
    "session",
    "organisation",
    "from",
    "copy",
)
QUERIES = [
    *(dict.fromkeys(ASKED, value) for value in ("\x00", "x" * 900, "9" * 400, "'\"\\%_*&|!():<->", "\u202e😀", b"\xed\xa0\x80")),
    *({"cite": cite} for cite in ("learning.lesson:\x00", "core.actor:1", f"learning.lesson:{'9' * 400}")),
    *({"page": page} for page in ("0", "9" * 50, "٣", "\x00")),
]
TYPED = [
    "\x00", "x" * 10_000, "0000-00-00", "😀", "9" * 400, "-1", "[]", "\u202egnp.exe", "9999-12-31", "1e400", "", "<script>alert(1)</script>", "24:61",
    "0001-01-01", "NaN", "//example.org", "٣",
]  # fmt: skip
BODIES = 6  # in each of so many bodies every field holds another of these
NAMES = ("once", "version", "confirm", "reason", "feedback", "question", "points-TOTAL_FORMS", "questions-TOTAL_FORMS", "email", "q1", "add", "text")


@pytest.fixture
def known(people, settings, tmp_path):
    settings.MEDIA_ROOT = settings.MAIL_DIR = tmp_path
    return everything(people, tmp_path)


def signed_in(people, who, client=None):
    client = client or WatchingClient()
    if who:
        client.force_login(getattr(people, who), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def wrong_with(view, call, *told, allowed=range(200, 500)):
    """What is wrong with the answer of a call, whose writes are taken back; empty when nothing is."""
    try:
        with transaction.atomic():
            answer = call(*told)
            transaction.set_rollback(True)
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:200]}"
    for close in getattr(answer, "_resource_closers", ()):
        close()
    if answer.status_code in allowed or view.__name__ in SAYS_WHAT_IS_MISSING:
        return ""
    return str(answer.status_code)


@pytest.mark.parametrize("who", PERSONS)
def test_every_address_that_leads_to_something(people, known, who):
    client, wrong = signed_in(people, who), {}
    for route, view, _pattern in ROUTES:
        for address in addresses(route, view.__name__, known):
            if found := wrong_with(view, client.get, address):
                wrong[address] = found
    assert wrong == {}


@pytest.mark.parametrize("who", [None, "ben"])
def test_every_method(people, known, who):
    """HEAD is a GET without its page; what nobody asked for (PUT, DELETE) does nothing."""
    client, wrong = signed_in(people, who), {}
    for route, view, _pattern in ROUTES:
        address = next(addresses(route, view.__name__, known))
        for method in ("HEAD", "OPTIONS", "PUT", "DELETE"):
            allowed = range(200, 500) if method in ("HEAD", "OPTIONS") else range(300, 500)
            if found := wrong_with(view, asked, client, method, address, allowed=allowed):
                wrong[method, address] = found
    assert wrong == {}


def asked(client, method, address):
    """The answer; a method that must not write fails when it does."""

    def watch(execute, sql, params, many, context):
        assert not WRITE.match(sql) or "django_session" in sql, f"{method} wrote: {sql[:100]}"
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        return client.generic(method, address, b"\x00")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_address_with_nonsense_arguments(people, known, method):
    client, wrong = signed_in(people, "ben"), {}
    for route, view, _pattern in ROUTES:
        for address in nonsense(route):
            if found := wrong_with(view, client.generic, method, address):
                wrong[address[:100]] = found
    assert wrong == {}


def nonsense(route):
    """The address with each nonsense argument in turn, at all places at once."""
    kinds = [found.group(1) for found in ARGUMENT.finditer(route)]
    for n in range(max((len(ARGUMENTS[kind]) for kind in kinds), default=0)):
        yield "/" + ARGUMENT.sub(lambda m: ARGUMENTS[m.group(1)][n % len(ARGUMENTS[m.group(1)])], route)  # noqa: B023 -- used at once


@pytest.mark.parametrize("who", [None, "ben"])
def test_every_page_with_nonsense_queries(people, known, who):
    client, wrong = signed_in(people, who), {}
    for route, view, _pattern in ROUTES:
        address = next(addresses(route, view.__name__, known))
        if wrong_with(view, client.get, address, allowed=range(200, 300)):
            continue  # not open to this person, or nothing that is looked at
        for query in QUERIES:
            if found := wrong_with(view, client.get, f"{address}?{urlencode(query)}"):
                wrong[address, str(query)[:100]] = found
    assert wrong == {}


@pytest.mark.parametrize("who", [None, "ben", "edda"])
def test_every_form_with_nonsense_bodies(people, known, who):
    """In every field that the page shows, and in those that hold the sending together."""
    client, wrong = signed_in(people, who), {}
    for route, view, _pattern in ROUTES:
        for address in addresses(route, view.__name__, known):
            names = fields_at(client, address)
            for n in range(BODIES if names else 1):
                body = {name: TYPED[(n * 3 + i) % len(TYPED)] for i, name in enumerate((*names, *NAMES))}
                if found := wrong_with(view, client.post, address, body):
                    wrong[address, n] = found
    assert wrong == {}


def fields_at(client, address):
    """The names of the fields that the page at an address sends back to it."""
    page = client.get(address)
    for close in getattr(page, "_resource_closers", ()):
        close()
    if page.status_code != 200 or not page.get("Content-Type", "").startswith("text/html"):
        return []
    forms = [form for form in read(address, page.content).forms if form.method == "post" and form.action == address]
    return sorted({name for form in forms for name in (*form.typed, *dict(form.values))} - {"csrfmiddlewaretoken"})


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"title": "\x00'),
        ("application/x-www-form-urlencoded", b"title=%ff%fe&%00=%00&&&===" + b"&a=1" * 2000),
        ("application/x-www-form-urlencoded; charset=utf-16", b"title=x"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=title\r\n\r\n"),
        ("multipart/form-data", b"--x--"),
        ("text/plain", b"\xff" * 3_000_000),
    ],
    ids=["json", "too-many-fields", "utf-16", "cut-off", "no-boundary", "no-form"],
)
def test_every_form_with_a_body_that_no_browser_sends(people, known, kind, body):
    client, wrong = signed_in(people, "ben"), {}
    for route, view, _pattern in ROUTES:
        address = next(addresses(route, view.__name__, known))
        if found := wrong_with(view, client.generic, "POST", address, body, kind):
            wrong[address] = found
    assert wrong == {}


@pytest.mark.parametrize("who", [None, "ben"])
def test_every_post_without_the_token_of_a_page_is_refused(people, known, who):
    client, wrong = signed_in(people, who, Client(enforce_csrf_checks=True)), {}
    for route, view, _pattern in ROUTES:
        for address in addresses(route, view.__name__, known):
            for method in ("POST", "PUT", "DELETE"):
                answer = client.generic(method, address)
                if answer.status_code != 403 and view.__name__ not in EXEMPT:
                    wrong[method, address] = answer.status_code
    assert wrong == {}


def test_exceptions_are_still_there():
    assert {view.__name__ for _route, view, pattern in ROUTES if getattr(pattern.callback, "csrf_exempt", False)} == set(EXEMPT)
    assert set(SAYS_WHAT_IS_MISSING) <= {view.__name__ for _route, view, _pattern in ROUTES}
