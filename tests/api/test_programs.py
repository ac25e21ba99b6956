"""Programs of a cluster or of EPSI, by OAuth 2: client credentials as themselves, device code as the person who approves."""

import datetime as dt
import json
import re
from base64 import b64encode
from urllib.parse import urlencode

import pytest
from allauth.idp.oidc.models import Client, Token
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client as Browser
from django.urls import reverse

from clusters.domain import program as acts
from clusters.domain.cluster import archive_cluster
from clusters.models import Membership, Program
from inno4sports.core import clock
from inno4sports.core.models import Actor, Notification
from inno4sports.core.permissions import allowed
from learning.models import Lesson
from tests.clusters.pages import as_person, post
from tests.factories import things

pytestmark = pytest.mark.django_db
LESSONS = "/api/v1/lessons/"
LESSON = {"title": "Walk", "text": "They do.", "audience": "network", "language": "en"}
BOTH = ("learning:read", "learning:write")
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


def made(people, role="manager", scopes=BOTH):
    return acts.create_program(people.north, name="North's site", role=role, scopes=scopes, by=people.ben_acts)


def token_for(client, program, **more):
    data = {"grant_type": "client_credentials", "client_id": program.client_id, "client_secret": program.secret, **more}
    return client.post("/identity/o/api/token", data)


def access(client, program):
    answer = token_for(client, program)
    assert answer.status_code == 200, answer.content
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def write(client, headers, body=LESSON):
    return client.post(LESSONS, json.dumps(body), content_type="application/json", headers=headers)


def test_program_acts_under_its_own_name_and_survives_its_maker(people, client):
    program = made(people)
    headers = access(client, program)
    answer = write(client, headers)
    assert answer.status_code == 201, answer.content
    lesson = Lesson.objects.get()
    assert (lesson.cluster, str(lesson.created_by), lesson.created_by.kind) == (people.north, "North's site (Cluster north)", Actor.Kind.CLIENT)
    Membership.objects.filter(user=people.ben).update(removed_at=clock.now(), removed_by=people.ari_acts)
    assert client.get(LESSONS, headers=headers).json()["items"]
    assert write(client, headers, {**LESSON, "title": "Run"}).status_code == 201
    as_person(client, people.ana)
    assert "North&#x27;s site" in client.get(reverse("clusters:cluster_history", args=["north"])).content.decode()


def test_program_has_its_role_and_no_other_region(people, client):
    partner = access(client, made(people, "partner"))
    assert write(client, partner).status_code == 403
    things.lesson(people.south, "draft")
    manager = access(client, made(people))
    assert client.get(LESSONS, headers=manager).json()["items"] == []
    assert write(client, manager, {**LESSON, "cluster": "south"}).status_code == 422
    reading = access(client, made(people, scopes=["learning:read"]))
    assert write(client, reading).json()["detail"] == "The token does not carry the right learning:write."
    assert token_for(client, made(people, scopes=["learning:read"]), scope="learning:write").status_code == 400


def test_program_of_epsi_is_an_editors(people, client):
    with pytest.raises(PermissionDenied):
        acts.create_program(None, name="News", role="editor", scopes=BOTH, by=people.ben_acts)
    with pytest.raises(PermissionDenied):
        acts.create_program(people.north, name="News", role="manager", scopes=BOTH, by=people.edda_acts)
    program = acts.create_program(None, name="News", role="editor", scopes=BOTH, by=people.edda_acts)
    assert client.get(LESSONS, headers=access(client, program)).status_code == 200
    assert program.as_caller().in_network


def test_program_stops_at_once(people, client):
    program = made(people)
    headers = access(client, program)
    archive_cluster(people.north, by=people.ari_acts)
    refused = client.get(LESSONS, headers=headers)
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, 'Bearer realm="api", error="invalid_token"')
    people.north.refresh_from_db()
    people.north.status = "active"
    people.north.save()
    assert client.get(LESSONS, headers=headers).status_code == 200
    old = program.secret
    acts.renew_secret(program, by=people.ben_acts)
    assert client.get(LESSONS, headers=headers).status_code == 401
    headers = access(client, program)
    program.secret = old
    assert token_for(client, program).status_code == 401
    acts.revoke_program(program, by=people.ben_acts)
    assert client.get(LESSONS, headers=headers).status_code == 401
    assert not Token.objects.exists()
    assert not Client.objects.exists()


def test_what_needs_a_person_is_refused_in_words(people, client):
    caller = made(people).as_caller()
    session = things.session(people.north)
    for permission in ("learning.register_for_session", "dissemination.publish_finding", "clusters.keep_programs", "clusters.edit_settings"):
        assert not allowed(caller, permission, session), permission
        assert not allowed(caller.acts_as, permission, session), permission
    assert allowed(caller.acts_as, "learning.edit_session", session)
    assert not allowed(Actor.objects.get(pk=caller.acts_as.pk), "learning.edit_session", session), "an actor alone has no rights"


