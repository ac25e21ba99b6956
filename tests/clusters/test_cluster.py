"""Regions: opened by the administrator, kept by their managers, seen by who may."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from clusters.domain import cluster as acts
from clusters.models import Cluster, Invitation, LearningNeed, Strength
from inno4sports.core.lifecycle import Conflict, WrongState, reindex
from inno4sports.core.models import HistoryEvent, Notification, OutboxMail, SearchText
from tests import factories as make
from tests.clusters.pages import as_person, post, queries

NEW = {
    "name": "Alpine Sport Cluster",
    "region_name": "Tyrol",
    "code": "tyr",
    "country": "AT",
    "content_languages": ["de", "en"],
    "timezone": "Europe/Vienna",
    "manager_name": "Mara",
    "manager_email": "mara@tyrol.example",
    "manager_language": "nl",
}


def verbs_of(thing):
    return list(HistoryEvent.objects.filter(thing_id=thing.public_id).order_by("id").values_list("verb", flat=True))


def test_cluster_create_makes_a_candidate_last_in_the_order_and_invites_its_manager(people, client):
    as_person(client, people.ari)
    answer = post(client, reverse("clusters:cluster_create"), NEW | {"host": people.north.slug})
    made = Cluster.objects.get(code="TYR")
    assert answer.status_code == 302
    assert answer["Location"] == made.get_absolute_url() == "/clusters/tyrol/"
    assert made.status == "candidate"
    assert made.position == max(Cluster.objects.values_list("position", flat=True))
    assert made.host == people.north
    assert verbs_of(made) == ["create_cluster", "invite_member"]
    invitation = Invitation.objects.get(cluster=made)
    assert (invitation.email, invitation.role, invitation.language) == ("mara@tyrol.example", "manager", "nl")
    assert OutboxMail.objects.get(template="clusters.invited").to == "mara@tyrol.example"


def test_cluster_create_sent_twice_acts_once(people, client):
    as_person(client, people.ari)
    data = NEW | {"once": "0d6f3f0a-8d7c-4c5e-9a51-0ad0f0c3f0aa"}
    first = client.post(reverse("clusters:cluster_create"), data)
    second = client.post(reverse("clusters:cluster_create"), data)
    assert first["Location"] == second["Location"]
    assert Cluster.objects.filter(code="TYR").count() == 1
    assert OutboxMail.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "NOR"),
        ("code", "t1x"),
        ("country", "XX"),
        ("timezone", "Mars/Base"),
        ("manager_email", "mara"),
        ("name", ""),
        ("name", "CLUSTER NORTH"),
    ],
)
def test_cluster_create_shows_what_is_wrong_and_keeps_what_was_typed(people, client, field, value):
    as_person(client, people.ari)
    before = Cluster.objects.count()
    answer = post(client, reverse("clusters:cluster_create"), NEW | {field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "Tyrol" in answer.content.decode()
    assert Cluster.objects.count() == before


@pytest.mark.parametrize("name", ["ana", "ben", "lena", "edda"])
def test_cluster_create_is_for_administrators(people, client, name):
    as_person(client, getattr(people, name))
    assert client.get(reverse("clusters:cluster_create")).status_code == 403
    assert post(client, reverse("clusters:cluster_create"), NEW).status_code == 403


def test_create_cluster_refuses_letters_that_are_taken(people):
    data = NEW | {"code": "NOR", "host": None}
    with pytest.raises(WrongState):
        acts.create_cluster(by=people.ari_acts, **data)


def test_cluster_step_through_the_whole_life(people, client):
    cluster = make.cluster("tyrol", code="TYR", status="candidate")
    make.member(cluster, people.dora, "manager")
    as_person(client, people.ari)
    for step, status in (("activate_cluster", "active"), ("archive_cluster", "archived"), ("restore_cluster", "active")):
        assert post(client, reverse("clusters:cluster_step", args=["tyrol", step])).status_code == 302
        cluster.refresh_from_db()
        assert cluster.status == status
    assert verbs_of(cluster) == ["activate_cluster", "archive_cluster", "restore_cluster"]
    told = Notification.objects.get()
    assert (told.user, told.cause) == (people.dora, "cluster_activated")


def test_cluster_step_in_the_wrong_state_is_409(people, client):
    as_person(client, people.ari)
    assert post(client, reverse("clusters:cluster_step", args=["north", "activate_cluster"])).status_code == 409
    assert post(client, reverse("clusters:cluster_step", args=["north", "no_such_step"])).status_code == 404


def test_cluster_step_is_not_for_managers(people, client):
    as_person(client, people.ben)
    assert post(client, reverse("clusters:cluster_step", args=["north", "archive_cluster"])).status_code == 403


def test_archived_candidate_that_is_restored_counts_as_activated(people):
    cluster = make.cluster(status="candidate")
    acts.archive_cluster(cluster, by=people.ari_acts)
    acts.restore_cluster(cluster, by=people.ari_acts)
    assert cluster.activated_at is not None
    assert cluster.activated_by == people.ari_acts


# What is seen -----------------------------------------------------------------------------------------------------------------


def test_cluster_list_shows_active_regions_in_order_and_a_candidate_to_its_people(people, client):
    candidate = make.cluster("tyrol", code="TYR", status="candidate", host=people.north)
    page = client.get(reverse("clusters:cluster_list")).content.decode()
    assert page.index("North") < page.index("South") < page.index("East")
    assert "Tyrol" not in page
    for name in ("ben", "edda", "ari"):
        as_person(client, getattr(people, name))
        assert "Tyrol" in client.get(reverse("clusters:cluster_list")).content.decode(), name
    as_person(client, people.carla)
    assert client.get(candidate.get_absolute_url()).status_code == 404


def test_cluster_list_finds_without_accents_and_by_country(people, client):
    lodz = make.cluster("lodzkie", code="LOD", region_names={"en": "Łódzkie"}, country="PL")
    for cluster in (lodz, people.north, people.south, people.east):
        reindex(cluster)
    page = client.get(reverse("clusters:cluster_list"), {"q": "lodz"}).content.decode()
    assert "Łódzkie" in page
    assert "North" not in page
    page = client.get(reverse("clusters:cluster_list"), {"country": "ES"}).content.decode()
    assert "South" in page
    assert "Łódzkie" not in page
    assert "No region fits" in client.get(reverse("clusters:cluster_list"), {"q": "zzz"}).content.decode()


def test_cluster_list_takes_as_many_queries_for_thirty_as_for_one(people, client):
    def fill(n):
        for _ in range(n):
            cluster = make.cluster()
            Strength.objects.create(cluster=cluster, topic=make.topic(), text="Strong")
            make.organisation(cluster)

    as_person(client, people.ben)
    fill(1)
    few = queries(client, reverse("clusters:cluster_list"))
    fill(30)
    assert queries(client, reverse("clusters:cluster_list")) == few <= 12


def test_learning_needs_are_seen_by_the_network_only(people, client):
    LearningNeed.objects.create(cluster=people.north, topic=make.topic("care"), text="How to reach patients")
    url = people.north.get_absolute_url()
    assert "reach patients" not in client.get(url).content.decode()
    for name, seen in (("ana", True), ("dora", True), ("edda", True), ("ari", False), ("stranger", False)):
        as_person(client, getattr(people, name))
        assert ("reach patients" in client.get(url).content.decode()) is seen, name


def test_history_of_a_region_is_shown_to_the_network_only(people, client):
    acts.add_need(people.north, topic=make.topic("care"), text="Care", language="en", by=people.ben_acts)
    url = reverse("clusters:cluster_history", args=["north"])
    assert "/accounts/login/" in client.get(url)["Location"]
    for name, status in (("dora", 200), ("edda", 200), ("ari", 403), ("stranger", 403)):
        as_person(client, getattr(people, name))
        answer = client.get(url)
        assert answer.status_code == status, name
        assert ("added a learning need" in answer.content.decode()) is (status == 200), name


def test_cluster_detail_takes_as_many_queries_for_thirty_as_for_one(people, client):
    def fill(n):
        for _ in range(n):
            acts.add_strength(people.north, topic=make.topic(), text="Snow", language="en", sources=[], by=people.ben_acts)
            acts.add_need(people.north, topic=make.topic(), text="Care", language="en", by=people.ben_acts)
            make.organisation(people.north, segment="fieldlab")

    as_person(client, people.ben)
    fill(1)
    few = queries(client, people.north.get_absolute_url())
    fill(30)
    assert queries(client, people.north.get_absolute_url()) == few <= 12


def test_cluster_performance_counts_approved_members_by_kind(people, client):
    make.organisation(people.north, segment="government")
    make.organisation(people.north, segment="government")
    make.organisation(people.north, segment="fieldlab", status="pending")
    answer = client.get(reverse("clusters:cluster_performance", args=["north"]))
    assert [(segment, n) for _label, segment, n in answer.context["segments"]] == [("company", 1), ("government", 2)]
    assert answer.context["cluster"].members == 3


def test_cluster_performance_says_where_a_figure_is_from_and_that_it_is_national(people, client):
    people.north.figures.create(
        label="never exercise", value="45", unit="%", wave="2022", level="national", source="https://example.org/eb", read_on=make.day()
    )
    people.north.figures.create(label="in the region", value=None, unit="%", level="regional", source="https://example.org/none", read_on=make.day())
    page = client.get(reverse("clusters:cluster_performance", args=["north"])).content.decode()
    assert "45 %" in page
    assert "national figure" in page
    assert "https://example.org/eb" in page
    assert "no figure found" in page


# What managers keep -----------------------------------------------------------------------------------------------------------


def profile(cluster, **changed):
    data = {"name": cluster.name, "region_name_en": "North", "region_name_fi": "Pohjoinen", "city": "Rovaniemi", "language": "fi", "content_languages": ["fi", "en"],
            "timezone": "Europe/Helsinki", "summary": "Lumi ja jää", "version": cluster.version}  # fmt: skip
    return data | changed


def test_cluster_edit_saves_the_profile_and_finds_it(people, client):
    as_person(client, people.ben)
    answer = post(client, reverse("clusters:cluster_edit", args=["north"]), profile(people.north))
    assert answer.status_code == 302
    people.north.refresh_from_db()
    assert people.north.region_names == {"en": "North", "fi": "Pohjoinen"}
    assert people.north.slug == "north"
    assert verbs_of(people.north) == ["edit_cluster"]
    assert "pohjoinen" in SearchText.objects.get(thing_id=people.north.public_id).folded
    page = client.get(people.north.get_absolute_url()).content.decode()
    assert '<span lang="fi">Lumi ja jää</span>' in page


def test_cluster_edit_over_a_newer_version_shows_both(people, client):
    as_person(client, people.ben)
    opened = profile(people.north)
    post(client, reverse("clusters:cluster_edit", args=["north"]), profile(people.north, summary="First"))
    answer = post(client, reverse("clusters:cluster_edit", args=["north"]), opened | {"summary": "Second"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "First" in page
    assert "Second" in page
    people.north.refresh_from_db()
    assert people.north.summary == "First"


@pytest.mark.parametrize("name", ["ana", "carla", "lena", "edda", "ari"])
def test_cluster_edit_is_for_its_managers(people, client, name):
    as_person(client, getattr(people, name))
    assert client.get(reverse("clusters:cluster_edit", args=["north"])).status_code == 403
    assert post(client, reverse("clusters:cluster_edit", args=["north"]), profile(people.north)).status_code == 403


def test_edit_cluster_by_another_manager_is_refused(people):
    with pytest.raises(PermissionDenied):
        acts.add_need(people.north, topic=make.topic(), text="x", language="en", by=people.carla_acts)


def test_strength_add_and_remove(people, client):
    topic = make.topic("snow")
    as_person(client, people.ben)
    data = {"topic": topic.slug, "text": "Snow all year", "language": "en", "sources": "https://example.org/snow\n"}
    assert post(client, reverse("clusters:strength_add", args=["north"]), data).status_code == 302
    strength = Strength.objects.get()
    assert strength.sources == ["https://example.org/snow"]
    assert "snow all year" in SearchText.objects.get(thing_id=people.north.public_id).folded
    client.logout()
    assert "Snow all year" in client.get(people.north.get_absolute_url()).content.decode()
    as_person(client, people.ben)
    assert post(client, reverse("clusters:strength_remove", args=["north", strength.public_id])).status_code == 302
    assert not Strength.objects.exists()
    assert verbs_of(people.north) == ["add_strength", "remove_strength"]
    assert "snow all year" not in SearchText.objects.get(thing_id=people.north.public_id).folded


def test_strength_add_refuses_a_source_that_a_browser_would_run(people, client):
    as_person(client, people.ben)
    data = {"topic": make.topic().slug, "text": "Snow", "language": "en", "sources": "javascript:alert(1)"}
    answer = post(client, reverse("clusters:strength_add", args=["north"]), data)
    assert answer.status_code == 422
    assert "sources" in answer.context["form"].errors


def test_need_add_and_remove(people, client):
    as_person(client, people.ben)
    data = {"topic": make.topic("care").slug, "text": "How to reach patients", "language": "en"}
    assert post(client, reverse("clusters:need_add", args=["north"]), data).status_code == 302
    need = LearningNeed.objects.get()
    reindex(people.north)
    assert "patients" not in SearchText.objects.get(thing_id=people.north.public_id).folded
    assert post(client, reverse("clusters:need_remove", args=["north", need.public_id])).status_code == 302
    assert not LearningNeed.objects.exists()


def test_what_belongs_to_another_region_is_not_removed(people, client):
    strength = Strength.objects.create(cluster=people.south, topic=make.topic(), text="Sand")
    as_person(client, people.ben)
    assert post(client, reverse("clusters:strength_remove", args=["north", strength.public_id])).status_code == 404
    assert post(client, reverse("clusters:strength_remove", args=["south", strength.public_id])).status_code == 403
    assert Strength.objects.exists()


def test_edit_cluster_notices_an_older_version(people):
    data = {"name": "N", "own_name": "", "region_names": {"en": "N"}, "city": "", "nuts_code": "", "timezone": "Europe/Helsinki", "content_languages": ["en"],
            "website": "", "summary": "", "began": "", "language": "en", "latitude": None, "longitude": None}  # fmt: skip
    acts.edit_cluster(people.north, by=people.ben_acts, version=1, **data)
    with pytest.raises(Conflict):
        acts.edit_cluster(people.north, by=people.ben_acts, version=1, **data)
