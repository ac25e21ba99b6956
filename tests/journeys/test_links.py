"""Personal links of mails, in a real browser: only there it shows whether what is typed behind them may be sent."""

import pytest
from django.core.cache import cache

from clusters.models import Membership
from inno4sports.core.tokens import make_token
from tests.clusters.test_member import address, invited
from tests.journeys.test_screens import browser  # noqa: F401 -- a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser, live_server, people):  # noqa: F811 -- the fixture
    cache.clear()
    context = browser.new_context(base_url=live_server.url, locale="en-GB")
    yield context.new_page()
    context.close()


def test_a_new_person_joins_by_the_link_of_the_invitation(page, people):
    page.goto(address(invited(people)))
    page.fill("[name=password]", "a-long-and-quiet-river")
    page.click("main form button.btn")
    page.wait_for_url("**/fi/dashboard/")
    assert page.locator("h1").count() == 1
    assert Membership.objects.filter(user__email="nina@north.example", cluster=people.north).exists()


def test_who_has_an_account_joins_by_the_link_too(page, people):
    invitation = invited(people, email=people.carla.email, name="Carla")
    page.goto("/accounts/login/")
    page.context.add_cookies([signed_in(people.carla, page)])
    page.goto(address(invitation))
    page.click("main form button.btn")
    page.wait_for_url("**/dashboard/")
    assert Membership.objects.filter(user=people.carla, cluster=people.north).exists()


def test_the_hour_of_the_digest_is_changed_by_the_link_of_the_digest(page, people):
    page.goto(f"/preferences/{make_token('preferences', people.ben.public_id, 1)}/")
    page.select_option("[name=digest_hour]", "5")
    page.click("main form button.btn")
    page.wait_for_load_state()
    people.ben.refresh_from_db()
    assert people.ben.digest_hour == 5


def test_the_digest_is_ended_by_the_link_of_the_digest(page, people):
    page.goto(f"/unsubscribe/{make_token('preferences', people.ben.public_id, 1)}/")
    page.click("main form button.btn")
    page.wait_for_load_state()
    people.ben.refresh_from_db()
    assert people.ben.digest == "never"


def signed_in(user, page):
    from django.test import Client

    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": page.url.partition("/accounts/")[0]}