def test_program_is_nobody(people, client):
    """Its key is no row's: nothing is its own, and nobody is told."""
    headers = access(client, made(people))
    write(client, headers)
    assert not Notification.objects.filter(user_id=0).exists()
    assert not Actor.objects.filter(user_id=0).exists()
    answer = client.get(f"{LESSONS}changes/", headers=headers)
    assert answer.status_code == 200
    assert len(answer.json()["changes"]) == 1


# On screen ------------------------------------------------------------------------------------------------------------------


def test_program_list_is_its_keepers_and_shows_the_secret_once(people, client):
    page = reverse("clusters:program_list", args=["north"])
    for name, status in (("ana", 403), ("carla", 403), ("edda", 403), ("ben", 200)):
        as_person(client, getattr(people, name))
        assert client.get(page).status_code == status, name
    answer = post(client, page, {"name": "Site", "role": "manager", "scopes": ["learning:read"]})
    assert answer["Location"] == page
    shown = client.get(page).content.decode()
    secret = re.search(r"i4s_cs_[\w-]{43}", shown)[0]
    program = Program.objects.get()
    assert program.client_id in shown
    assert secret not in client.get(page).content.decode()
    assert post(client, page, {"name": "Site", "role": "editor", "scopes": ["learning:read"]}).status_code == 422
    post(client, reverse("clusters:program_renew", args=[program.public_id]))
    assert re.search(r"i4s_cs_[\w-]{43}", client.get(page).content.decode())[0] != secret
    as_person(client, people.carla)
    assert post(client, reverse("clusters:program_revoke", args=[program.public_id])).status_code == 404
    as_person(client, people.ben)
    post(client, reverse("clusters:program_revoke", args=[program.public_id]))
    assert Program.objects.get().revoked_at is not None


def test_program_list_of_epsi_is_for_editors(people, client):
    page = reverse("clusters:program_list")
    as_person(client, people.ben)
    assert client.get(page).status_code == 403
    as_person(client, people.edda)
    assert post(client, page, {"name": "News", "role": "editor", "scopes": ["dissemination:read"]}).status_code == 302
    assert "News" in client.get(page).content.decode()


# Device code ----------------------------------------------------------------------------------------------------------------


