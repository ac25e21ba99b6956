"""Fixtures of all tests: the people, and a client that watches what pages do."""

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import translation

from tests.people import people  # noqa: F401 -- a fixture
from tests.services import pytest_make_collect_report, pytest_runtest_makereport, pytest_runtest_setup  # noqa: F401 -- hooks of pytest

# Writes that a GET may do, by the table: the session, sign-in throttles, a token's last use (docs/architecture.md).
MAY_WRITE = re.compile(r'"?(django_session|clusters_user|clusters_personaltoken|clusters_program)"? ', re.IGNORECASE)
WRITE = re.compile(r"^\s*(INSERT INTO|UPDATE|DELETE FROM)\s", re.IGNORECASE)
INLINE = re.compile(rb"<[^>]+\son[a-z]+=|<script(?![^>]*(?:src=|application/(?:ld\+)?json))|<[^>]+\sstyle=|\{\{|\{%", re.IGNORECASE)


class WatchingClient(Client):
    """Fails when a GET writes, when a page carries what our CSP refuses or a tag that was not rendered, when its form could not be sent."""

    def get(self, *args, **kwargs):
        def watch(execute, sql, params, many, context):
            if WRITE.match(sql) and not MAY_WRITE.search(sql[:80]):
                pytest.fail(f"a GET wrote: {sql[:200]}")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(watch):
            response = super().get(*args, **kwargs)
        return checked(response)

    def post(self, *args, **kwargs):
        return checked(super().post(*args, **kwargs))


def checked(response):
    is_page = response.get("Content-Type", "").startswith("text/html") and not (response.streaming or response.has_header("Content-Encoding"))
    if is_page and (found := INLINE.search(response.content)):
        near = response.content[max(0, found.start() - 60) : found.end() + 120]
        pytest.fail(f"the page carries what must not be there: {near!r}")
    if is_page and response.get("Referrer-Policy") == "no-referrer" and b"csrfmiddlewaretoken" in response.content:
        pytest.fail("a browser sends this page's form with the origin null, which is refused: no-referrer is for pages without one")
    return response


@pytest.fixture
def client():
    return WatchingClient()


@pytest.fixture(autouse=True)
def empty_cache():
    """Throttles of one test are not the next one's."""
    cache.clear()


@pytest.fixture(autouse=True)
def no_language_left():
    """The language that the last request of one test was in is not the next one's."""
    translation.deactivate()
