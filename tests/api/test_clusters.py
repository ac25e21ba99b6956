"""Regions, member organisations, members and invitations by the API."""

import pytest
from django.db import connection

from clusters.models import Invitation, LearningNeed, Membership, Organisation
from inno4sports.core.models import Change
from tests import factories as make
from tests.api.calls import V1, pointers, send, step, steps_of
from tests.factories import things

pytestmark = pytest.mark.django_db
API = "/api/v1/"
NORTH = "/api/v1/clusters/north/"


@pytest.fixture
def as_(client, people):
    def signed_in(name):
        client.force_login(getattr(people, name))
        return client

    return signed_in


def test_region_is_opened_by_the_administrator_and_goes_public(as_):
    body = {
        "name": "Cluster West", "region_name": "West", "code": "wes", "country": "FR", "content_languages": ["fr"], "timezone": "Europe/Paris",
        "manager_name": "Wim", "manager_email": "wim@example.org", "manager_language": "en",
    }  # fmt: skip
    assert send(as_("ben"), "post", f"{API}clusters/", body).status_code == 403
    ari = as_("ari")
    assert pointers(send(ari, "post", f"{API}clusters/", {**body, "code": "NOR"})) == ["/code"]
    made = send(ari, "post", f"{API}clusters/", body)
    assert made.status_code == 201, made.content
    assert made.json()["status"] == "candidate"
    assert Invitation.objects.get().email == "wim@example.org"
    taken = step(ari, made["Location"], "activate_cluster", match=made["ETag"])
    assert taken.json()["status"] == "active"
    assert step(ari, made["Location"], "activate_cluster").status_code == 409


def test_region_is_edited_by_its_managers(as_):
    carla = as_("carla")
    assert send(carla, "patch", NORTH, {"city": "Oulu"}, **{"If-Match": "*"}).status_code == 403
    ben = as_("ben")
    changed = send(ben, "patch", NORTH, {"city": "Oulu", "region_name_fi": "Pohjoinen"}, **{"If-Match": "*"})
    assert changed.status_code == 200, changed.content
    assert (changed.json()["city"], changed.json()["region_names"]) == ("Oulu", {"en": "North", "fi": "Pohjoinen"})
    assert pointers(send(ben, "patch", NORTH, {"latitude": 100}, **{"If-Match": "*"})) == ["/latitude"]


def test_strengths_are_public_and_needs_are_for_the_network(as_, client):
    make.topic("skiing")
    ben = as_("ben")
    added = step(ben, NORTH, "add_strength", topic="skiing", text="Tracks", language="en", sources=["https://example.org/a", "https://example.org/b"])
    assert added.status_code == 200, added.content
    strength = added.json()["strengths"][0]
    assert (strength["topic"], strength["sources"]) == ("skiing", ["https://example.org/a", "https://example.org/b"])
    step(ben, NORTH, "add_need", topic="skiing", text="Wax", language="en")
    assert [need["text"] for need in as_("dora").get(NORTH).json()["needs"]] == ["Wax"]
    assert step(as_("dora"), NORTH, "remove_strength", strength=strength["id"]).status_code == 403
    assert step(as_("ben"), NORTH, "remove_strength", strength=strength["id"]).json()["strengths"] == []
    assert pointers(step(ben, NORTH, "remove_need", need=strength["id"])) == ["/need"]
    need = str(LearningNeed.objects.get().public_id)
    client.logout()
    assert client.get(NORTH).json()["needs"] is None
    assert step(as_("ben"), NORTH, "remove_need", need=need).json()["needs"] == []


def test_organisation_is_added_edited_and_archived(as_, client):
    ben = as_("ben")
    body = {"name": "Sauna Club", "segment": "company", "language": "en", "contact_name": "Sara", "contact_email": "sara@example.org"}
    assert send(as_("ana"), "post", f"{API}organisations/", body).status_code == 403
    made = send(as_("ben"), "post", f"{API}organisations/", body)
    assert made.status_code == 201, made.content
    assert (made.json()["cluster"], made.json()["status"], made.json()["contact_email"]) == ("north", "approved", "sara@example.org")
    assert pointers(send(ben, "post", f"{API}organisations/", body)) == ["/name"]
    assert pointers(send(ben, "post", f"{API}organisations/", {**body, "name": "Other", "cluster": "south"})) == ["/cluster"]
    changed = send(ben, "patch", made["Location"], {"city": "Oulu"}, **{"If-Match": made["ETag"]})
    assert (changed.json()["city"], changed.json()["contact_name"]) == ("Oulu", "Sara")
    client.logout()
    assert client.get(made["Location"]).json()["contact_email"] is None
    assert step(as_("ben"), made["Location"], "archive_organisation").json()["status"] == "archived"
    client.logout()
    assert client.get(made["Location"]).status_code == 404


