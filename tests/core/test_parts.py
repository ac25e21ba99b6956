"""Parts of pages: kept until the next act, and the same for all who may see what they show."""

import pathlib
import re

import pytest
from django.apps import apps
from django.test import RequestFactory

from clusters.models import User
from dissemination.domain.finding import correct_finding
from inno4sports.core.http import FirstPages
from inno4sports.core.pages import MOST_PARTS, Parts, part_of
from inno4sports.core.search import INDEXED, reindex
from learning.domain.practice import return_practice
from tests import factories as make
from tests.core.test_pages import rename
from tests.factories import things
from tests.house.world import everything

ROOT = pathlib.Path(__file__).resolve().parents[2]
READERS = [None, "ana", "ben", "carla", "edda", "ari", "lena"]
LISTS = [
    "/findings/", "/ambitions/", "/action-plans/", "/clusters/", "/learning/sessions/", "/learning/practices/", "/learning/lessons/",
    "/search/?q=light",
]  # fmt: skip
# What each answer has of its own: the one-time keys of its forms.
KEYS = re.compile(r'name="(csrfmiddlewaretoken|once)" value="[^"]*"')


@pytest.fixture
def parts(settings):
    settings.PAGE_CACHE = "parts"


def text_of(client, address, reader):
    client.logout()
    if reader is not None:
        client.force_login(reader)
    answer = client.get(address)
    assert answer.status_code == 200, address
    return KEYS.sub("", answer.text)


@pytest.mark.parametrize("prefix", ["", "/fi"])
def test_a_page_of_kept_parts_is_the_page_that_is_made_anew(settings, client, people, tmp_path, prefix):
    """Every reader gets from parts that others filled, before and after, what would be made for this reader alone."""
    everything(people, tmp_path)
    for number in range(22):
        things.finding(people.north, title=f"Light {number}")
        things.finding(people.north, "draft", title=f"Light in draft {number}")
    for kind in INDEXED:
        for thing in apps.get_model(kind).objects.all():
            reindex(thing)
    readers = [name and getattr(people, name) for name in READERS]
    of_north = f"?cluster={people.north.slug}"
    chosen = [f"/findings/{of_north}", f"/action-plans/{of_north}&country=FI", f"/action-plans/{of_north}&country=xx", "/findings/?cluster=nowhere"]
    more = [f"/clusters/{people.north.slug}/members/", "/findings/?page=2", "/findings/?q=light", *chosen]
    addresses = [prefix + address for address in (*LISTS, *more)]
    settings.PAGE_CACHE = "off"
    asked = [(reader, address) for reader in readers for address in (*addresses, *([f"{prefix}/dashboard/"] if reader else []))]
    anew = {(reader, address): text_of(type(client)(), address, reader) for reader, address in asked}
    settings.PAGE_CACHE = "parts"
    for _twice in range(2):
        for reader, address in anew:
            assert text_of(client, address, reader) == anew[reader, address], (reader, address)
    assert len(set(anew.values())) > len(addresses)


def test_a_card_is_read_once_whoever_asks_and_in_whatever_list(parts, client, people, django_assert_max_num_queries):
    things.finding(people.north, "published", title="Lights")
    client.get("/findings/")
    with django_assert_max_num_queries(2) as queries:  # the version, and which rows
        text = client.get("/findings/?kind=&page=1").text
    assert "Lights" in text
    assert not [q for q in queries if "summary" in q["sql"]]


@pytest.mark.parametrize("reader", [None, "ben"])
@pytest.mark.parametrize("address", ["/clusters/", "/findings/", "/action-plans/"])
def test_after_an_act_cards_and_filters_say_what_is_now(parts, client, people, address, reader):
    things.finding(people.north, "published")
    things.plan(people.north)
    reader = reader and getattr(people, reader)
    assert "Far North" not in text_of(client, address, reader)
    rename(people.north, "Far North", people.ben_acts)
    assert text_of(client, address, reader).count("Far North") >= 1 + (address != "/clusters/")


