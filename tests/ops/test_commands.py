"""The commands an operator types: first administrator, catalogs, static files, demo accounts."""

import io
import os

import pytest
from allauth.account.models import EmailAddress
from babel.messages.mofile import read_mo
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.test import Client

from clusters.models import User
from inno4sports.management import prepare
from inno4sports.management.commands import compile_catalogs, supervise


def administrator(*args: str) -> str:
    out = io.StringIO()
    call_command("create_administrator", *args, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_create_administrator_link_signs_in_once(settings):
    said = administrator("Ari@Portal.example", "--language", "nl")
    ari = User.objects.get(email="ari@portal.example")
    assert (ari.is_staff, ari.is_superuser, ari.name, ari.language) == (True, False, "Ari", "nl")
    assert not ari.has_usable_password()
    assert EmailAddress.objects.get(user=ari).verified
    link = said.splitlines()[-1]
    assert link.startswith(settings.SITE_URL + "/nl/")

    browser = Client()
    page = browser.get(link.removeprefix(settings.SITE_URL), follow=True)
    assert page.status_code == 200
    chosen = {"password1": "a long walk in the hills", "password2": "a long walk in the hills"}
    assert browser.post(page.request["PATH_INFO"], chosen).status_code == 302
    ari.refresh_from_db()
    assert ari.check_password("a long walk in the hills")
    again = Client().get(link.removeprefix(settings.SITE_URL), follow=True)
    assert again.context["token_fail"], "the link served once"


@pytest.mark.django_db
def test_create_administrator_again_raises_an_existing_account_and_makes_a_new_link():
    User.objects.create_user("ben@north.example", "the old password", name="Ben")
    said = administrator("ben@north.example")
    assert "is now administrator" in said
    ben = User.objects.get()
    assert ben.is_staff
    assert ben.name == "Ben"
    assert ben.check_password("the old password")


@pytest.mark.django_db
def test_create_administrator_refuses_what_is_no_address():
    with pytest.raises(CommandError, match="no e-mail address"):
        administrator("ari")
    assert not User.objects.exists()


PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "plan"
msgstr "plán"

#, fuzzy
msgid "finding"
msgstr "guess"
"""


def test_compile_catalogs_compiles_what_is_newer_without_fuzzy_texts(tmp_path, settings):
    source = tmp_path / "hu" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(PO)
    assert compile_catalogs.compile_newer(source)
    with source.with_suffix(".mo").open("rb") as binary:
        catalog = read_mo(binary)
    assert catalog["plan"].string == "plán"
    assert "finding" not in catalog
    settings.LOCALE_PATHS = [tmp_path]
    out = io.StringIO()
    call_command("compile_catalogs", stdout=out)
    assert out.getvalue() == "", "nothing changed"
    later = source.stat().st_mtime_ns + 10**9
    os.utime(source, ns=(later, later))
    call_command("compile_catalogs", stdout=out)
    assert out.getvalue() == "Compiled 1 message catalogs.\n"
    assert sorted(p.name for p in source.parent.iterdir()) == ["django.mo", "django.po"]


def test_collect_static_again_only_when_a_file_changed(tmp_path, settings, monkeypatch):
    own = tmp_path / "own"
    own.mkdir()
    (own / "a.css").write_text("a {}")
    settings.STATICFILES_DIRS, settings.DATA_DIR, settings.STATIC_ROOT = [own], tmp_path, tmp_path / "out"
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "staticfiles.json").write_text("{}")
    called: list[str] = []
    monkeypatch.setattr(prepare, "call_command", lambda name, **_: called.append(name))
    prepare.collect_static(str)
    prepare.collect_static(str)
    assert called == ["collectstatic"]
    (own / "b.css").write_text("b {}")
    prepare.collect_static(str)
    assert called == ["collectstatic"] * 2


@pytest.mark.django_db
def test_prepare_loads_the_demo_only_in_demo_mode(settings, monkeypatch):
    called: list[str] = []
    monkeypatch.setattr(prepare, "call_command", lambda name, **_: called.append(name))
    monkeypatch.setattr(prepare, "collect_static", lambda say: None)
    monkeypatch.setattr(prepare.connection, "close", lambda: None)
    settings.DEMO = False
    prepare.prepare(str)
    assert called == ["compile_catalogs"], "all migrations are applied, so migrate is not called"
    settings.DEMO = True
    prepare.prepare(str)
    assert called == ["compile_catalogs"] * 2 + ["load_demo"]


@pytest.mark.django_db
def test_welcome_names_the_demo_accounts_that_exist(settings, monkeypatch):
    monkeypatch.setattr(supervise.connection, "close", lambda: None)
    for email in (
        "partner@north.demo.example",
        "manager@north.demo.example",
        "admin@portal.demo.example",
        "ana@real.example",
    ):
        User.objects.create_user(email, None, name=email[:3])
    settings.DEMO_PASSWORD = "swim-bike-run"
    said = supervise.welcome()
    assert settings.SITE_URL in said
    assert "swim-bike-run" in said
    assert "  manager@north.demo.example  partner@north.demo.example" in said
    assert "ana@real.example" not in said
    settings.DEMO_PASSWORD = ""
    (settings.DATA_DIR / "demo_password").write_text("kept-here\n")
    assert "kept-here" in supervise.welcome()


@pytest.mark.django_db
def test_welcome_of_a_portal_without_demo_says_how_to_begin(settings, monkeypatch):
    monkeypatch.setattr(supervise.connection, "close", lambda: None)
    settings.DEMO = False
    assert "create_administrator" in supervise.welcome()
    User.objects.create_user("ari@portal.example", None, name="Ari", is_staff=True)
    assert "create_administrator" not in supervise.welcome()


def test_what_is_missing_names_the_web_server_when_nobody_answers(settings):
    settings.PORT = 1
    assert supervise.what_is_missing("127.0.0.1") == ["web server"]


def test_a_terminal_that_is_gone_does_not_stop_the_supervisor():
    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    command: BaseCommand = supervise.Command(stdout=Gone())
    command.say("Stopping.")
