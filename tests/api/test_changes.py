"""Keeping a copy: nothing is passed over, what is gone is told to who could see it, a cursor is nobody else's."""

import threading

import pytest
from django.db import connection, transaction

from clusters.domain.member import remove_member
from clusters.models import Membership
from inno4sports.core.models import Change
from learning.domain.lesson import delete_lesson, write_lesson
from learning.domain.practice import archive_practice
from learning.models import Lesson, LessonCitation
from tests.api.calls import V1
from tests.factories import things

pytestmark = pytest.mark.django_db(transaction=True)
CHANGES = f"{V1}/lessons/changes/"


def lesson(people, title, **more):
    facts = {"title": title, "text": "T", "change": "", "level": "", "audience": "network", "language": "en", "from_cluster": None, **more}
    return write_lesson(cluster=people.north, by=people.ben_acts, **facts)


def follow(client, cursor=None):
    """All changes from `cursor` to the end, and the cursor there."""
    found, more = [], True
    while more:
        answer = client.get(CHANGES, {"cursor": cursor} if cursor else {})
        assert answer.status_code == 200, answer.content
        page = answer.json()
        found += page["changes"]
        cursor, more = page["cursor"], page["more"]
    return found, cursor


@pytest.fixture
def ben(client, people):
    client.force_login(people.ben)
    return client


def test_copy_holds_what_is_there_and_then_what_changes(ben, people):
    one = lesson(people, "One")
    first, cursor = follow(ben)
    assert [c["item"]["title"] for c in first] == ["One"]
    two = lesson(people, "Two")
    delete_lesson(one, by=people.ben_acts)
    then, cursor = follow(ben, cursor)
    assert {c["id"]: c["gone"] for c in then} == {str(one.public_id): True, str(two.public_id): False}
    assert follow(ben, cursor)[0] == []


def test_thousand_things_come_in_pages(ben, people):
    for n in range(130):
        lesson(people, f"Lesson {n}")
    copy, _cursor = follow(ben)
    assert len({c["id"] for c in copy}) == 130


@pytest.mark.postgres
def test_what_was_written_first_and_committed_last_is_not_passed_over(ben, people):
    _all, cursor = follow(ben)
    written, go_on = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            lesson(people, "Slow")
            written.set()
            assert go_on.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(20)
    # Acts queue for the content version at their end, so the quick one writes its row alone.
    Lesson(cluster=people.north, title="Quick", text="T", created_by=people.ben_acts).save()
    then, cursor = follow(ben, cursor)
    assert [c["item"]["title"] for c in then] == ["Quick"]
    go_on.set()
    thread.join()
    assert [c["item"]["title"] for c in follow(ben, cursor)[0]] == ["Slow"]


def test_what_shows_a_thing_among_its_sources_comes_again_when_that_one_changes_or_is_hidden(client, people):
    """A copy must not go on telling the title of what nobody sees any more."""
    practice = things.practice(people.north, title="Lights")
    upper = things.lesson(people.north)
    LessonCitation.objects.create(lesson=upper, practice=practice, created_by=people.ben_acts)
    (first,), cursor = follow(client)
    assert first["item"]["cites"][0]["title"] == "Lights"
    practice.refresh_from_db()
    practice.title = "Lamps"
    practice.save()
    (told,), cursor = follow(client, cursor)
    assert (told["id"], told["item"]["cites"][0]["title"]) == (str(upper.public_id), "Lamps")
    archive_practice(practice, by=people.ben_acts)
    (told,), _cursor = follow(client, cursor)
    assert "Lamps" not in str(told["item"]["cites"])


def test_deleted_draft_of_others_is_not_told(client, people):
    draft = lesson(people, "Secret")
    client.force_login(people.dora)
    _all, cursor = follow(client)
    delete_lesson(draft, by=people.ben_acts)
    assert follow(client, cursor)[0] == []


def test_cursor_is_of_one_question_and_one_scope(ben, people, client):
    _all, cursor = follow(ben)
    assert client.get(f"{V1}/clusters/changes/", {"cursor": cursor}).status_code == 400
    remove_member(Membership.objects.get(user=people.dora), by=people.carla_acts)
    client.force_login(people.carla)
    assert client.get(CHANGES, {"cursor": cursor}).status_code == 410, "it is a cursor of ours, of somebody who sees something else"
    client.force_login(people.ben)
    for forged in ("", "x", cursor[:-2] + "AA", "A" * 5000):
        assert client.get(CHANGES, {"cursor": forged}).status_code == 400, forged[:10]


def test_cursor_of_who_was_removed_begins_anew(client, people):
    client.force_login(people.dora)
    lesson(people, "One")
    _all, cursor = follow(client)
    remove_member(Membership.objects.get(user=people.dora), by=people.carla_acts)
    answer = client.get(CHANGES, {"cursor": cursor})
    assert (answer.status_code, answer.json()["type"]) == (410, "urn:inno4sports:problem:cursor-expired")
    assert follow(client)[0] == [], "what the network sees is not theirs any more"


def test_licence_of_a_copy_is_in_its_header(client, people):
    things.lesson(people.north)
    assert 'rel="license"' in client.get(CHANGES)["Link"]
    things.lesson(people.north, audience="network")
    client.force_login(people.dora)
    assert not client.get(CHANGES).has_header("Link")


def test_old_cursor_begins_anew(ben, people):
    lesson(people, "One")
    _all, cursor = follow(ben)
    lesson(people, "Two")
    lesson(people, "Three")
    last = Change.objects.order_by("-position").first()
    Change.objects.exclude(pk=last.pk).delete()
    answer = ben.get(CHANGES, {"cursor": cursor})
    assert answer.status_code == 410
    assert answer.json()["type"].endswith("cursor-expired")