def test_filters_and_keys_go_with_the_next_act(parts, client, people):
    for _number in range(20):
        finding = things.finding(people.north, "published")
    assert 'rel="next"' not in client.get("/findings/").text
    things.finding(people.north, "published")
    make.cluster(region_names={"en": "Newland"})
    correct_finding(finding, text="One more.", language="en", by=people.edda_acts)
    text = client.get("/findings/").text
    assert 'rel="next"' in text
    assert "Newland" in text


def test_my_tasks_are_gathered_anew_after_an_act(parts, client, people):
    practice = things.practice(people.north, "submitted", title="Lights on the track")
    for _twice in range(2):
        assert "Lights on the track" in text_of(client, "/dashboard/", people.ben)
    return_practice(practice, reason="Say how many came.", by=people.ben_acts)
    assert "Lights on the track" not in text_of(client, "/dashboard/", people.ben)


def test_keys_are_of_one_reader(parts, client, people):
    for _number in range(21):
        things.finding(people.north, "in_review")
    assert 'rel="next"' not in text_of(client, "/findings/", None)
    assert 'rel="next"' in text_of(client, "/findings/", people.edda)
    assert 'rel="next"' not in text_of(client, "/findings/", None)


def test_who_lost_a_right_gets_nothing_that_was_kept(parts, client, people):
    """Even when the right went by no act, as by hand in the database."""
    things.finding(people.north, "in_review", title="Between us")
    assert "Between us" in text_of(client, "/findings/", people.edda)
    User.objects.filter(pk=people.edda.pk).update(editor_at=None)
    assert "Between us" not in text_of(client, "/findings/", people.edda)
    assert "Between us" in text_of(client, "/findings/", people.ben), "a manager of the region that it names"
    people.north.memberships.filter(user=people.ben).update(role="partner")
    assert "Between us" not in text_of(client, "/findings/", people.ben)


def test_parts_under_another_tag_begin_anew():
    parts = Parts()
    first = parts.under("a")
    first["x"] = 1
    assert parts.under("a") is first
    assert parts.under("b") == {}
    first["late"] = 1  # a request that began before
    assert parts.under("b") == {}
    assert parts.under("a") == {}


def test_no_more_parts_are_kept_than_there_is_room_for():
    request = RequestFactory().get("/")
    request.parts = {n: n for n in range(MOST_PARTS)}
    assert part_of(request, ("more",), lambda: 5) == 5
    assert len(request.parts) == MOST_PARTS


def test_without_a_version_nothing_is_kept(people):
    request = RequestFactory().get("/")
    request.user = people.ben
    assert [part_of(request, ("n",), lambda n=n: n) for n in (1, 2)] == [1, 2]
    assert FirstPages(request, [1, 2, 3]).count == 3


# What a card must not show, because it is not the same for all who may see its row.
NOT_ON_CARDS = re.compile(r"{%\s*(when|steps|once|csrf_token)\b|\b(me|request|user|perms|messages|may_\w+|manages)\b(?=[.\s|}])")
CARDS = re.compile(r"{% cards \w+ in \w+ %}(.*?){% endcards %}", re.DOTALL)
TEMPLATES = {str(path.relative_to(ROOT)): path.read_text() for path in sorted((ROOT / "templates").rglob("*.html"))}
WITH_CARDS = {name: text for name, text in TEMPLATES.items() if "{% cards " in text}


@pytest.mark.parametrize("name", WITH_CARDS)
def test_cards_show_nothing_of_who_asks(name):
    bodies = CARDS.findall(WITH_CARDS[name])
    assert len(bodies) == WITH_CARDS[name].count("{% cards ")
    included = [TEMPLATES[f"templates/{part}"] for body in bodies for part in re.findall(r'{% include "([^"]+)"', body)]
    for body in (*bodies, *included):
        code = " ".join(re.findall(r"{[{%].*?[}%]}", re.sub(r"{% (translate|blocktranslate).*?%}", "", body)))
        assert not NOT_ON_CARDS.search(code), NOT_ON_CARDS.search(code)
