"""What the roof adds to a region's pages: sections and counted facts, as much as the reader may see."""

import re

import pytest

from tests.factories import things
from tests.roof.pages import as_person, queries

pytestmark = pytest.mark.django_db


def facts(client):
    """Label -> (number, address) of the counted facts."""
    text = client.get("/clusters/north/performance/").content.decode()
    return {label: (int(n), url) for label, url, n in re.findall(r'<dt>([^<]+)</dt><dd><a href="([^"]+)">(\d+)</a>', text)}


@pytest.fixture
def busy(people):
    things.practice(people.north)
    things.practice(people.north, "published", title="Seen by the network")
    things.session(people.north)
    things.session(people.north, audience="network", title="For the network")
    things.lesson(people.north, from_cluster=people.south)
    things.lesson(people.south, from_cluster=people.north, title="Given")
    things.lesson(people.north, "draft", from_cluster=people.south, title="Draft")
    things.ambition(people.north)
    things.action(people.north)
    things.finding(people.north)
    things.finding(people.south, title="About another")
    return people


def test_region_counts_are_what_their_lists_show(busy, client):
    for person in (None, busy.ana, busy.ben, busy.dora):
        if person:
            as_person(client, person)
        for label, (number, url) in facts(client).items():
            page = client.get(url).context.get("page")
            if page is not None:
                assert page.paginator.count == number, (label, person)


def test_region_counts_follow_the_reader(busy, client):
    assert facts(client)["good practices"] == (1, "/learning/practices/?cluster=north")
    assert facts(client)["lessons given and taken"][0] == 2
    as_person(client, busy.dora)
    assert facts(client)["good practices"][0] == 2
    as_person(client, busy.ben)
    assert facts(client)["lessons given and taken"][0] == 3


def test_region_counts_show_no_zero(people, client):
    text = client.get("/clusters/east/performance/").content.decode()
    assert text.count("none recorded here yet") >= 6
    assert not re.search(r"<dd>\s*(<a[^>]*>)?0<", text)


def test_region_sections_show_what_the_reader_may_see(busy, client):
    text = client.get("/clusters/north/").content.decode()
    for words in (
        "Lights on the tracks",
        "Study visit to the ski tracks",
        "Given",
        "Plan of the region",
        "Light ten tracks",
        "Light is the cheapest coach",
    ):
        assert words in text, words
    for words in ("Seen by the network", "For the network", "About another", ">Draft<"):
        assert words not in text, words
    as_person(client, busy.dora)
    text = client.get("/clusters/north/").content.decode()
    assert "For the network" in text
    assert ">Draft<" not in text


def test_region_sections_warn_of_what_did_not_work_and_mark_what_is_made_up(people, client):
    things.practice(people.north, outcome="did_not_work", origin="demo")
    text = client.get("/clusters/north/").content.decode()
    assert '<span class="pill pill--warn">what did not work</span> <span class="pill pill--demo">demo</span>' in text


def test_region_without_anything_says_so(people, client):
    assert client.get("/clusters/east/").content.decode().count("None recorded here yet") >= 4


def test_region_pages_take_as_many_queries_for_one_as_for_thirty(busy, client):
    as_person(client, busy.ben)
    before = [queries(client, url) for url in ("/clusters/north/", "/clusters/north/performance/")]
    for n in range(30):
        things.practice(busy.north, title=f"Practice {n}")
        things.session(busy.north, title=f"Session {n}")
        things.lesson(busy.north, from_cluster=busy.south, title=f"Lesson {n}")
        things.action(busy.north, title=f"Action {n}")
        things.ambition(busy.north, title=f"Ambition {n}")
        things.finding(busy.north, title=f"Finding {n}")
    assert [queries(client, url) for url in ("/clusters/north/", "/clusters/north/performance/")] == before
    assert max(before) <= 12