def asked(client, program, **more):
    form = urlencode({"client_id": program.client_id, **more})
    answer = client.post("/identity/o/api/device/code", form, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200, answer.content
    return answer.json()


def polled(client, program, device_code):
    for key in [k for k in cache._cache if "device_code[" in k]:  # as if the pause were over
        name = key.split(":", 2)[2]
        cache.set(name, cache.get(name) | {"last_poll_at": 0})
    return client.post("/identity/o/api/token", {"grant_type": DEVICE, "client_id": program.client_id, "device_code": device_code})


def test_device_code_to_a_token_that_acts_as_the_person(people, client):
    program = made(people, "person")
    device = asked(client, program, scope="learning:read")
    assert polled(client, program, device["device_code"]).json()["error"] == "authorization_pending"
    as_person(client, people.carla)
    there = client.get("/identity/o/device", {"code": device["user_code"]})
    page = client.get(there["Location"])
    assert there["Location"].startswith("/es/")
    assert page.status_code == 200
    words = page.content.decode()
    assert program.name in words.replace("&#x27;", "'")
    assert len(page.context["form"].asked) == 1, "what it asked for, not all it may ask for"
    assert post(client, there["Location"], {"answer": "approve"}).status_code == 302
    client.logout()
    answer = polled(client, program, device["device_code"])
    assert answer.status_code == 200, answer.content
    draft = things.lesson(people.south, "draft")
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert [row["slug"] for row in client.get(LESSONS, headers=headers).json()["items"]] == [draft.slug]
    assert write(client, headers).json()["detail"] == "El token no incluye el permiso learning:write."
    me = client.get("/api/v1/me/", headers=headers).json()
    assert (me["kind"], me["id"], me["signed_in_by"]) == ("person", str(people.carla.public_id), "device")
    assert me["program"] == str(program.public_id)
    renewed = client.post(
        "/identity/o/api/token",
        {"grant_type": "refresh_token", "client_id": program.client_id, "refresh_token": answer.json()["refresh_token"]},
    )
    assert renewed.status_code == 200, renewed.content
    as_person(client, people.carla)
    assert "North&#x27;s site" in client.get(reverse("clusters:token_list")).content.decode()
    post(client, reverse("clusters:approval_withdraw", args=[program.public_id]))
    client.logout()
    assert client.get(LESSONS, headers=headers).status_code == 401


def test_device_code_denied_wrong_or_of_a_revoked_program(people, client):
    program = made(people, "person")
    device = asked(client, program)
    page = reverse("clusters:device_approve")
    as_person(client, people.ana)
    assert client.get(page).status_code == 200
    assert client.get(page, {"code": "WRONG"}).status_code == 422
    post(client, f"{page}?code={device['user_code']}", {"answer": "deny"})
    assert polled(client, program, device["device_code"]).json()["error"] == "access_denied"
    device = asked(client, program)
    archive_cluster(people.north, by=people.ari_acts)
    assert client.get(page, {"code": device["user_code"]}).status_code == 422


def test_ended_tokens_are_forgotten(people, client):
    access(client, made(people))
    assert acts.forget_ended_access_tokens(before=clock.now()) == 0
    assert acts.forget_ended_access_tokens(before=clock.now() + dt.timedelta(hours=2)) == 1


def test_metadata_names_our_rights(client):
    told = client.get("/.well-known/openid-configuration").json()
    assert told["issuer"] == "http://testserver"
    assert "learning:write" in told["scopes_supported"]
    assert client.get("/.well-known/jwks.json").json()["keys"]


def test_metadata_names_what_is_there_and_no_more(client):
    """Programs come by client credentials and by device code: nothing is asked of a browser, and no id tokens are given."""
    told = client.get("/.well-known/openid-configuration").json()
    assert told["response_types_supported"] == []
    assert told["grant_types_supported"] == ["client_credentials", DEVICE, "refresh_token"]
    assert not {"authorization_endpoint", "code_challenge_methods_supported", "userinfo_endpoint"} & told.keys()
    assert all(told[f"{name}_endpoint"].startswith("http://testserver/identity/o/") for name in ("token", "revocation", "device_authorization"))


def test_wrong_secret_is_answered_by_the_scheme_it_came_in(people, client):
    headers = {"Authorization": f"Basic {b64encode(f'{made(people).client_id}:wrong'.encode()).decode()}"}
    for address, more in (("token", {"grant_type": "client_credentials"}), ("revoke", {"token": "x"})):
        answer = client.post(f"/identity/o/api/{address}", more, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), address
        assert answer["WWW-Authenticate"].startswith("Basic "), address
        assert answer["Cache-Control"] == "no-store", address


def test_codes_of_devices_are_kept_by_nobody_and_lead_to_the_portal(people, client):
    form = urlencode({"client_id": made(people, "person").client_id})
    kind = "application/x-www-form-urlencoded"
    answer = client.post("/identity/o/api/device/code", form, content_type=kind, headers={"Host": "localhost:9999"})
    assert answer["Cache-Control"] == "no-store"
    told = answer.json()
    assert told["verification_uri"] == "http://testserver/identity/o/device"
    assert told["verification_uri_complete"] == f"http://testserver/identity/o/device?code={told['user_code']}"


@pytest.mark.parametrize(
    ("method", "address", "takes"),
    [
        *(("get", f"/identity/o/api/{name}", "POST") for name in ("token", "device/code", "revoke")),
        *(("put", f"/identity/o/api/{name}", "POST") for name in ("token", "device/code", "revoke")),
        ("post", "/.well-known/openid-configuration", "GET, HEAD"),
    ],
)
def test_method_that_an_address_of_oauth_does_not_take_is_refused_in_json(method, address, takes):
    answer = getattr(Browser(enforce_csrf_checks=True), method)(address)
    assert (answer.status_code, answer["Content-Type"], answer["Allow"]) == (405, "application/json", takes)
    assert answer.json()["error"] == "invalid_request"


def test_what_allauth_shows_besides_stands_in_our_frame(people, client):
    as_person(client, people.ana)
    for address in ("/identity/o/authorize", "/identity/o/logout"):
        assert client.get(address).status_code < 500


@pytest.mark.parametrize("address", ["token", "device/code", "revoke"])
def test_nobody_guesses_secrets_without_end(client, settings, db, address):
    settings.API_REQUESTS_A_MINUTE = {"visitor": 2, "signed_in": 600}
    guess = {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "guessed"}
    first, second, third = (client.post(f"/identity/o/api/{address}", guess) for _n in range(3))
    assert [first.status_code, second.status_code] != [429, 429]
    assert first.status_code == second.status_code
    assert (third.status_code, third.json()["error"]) == (429, "temporarily_unavailable")
    assert 0 < int(third["Retry-After"]) <= 60
    assert client.get("/api/v1/lessons/").status_code == 200, "reading has a bucket of its own"
