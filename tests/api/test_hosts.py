"""What a request says of its host and its browser decides nothing that others are shown."""

import pytest

from dissemination.domain import finding as acts
from tests.api.calls import V1
from tests.factories import things

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", [f"{V1}/lessons/", f"{V1}/docs/", f"{V1}/nothing"])
def test_forged_host_is_refused_by_a_problem_without_a_traceback(client, caplog, path):
    answer = client.get(path, headers={"Host": "evil.example", "Accept-Language": "es"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["type"] == "urn:inno4sports:problem:malformed"
    assert answer.json()["detail"] == "El portal no está en la dirección (Host) que nombra la petición."
    assert (answer["Access-Control-Allow-Origin"], answer["Content-Language"]) == ("*", "es")
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not [row for row in caplog.records if row.exc_info or row.levelname in ("ERROR", "CRITICAL")]


def test_forged_host_of_a_page_is_refused_by_a_page(client):
    answer = client.get("/", headers={"Host": "evil.example"})
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (400, "text/html")


def test_addresses_in_answers_are_the_portals_whatever_port_the_request_names(client, people, settings):
    settings.PAGE_SIZE = 1
    for _twice in range(2):
        acts.publish_finding(things.finding(people.north, "in_review", title="Light"), by=people.edda_acts)
    for path in ("findings/?limit=1", "search/?q=light"):
        answer = client.get(f"{V1}/{path}", headers={"Host": "localhost:9999"})
        assert answer.json()["next"].startswith(f"http://testserver{V1}/"), path
        assert "localhost" not in answer["Link"] + answer.content.decode()
        assert client.get(answer.json()["next"]).status_code == 200
    told = client.get("/.well-known/openid-configuration", headers={"Host": "localhost:9999"})
    assert "localhost" not in told.content.decode()
    assert told.json()["token_endpoint"] == "http://testserver/identity/o/api/token"


def test_cookie_of_no_session_is_not_answered_by_a_cookie(client):
    client.cookies["sessionid"] = "garbage"
    for path in ("lessons/", "topics/nothing/", "", "nothing"):
        answer = client.get(f"{V1}/{path}")
        assert "Set-Cookie" not in str(answer.serialize_headers()), path
        assert not answer.cookies, path
