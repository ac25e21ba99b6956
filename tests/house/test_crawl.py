"""Every link that a page shows leads somewhere, and somewhere that this person may open; every button does what it says."""

from collections import Counter
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import transaction

from tests.house.crawler import PERSONS, client_of, name_of, walk

PREFIXES = {code for code, _name in settings.LANGUAGES if code != "en"}
PRESSED = 3  # of each kind of button so many are pressed


@pytest.mark.django_db
@pytest.mark.parametrize("person", PERSONS)
def test_every_link_and_button_can_be_used(demo, person):
    client = client_of(person)
    seen = walk(client, prefixes=PREFIXES)
    wrong = {address: (status, "on", seen.came_from[address]) for address, status in seen.statuses.items() if status != 200}
    assert wrong == {}
    assert len(seen.statuses) > 250
    assert pressed(client, seen.forms) == {}


def pressed(client, forms):
    """The answers of buttons that did not do what they offer; whatever they did is taken back."""
    wrong, kinds = {}, Counter()
    for form in forms:
        kind = name_of(urlsplit(form.action).path), urlsplit(form.action).path.rstrip("/").rpartition("/")[2] if "/steps/" in form.action else ""
        if form.method != "post" or "/accounts/" in form.action or kinds[kind] >= PRESSED:
            continue
        kinds[kind] += 1
        cookies = client.cookies.copy()
        with transaction.atomic():
            answer = client.post(form.action, form.data)
            transaction.set_rollback(True)
        client.cookies = cookies
        if answer.status_code not in (200, 302, 303, 422):
            wrong[form.action] = (answer.status_code, "on", form.page)
    return wrong


@pytest.mark.django_db
@pytest.mark.parametrize("person", PERSONS)
def test_every_link_stays_in_the_language_of_the_page(demo, person):
    """Few of each kind of page: what they are made of is the same."""
    seen = walk(client_of(person), "fi", PREFIXES, most_of_a_kind=3)
    wrong = {address: (status, "on", seen.came_from[address]) for address, status in seen.statuses.items() if status != 200}
    assert wrong == {}
    assert len(seen.statuses) > 40
