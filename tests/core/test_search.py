import datetime as dt
import uuid

import pytest
from django.db import connection
from django.db.models import CharField
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from inno4sports.core import clock
from inno4sports.core.models import SearchText, SearchWord
from inno4sports.core.search import candidates, fold, meant, remember_words, soon, words_of


def test_fold_finds_any_keyboard():
    assert fold("Łódź, ŐRSÉG, Åland, Ñandú, Straße") == "lodz, orseg, aland, nandu, strasse"


@given(st.text())
def test_fold_is_stable(text):
    assert fold(fold(text)) == fold(text)


def row(title, language="en", kind="learning.lesson", **fields):
    given = {
        "thing_kind": kind,
        "thing_id": uuid.uuid4(),
        "language": language,
        "title": title,
        "text": title,
        "folded": fold(title),
        "reach": "public",
    }
    return SearchText.objects.create(**given | fields)


def hits(query, rows=None, most=50):
    every = SearchText.objects.all()
    return [r.title for r in candidates(words_of(query), rows if rows is not None else every, every, most)]


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["foo-bar", "a'b", "back\\slash", "50%", "a_b", "(x", "a & b", "!not", "'';--", ":*", "<->"])
def test_whatever_is_typed_is_looked_for_as_it_is(query):
    row(f"Before {query} behind")
    row("Nothing of it")
    assert hits(f"before {query}") == [f"Before {query} behind"]


@pytest.mark.django_db
def test_newest_first_and_no_more_than_asked_for():
    day = clock.now()
    for n in range(5):
        row(f"Lamps {n}", changed_at=day - dt.timedelta(days=n))
    assert hits("lamps", most=3) == ["Lamps 0", "Lamps 1", "Lamps 2"]


@pytest.mark.django_db
def test_a_rare_word_is_found_behind_the_newest_rows(monkeypatch):
    monkeypatch.setattr("inno4sports.core.search.NEWEST", 2)
    day = clock.now()
    for n in range(6):
        row(f"Lamps {n}" if n != 4 else "Rare thing", changed_at=day - dt.timedelta(days=n))
    assert hits("rare") == ["Rare thing"]
    assert hits("lamps") == ["Lamps 0", "Lamps 1", "Lamps 2", "Lamps 3", "Lamps 5"]
    assert hits("lamps", SearchText.objects.filter(reach="network")) == []


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "title", "query"),
    [
        ("en", "Swimming for older people", "swim"),
        ("nl", "Sportverenigingen in de wijk", "sportvereniging"),
        ("es", "Actividades en la playa", "actividad"),
        ("hu", "Fejlesztésekről", "fejlesztések"),
        ("fi", "Latuja hiihtäjille", "hiihtäjien"),
        ("pl", "Współpraca klubów", "wspolprac"),
    ],
)
def test_other_forms_of_a_word_are_found_in_its_language(language, title, query):
    row(title, language)
    assert hits(query) == [title]


@pytest.mark.postgres
@pytest.mark.django_db
def test_what_was_mistyped_is_understood_from_the_words_that_occur(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        remember_words(fold("Light on the tracks, Łódź 2027 and a vélodrome"))
    with django_capture_on_commit_callbacks(execute=True):
        remember_words("light again")
    assert set(SearchWord.objects.values_list("word", flat=True)) == {"light", "tracks", "lodz", "velodrome", "again"}
    assert meant("lihgt") == "light"
    assert meant("Velodrom traks") == "velodrome tracks"
    assert meant("light") == ""
    assert meant("xqzzy") == ""
    assert meant("one two three four five") == ""


@pytest.mark.postgres
def test_what_is_not_read_in_time_is_found_by_the_index(db, monkeypatch):
    """Each row sleeps, so that the first way is cancelled (the database counts); what comes after it is not hurried."""
    for number in range(3):
        row(f"Skijoring {number}")
    rows = SearchText.objects.annotate(slept=RawSQL("pg_sleep(0.05)::text", [], output_field=CharField())).exclude(slept="x")
    monkeypatch.setattr("inno4sports.core.search.PATIENCE", "10")
    with CaptureQueriesContext(connection) as asked:
        found = soon(rows)
    assert len(found) == 3
    assert len([q for q in asked if "pg_sleep" in q["sql"]]) == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('enable_seqscan'), current_setting('enable_indexscan')")
        assert cursor.fetchone() == ("0", "on", "on")
