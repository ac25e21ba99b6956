"""Lessons: written from what was seen, shared with who gave it, deleted while a draft."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ProtectedError
from django.urls import reverse

from inno4sports.core.lifecycle import Conflict, WrongState
from inno4sports.core.models import HistoryEvent, SearchText
from inno4sports.core.search import found
from learning.domain import lesson as acts
from learning.models import Lesson, LessonCitation
from tests import factories as make
from tests.factories import things

from .meeting import as_, lesson, once, practice, published, said, told

pytestmark = pytest.mark.django_db


def key(thing):
    return f"{thing.kind}:{thing.public_id}"


def form_data(**more):
    given = {"title": "Light brings people out", "text": "They go out.", "audience": "network", "level": "", "language": "en"}
    return given | once() | more


# Acts -----------------------------------------------------------------------------------------------------------------------


def test_write_lesson_is_a_draft_with_its_citations(people):
    session = things.session(people.north, "held")
    made = lesson(people, cites=[session])
    assert (made.status, said(made)) == ("draft", ["write_lesson"])
    assert [c.cited for c in LessonCitation.objects.filter(lesson=made)] == [session]
    assert told(made, "lesson_cites_mine") == []


def test_write_lesson_is_for_managers_of_the_learner(people):
    for by in (people.dora_acts, people.ben_acts, people.edda_acts, people.ari_acts):
        with pytest.raises(PermissionDenied):
            acts.write_lesson(cluster=people.south, by=by, title="Light", text="Light.")


def test_share_lesson_tells_authors_and_the_giving_region(people):
    cited = published(people)
    made = lesson(people, cites=[cited, things.session(people.east, "closed"), things.shared_request(people.north)])
    acts.share_lesson(made, by=people.carla_acts)
    assert (made.status, made.shared_by) == ("shared", people.carla_acts)
    assert told(made, "lesson_cites_mine") == ["Ana", "Ben", "Lena"]
    assert told(made, "lesson_shared") == [], "who made what it cites was told that already"
    plain = lesson(people, cites=[things.session(people.east, "closed")])
    acts.share_lesson(plain, by=people.carla_acts)
    assert (told(plain, "lesson_cites_mine"), told(plain, "lesson_shared")) == (["Lena"], ["Ben"])


def test_share_lesson_without_a_source_says_so(people):
    made = lesson(people)
    with pytest.raises(WrongState) as caught:
        acts.share_lesson(made, by=people.carla_acts)
    assert "Cite at least one" in str(caught.value.reason)
    made.refresh_from_db()
    assert (made.status, said(made)) == ("draft", ["write_lesson"])


def test_edit_lesson_that_is_shared_tells_whom_it_newly_cites_and_keeps_a_source(people):
    session = things.session(people.north, "held")
    made = acts.share_lesson(lesson(people, cites=[session]), by=people.carla_acts)
    with pytest.raises(WrongState):
        acts.edit_lesson(made, cites=[], topics=[], by=people.carla_acts, title="Alone")
    assert told(made, "lesson_cites_mine") == ["Ben"]
    acts.edit_lesson(made, cites=[session, things.session(people.east, "closed")], topics=[], by=people.carla_acts, title="More light")
    assert told(made, "lesson_cites_mine") == ["Ben", "Lena"]
    assert made.title == "More light"


def test_edit_lesson_that_is_a_draft_tells_nobody_and_may_lose_its_sources(people):
    made = lesson(people, cites=[things.session(people.north, "held")])
    acts.edit_lesson(made, cites=[], topics=[], by=people.carla_acts)
    assert not made.citations.exists()
    assert told(made, "lesson_cites_mine") == []


def test_edit_lesson_of_an_older_version_is_a_conflict(people):
    made = lesson(people)
    acts.edit_lesson(made, cites=[], topics=[], by=people.carla_acts, version=1, title="Mine")
    with pytest.raises(Conflict):
        acts.edit_lesson(made, cites=[], topics=[], by=people.carla_acts, version=1, title="Theirs")


def test_delete_lesson_takes_a_draft_with_its_citations_and_search_rows(people):
    made = lesson(people, cites=[things.session(people.north, "held")])
    kept = made.public_id
    with pytest.raises(PermissionDenied):
        acts.delete_lesson(made, by=people.ben_acts)
    acts.delete_lesson(made, by=people.carla_acts)
    assert not Lesson.objects.exists()
    assert not LessonCitation.objects.exists()
    assert not SearchText.objects.filter(thing_id=kept).exists()
    assert list(HistoryEvent.objects.filter(thing_id=kept).values_list("verb", flat=True)) == ["delete_lesson", "write_lesson"]


def test_delete_lesson_that_is_shared_or_cited_is_refused(people):
    from actionplans.models import AmbitionCitation

    shared = things.lesson(people.south, "shared")
    with pytest.raises(WrongState):
        acts.delete_lesson(shared, by=people.carla_acts)
    cited = lesson(people)
    AmbitionCitation.objects.create(ambition=things.ambition(people.north), lesson=cited)
    with pytest.raises(WrongState) as caught:
        acts.delete_lesson(cited, by=people.carla_acts)
    assert "cites this lesson" in str(caught.value.reason)
    assert said(cited) == ["write_lesson"], "nothing was written"


def test_what_is_cited_cannot_be_deleted(people):
    session, cited = things.session(people.north, "held"), published(people)
    lesson(people, cites=[session, cited])
    for thing in (session, cited):
        with pytest.raises(ProtectedError), transaction.atomic():
            thing.delete()


def test_lesson_is_found_by_its_words_and_regions(people):
    made = acts.share_lesson(lesson(people, cites=[things.session(people.north, "held")], text="Śnieg i światło"), by=people.carla_acts)
    assert [r.thing_id for r in found("snieg swiatlo north", ["public", "network"], [], people.dora)] == [made.public_id]
    assert found("snieg", ["public", "network"], [], people.stranger) == []


# Pages ----------------------------------------------------------------------------------------------------------------------


def test_lesson_create_begins_with_what_is_cited(people, client):
    session = things.session(people.north, "held", "network")
    as_(client, people.carla)
    form = client.get(reverse("learning:lesson_create"), {"cite": key(session)}).context["form"]
    assert form.initial["from_cluster"] == people.north
    assert form["cites"].value() == [key(session)]


@pytest.mark.parametrize("cite", ["", "nonsense", "learning.session:", "learning.session:00000000-0000-4000-8000-000000000000", "clusters.user:1"])
def test_lesson_create_ignores_what_it_cannot_cite(people, client, cite):
    as_(client, people.carla)
    answer = client.get(reverse("learning:lesson_create"), {"cite": cite})
    assert (answer.status_code, answer.context["form"]["cites"].value()) == (200, [])


def test_lesson_create_offers_what_was_held_published_and_shared_alone(people, client):
    offered = [things.session(people.north, "held"), things.session(people.north, "closed"), published(people), things.shared_request(people.north)]
    other = [
        things.session(people.north, "announced"), things.session(people.north, "held", "cluster"), practice(people, title="Draft"),
        things.practice(people.north, "archived"), things.request(people.north, "closed"),
    ]  # fmt: skip
    as_(client, people.carla)
    form = client.get(reverse("learning:lesson_create")).context["form"]
    boxes = {box.data["value"] for group in form.citation_groups() for box in group["boxes"]}
    assert boxes == {key(thing) for thing in offered}
    for thing in other:
        answer = client.post(reverse("learning:lesson_create"), form_data(cites=[key(thing)]))
        assert answer.status_code == 422
        assert "cites" in answer.context["form"].errors
        assert client.get(reverse("learning:lesson_create"), {"cite": key(thing)}).context["form"]["cites"].value() == []


def test_lesson_create_opens_the_kind_of_what_is_ticked_and_says_how_many(people, client):
    first, second = published(people), published(people)
    things.session(people.north, "held")
    as_(client, people.carla)
    page = client.post(reverse("learning:lesson_create"), form_data(title="", cites=[key(first), key(second)])).text
    assert '<details open><summary class="label">Good practices (2) <span class="small quiet">ticked: 2</span></summary>' in page
    assert '<details><summary class="label">Sessions (1)</summary>' in page


def test_lesson_create_saves_a_draft_once(people, client):
    session = things.session(people.north, "held")
    as_(client, people.carla)
    data = form_data(cites=[key(session)], from_cluster=people.north.slug, level="organisational", change="We put up lamps.")
    for _ in range(2):
        assert client.post(reverse("learning:lesson_create"), data).status_code == 302
    made = Lesson.objects.get()
    assert (made.cluster, made.from_cluster, made.level, made.change) == (people.south, people.north, "organisational", "We put up lamps.")
    assert [c.cited for c in made.citations.all()] == [session]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"title": ""}, "title"), ({"title": "x" * 151}, "title"), ({"audience": "cluster"}, "audience"), ({"level": "cosmic"}, "level")],
)
def test_lesson_create_says_what_is_wrong(people, client, wrong, field):
    as_(client, people.carla)
    answer = client.post(reverse("learning:lesson_create"), form_data(change="We put up lamps.") | wrong)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert "We put up lamps." in answer.content.decode()


def test_lesson_create_from_oneself_or_for_others_is_refused(people, client):
    as_(client, people.carla)
    answer = client.post(reverse("learning:lesson_create"), form_data(from_cluster=people.south.slug))
    assert list(answer.context["form"].errors) == ["from_cluster"]
    make.member(people.east, people.carla, "manager")
    assert client.post(reverse("learning:lesson_create"), form_data(cluster=str(people.north.slug))).status_code == 422
    assert client.post(reverse("learning:lesson_create"), form_data(cluster=people.east.slug)).status_code == 302
    assert Lesson.objects.get().cluster == people.east


@pytest.mark.parametrize(("who", "status"), [(None, 302), ("dora", 403), ("carla", 200), ("edda", 403), ("ari", 403), ("stranger", 403)])
def test_lesson_create_is_for_managers(people, client, who, status):
    as_(client, who and getattr(people, who))
    assert client.get(reverse("learning:lesson_create")).status_code == status


def test_lesson_edit_keeps_what_is_cited_already_and_shows_a_conflict(people, client):
    hidden = things.session(people.north, "announced", "cluster")
    made = lesson(people, cites=[hidden])
    address = reverse("learning:lesson_edit", args=[made.slug])
    as_(client, people.carla)
    assert client.post(address, form_data(title="First", cites=[key(hidden)], version="1")).status_code == 302
    assert [c.cited for c in made.citations.all()] == [hidden]
    answer = client.post(address, form_data(title="Second", version="1"))
    assert answer.status_code == 409
    assert "Second" in answer.content.decode()
    assert "First" in answer.content.decode()


def test_lesson_edit_of_a_shared_one_needs_a_source(people, client):
    made = acts.share_lesson(lesson(people, cites=[things.session(people.north, "held")]), by=people.carla_acts)
    answer = as_(client, people.carla).post(reverse("learning:lesson_edit", args=[made.slug]), form_data())
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["cites"])


def test_lesson_step_shares_once(people, client):
    made = lesson(people, cites=[things.session(people.north, "held")])
    as_(client, people.carla)
    data = once() | {"version": "1"}
    for _ in range(2):
        assert client.post(reverse("learning:lesson_step", args=[made.slug, "share_lesson"]), data).status_code == 302
    assert said(made) == ["write_lesson", "share_lesson"]
    assert client.post(reverse("learning:lesson_step", args=[made.slug, "share_lesson"]), once()).status_code == 409
    assert client.post(reverse("learning:lesson_step", args=[made.slug, "burn_lesson"]), once()).status_code == 404
    assert as_(client, people.ben).post(reverse("learning:lesson_step", args=[made.slug, "share_lesson"]), once()).status_code == 403


def test_lesson_step_without_a_source_is_closed_with_its_reason(people, client):
    made = lesson(people)
    as_(client, people.carla)
    assert "Cite at least one source first." in client.get(made.get_absolute_url()).content.decode()
    assert client.post(reverse("learning:lesson_step", args=[made.slug, "share_lesson"]), once()).status_code == 409


def test_lesson_delete_asks_first(people, client):
    made = lesson(people)
    address = reverse("learning:lesson_delete", args=[made.slug])
    as_(client, people.carla)
    assert "gone for good" in client.get(address).content.decode()
    assert Lesson.objects.exists()
    assert client.post(address, once()).status_code == 302
    assert not Lesson.objects.exists()
    shared = things.lesson(people.south, "shared")
    assert client.post(reverse("learning:lesson_delete", args=[shared.slug]), once()).status_code == 409
    assert as_(client, people.ben).get(reverse("learning:lesson_delete", args=[shared.slug])).status_code == 403


def test_lesson_detail_names_of_its_sources_only_what_the_reader_may_see(people, client):
    closed = things.session(people.north, "held", "network", title="Closed seminar")
    open_ = things.practice(people.north, title="Open practice", outcome="did_not_work")
    said_there = things.shared_request(people.north)
    made = acts.share_lesson(lesson(people, cites=[closed, open_, said_there], audience="public"), by=people.carla_acts)
    answer = as_(client, None).get(made.get_absolute_url())
    page = answer.content.decode()
    assert "Open practice" in page
    assert "What did not work" in page, "the warning goes along with the citation"
    assert "Closed seminar" not in page
    assert said_there.title not in page
    assert sorted(row["stage"] for row in answer.context["cites"] if row["thing"] is None) == ["feedback", "session"]
    assert "Seen by the network" in page
    page = as_(client, people.dora).get(made.get_absolute_url()).content.decode()
    assert "Closed seminar" in page
    assert reverse("learning:summary_detail", args=[said_there.slug]) in page


def test_lesson_list_finds_a_region_on_both_sides(people, client):
    things.lesson(people.north, title="North learned", from_cluster=people.east)
    things.lesson(people.south, title="South learned", from_cluster=people.north)
    things.lesson(people.east, title="East learned", from_cluster=None)

    def titles(**query):
        return sorted(str(p) for p in client.get(reverse("learning:lesson_list"), query).context["page"])

    assert titles(cluster="north") == ["North learned", "South learned"]
    assert titles(country="ES") == ["South learned"]
    assert titles() == ["East learned", "North learned", "South learned"]


@pytest.mark.parametrize("who", [None, "carla"])
def test_lesson_list_asks_as_much_for_30_as_for_1(people, client, who, django_assert_max_num_queries):
    as_(client, who and getattr(people, who))
    session, asked = things.session(people.north, "held"), []
    for already, wanted in ((0, 1), (1, 30)):
        for n in range(already, wanted):
            made = things.lesson(people.south, title=f"Lesson {n}", from_cluster=people.north)
            LessonCitation.objects.create(lesson=made, session=session)
        with django_assert_max_num_queries(12) as counted:
            assert client.get(reverse("learning:lesson_list")).status_code == 200
        asked.append(len(counted))
    assert asked[0] == asked[1]


def test_lesson_pages_ask_as_much_for_30_sources_as_for_1(people, client, django_assert_max_num_queries):
    made, asked = lesson(people), []
    as_(client, people.carla)
    for already, wanted in ((0, 1), (1, 30)):
        for n in range(already, wanted):
            LessonCitation.objects.create(lesson=made, session=things.session(people.north, "held", title=f"Session {n}"))
        for address in (made.get_absolute_url(), reverse("learning:lesson_edit", args=[made.slug]), reverse("learning:lesson_create")):
            with django_assert_max_num_queries(12) as counted:
                assert client.get(address).status_code == 200
            asked.append(len(counted))
    assert asked[:3] == asked[3:]
