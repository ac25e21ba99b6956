"""A finding is written by one and published by another; it rests on something; it changes only by dated correction."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError

from dissemination.domain import finding as acts
from dissemination.models import Correction, Finding
from inno4sports.core.lifecycle import Conflict, WrongState
from inno4sports.core.models import HistoryEvent, Notification
from tests import factories as make
from tests.factories import things

pytestmark = pytest.mark.django_db


def signed_in(client, who):
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def draft(people):
    result = things.result(people.north)
    return acts.write_finding(by=people.edda_acts, cited=[result], title="Light is cheap", summary="Ten tracks.", text="## What\n\nLight.")


def test_publish_finding_by_its_author_is_refused(people, draft):
    acts.submit_finding(draft, by=people.edda_acts)
    with pytest.raises(PermissionDenied):
        acts.publish_finding(draft, by=people.edda_acts)
    draft.refresh_from_db()
    assert draft.status == "in_review"


@pytest.mark.parametrize("who", ["emil", "ben"])
def test_publish_finding_by_another_editor_or_a_manager_of_a_cited_region(people, draft, who):
    acts.submit_finding(draft, by=people.edda_acts)
    acts.publish_finding(draft, by=getattr(people, f"{who}_acts"))
    assert draft.status == "published"
    assert draft.published_by != draft.created_by
    assert HistoryEvent.objects.filter(thing_id=draft.public_id, verb="publish_finding").count() == 1


def test_publish_finding_by_a_manager_of_another_region_is_refused(people, draft):
    acts.submit_finding(draft, by=people.edda_acts)
    with pytest.raises(PermissionDenied):
        acts.publish_finding(draft, by=people.carla_acts)


def test_publish_finding_tells_the_whole_trail_and_who_follows_its_topics(people):
    """Carla's region gave the lesson, two stages below the result; Dora follows the topic."""
    from actionplans.models import ActionCitation
    from inno4sports.core.citations import cite

    lesson = things.lesson(people.north, from_cluster=people.south)
    action = things.action(people.north)
    cite(action, ActionCitation, [lesson], by=people.ben_acts)
    topic = make.topic("light")
    people.dora.topics.add(topic)
    result = things.result(people.north, action=action)
    finding = acts.write_finding(by=people.edda_acts, cited=[result], topics=[topic], title="Light", summary="s")
    acts.submit_finding(finding, by=people.edda_acts)
    acts.publish_finding(finding, by=people.emil_acts)
    told = set(Notification.objects.filter(cause="finding_published").values_list("user__name", flat=True))
    assert told == {"Ben", "Carla", "Dora"}
    assert set(finding.cited_clusters.all()) == {people.north, people.south}


def test_submit_finding_that_rests_on_nothing_is_refused(people):
    finding = acts.write_finding(by=people.edda_acts, title="Air", summary="s")
    with pytest.raises(WrongState, match="rests on something"):
        acts.submit_finding(finding, by=people.edda_acts)


def test_edit_finding_after_publication_is_refused_and_a_correction_is_dated(people):
    published = things.finding(people.north, "published")
    with pytest.raises(WrongState):
        acts.edit_finding(published, by=people.edda_acts, cited=[], topics=[], title="Other")
    acts.correct_finding(published, by=people.edda_acts, text="It was nine tracks.", language="en")
    assert Correction.objects.get().text == "It was nine tracks."
    published.refresh_from_db()
    assert published.title == "Light is the cheapest coach"


def test_edit_finding_on_a_stale_version_is_a_conflict(people, draft):
    stale = draft.version
    acts.edit_finding(draft, by=people.edda_acts, cited=[], topics=[], version=stale, title="Second")
    with pytest.raises(Conflict):
        acts.edit_finding(draft, by=people.edda_acts, cited=[], topics=[], version=stale, title="Third")


def test_cited_result_cannot_be_deleted(people, draft):
    with pytest.raises(ProtectedError):
        draft.citations.get().result.delete()


