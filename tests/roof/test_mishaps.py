"""Mishaps that concern the whole portal. Where each of the others is tested:

* a link that is expired, used by another, used already: tests/clusters/test_member.py; withdrawn: there and in tests/learning/test_feedback.py;
  tampered: tests/core/test_tokens.py
* answering after closing, two tabs while answering: tests/learning/test_feedback.py
* a form sent twice; a step in the wrong state, by the wrong person, on a stale version; an edit over a newer version; a frozen text:
  tests/house/test_steps.py; two reports on the same days: tests/actionplans/test_progress.py
* the last place taken by two at once, registering twice: tests/learning/test_registration.py; dates reversed: tests/learning/test_session.py,
  tests/actionplans/test_progress.py
* an action with neither citation nor reason, wrong files: tests/actionplans/test_plan.py, tests/core/test_forms.py; deleting what is cited:
  tests/learning/test_lesson.py; a finding published by its author, script in Markdown: tests/dissemination/test_finding.py
* nonsense in every field (10,000 characters, NUL, direction overrides, emoji, half letters): tests/house/test_typing.py; at every address,
  by every method: tests/house/test_methods.py; every link and button: tests/house/test_crawl.py
* mail servers that refuse one, all, or hang, a broker that is away: tests/core/test_outbox.py; kill -9 while delivering:
  tests/core/test_outbox_killed.py
"""

import datetime as dt

import pytest
from django.conf import settings as portal
from django.contrib.sessions.models import Session as SignIn
from django.test import Client
from django.utils import translation

from actionplans.models import Ambition
from clusters.models import Cluster, User
from inno4sports.core.models import OutboxMail
from learning.models import Registration
from tests import factories as make
from tests.factories import things
from tests.roof.pages import as_person

pytestmark = pytest.mark.django_db

TITLE = "Everybody within ten minutes of a track"
LISTS = [
    "clusters",
    "learning/sessions",
    "learning/practices",
    "learning/lessons",
    "feedback-requests",
    "questionnaires",
    "ambitions",
    "action-plans",
    "findings",
]
LANGUAGES = [code for code, _name in portal.LANGUAGES]


def ambition_of(people, **more):
    return {"title": TITLE, "text": "Light first.", "cluster": people.north.slug, "language": "en"} | more


@pytest.mark.parametrize("language", LANGUAGES)
def test_session_that_ended_while_somebody_typed_shows_the_text_back(people, client, language):
    as_person(client, people.ben)
    SignIn.objects.all().delete()
    prefix = "" if language == "en" else f"/{language}"
    page = client.post(f"{prefix}/ambitions/new/", ambition_of(people, password="secret"))
    assert page.status_code == 403
    assert TITLE in page.content.decode()
    assert "secret" not in page.content.decode()
    with translation.override(language):
        assert (
            translation.gettext("Nothing was saved. Sign in again: the form shows again what you wrote. If it does not, copy it from here.")
            in page.content.decode()
        )
    assert f'href="{prefix}/accounts/login/' in page.content.decode()
    assert not Ambition.objects.exists()


def test_token_that_is_out_of_date_shows_the_text_back(people):
    client = Client(enforce_csrf_checks=True)
    as_person(client, people.ben)
    page = client.post("/ambitions/new/", ambition_of(people, csrfmiddlewaretoken="x" * 64))
    assert page.status_code == 403
    assert TITLE in page.content.decode()
    assert not Ambition.objects.exists()


def test_stranger_who_posts_is_asked_to_sign_in(people, client):
    """With words that are shown back: a browser whose session is too old sends no cookie of it, so nobody can tell whose they are."""
    assert client.post("/ambitions/new/", {})["Location"].startswith("/accounts/login/")
    page = client.post("/ambitions/new/", ambition_of(people))
    assert page.status_code == 403
    assert TITLE in page.text
    assert 'href="/accounts/login/' in page.text
    assert not Ambition.objects.exists()


def test_two_things_of_the_same_title_have_two_addresses(people, client):
    as_person(client, people.ben)
    found = [client.post("/ambitions/new/", ambition_of(people))["Location"] for _n in range(3)]
    assert found == [f"/ambitions/everybody-within-ten-minutes-of-a-track{end}/" for end in ("", "-2", "-3")]


@pytest.mark.parametrize("title", ["New", "новый", "🏊", "-", "Steps", "x" * 150])
def test_title_of_any_letters_gets_an_address_that_opens(people, client, title):
    as_person(client, people.ben)
    for _n in range(2):
        page = client.post("/ambitions/new/", ambition_of(people, title=title))
        assert page.status_code == 302
        assert page["Location"] != "/ambitions/new/"
        assert client.get(page["Location"]).status_code == 200


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../../etc/passwd", "Europe"])
@pytest.mark.parametrize("address", ["/", "/dashboard/", "/learning/sessions/", "/settings/"])
def test_person_of_an_unknown_zone_sees_pages_in_a_known_one(people, client, zone, address):
    things.session(people.north, starts_time=dt.time(10))
    User.objects.filter(pk=people.ben.pk).update(timezone=zone)
    as_person(client, people.ben)
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("zone", ["Mars/Base", ""])
def test_region_of_an_unknown_zone_shows_its_sessions(people, client, zone):
    Cluster.objects.filter(pk=people.north.pk).update(timezone=zone)
    session = things.session(people.north, starts_time=dt.time(10), timezone=zone)
    as_person(client, people.ben)
    for address in (session.get_absolute_url(), "/learning/sessions/", "/learning/sessions/new/", f"/clusters/{people.north.slug}/", "/dashboard/"):
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("language", ["tlh", "", "en-GB", "x" * 8])
def test_person_of_an_unknown_language_sees_pages_and_gets_mail(people, client, language):
    User.objects.filter(pk=people.ben.pk).update(language=language)
    session = things.session(people.north, starts_on=make.day(900), ends_on=make.day(900))
    as_person(client, people.ben)
    assert client.get("/dashboard/").status_code == 200
    assert client.post(f"{session.get_absolute_url()}register/").status_code == 302
    assert Registration.objects.count() == OutboxMail.objects.count() == 1


@pytest.mark.parametrize("accepted", ["tlh", "xx;q=nonsense", "*", ",,,", "\u202efi", "fi-" + "x" * 900])
def test_browser_of_an_unknown_language_gets_english(client, accepted):
    page = client.get("/", HTTP_ACCEPT_LANGUAGE=accepted)
    assert page.status_code == 200
    assert '<html lang="en"' in page.content.decode()


def test_unknown_language_in_the_address_is_404(client):
    assert client.get("/tlh/clusters/").status_code == 404


@pytest.mark.parametrize("name", LISTS)
def test_page_out_of_range_is_404_with_a_sentence_in_each_language(people, client, name):
    as_person(client, people.ben)
    for language in LANGUAGES:
        prefix = "" if language == "en" else f"/{language}"
        for number in ("2", "0", "x"):
            page = client.get(f"{prefix}/{name}/?page={number}")
            assert page.status_code == 404
            with translation.override(language):
                assert translation.gettext("This page is not here") in page.content.decode()
