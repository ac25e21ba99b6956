"""Sessions, places at them, and good practices by the API."""

import pytest

from learning.models import GoodPractice, Registration
from tests import factories as make
from tests.api.calls import V1, pointers, send, step, steps_of
from tests.factories import things

pytestmark = pytest.mark.django_db
SESSIONS = f"{V1}/sessions/"


def plan(client, **more):
    body = {
        "title": "Ski tracks", "session_kind": "study_visit", "timezone": "Europe/Helsinki", "audience": "network", "language": "en",
        "starts_on": "2099-03-01", "place": "Oulu", "capacity": 2,
    }  # fmt: skip
    return send(client, "post", SESSIONS, {**body, **more})


@pytest.fixture
def as_(client, people):
    things.session(people.south, "draft")  # makes the kind

    def signed_in(name):
        client.force_login(getattr(people, name))
        return client

    return signed_in


def test_session_is_planned_announced_and_people_take_places(as_, client):
    assert plan(as_("ana")).status_code == 403
    ben = as_("ben")
    made = plan(ben)
    assert made.status_code == 201, made.content
    assert (made.json()["cluster"], made.json()["status"], made.json()["starts_on"]) == ("north", "draft", "2099-03-01")
    visit = made["Location"]
    assert pointers(plan(ben, ends_on="2099-02-01")) == ["/ends_on"]
    assert as_("dora").get(visit).status_code == 404
    ben = as_("ben")
    assert send(ben, "patch", visit, {"starts_time": "09:00"}, if_match=made["ETag"]).json()["starts_time"] == "09:00:00"
    assert step(ben, visit, "announce_session").json()["status"] == "announced"
    dora = as_("dora")
    assert steps_of(dora, visit) == ["register_for_session"]
    held = step(dora, visit, "register_for_session").json()
    assert (held["registered"], held["places_left"]) == (1, 1)
    assert steps_of(dora, visit) == ["leave_session"]
    person = step(as_("carla"), visit, "register_person", name="Sven", email="sven@example.org", language="en")
    assert person.status_code == 201, person.content
    assert step(as_("ana"), visit, "register_for_session").status_code == 409
    assert {row["name"] for row in as_("carla").get(f"{V1}/registrations/").json()["items"]} == {"Dora", "Sven"}
    assert [row["name"] for row in as_("dora").get(f"{V1}/registrations/").json()["items"]] == ["Dora"]
    assert as_("ana").get(f"{V1}/registrations/", {"session": visit.split("/")[-2]}).json()["items"] == []
    assert step(as_("dora"), person["Location"], "remove_person", match="*").status_code == 404
    assert step(as_("ben"), person["Location"], "remove_person").json()["left_at"]
    assert step(as_("dora"), visit, "leave_session").json()["places_left"] == 2
    assert step(as_("stranger"), visit, "leave_session", match="*").status_code == 404


def test_visitor_sees_no_places(as_, client, people):
    visit = things.session(people.north, capacity=5)
    seen = client.get(f"{SESSIONS}{visit.slug}/").json()
    assert [seen[name] for name in ("capacity", "registered", "places_left", "my_registration")] == [None] * 4
    assert client.get(f"{V1}/registrations/").status_code == 401


def test_attendance_is_recorded_by_the_host(as_, people):
    visit = things.session(people.north)
    rows = [Registration.objects.create(session=visit, name=n, email=f"{n}@example.org", registered_by=people.ben_acts) for n in ("a", "b")]
    address = f"{SESSIONS}{visit.slug}/"
    assert step(as_("carla"), address, "record_attendance", present=[]).status_code == 403
    ben = as_("ben")
    assert pointers(step(ben, address, "record_attendance", present=["x"])) == ["/present"]
    assert step(ben, address, "record_attendance", present=[str(rows[0].public_id)]).status_code == 200
    assert [row["attended"] for row in ben.get(f"{V1}/registrations/").json()["items"]] == [False, True]


def test_history_names_who_took_a_place_to_hosts_and_themselves(as_, people):
    visit = plan(as_("ben"))["Location"]
    step(as_("ben"), visit, "announce_session")
    step(as_("dora"), visit, "register_for_session")

    def verbs(name):
        return [event["verb"] for event in as_(name).get(f"{visit}history/").json()["items"]]

    assert "register_for_session" in verbs("ben")
    assert "register_for_session" in verbs("dora")
    assert "register_for_session" not in verbs("ana")


def test_practice_goes_from_its_author_to_everybody(as_, client, people):
    make.topic("skiing")
    body = {
        "title": "Lights",
        "outcome": "worked",
        "what_was_done": "Lamps.",
        "language": "en",
        "topics": ["skiing"],
        "organisation": people.club.slug,
    }
    ana = as_("ana")
    made = send(ana, "post", f"{V1}/practices/", body)
    assert made.status_code == 201, made.content
    lights = made["Location"]
    assert (made.json()["cluster"], made.json()["organisation"], made.json()["topics"]) == ("north", people.club.slug, ["skiing"])
    assert step(ana, lights, "submit_practice").status_code == 409
    more = {"summary": "Light", "challenge": "Dark", "evidence_of_success": "More people", "transferability": "Everywhere"}
    assert send(ana, "patch", lights, more, if_match=made["ETag"]).status_code == 200
    assert step(ana, lights, "submit_practice").json()["status"] == "submitted"
    assert step(ana, lights, "publish_practice").status_code == 403
    ben = as_("ben")
    assert pointers(step(ben, lights, "return_practice", reason="")) == ["/reason"]
    assert step(ben, lights, "return_practice", reason="Say more").json()["return_reason"] == "Say more"
    assert step(as_("ana"), lights, "submit_practice").json()["return_reason"] == ""
    assert step(as_("ben"), lights, "publish_practice").json()["status"] == "published"
    client.logout()
    assert client.get(lights).status_code == 404
    assert step(as_("edda"), lights, "admit_practice", opinion="Good").json()["opinion"] == "Good"
    client.logout()
    assert client.get(lights).json()["status"] == "admitted"
    assert GoodPractice.objects.count() == 1