def test_own_organisation_is_edited_by_its_partner(as_, people):
    club = f"{API}organisations/{people.club.slug}/"
    assert send(as_("dora"), "patch", club, {"city": "Oulu"}, **{"If-Match": "*"}).status_code == 403
    assert send(as_("ana"), "patch", club, {"city": "Oulu"}, **{"If-Match": "*"}).json()["city"] == "Oulu"


def test_signing_up_waits_for_approval(as_, client):
    body = {"name": "Wax Works", "segment": "company", "contact_name": "Wes", "contact_email": "wes@example.org", "contact_language": "en"}
    assert step(client, NORTH, "sign_up_organisation", **body).status_code == 401
    made = step(as_("stranger"), NORTH, "sign_up_organisation", **body)
    assert made.status_code == 201, made.content
    assert client.get(made["Location"]).status_code == 404
    ben = as_("ben")
    assert steps_of(ben, made["Location"]) == ["approve_organisation", "decline_organisation"]
    assert step(ben, made["Location"], "approve_organisation").json()["status"] == "approved"
    for n in range(5):
        last = step(as_("stranger"), NORTH, "sign_up_organisation", **{**body, "name": f"Works {n}"})
    assert (last.status_code, last["Retry-After"]) == (429, "3600")


def test_organisations_are_pasted_after_a_dry_run(as_):
    ben, text = as_("ben"), "Tennis Club;company;Oulu;tennis.example\nSki Club;company"
    tried = step(ben, NORTH, "add_organisations", text=text, dry_run=True).json()
    assert tried["added"] == []
    assert [(line["website"], line["known"]) for line in tried["lines"]] == [("https://tennis.example", False), ("", True)]
    assert not Organisation.objects.filter(name="Tennis Club").exists()
    assert step(ben, NORTH, "add_organisations", text=text).json()["added"] == ["tennis-club"]
    assert pointers(step(ben, NORTH, "add_organisations", text="Judo;nothing")) == ["/text"]


def test_people_are_seen_and_removed_by_managers_alone(as_, client, people):
    assert client.get(f"{API}members/").status_code == 401
    assert as_("ana").get(f"{API}members/").json()["items"] == []
    ben = as_("ben")
    assert {row["name"] for row in ben.get(f"{API}members/").json()["items"]} == {"Ana", "Ben"}
    ana = f"{API}members/north/{people.ana.public_id}/"
    assert ben.get(f"{API}members/south/{people.dora.public_id}/").status_code == 404
    assert step(ben, ana, "remove_member").json()["removed_at"]
    assert ben.get(ana).status_code == 404
    assert step(ben, f"{API}members/north/{people.ben.public_id}/", "remove_member").status_code == 409


def test_person_is_invited_and_the_invitation_withdrawn(as_, people):
    body = {"name": "Nils", "email": "nils@example.org", "role": "partner", "organisation": people.club.slug, "language": "en"}
    assert send(as_("ana"), "post", f"{API}invitations/", body).status_code == 403
    ben = as_("ben")
    made = send(ben, "post", f"{API}invitations/", body)
    assert made.status_code == 201, made.content
    assert pointers(send(ben, "post", f"{API}invitations/", body)) == ["/email"]
    assert as_("carla").get(made["Location"]).status_code == 404
    assert step(as_("ben"), made["Location"], "withdraw_invitation").json()["withdrawn_at"]
    ari = as_("ari")
    assert pointers(send(ari, "post", f"{API}invitations/", {**body, "cluster": "north", "organisation": None})) == ["/role"]
    appointed = {**body, "cluster": "north", "organisation": None, "role": "manager"}
    assert send(ari, "post", f"{API}invitations/", appointed).status_code == 201


def test_organisations_leave_a_copy_with_their_region(as_, client, people):
    place = client.get(f"{API}organisations/changes/").json()
    assert place["changes"]
    before = Change.objects.count()
    send(as_("ben"), "patch", NORTH, {"city": "Oulu"}, **{"If-Match": "*"})
    assert Change.objects.count() == before + 1
    step(as_("ari"), NORTH, "archive_cluster")
    connection.check_constraints()  # what waits for the commit: changes get their numbers
    client.logout()
    assert Membership.objects.current().filter(cluster=people.north).count() == 0
    changed = client.get(f"{API}organisations/changes/", {"cursor": place["cursor"]}).json()["changes"]
    assert {"id": str(people.club.public_id), "gone": True} in changed


def test_performance_counts_as_the_page_does(client, people):
    things.practice(people.north)
    things.practice(people.north, "published")
    for who, practices in ((None, 1), (people.ana, 2)):
        if who:
            client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
        told = client.get(f"{V1}/clusters/{people.north.slug}/performance/").json()
        assert told["counted"]["practices"] == practices
        assert told["members"] == sum(told["members_by_kind"].values()) == 1
    assert client.get(f"{V1}/clusters/nowhere/performance/").status_code == 404
