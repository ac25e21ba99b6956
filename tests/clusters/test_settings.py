"""The own account: settings, signing in, what the administrator gives and takes."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from clusters.domain import settings as acts
from clusters.domain.member import create_account
from clusters.models import User
from inno4sports.core.models import Actor, OutboxMail
from inno4sports.core.outbox import _fernet
from tests import factories as make
from tests.clusters.pages import as_person, post

SETTINGS = reverse("clusters:settings")


def chosen(user, **changed):
    return {"name": user.name, "language": user.language, "timezone": user.timezone, "theme": "auto", "digest": "daily", "digest_hour": 7} | changed


def test_settings_are_saved_and_the_next_page_is_in_the_chosen_language(people, client):
    topic = make.topic("snow")
    as_person(client, people.ana)
    assert client.get(SETTINGS).status_code == 200
    data = chosen(
        people.ana, name="Ana Nova", language="hu", timezone="Europe/Budapest", theme="dark", digest="never", digest_hour=18, topics=[topic.slug]
    )
    answer = post(client, SETTINGS, data)
    assert answer["Location"] == "/hu/settings/"
    ana = User.objects.get(pk=people.ana.pk)
    assert (ana.name, ana.language, ana.timezone, ana.theme, ana.digest, ana.digest_hour) == (
        "Ana Nova",
        "hu",
        "Europe/Budapest",
        "dark",
        "never",
        18,
    )
    assert list(ana.topics.all()) == [topic]
    assert Actor.objects.get(user=ana).name == "Ana Nova"
    page = client.get(answer["Location"]).content.decode()
    assert 'lang="hu"' in page
    assert 'data-theme="dark"' in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "xx"),
        ("timezone", "Mars/Base"),
        ("theme", "pink"),
        ("digest", "hourly"),
        ("digest_hour", "24"),
        ("name", "  "),
        ("topics", ["999"]),
    ],
)
def test_settings_show_what_is_wrong(people, client, field, value):
    as_person(client, people.ana)
    answer = post(client, SETTINGS, chosen(people.ana) | {field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_settings_give_no_rights(people, client):
    as_person(client, people.ana)
    post(client, SETTINGS, chosen(people.ana, is_staff="1", email="evil@example.org", editor_at="2026-01-01", is_active="0"))
    ana = User.objects.get(pk=people.ana.pk)
    assert (ana.is_staff, ana.email, ana.editor_at, ana.is_active) == (False, "ana@north.example", None, True)


def test_settings_over_a_newer_version_are_not_written(people, client):
    as_person(client, people.ana)
    post(client, SETTINGS, chosen(people.ana, version=1))
    page = post(client, SETTINGS, chosen(people.ana, version=1, digest="never", theme="dark", digest_hour=18))
    assert page.status_code == 409
    assert {"daily", "as my device says", "7:00"} <= {words for _label, words in page.context["conflict"]}, "in words, not in keys"
    assert User.objects.get(pk=people.ana.pk).digest == "daily"


def test_edit_settings_of_another_is_refused(people):
    data = {"name": "x", "language": "en", "timezone": "UTC", "theme": "auto", "digest": "never", "digest_hour": 1, "topics": []}
    with pytest.raises(PermissionDenied):
        acts.edit_settings(people.ana, by=people.ari_acts, **data)


def test_settings_ask_a_stranger_to_sign_in(client, db):
    assert "/accounts/login/" in client.get(SETTINGS)["Location"]


# Signing in -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def nina(db, settings):
    settings.EMAIL_BACKEND = "inno4sports.core.outbox.OutboxBackend"  # Django's test environment puts another in its place
    return create_account(email="Nina@north.example", name="Nina", language="fi", password="a long pass phrase")


def mail_text(row):
    return _fernet().decrypt(bytes(row.sealed_body)).decode()


def test_sign_in_with_the_password_leads_to_my_tasks_in_the_own_language(nina, client):
    assert client.get("/accounts/login/").status_code == 200
    answer = client.post("/accounts/login/", {"login": "NINA@north.example", "password": "a long pass phrase"})
    assert answer["Location"] == "/fi/dashboard/"
    assert not OutboxMail.objects.exists(), "the address counts as verified"


def test_sign_in_goes_where_the_person_came_from(nina, client):
    answer = client.post("/accounts/login/?next=/settings/", {"login": "nina@north.example", "password": "a long pass phrase", "next": "/settings/"})
    assert answer["Location"] == "/settings/"
    client.logout()
    answer = client.post("/accounts/login/", {"login": "nina@north.example", "password": "a long pass phrase", "next": "https://evil.example/"})
    assert answer["Location"] == "/fi/dashboard/"


def test_sign_in_with_a_wrong_password_does_not_say_who_exists(nina, client):
    known = client.post("/accounts/login/", {"login": "nina@north.example", "password": "wrong"})
    unknown = client.post("/accounts/login/", {"login": "nobody@north.example", "password": "wrong"})
    assert known.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()
    assert "_auth_user_id" not in client.session


def test_sign_in_by_a_code_in_the_mail(nina, client):
    answer = client.post("/accounts/login/code/", {"email": "nina@north.example"})
    assert answer.status_code == 302
    mail = OutboxMail.objects.get()
    assert (mail.to, mail.language) == ("nina@north.example", "fi")
    code = re.search(r"^([A-Z0-9]+-?[A-Z0-9]+)\r?$", mail_text(mail), re.MULTILINE)[1]
    answer = client.post(answer["Location"], {"code": code})
    assert answer["Location"] == "/fi/dashboard/"
    assert client.session["_auth_user_id"] == str(nina.pk)


def test_while_a_code_is_awaited_another_one_another_address_and_a_password_can_be_tried(nina, client):
    """Those answers lead back to a sign-in page too, and none is taken for a session that ended while somebody wrote."""
    waiting = client.post("/accounts/login/code/", {"email": "nima@north.example"})["Location"]
    assert client.post(waiting, {"action": "resend"})["Location"] == waiting
    assert "Another code is on its way" in client.get(waiting).text
    page = client.get(waiting).text
    other = re.search(r'<form[^>]*action="/accounts/logout/"[^>]*>.*?</form>', page, re.DOTALL)[0]
    answer = client.post("/accounts/logout/", {"next": re.search(r'name="next" value="([^"]*)"', other)[1]})
    assert answer["Location"] == "/accounts/login/code/"
    assert client.get(answer["Location"]).status_code == 200
    assert client.post("/accounts/login/code/", {"email": "nina@north.example"})["Location"] == waiting
    answer = client.post("/accounts/login/", {"login": "nina@north.example", "password": "a long pass phrase"})
    assert answer["Location"] == waiting, "what was begun is gone on with"
    for _try in range(5):
        answer = client.post(waiting, {"code": "WRONG1"})
    assert answer["Location"].startswith("/accounts/login/code/"), "begun anew"


def test_the_address_that_was_typed_for_the_password_gets_the_code(nina, client):
    """The button beside it sends the same form; with nothing typed it opens the page that asks for the address."""
    page = client.get("/accounts/login/?next=/settings/").text
    assert 'formaction="/accounts/login/code/?next=%2Fsettings%2F"' in page
    answer = client.post("/accounts/login/code/", {"login": "nina@north.example", "password": "", "next": "/settings/"})
    assert answer["Location"].startswith("/accounts/login/code/confirm/")
    assert OutboxMail.objects.get().to == "nina@north.example"
    blank = type(client)().post("/accounts/login/code/", {"login": "", "password": ""})
    assert blank.status_code == 200
    assert not blank.context["form"].errors


def test_sign_out_needs_a_post(nina, client):
    as_person(client, nina)
    client.get("/accounts/logout/")
    assert "_auth_user_id" in client.session
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_a_new_password_by_mail(nina, client):
    client.post("/accounts/password/reset/", {"email": "nina@north.example"})
    link = re.search(r"http://testserver(/\S+)", mail_text(OutboxMail.objects.get()).replace("=\n", ""))[1]
    form = client.get(link, follow=True)
    answer = client.post(form.redirect_chain[-1][0], {"password1": "another pass phrase", "password2": "another pass phrase"})
    assert answer.status_code == 302
    nina.refresh_from_db()
    assert nina.check_password("another pass phrase")


def test_nobody_makes_an_account_alone(client, db):
    client.post("/accounts/signup/", {"email": "me@example.org", "password1": "a long pass phrase", "password2": "a long pass phrase"})
    assert not User.objects.exists()


# The administrator -------------------------------------------------------------------------------------------------------------


def test_admin_is_for_administrators(people, client):
    for name in ("ana", "ben", "lena", "edda"):
        as_person(client, getattr(people, name))
        assert client.get("/admin/").status_code in (302, 403), name
    as_person(client, people.ari)
    page = client.get("/admin/").content.decode()
    assert "/admin/clusters/topic/" in page
    for closed in ("feedback", "emailaddress", "outbox", "membership", "goodpractice", "auth/group"):
        assert closed not in page.lower(), closed


def test_admin_makes_an_account_that_can_sign_in_by_code(people, client):
    as_person(client, people.ari)
    data = {"email": "New@epsi.example", "name": "Noor", "language": "nl", "editor": "on", "active": "on", "is_superuser": "on"}
    assert client.post("/admin/clusters/user/add/", data).status_code == 302
    noor = User.objects.get(email="new@epsi.example")
    assert (noor.is_editor, noor.is_staff, noor.is_superuser, noor.has_usable_password()) == (True, False, False, False)
    assert EmailAddress.objects.filter(user=noor, verified=True).exists()


def test_admin_appoints_and_dismisses(people, client):
    as_person(client, people.ari)
    url = f"/admin/clusters/user/{people.ben.pk}/change/"
    assert client.get(url).status_code == 200
    client.post(url, {"coordinator": "on", "active": "on"})
    ben = User.objects.get(pk=people.ben.pk)
    assert (ben.is_coordinator, ben.is_editor, ben.email) == (True, False, "ben@north.example")
    client.post(url, {})
    ben = User.objects.get(pk=people.ben.pk)
    assert (ben.is_coordinator, ben.is_active) == (False, False)
    assert client.post(f"/admin/clusters/user/{people.ben.pk}/delete/", {"post": "yes"}).status_code == 403


def test_appoint_is_for_administrators_and_not_against_themselves(people):
    with pytest.raises(PermissionDenied):
        acts.appoint(people.ana, editor=True, coordinator=False, administrator=False, active=True, by=people.lena_acts)
    with pytest.raises(PermissionDenied):
        acts.appoint(people.ari, editor=False, coordinator=False, administrator=False, active=True, by=people.ari_acts)


def test_admin_edits_topics_and_only_looks_at_regions(people, client):
    topic = make.topic("snow")
    as_person(client, people.ari)
    url = f"/admin/clusters/topic/{topic.pk}/change/"
    assert client.post(url, {"kind": "theme", "labels": '{"en": "Snow and ice"}', "slug": "other"}).status_code == 302
    topic.refresh_from_db()
    assert (topic.slug, topic.label) == ("snow", "Snow and ice")
    assert client.get(f"/admin/clusters/cluster/{people.north.pk}/change/").status_code == 200
    assert client.post(f"/admin/clusters/cluster/{people.north.pk}/change/", {"name": "x"}).status_code == 403
