"""The front page: shareable by all visitors, drawn from true lessons."""

import re

import pytest
from django.contrib.sessions.models import Session

from clusters.models import Cluster
from inno4sports.templatetags.home import place
from tests import factories as make
from tests.factories import things
from tests.roof.pages import as_person, queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def placed(people):
    for cluster, latitude, longitude in ((people.north, 66.5, 25.7), (people.south, 39.5, -0.4)):
        Cluster.objects.filter(pk=cluster.pk).update(latitude=latitude, longitude=longitude)
    return people


@pytest.mark.parametrize(
    ("latitude", "longitude", "x", "y"),
    [(51.4416, 5.4697, 234.5, 340.7), (39.4699, -0.3763, 147.2, 533.1), (47.5316, 21.6273, 412.7, 397.3), (66.5039, 25.7294, 386.6, 78.5), (51.7592, 19.456, 379.5, 330.5)],
)  # fmt: skip
def test_map_puts_towns_where_they_are(latitude, longitude, x, y):
    found = place(latitude, longitude)
    assert found == (pytest.approx(x, abs=0.3), pytest.approx(y, abs=0.3))


def test_home_carries_nothing_of_one_visitor(placed, client):
    things.lesson(placed.south, from_cluster=placed.north)
    things.finding(placed.north)
    answer = client.get("/")
    text = answer.content.decode()
    assert not answer.cookies
    assert not Session.objects.exists()
    assert "<form" not in text
    assert "csrf" not in text
    assert "private" not in answer.get("Cache-Control", "")


def test_home_draws_an_arc_for_each_pair_and_as_wide_as_its_lessons(placed, client):
    things.lesson(placed.south, from_cluster=placed.north)
    things.lesson(placed.south, from_cluster=placed.north, title="Another")
    things.lesson(placed.north, from_cluster=placed.south)
    text = client.get("/").content.decode()
    assert text.count('class="arc"') == 2
    assert "North → South: 2" in text
    assert "South → North: 1" in text
    widths = [float(w) for w in re.findall(r'stroke-width="([\d.]+)"', text)]
    assert widths[0] > widths[1]


def test_home_numbers_in_the_drawing_have_points_in_every_language(placed, client):
    things.lesson(placed.south, from_cluster=placed.north)
    text = client.get("/fi/").content.decode()
    assert re.search(r'class="arc"[^>]*d="M\d+\.\d \d+\.\d', text)
    assert not re.search(r'(?:cx|cy|stroke-width)="\d+,', text)


def test_home_draws_network_lessons_for_the_network_only(placed, client):
    things.lesson(placed.south, from_cluster=placed.north, audience="network")
    assert 'class="arc"' not in client.get("/").content.decode()
    as_person(client, placed.ana)
    assert 'class="arc"' in client.get("/").content.decode()


def test_home_shows_a_sixth_region_without_a_change(placed, client):
    make.cluster("west", code="WES", region_names={"en": "West"}, latitude=53.3, longitude=-6.2, city="Dublin")
    text = client.get("/").content.decode()
    assert text.count('class="ring"') == 3
    # Moved by coordinates, not by a transform: the style sheet enlarges the tags by one on phones.
    assert "transform=" not in text
    assert "WES" in text
    assert "Dublin" in text


def test_home_start_list_names_no_zero(placed, client):
    things.practice(placed.north)
    things.practice(placed.north, status="submitted", title="Not public yet")
    things.action(placed.north, status="draft")
    rows = re.findall(r"<tr>(.*?)</tr>", client.get("/").content.decode(), re.DOTALL)
    north = next(row for row in rows if "/clusters/north/" in row)
    assert '<td class="num" data-label="Good practices">1</td>' in north
    assert "none recorded here yet" in north  # its draft plan is nobody's business


def test_home_without_data_says_what_would_be_here(db, client):
    text = client.get("/").content.decode()
    assert "No finding is published yet" in text
    assert 'class="arc"' not in text
    assert 'class="thread"' not in text


@pytest.mark.parametrize("address", ["/", "/evidence/"])
def test_home_thread_marks_what_is_made_up(placed, client, address):
    lesson = things.lesson(placed.south, from_cluster=placed.north)
    result = things.result(placed.south, origin="demo")
    result.action.citations.create(lesson=lesson)
    finding = things.finding(placed.south, origin="demo")
    finding.citations.create(result=result)
    text = client.get(address).content.decode()
    thread = text[text.index('class="thread"') :]
    thread = thread[: thread.index("</ol>")]
    assert thread.count("pill--demo") == 2
    assert "Ambition" in thread
    assert "None recorded here yet" in thread


def test_home_takes_as_many_queries_for_one_as_for_thirty(placed, client):
    def fill(n):
        for i in range(n):
            giver, taker = (placed.north, placed.south) if i % 2 else (placed.south, placed.north)
            lesson = things.lesson(taker, from_cluster=giver)
            result = things.result(taker)
            result.action.citations.create(lesson=lesson)
            things.finding(taker).citations.create(result=result)

    fill(2)
    as_person(client, placed.ben)
    before = queries(client, "/")
    fill(30)
    assert queries(client, "/") == before
    assert before <= 12
