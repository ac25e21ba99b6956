"""Signing in by a code, in a real browser: a mistyped address and a mail that does not come are no dead end."""

import re

import pytest
from allauth.account.models import EmailAddress

from clusters.models import User
from inno4sports.core.models import OutboxMail
from tests.clusters.test_settings import mail_text
from tests.journeys.test_links import page  # noqa: F401 -- a fixture
from tests.journeys.test_screens import browser  # noqa: F401 -- a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def code_of(mail):
    return re.search(r"^([A-Z0-9]+-?[A-Z0-9]+)\r?$", mail_text(mail), re.MULTILINE)[1]


def test_a_code_after_a_mistyped_address_and_a_mail_that_did_not_come(page, people, settings):  # noqa: F811 -- the fixture
    settings.EMAIL_BACKEND = "inno4sports.core.outbox.OutboxBackend"
    EmailAddress.objects.create(user=people.ben, email=people.ben.email, verified=True, primary=True)
    page.goto("/accounts/login/?next=/settings/")
    page.fill("[name=login]", "bem@north.example")
    page.click("text=Send me a code")
    page.wait_for_url("**/code/confirm/**")
    assert "bem@north.example" in page.locator("main").inner_text()
    page.click("text=Use another address")
    page.wait_for_url("**/accounts/login/code/**")
    page.fill("[name=email]", people.ben.email)
    page.click("main form button.btn")
    page.wait_for_url("**/code/confirm/**")
    page.click("text=Send another code")
    page.wait_for_load_state()
    assert page.locator("h1").inner_text() == "Enter the code from the e-mail"
    assert "Another code is on its way" in page.locator("body").inner_text()
    mails = list(OutboxMail.objects.filter(to=people.ben.email).order_by("id"))
    assert len(mails) == 2
    page.fill("[name=code]", "WRONG1")
    page.click("main form button.btn >> nth=0")
    page.wait_for_load_state()
    assert page.locator("[aria-invalid=true]").count() == 1
    page.fill("[name=code]", code_of(mails[-1]))
    page.click("main form button.btn >> nth=0")
    page.wait_for_url("**/settings/")
    assert User.objects.get(pk=people.ben.pk).last_login is not None
