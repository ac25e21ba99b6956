"""Search over all I may see: accents or not, visitors less than the network."""

import pytest

from inno4sports.core.search import reindex
from tests import factories as make
from tests.factories import things
from tests.roof.pages import as_person, queries

pytestmark = pytest.mark.django_db


def indexed(thing):
    reindex(thing)
    return thing


@pytest.fixture
def written(people):
    indexed(people.north)
    indexed(things.lesson(people.north, title="Świetlica na każdym szlaku"))
    indexed(things.lesson(people.north, audience="network", title="Szlak only for the network"))
    indexed(things.practice(people.north, title="Lamps on the szlak"))
    indexed(things.ambition(people.north, status="draft", title="Szlak of a draft"))
    return people


def found(client, query):
    answer = client.get(f"/search/?{query}")
    assert answer.status_code == 200
    return [row.title for row in answer.context["page"]]


def test_search_finds_with_and_without_accents_and_capitals(written, client):
    for words in ("swietlica", "ŚWIETLICA", "Świetlica kazdym"):
        assert found(client, f"q={words}") == ["Świetlica na każdym szlaku"]


def test_search_gives_each_person_what_they_may_see(written, client):
    assert set(found(client, "q=szlak")) == {"Świetlica na każdym szlaku", "Lamps on the szlak"}
    as_person(client, written.stranger)
    assert "Szlak only for the network" not in found(client, "q=szlak")
    as_person(client, written.dora)
    assert set(found(client, "q=szlak")) == {"Świetlica na każdym szlaku", "Lamps on the szlak", "Szlak only for the network"}
    as_person(client, written.ben)
    assert "Szlak of a draft" in found(client, "q=szlak")


def test_search_narrows_to_a_kind_and_says_how_many(written, client):
    answer = client.get("/search/?q=szlak&kind=practice")
    assert [row.title for row in answer.context["page"]] == ["Lamps on the szlak"]
    text = answer.content.decode()
    assert "2 things found" in text
    assert 'href="?q=szlak&amp;kind=lesson"' in text
    assert len(found(client, "q=szlak&kind=nonsense")) == 2


def test_search_says_what_to_do_for_no_word_a_letter_and_nothing_found(written, client):
    assert "Regions, members" in client.get("/search/").content.decode()
    assert "Give two letters or more" in client.get("/search/?q=s").content.decode()
    text = client.get("/search/?q=snowboard").content.decode()
    assert "Nothing found" in text
    assert "sign in to find more" in text
    as_person(client, written.ana)
    assert "sign in to find more" not in client.get("/search/?q=snowboard").content.decode()


def test_search_takes_any_characters(written, client):
    for q in ("%00%00", "%E2%80%AE%E2%80%AE", "%25%25_", "'; DROP", "x" * 3000, "%3Cscript%3E"):
        answer = client.get(f"/search/?q={q}")
        assert answer.status_code == 200
        assert "<script>" not in answer.content.decode()
    assert found(client, "q=%25%25") == []  # a wildcard of SQL is a letter like others


def test_search_finds_by_topic_and_region_but_shows_the_text_alone(people, client):
    lesson = things.lesson(people.north, title="Lamps", text="They go out when there is light.")
    lesson.topics.add(make.topic("sport-tourism"))
    indexed(lesson)
    for words in ("tourism", "north lamps"):
        answer = client.get(f"/search/?q={words}")
        assert [row.excerpt for row in answer.context["page"]] == ["They go out when there is light."]


def test_search_pages_are_numbered_and_end(people, client):
    for n in range(25):
        indexed(things.lesson(people.north, title=f"Szlak number {n}"))
    assert len(found(client, "q=szlak")) == 20
    assert len(found(client, "q=szlak&page=2")) == 5
    assert "q=szlak&amp;page=2" in client.get("/search/?q=szlak").content.decode()
    for page in ("3", "0", "x"):
        assert client.get(f"/search/?q=szlak&page={page}").status_code == 404


def test_search_stands_under_every_language_and_links_there(written, client):
    text = client.get("/pl/search/?q=swietlica").content.decode()
    assert 'href="/pl/learning/lessons/' in text


def test_search_takes_as_many_queries_for_one_as_for_thirty(written, client):
    as_person(client, written.ben)
    before = queries(client, "/search/?q=szlak")
    for n in range(30):
        indexed(things.lesson(make.cluster(f"far-{n}"), title=f"Szlak {n}"))
    assert queries(client, "/search/?q=szlak") == before
    assert before <= 12
