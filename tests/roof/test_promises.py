"""Small promises of every page: lists are whole and go on by `?page=`, filters stay in the address, languages keep the page, names of fields."""

import html
import re

import pytest
from django.utils import translation

from tests import factories as make
from tests.factories import things
from tests.roof.pages import as_person

pytestmark = pytest.mark.django_db

# List: how one row of it is made, and whether a region can be chosen.
LISTS = {
    "/clusters/": (lambda north, n: make.cluster(f"valley-{n}"), False),
    "/clusters/north/members/": (lambda north, n: make.organisation(north), False),
    "/learning/sessions/": (lambda north, n: things.session(north, title=f"Session {n}"), True),
    "/learning/practices/": (lambda north, n: things.practice(north, title=f"Practice {n}"), True),
    "/learning/lessons/": (lambda north, n: things.lesson(north, title=f"Lesson {n}"), True),
    "/ambitions/": (lambda north, n: things.ambition(north, title=f"Ambition {n}"), True),
    "/action-plans/": (lambda north, n: things.plan(north, title=f"Plan {n}"), True),
    "/findings/": (lambda north, n: things.finding(north, title=f"Finding {n}"), True),
    "/feedback-requests/": (lambda north, n: things.request(north, title=f"Request {n}", questionnaire=things.questionnaire(north)), True),
}


def next_page(text: str) -> str:
    found = re.search(r'<a [^>]*rel="next" href="([^"]+)"', text)
    return html.unescape(found.group(1)) if found else ""


def walked(client, address: str) -> str:
    """The text of all pages of a list, by its own links."""
    text, seen = "", address
    while seen:
        page = client.get(seen).content.decode()
        text, more = text + page, next_page(page)
        seen = address.partition("?")[0] + more if more else ""
    return text


@pytest.mark.parametrize("address", LISTS)
def test_list_shows_all_page_by_page_and_keeps_its_filters(address, people, client):
    make_row, by_region = LISTS[address]
    rows = [make_row(people.north, n) for n in range(23)]
    as_person(client, people.ben)
    text = walked(client, address)
    for row in rows:
        assert f'href="{row.get_absolute_url()}"' in text, f"{row} is on no page"
    assert client.get(f"{address}?page=3").status_code == 404
    if by_region:
        narrowed = client.get(f"{address}?cluster=north&q=").content.decode()
        assert "cluster=north" in next_page(narrowed)
        assert '<option value="north" selected>' in narrowed
        assert rows[-1].get_absolute_url() not in client.get(f"{address}?cluster=south").content.decode()


@pytest.mark.parametrize("name", ["q", "cluster", "topic", "country"])
def test_filters_have_the_same_names_everywhere(name, people, client):
    for address in ("/learning/sessions/", "/learning/practices/", "/learning/lessons/", "/ambitions/"):
        assert f'name="{name}"' in client.get(address).content.decode(), address


def test_language_switch_stays_on_the_page_with_its_query(people, client):
    page = client.get("/findings/?q=light&cluster=north").content.decode()
    assert 'href="/fi/findings/?q=light&amp;cluster=north" lang="fi"' in page
    assert client.get("/fi/findings/?q=light&cluster=north").status_code == 200


def test_text_in_another_language_says_so(people, client):
    things.practice(people.north, title="Valoa laduille", language="fi")
    assert '<span lang="fi">Valoa laduille</span>' in client.get("/learning/practices/").content.decode()
    assert '<span lang="fi">' not in client.get("/fi/learning/practices/").content.decode()


def test_sources_to_choose_say_their_language(people, client):
    things.practice(people.north, title="Valoa laduille", language="fi")
    as_person(client, people.ben)
    page = client.get("/learning/lessons/new/").content.decode()
    assert '<span lang="fi">Valoa laduille</span>' in page


def test_robots_are_told_what_is_not_for_them(client):
    answer = client.get("/robots.txt")
    assert answer["Content-Type"].startswith("text/plain")
    lines = answer.content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /accounts/", "Disallow: /dashboard/", "Disallow: /settings/"} <= set(lines)


def test_sign_in_takes_login_and_password(people, client):
    page = client.get("/accounts/login/").content.decode()
    assert re.search(r'<input[^>]+name="login"', page)
    assert re.search(r'<input[^>]+type="password"[^>]+name="password"|<input[^>]+name="password"[^>]+type="password"', page)
    with translation.override("en"):
        answer = client.post("/accounts/login/", {"login": people.ben.email, "password": "a long pass phrase"})
    assert answer.status_code == 302
