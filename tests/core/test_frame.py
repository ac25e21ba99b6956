"""The frame around every screen: page and fragment, the pages of signing in, the pages of errors."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.template.loader import render_to_string
from django.test import RequestFactory

from tests.clusters.pages import as_person

OPEN = [
    "login/",
    "login/code/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/1-abc/",
    "signup/",
    "inactive/",
    "confirm-email/nothing/",
]
OWN = ["logout/", "password/change/", "email/", "reauthenticate/"]


def check_frame(page):
    assert page.count("<h1") == 1
    assert page.index("eu-emblem") < page.index('class="top"'), "public duty first"
    assert re.search(r"<title>[^<]{3,}– Inno4Sports</title>", page)
    assert "data-allauth" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["", "/hu"])
@pytest.mark.parametrize("path", OPEN)
def test_account_page_of_a_visitor_is_in_our_frame(path, language, client):
    check_frame(client.get(f"{language}/accounts/{path}").content.decode())


@pytest.mark.parametrize("path", OWN)
def test_account_page_of_a_person_is_in_our_frame(path, people, client):
    EmailAddress.objects.create(user=people.ana, email=people.ana.email, verified=True, primary=True)
    as_person(client, people.ana)
    check_frame(client.get(f"/accounts/{path}", follow=True).content.decode())


@pytest.mark.django_db
def test_account_form_with_an_error_says_so_in_the_title(client):
    page = client.post("/accounts/login/", {"login": "x", "password": ""}).content.decode()
    assert "<title>Error: Sign in" in page
    assert "data-focus" in page


@pytest.mark.django_db
def test_page_says_its_language_and_the_others(client):
    page = client.get("/fi/findings/").content.decode()
    assert '<html lang="fi"' in page
    assert page.count('rel="alternate" hreflang=') == 7
    assert 'hreflang="x-default" href="http://testserver/findings/"' in page
    assert "csrfmiddlewaretoken" not in page


@pytest.mark.django_db
def test_fragment_is_title_and_content_alone(client):
    part = client.get("/findings/", HTTP_HX_REQUEST="true").content.decode()
    assert part.startswith("<title>")
    assert "<html" not in part
    assert 'class="top"' not in part


@pytest.mark.django_db
def test_boosted_request_gets_the_whole_page(client):
    assert "<html" in client.get("/findings/", HTTP_HX_REQUEST="true", HTTP_HX_BOOSTED="true").content.decode()


def test_theme_and_owner_of_kept_texts_come_from_the_account(people, client):
    people.ana.theme = "dark"
    people.ana.save()
    as_person(client, people.ana)
    page = client.get("/findings/").content.decode()
    assert f'data-me="{people.ana.public_id}" data-theme="dark"' in page


@pytest.mark.parametrize("status", [400, 403, 404, 409, 429])
def test_error_page_shows_what_was_typed(status):
    request = RequestFactory().get("/")
    page = render_to_string(f"{status}.html", {"typed": ["<my words>"], "base_template": "page.html"}, request)
    check_frame(page)
    assert "&lt;my words&gt;" in page


def test_page_of_a_broken_portal_needs_nothing_but_words():
    page = render_to_string("500.html", {}, RequestFactory().get("/"))
    assert "eu-emblem" in page
    assert '<html lang="en">' in page
