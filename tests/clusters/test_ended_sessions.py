"""A session that ended in the middle of something leads back to where the person was."""

import pytest

from tests.factories import things

pytestmark = pytest.mark.django_db
PAGE = {"HTTP_REFERER": "http://testserver/fi/clusters/north/members/?page=2"}


@pytest.fixture
def step(people):
    return f"/organisations/{things.organisation(people.north, 'pending').slug}/steps/approve_organisation/"


def test_after_signing_in_one_is_on_the_page_of_the_button_again(client, step):
    """Its own address takes nothing but a form."""
    assert client.post(step, **PAGE)["Location"] == "/accounts/login/?next=/fi/clusters/north/members/%3Fpage%3D2"
    for foreign in ("https://evil.example/x/", "//evil.example/", "nonsense", "http://[", "http://testserver//evil.example/", ""):
        assert client.post(step, HTTP_REFERER=foreign)["Location"] == "/accounts/login/"


def test_the_page_that_says_so_leads_to_signing_in_and_whoever_is_signed_in_to_the_form(client, people, step):
    client.cookies["sessionid"] = "gone"
    page = client.post(step, {"title": "Half a word"}, **PAGE)
    assert page.status_code == 403
    assert 'href="/accounts/login/?next=/fi/clusters/north/members/%3Fpage%3D2"' in page.text
    assert "Half a word" in page.text
    again = type(client)(enforce_csrf_checks=True)
    again.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = again.post(step, {"title": "Half a word"}, **PAGE)
    assert page.status_code == 403
    assert 'href="/fi/clusters/north/members/?page=2">Open the form again' in page.text


def test_only_what_somebody_wrote_is_shown_back(client, people):
    """Not what the page itself sends, nor the keys of what was ticked and chosen."""
    key = "446c1111-1111-4222-8333-444455556666"
    client.cookies["sessionid"] = "gone"
    keys = {"topic": "covid-resilience", "language": "en", "cited": [f"learning.session:{key}", "on"], "points-TOTAL_FORMS": "10"}
    keys |= {"points-1-answer": "will", "once": key, "version": "3", "timezone": "Europe/Brussels", "closes_at": "2027-05-01T10:00", "country": "FI"}
    words = {"points-0-said": "More time\r\noutdoors", "name": "Rovaniemi", "contact": "eva@south.example", "home": "lámpák"}
    page = client.post("/fi/clusters/north/excellences/new/", keys | words, **PAGE)
    shown = page.text.partition('id="typed"')[2].partition("</section>")[0]
    for word in ("More time<br>outdoors", "Rovaniemi", "eva@south.example", "lámpák"):
        assert word in shown
    for key in ("covid-resilience", ">en<", "446c", "TOTAL", ">10<", "will", "Brussels", "2027", ">FI<", "points"):
        assert key not in shown, key


def test_a_button_of_a_session_that_ended_is_told_without_words_and_ids(client, people, step):
    client.cookies["sessionid"] = "gone"
    ids = {"feedback": "446c1111-1111-4222-8333-444455556666", "question": "home", "version": "4"}
    page = client.post(step, ids, **PAGE)
    assert page.status_code == 403
    assert '<h1 class="h1--read">Your session ended</h1>' in page.text
    assert "446c" not in page.text
    assert 'id="typed"' not in page.text
    assert 'href="/accounts/login/?next=/fi/clusters/north/members/%3Fpage%3D2"' in page.text


@pytest.mark.parametrize("address", ["/settings/", "/fi/clusters/north/excellences/new/"])
def test_words_are_shown_back_also_when_the_browser_has_dropped_the_session_that_ended(client, address):
    """A browser sends no cookie that is too old; what was typed meanwhile is as precious."""
    page = client.post(address, {"name": "Half a word", "version": "1"})
    assert page.status_code == 403
    assert "Half a word" in page.text
    assert "/accounts/login/" in page.text


def test_what_only_takes_a_form_answers_with_a_page(client, people, step):
    """Going back, or the language menu of an error page, leads there."""
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(step)
    assert (page.status_code, page["Allow"]) == (405, "POST")
    assert page.text.count("<h1") == 1


def test_the_link_of_a_digest_speaks_the_language_of_its_reader(client, people):
    from inno4sports.core.tokens import make_token

    people.ben.language = "fi"
    people.ben.save()
    address = f"/unsubscribe/{make_token('preferences', people.ben.public_id, 1)}/"
    assert '<html lang="fi"' in client.get(address).text
    assert "/fi/unsubscribe/" not in client.get(address).text
    assert "<form method" in client.get(address).text
    client.post(address)
    assert "<form method" not in client.get(address).text, "it is ended already"


@pytest.mark.parametrize(("language", "words"), [("fi", "liian lyhyt"), ("nl", "te kort"), ("hu", "rövid"), ("pl", "krótkie"), ("es", "corta")])
def test_a_short_password_is_refused_in_the_language_of_the_page(client, people, language, words):
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.post(f"/{language}/accounts/password/change/", {"oldpassword": "x", "password1": "short", "password2": "short"}, follow=True)
    if "password1" not in page.text:
        page = client.post(f"/{language}/accounts/password/set/", {"password1": "short", "password2": "short"}, follow=True)
    assert words in page.text