def test_finding_detail_shows_no_script_of_its_author(people, client):
    finding = things.finding(people.north, text="Hello <script>alert(1)</script> [x](javascript:alert(2)) <img src=x onerror=alert(3)>")
    page = client.get(finding.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "<img src=x" not in page


def test_finding_detail_closes_a_source_that_the_reader_may_not_see(people, client):
    lesson = things.lesson(people.north, audience="network", title="Only for the network")
    from dissemination.models import FindingCitation
    from inno4sports.core.citations import cite

    finding = things.finding(people.north)
    cite(finding, FindingCitation, [lesson], by=people.edda_acts)
    visitor = client.get(finding.get_absolute_url()).content.decode()
    assert "Only for the network" not in visitor
    assert "Seen by the network" in visitor
    member = signed_in(client, people.dora).get(finding.get_absolute_url()).content.decode()
    assert "Only for the network" in member


def test_finding_step_twice_is_told_kindly(people, client, draft):
    signed_in(client, people.edda)
    assert client.post(f"/findings/{draft.slug}/steps/submit_finding/").status_code == 302
    again = client.post(f"/findings/{draft.slug}/steps/submit_finding/")
    assert again.status_code == 409
    assert "not open now" in again.content.decode()


def test_finding_propose_page_cites_what_the_address_names(people, client):
    result = things.result(people.north)
    signed_in(client, people.carla)
    page = client.get("/findings/propose/", {"cite": f"actionplans.result:{result.public_id}"})
    assert page.context["form"]["cited"].value() == [f"actionplans.result:{result.public_id}"]
    answer = client.post(
        "/findings/propose/", {"title": "Tell it", "summary": "s", "language": "en", "cited": [f"actionplans.result:{result.public_id}"]}
    )
    assert answer.status_code == 302
    assert Finding.objects.get().citations.get().result == result
    assert Notification.objects.filter(cause="finding_proposed").count() == 2


@pytest.mark.parametrize(
    "cite", ["nonsense", "actionplans.result:nonsense", "clusters.user:1", "learning.lesson:00000000-0000-4000-8000-000000000000"]
)
def test_finding_propose_page_with_a_nonsense_citation_offers_none(people, client, cite):
    page = signed_in(client, people.ben).get("/findings/propose/", {"cite": cite})
    assert page.status_code == 200
    assert not page.context["form"]["cited"].value()


@pytest.mark.parametrize("who", [None, "ben", "edda"])
def test_finding_pages_ask_as_much_for_30_as_for_1(people, client, who, django_assert_max_num_queries):
    from dissemination.models import FindingCitation
    from inno4sports.core.citations import cite

    if who:
        signed_in(client, getattr(people, who))

    def add(n):
        finding = things.finding(people.north, title=f"Finding {n}")
        cite(finding, FindingCitation, [things.lesson(people.north), things.result(people.north)], by=people.edda_acts)
        return finding

    def count(address):
        with django_assert_max_num_queries(12) as counted:
            assert client.get(address).status_code == 200
        return len(counted)

    first = add(0)
    addresses = ["/findings/", first.get_absolute_url(), "/evidence/"]
    before = [count(a) for a in addresses]
    for n in range(1, 30):
        add(n)
    cite(first, FindingCitation, [things.lesson(people.south, title=f"L{n}") for n in range(15)], by=people.edda_acts)
    assert [count(a) for a in addresses] == before


@pytest.mark.parametrize("address", ["/findings/?page=999", "/findings/?page=x"])
def test_finding_list_page_out_of_range_is_404(client, address):
    assert client.get(address).status_code == 404


def test_finding_is_found_by_its_topic_in_any_language_and_by_its_regions(people, client):
    topic = make.topic("public-space")
    topic.labels = {"en": "Public space", "hu": "Közterek"}
    topic.save()
    told = acts.write_finding(by=people.edda_acts, cited=[things.result(people.north)], title="Light is cheap", summary="Ten tracks.", topics=[topic])
    acts.submit_finding(told, by=people.edda_acts)
    acts.publish_finding(told, by=people.emil_acts)
    for words in ("közterek", "kozterek", str(people.north)):
        assert told.get_absolute_url() in client.get("/hu/search/", {"q": words}).content.decode(), words


def test_excerpt_of_a_hit_shows_no_signs_of_formatting(people, draft, client):
    acts.edit_finding(draft, by=people.edda_acts, version=draft.version, topics=[], cited=[things.result(people.north)], title="Light is cheap",
                      summary="Ten **tracks**.", text="## What was seen\n\nLight & [more](https://example.org/).")  # fmt: skip
    page = signed_in(client, people.edda).get("/search/?q=cheap").content.decode()
    assert "Ten tracks." in page
    assert "##" not in page
    assert "**" not in page


def test_finding_list_names_kinds_as_the_front_page_does(people, client):
    finding = things.finding(people.north, "published", finding_kind="practice_story")
    for address in ("/", "/findings/", finding.get_absolute_url()):
        page = client.get(address).text
        assert "<span>Practice story</span>" in page, address
        assert "<span>practice story</span>" not in page, address


def test_finding_list_without_a_match_leads_back_to_all_and_explains_nothing(people, client):
    assert "A finding tells all regions" in client.get("/findings/").text
    things.finding(people.north, "published", title="Light", finding_kind="lesson")
    for query in ("q=zebra", "kind=publication", "cluster=south"):
        page = client.get(f"/findings/?{query}").text
        assert "No finding fits this choice" in page, query
        assert '<a href="/findings/">Show all findings</a>' in page
        assert "A finding tells all regions" not in page


def test_finding_list_is_narrowed_by_region_and_kind_at_once(people, client):
    """Both stand in one form, so that choosing the second keeps the first."""
    for title, finding_kind, where in (("Light", "lesson", people.north), ("Snow", "publication", people.north), ("Sand", "lesson", people.south)):
        things.finding(where, "published", title=title, finding_kind=finding_kind)
    page = client.get("/findings/?cluster=north&kind=lesson").text
    assert ["Light" in page, "Snow" in page, "Sand" in page] == [True, False, False]
    assert '<option value="north" selected>' in page
    assert '<option value="lesson" selected>' in page
    assert "Sand" in client.get("/findings/?kind=nonsense").text, "what is not offered narrows nothing"
