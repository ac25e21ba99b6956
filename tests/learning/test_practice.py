"""Good practices: written, submitted, published, admitted, returned, archived; limits of the form; who reads them."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from clusters.models import Membership
from inno4sports.core import clock
from inno4sports.core.lifecycle import Conflict, WrongState
from inno4sports.core.models import Notification
from inno4sports.core.search import found
from learning.domain import practice as acts
from learning.forms.practice import DETAILED, LIMITS, OPINION
from learning.models import GoodPractice
from tests import factories as make
from tests.factories import things

from .meeting import as_, once, practice, published, said, submitted, told

pytestmark = pytest.mark.django_db


def form_data(**more):
    given = {"title": "Lights on the tracks", "outcome": "worked", "what_was_done": "Lamps were put up.", "language": "en"}
    return given | once() | more


def step(thing, name):
    return reverse("learning:goodpractice_step", args=[thing.slug, name])


# Acts -----------------------------------------------------------------------------------------------------------------------


def test_write_practice_is_a_draft_of_a_member(people):
    made = practice(people)
    assert (made.status, made.cluster, made.created_by, said(made)) == ("draft", people.north, people.ana_acts, ["write_practice"])
    assert not Notification.objects.exists()
    for by in (people.dora_acts, people.edda_acts, people.ari_acts):
        with pytest.raises(PermissionDenied):
            practice(people, by=by)


def test_write_practice_takes_no_field_that_is_not_a_fact(people):
    with pytest.raises(TypeError):
        practice(people, opinion="Wonderful")


def test_submit_practice_tells_the_managers(people):
    made = submitted(people)
    assert (made.status, made.submitted_by) == ("submitted", people.ana_acts)
    assert told(made, "practice_submitted") == ["Ben"]


@pytest.mark.parametrize(
    ("outcome", "missing"),
    [("worked", ["summary", "challenge", "evidence_of_success", "transferability"]), ("did_not_work", ["summary", "challenge", "difficulties"])],
)
def test_submit_practice_names_what_the_programme_asks_for(people, outcome, missing):
    bare = dict.fromkeys(["summary", "challenge", "evidence_of_success", "transferability", "difficulties"], "")
    made = practice(people, outcome=outcome, **bare)
    with pytest.raises(WrongState) as caught:
        acts.submit_practice(made, by=people.ana_acts)
    for name in missing:
        assert str(GoodPractice._meta.get_field(name).verbose_name) in str(caught.value.reason)
    made.refresh_from_db()
    assert made.status == "draft"


def test_publish_practice_tells_author_followers_and_managers(people):
    lamps = make.topic("lamps")
    for person in (people.dora, people.edda, people.stranger):
        person.topics.add(lamps)
    made = acts.publish_practice(submitted(people, topics=[lamps]), by=people.ben_acts)
    assert made.status == "published"
    assert told(made, "practice_decided") == ["Ana"]
    assert told(made, "practice_published") == ["Dora", "Edda"], "a bare account does not see it, who did it knows it"


def test_return_practice_needs_a_reason_and_the_author_reads_it(people, client):
    made = submitted(people)
    with pytest.raises(WrongState):
        acts.return_practice(made, reason=" ", by=people.ben_acts)
    acts.return_practice(made, reason="Say how many lamps.", by=people.ben_acts)
    assert (made.status, told(made, "practice_decided")) == ("returned", ["Ana"])
    assert "Say how many lamps." in as_(client, people.ana).get(made.get_absolute_url()).content.decode()
    acts.submit_practice(made, by=people.ana_acts)
    acts.publish_practice(made, by=people.ben_acts)
    assert "Say how many lamps." not in as_(client, people.dora).get(made.get_absolute_url()).content.decode()


def test_admit_practice_needs_an_opinion_and_makes_it_public(people, client):
    made = published(people)
    assert as_(client, None).get(made.get_absolute_url()).status_code == 404
    with pytest.raises(WrongState):
        acts.admit_practice(made, opinion="", by=people.edda_acts)
    for by in (people.ben_acts, people.lena_acts, people.ari_acts):
        with pytest.raises(PermissionDenied):
            acts.admit_practice(made, opinion="Good", by=by)
    acts.admit_practice(made, opinion="Cheap, and it works anywhere.", by=people.edda_acts)
    assert (made.status, made.admitted_by) == ("admitted", people.edda_acts)
    assert "Cheap, and it works anywhere." in client.get(made.get_absolute_url()).content.decode()
    assert [r.thing_id for r in found("lights", ["public"], [], people.stranger)] == [made.public_id]


def test_archive_practice_leaves_lists_and_search_and_comes_back_as_a_draft(people, client):
    made = published(people)
    acts.archive_practice(made, by=people.ben_acts)
    assert made.title not in as_(client, people.ben).get(reverse("learning:practice_list")).content.decode()
    assert found("lights", ["public", "network"], ["NOR"], people.ben) == []
    assert client.get(made.get_absolute_url()).status_code == 200
    acts.restore_practice(made, by=people.ben_acts)
    assert (made.status, made.archived_at) == ("draft", None)
    assert made.title in client.get(reverse("learning:practice_list")).content.decode()


def test_edit_practice_is_the_authors_until_it_is_submitted(people):
    made = practice(people)
    acts.edit_practice(made, topics=[], by=people.ana_acts, title="More lights")
    acts.submit_practice(made, by=people.ana_acts)
    with pytest.raises(WrongState):
        acts.edit_practice(made, topics=[], by=people.ana_acts, title="Even more")
    acts.edit_practice(made, topics=[], by=people.ben_acts, title="Ben's lights")
    assert made.title == "Ben's lights"
    with pytest.raises(WrongState):
        acts.edit_practice(made, topics=[], by=people.ben_acts, summary="")
    with pytest.raises(PermissionDenied):
        acts.edit_practice(made, topics=[], by=people.dora_acts, title="Dora's")


def test_edit_practice_of_an_older_version_is_a_conflict(people):
    made = practice(people)
    acts.edit_practice(made, topics=[], by=people.ana_acts, version=1, title="Mine")
    with pytest.raises(Conflict):
        acts.edit_practice(made, topics=[], by=people.ben_acts, version=1, title="Theirs")


# Pages ----------------------------------------------------------------------------------------------------------------------


def test_practice_create_saves_a_draft_once_with_the_own_organisation(people, client):
    as_(client, people.ana)
    assert client.get(reverse("learning:practice_create")).context["form"].initial["organisation"] == people.club
    data = form_data(organisation=people.club.slug, budget_eur="4800000", website="example.org/lights")
    for _ in range(2):
        assert client.post(reverse("learning:practice_create"), data).status_code == 302
    made = GoodPractice.objects.get()
    assert (made.cluster, made.organisation, made.budget_eur, made.website) == (people.north, people.club, 4_800_000, "https://example.org/lights")


@pytest.mark.parametrize(("who", "status"), [(None, 302), ("ana", 200), ("ben", 200), ("edda", 403), ("ari", 403), ("stranger", 403)])
def test_practice_create_is_for_members_of_clusters(people, client, who, status):
    as_(client, who and getattr(people, who))
    assert client.get(reverse("learning:practice_create")).status_code == status


@pytest.mark.parametrize("name", list(LIMITS))
def test_practice_create_keeps_the_limits_of_the_programme(people, client, name):
    as_(client, people.ana)
    exact = form_data(**{name: "x" * LIMITS[name]})
    if name == "challenge":
        exact["challenge"] = "x" * (DETAILED - len(exact["what_was_done"]))
    assert client.post(reverse("learning:practice_create"), exact).status_code == 302
    answer = client.post(reverse("learning:practice_create"), form_data(**{name: "y" * (LIMITS[name] + 1)}))
    assert answer.status_code == 422
    assert name in answer.context["form"].errors
    assert "y" * LIMITS[name] in answer.content.decode(), "nothing that was typed is lost"


def test_practice_create_counts_problem_and_what_was_done_together(people, client):
    as_(client, people.ana)
    answer = client.post(reverse("learning:practice_create"), form_data(challenge="x" * 1000, what_was_done="y" * 501))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["what_was_done"]
    assert "1501" in str(answer.context["form"].errors)


def test_practice_edit_does_not_cut_what_was_recorded_longer(people, client):
    made = things.practice(people.north, origin="recorded", title="T" * 120, what_was_done="w" * 1600)
    as_(client, people.ben)
    address = reverse("learning:practice_edit", args=[made.slug])
    kept = form_data(title="T" * 120, what_was_done="w" * 1600, summary="s", challenge="", evidence_of_success="e", transferability="t")
    assert client.post(address, kept | {"challenge": "more"}).status_code == 422
    longer = client.post(address, kept | once() | {"title": "T" * 121})
    assert (longer.status_code, list(longer.context["form"].errors)) == (422, ["title"])


@pytest.mark.parametrize(
    "wrong", [{"website": "javascript:alert(1)"}, {"budget_eur": "-5"}, {"outcome": "maybe"}, {"what_was_done": ""}, {"language": "xx"}]
)
def test_practice_create_says_what_is_wrong(people, client, wrong):
    as_(client, people.ana)
    answer = client.post(reverse("learning:practice_create"), form_data(**wrong))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(wrong)
    assert not GoodPractice.objects.exists()


def test_practice_create_takes_no_organisation_of_another_cluster(people, client):
    make.member(people.south, people.ana, "partner", people.lab)
    as_(client, people.ana)
    own = {"cluster": people.north.slug}
    answer = client.post(reverse("learning:practice_create"), form_data(organisation=people.lab.slug, **own))
    assert list(answer.context["form"].errors) == ["organisation"]
    stranger = make.organisation(people.east)
    assert client.post(reverse("learning:practice_create"), form_data(organisation=stranger.slug, **own)).status_code == 422
    assert client.post(reverse("learning:practice_create"), form_data(cluster=people.east.slug)).status_code == 422
    assert client.post(reverse("learning:practice_create"), form_data(cluster=people.south.slug, organisation=people.lab.slug)).status_code == 302
    assert GoodPractice.objects.get().cluster == people.south


def test_practice_edit_of_a_published_one_names_what_would_be_missing_and_lets_a_recorded_one_be(people, client):
    as_(client, people.ben)
    made = published(people)
    answer = client.post(reverse("learning:practice_edit", args=[made.slug]), form_data(summary=""))
    assert answer.status_code == 422
    assert "summary" in answer.context["form"].errors
    recorded = things.practice(people.north, origin="recorded")
    answer = client.post(reverse("learning:practice_edit", args=[recorded.slug]), form_data(title="Recorded lights"))
    assert answer.status_code == 302, answer.content
    recorded.refresh_from_db()
    assert recorded.title == "Recorded lights"


def test_practice_edit_shows_a_conflict_with_what_was_typed(people, client):
    made = practice(people)
    address = reverse("learning:practice_edit", args=[made.slug])
    light, paths = make.topic("light"), make.topic("paths")
    first = {"topics": [light.slug, paths.slug], "starts_on": "2025-11-03"}
    assert as_(client, people.ana).post(address, form_data(title="First", version="1", **first)).status_code == 302
    answer = as_(client, people.ben).post(address, form_data(title="Second", version="1"))
    assert answer.status_code == 409
    assert {"First", "Light\nPaths", "2025-11-03"} == {words for _label, words in answer.context["conflict"]}
    assert "First" in answer.content.decode()
    assert "Second" in answer.content.decode()


def test_goodpractice_step_goes_the_whole_way_by_the_pages(people, client):
    made = practice(people)
    as_(client, people.ana).post(step(made, "submit_practice"), once())
    as_(client, people.ben).post(step(made, "publish_practice"), once())
    as_(client, people.edda)
    assert client.get(step(made, "admit_practice")).status_code == 200
    assert client.post(step(made, "admit_practice"), once() | {"opinion": "x" * (OPINION + 1)}).status_code == 422
    assert client.post(step(made, "admit_practice"), once() | {"opinion": "Take it."}).status_code == 302
    made.refresh_from_db()
    assert made.status == "admitted"
    assert said(made) == ["write_practice", "submit_practice", "publish_practice", "admit_practice"]


def test_goodpractice_step_returns_with_the_reason_typed(people, client):
    made = submitted(people)
    as_(client, people.ben)
    assert client.post(step(made, "return_practice"), once() | {"reason": "  "}).status_code == 422
    assert client.post(step(made, "return_practice"), once() | {"reason": "How many?"}).status_code == 302
    made.refresh_from_db()
    assert (made.status, made.return_reason) == ("returned", "How many?")


def test_goodpractice_step_in_the_wrong_state_unknown_or_by_others(people, client):
    made = published(people)
    as_(client, people.ben)
    assert client.post(step(made, "publish_practice"), once()).status_code == 409
    assert client.get(step(made, "return_practice")).status_code == 409
    assert client.post(step(made, "burn_practice"), once()).status_code == 404
    assert client.post(step(made, "admit_practice"), once() | {"opinion": "Mine"}).status_code == 403
    assert as_(client, people.dora).get(step(made, "admit_practice")).status_code == 403
    assert as_(client, people.ari).get(step(made, "admit_practice")).status_code == 404


def test_practice_detail_offers_each_their_own_steps(people, client):
    made = published(people)

    def page(person):
        return as_(client, person).get(made.get_absolute_url()).content.decode()

    assert "Admit with an opinion" in page(people.edda)
    assert "Admit with an opinion" not in page(people.ben)
    assert "Archive the practice" in page(people.ben)
    assert f"?cite=learning.goodpractice:{made.public_id}" in page(people.carla)
    assert "?cite=" not in page(people.dora)
    assert reverse("learning:practice_edit", args=[made.slug]) not in page(people.ana), "it is with the managers now"


def test_practice_that_did_not_work_warns_wherever_it_stands(people, client):
    things.practice(people.north, outcome="did_not_work", title="Lamps nobody saw", difficulties="Too dim.")
    page = client.get(reverse("learning:practice_list")).content.decode()
    assert "pill--warn" in page
    page = client.get(GoodPractice.objects.get().get_absolute_url()).content.decode()
    assert "banner--warn" in page
    assert "What did not work" in page


def test_practice_list_filters_and_hides_what_others_write(people, client):
    published(people)
    practice(people, by=people.ben_acts, title="Secret plan")
    things.practice(people.south, title="Beach lights")
    as_(client, people.dora)

    def titles(**query):
        return sorted(str(p) for p in client.get(reverse("learning:practice_list"), query).context["page"])

    assert titles() == ["Beach lights", "Lights on the tracks"]
    assert titles(cluster="north") == ["Lights on the tracks"]
    assert titles(country="ES") == ["Beach lights"]
    assert titles(q="SKIERS twice") == ["Lights on the tracks"]
    assert titles(q="😀 –") == [], "signs that stand nowhere"
    assert titles(q="  ") == titles()
    as_(client, None)
    assert titles() == ["Beach lights"]


@pytest.mark.parametrize("who", [None, "ben"])
def test_practice_list_asks_as_much_for_30_as_for_1(people, client, who, django_assert_max_num_queries):
    as_(client, who and getattr(people, who))
    topic, asked = make.topic(), []
    for already, wanted in ((0, 1), (1, 30)):
        for n in range(already, wanted):
            things.practice(people.north if n % 2 else people.south, title=f"Practice {n}", organisation=people.club).topics.add(topic)
        with django_assert_max_num_queries(12) as counted:
            assert client.get(reverse("learning:practice_list")).status_code == 200
        asked.append(len(counted))
    assert asked[0] == asked[1]


def test_practice_pages_cost_at_most_twelve_queries(people, client, django_assert_max_num_queries):
    made = published(people)
    as_(client, people.ben)
    for address in (made.get_absolute_url(), reverse("learning:practice_create"), reverse("learning:practice_edit", args=[made.slug])):
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200


def test_practice_of_a_person_who_left_is_no_longer_theirs_to_write(people, client):
    Membership.objects.filter(user=people.ana).update(removed_at=clock.now(), removed_by=people.ben_acts)
    assert as_(client, people.ana).get(reverse("learning:practice_create")).status_code == 403
