"""Personal tokens: made on their page, shown once, used by programs, refused where they must not be."""

import datetime as dt
import json
import re

import pytest
from django.urls import reverse

from clusters.domain import token as acts
from clusters.models import Membership, PersonalToken, User
from inno4sports.core import clock
from inno4sports.core.lifecycle import WrongState
from learning.models import Lesson
from tests.clusters.pages import as_person, post

pytestmark = pytest.mark.django_db
LESSONS = "/api/v1/lessons/"
PAGE = reverse("clusters:token_list")
LESSON = {"title": "Walk", "text": "They do.", "audience": "network", "language": "en"}


def token_of(user, acting, *scopes, days=30):
    return acts.create_token(user, name="Sheet", scopes=scopes, expires_on=clock.today() + dt.timedelta(days=days), by=acting)


def bearer(secret):
    return {"Authorization": f"Bearer {secret}"}


def write(client, secret, body=LESSON):
    return client.post(LESSONS, json.dumps(body), content_type="application/json", headers=bearer(secret))


@pytest.fixture
def bens(people):
    return token_of(people.ben, people.ben_acts, "learning:read", "learning:write")


def test_token_list_shows_a_new_token_once_and_keeps_only_its_digest(people, client):
    as_person(client, people.ben)
    data = {"name": "Sheet", "scopes": ["learning:read"], "expires_on": clock.today() + dt.timedelta(days=30)}
    page = client.get(post(client, PAGE, data)["Location"]).content.decode()
    secret = re.search(r"i4s_pat_[\w-]{43}", page)[0]
    assert secret not in client.get(PAGE).content.decode()
    row = PersonalToken.objects.get()
    assert secret not in str(vars(row))
    assert "Sheet" in client.get(PAGE).content.decode()
    client.logout()
    assert client.get(LESSONS, headers=bearer(secret)).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"), [("scopes", []), ("scopes", ["all"]), ("expires_on", "2020-01-01"), ("expires_on", "2999-01-01"), ("name", " ")]
)
def test_token_list_names_what_is_wrong(people, client, field, value):
    as_person(client, people.ben)
    data = {"name": "Sheet", "scopes": ["learning:read"], "expires_on": clock.today()} | {field: value}
    answer = post(client, PAGE, data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not PersonalToken.objects.exists()


def test_token_acts_as_its_owner_within_its_rights(people, client, bens):
    answer = write(client, bens.secret)
    assert answer.status_code == 201, answer.content
    assert Lesson.objects.get().created_by == people.ben_acts
    reading = token_of(people.ben, people.ben_acts, "learning:read")
    refused = write(client, reading.secret)
    assert (refused.status_code, refused.json()["detail"]) == (403, "The token does not carry the right learning:write.")
    assert client.get(LESSONS, headers=bearer(reading.secret)).json()["items"]


def test_token_may_what_its_owner_may_now(people, client, bens):
    Membership.objects.filter(user=people.ben).update(removed_at=clock.now(), removed_by=people.ari_acts)
    assert write(client, bens.secret).status_code == 403
    User.objects.filter(pk=people.ben.pk).update(is_active=False)
    answer = client.get(LESSONS, headers=bearer(bens.secret))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'


def test_token_unknown_expired_or_revoked_is_refused_even_beside_a_session(people, client, bens):
    as_person(client, people.ben)
    for wrong in ("i4s_pat_x", "x", "", "ä", f"{bens.secret} x"):
        answer = client.get(LESSONS, headers={"Authorization": f"Bearer {wrong}", "Accept-Language": "nl"})
        assert answer.status_code == 401, wrong
        assert answer["Content-Language"] == "nl"
    with clock.at(clock.now() + dt.timedelta(days=40)):
        assert client.get(LESSONS, headers=bearer(bens.secret)).status_code == 401
    post(client, reverse("clusters:token_revoke", args=[bens.public_id]))
    client.logout()
    assert client.get(LESSONS, headers=bearer(bens.secret)).status_code == 401


def test_token_in_an_address_is_refused_logged_and_revoked(people, client, bens, caplog):
    for query in ({"q": bens.secret}, {"access_token": bens.secret}):
        PersonalToken.objects.update(revoked_at=None, leaked=False)
        for address in (LESSONS, "/api/v1/nothing/"):
            answer = client.get(address, query)
            assert answer.status_code == 400
            assert answer.json()["type"] == "urn:inno4sports:problem:token-in-address"
        assert PersonalToken.objects.get().leaked
    ours = [r.getMessage() for r in caplog.records if "in an address" in r.getMessage()]
    assert ours
    assert bens.secret not in "".join(ours)
    assert client.get(LESSONS, headers=bearer(bens.secret)).status_code == 401
    as_person(client, people.ben)
    assert "leaked and revoked" in client.get(PAGE).content.decode()


def test_last_use_is_written_once_an_hour(people, client, bens, django_assert_num_queries):
    client.get(LESSONS, headers=bearer(bens.secret))
    first = PersonalToken.objects.get().last_used_at
    assert first is not None
    assert acts.use_token(bens.secret).last_used_at == first
    with django_assert_num_queries(1):
        acts.use_token(bens.secret)
    with clock.at(clock.now() + dt.timedelta(hours=2)):
        acts.use_token(bens.secret)
    assert PersonalToken.objects.get().last_used_at > first


def test_token_of_another_is_not_there(people, client, bens):
    as_person(client, people.carla)
    assert post(client, reverse("clusters:token_revoke", args=[bens.public_id])).status_code == 404
    assert "Sheet" not in client.get(PAGE).content.decode()


def test_tokens_are_limited_and_forgotten(people, bens, monkeypatch):
    monkeypatch.setattr(acts, "MOST", 1)
    with pytest.raises(WrongState):
        token_of(people.ben, people.ben_acts, "learning:read")
    assert acts.forget_old_tokens(before=clock.now()) == 0
    acts.revoke_token(bens, by=people.ben_acts)
    assert acts.forget_old_tokens(before=clock.now() + dt.timedelta(days=1)) == 1
