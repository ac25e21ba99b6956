"""What holds at every address of the API: languages, caches, other origins, methods, hosts, limits, the description itself."""

import json

import pytest
from django.conf import settings
from django.urls import URLPattern, get_resolver

from inno4sports.core.api.breaking import broken, unsaid
from inno4sports.core.api.description import description
from tests.api.calls import V1, send

pytestmark = pytest.mark.django_db
LESSONS = f"{V1}/lessons/"


def addresses():
    """Every address of the API with samples for its keys."""
    api = next(r for r in get_resolver().url_patterns if str(r.pattern) == "api/v1/")
    samples = {"<slug:key>": "nothing", "<uuid:key>": "00000000-0000-4000-8000-000000000000"}
    for pattern in api.url_patterns:
        if isinstance(pattern, URLPattern) and str(pattern.pattern):
            route = str(pattern.pattern)
            for key, value in samples.items():
                route = route.replace(key, value)
            yield f"{V1}/{route}"


@pytest.mark.parametrize("address", [a for a in addresses() if "<" not in a])
def test_every_method_is_answered_by_a_problem_or_the_thing(client, people, address):
    for who in (None, people.ben):
        if who:
            client.force_login(who)
        for method in ("get", "head", "options", "post", "put", "patch", "delete"):
            answer = send(client, method, address) if method in ("post", "put", "patch", "delete") else getattr(client, method)(address)
            assert answer.status_code < 500, (method, answer.content[:300])
            if answer.status_code >= 400 and method != "head":
                assert answer["Content-Type"] == "application/problem+json", (method, answer.status_code)
                assert answer.json()["type"].startswith("urn:inno4sports:problem:")
            if answer.status_code == 401:
                assert answer["WWW-Authenticate"].startswith("Bearer")
            if answer.status_code == 405:
                assert answer["Allow"]


def test_language_is_asked_by_header_parameter_and_person(client, people):
    address = f"{V1}/topics/nothing/"
    assert client.get(address, headers={"Accept-Language": "fi"})["Content-Language"] == "fi"
    assert client.get(address, {"lang": "pl"}, headers={"Accept-Language": "fi"})["Content-Language"] == "pl"
    assert client.get(address)["Content-Language"] == "en"
    client.force_login(people.carla)
    assert client.get(address)["Content-Language"] == "es"
    answer = client.get(address, headers={"Accept-Language": "fi"})
    assert {"Accept-Language", "Authorization", "Cookie"} <= {part.strip() for part in answer["Vary"].split(",")}
    assert client.get(address, {"lang": "xx"}).status_code == 400


def test_other_origins_see_what_visitors_see_and_nothing_else(client, people):
    assert client.get(LESSONS)["Access-Control-Allow-Origin"] == "*"
    asked = client.options(LESSONS, headers={"Origin": "https://region.example", "Access-Control-Request-Method": "GET"})
    assert asked["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    client.force_login(people.ben)
    mine = client.get(LESSONS)
    assert "Access-Control-Allow-Origin" not in mine
    assert "private" in mine["Cache-Control"]


@pytest.mark.parametrize("query", ["", "?limit=1&cluster=north&fields=title", "changes/?cursor=abc"])
def test_a_browser_that_asks_before_it_asks_names_the_address_it_will_ask(client, query):
    asked = client.options(LESSONS + query, headers={"Origin": "https://region.example", "Access-Control-Request-Method": "GET"})
    assert (asked.status_code, asked["Access-Control-Allow-Origin"]) == (204, "*")


def test_forged_hosts_and_headers_are_refused(client):
    assert client.get(LESSONS, headers={"Host": "evil.example"}).status_code == 400
    answer = client.get(LESSONS, headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"})
    assert b"evil.example" not in answer.content
    assert client.get(LESSONS, {"cursor": "a\r\nSet-Cookie: x=1"}).status_code == 400


def test_limit_is_told_and_kept(client, people, settings):
    settings.API_REQUESTS_A_MINUTE = {"visitor": 3, "signed_in": 600}
    left = [client.get(LESSONS)["RateLimit"] for _n in range(3)]
    assert '"minute";r=0' in left[-1]
    refused = client.get(LESSONS)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    client.force_login(people.ben)
    assert client.get(LESSONS).status_code == 200, "another caller has another bucket"
    settings.RATE_LIMITS = False
    client.logout()
    assert client.get(LESSONS).status_code == 200


@pytest.mark.parametrize(
    ("query", "headers"),
    [("", {"Authorization": "Bearer i4s_pat_guessed"}), ("?access_token=guessed", {}), ("", {"Accept": "text/html"})],
)
def test_limit_holds_for_who_is_refused_before_it_is_known_who_asks(client, people, settings, query, headers):
    """Else tokens could be guessed as often as one likes."""
    settings.API_REQUESTS_A_MINUTE = {"visitor": 3, "signed_in": 600}
    answers = [client.get(LESSONS + query, headers=headers) for _n in range(4)]
    assert [answer.status_code for answer in answers][:3] == [answers[0].status_code] * 3
    assert answers[0].status_code in (400, 401, 406)
    assert '"minute";r=2' in answers[0]["RateLimit"]
    assert (answers[3].status_code, answers[3].json()["type"]) == (429, "urn:inno4sports:problem:too-many-requests")
    assert int(answers[3]["Retry-After"]) > 0


def test_csrf_is_asked_of_sessions(people):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.ben)
    answer = send(browser, "post", LESSONS, {"title": "x"})
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("csrf")


# The description -------------------------------------------------------------------------------------------------------------


def test_description_is_the_committed_one_and_breaks_nothing_unsaid():
    committed = json.loads((settings.BASE_DIR / "docs" / "openapi.json").read_text())
    changelog = (settings.BASE_DIR / "CHANGELOG.md").read_text()
    assert unsaid(broken(committed, description()), changelog) == []
    assert committed == json.loads(json.dumps(description())), "run manage.py write_openapi"


def test_what_breaks_programs_is_found():
    old = description()
    new = json.loads(json.dumps(old))
    del new["paths"][f"{V1}/lessons/"]["post"]
    new["components"]["schemas"]["Lesson"]["properties"]["title"] = {"type": "integer"}
    del new["components"]["schemas"]["Lesson"]["properties"]["slug"]
    patch = new["paths"][f"{V1}/lessons/{{key}}/"]["patch"]["requestBody"]["content"]["application/json"]["schema"]
    patch["required"] = ["title"]
    found = broken(old, new)
    assert found == [
        f"POST {V1}/lessons/ is gone",
        f"PATCH {V1}/lessons/{{key}}/  requires title",
        "Lesson.slug is gone",
        "Lesson.title has another type",
    ] or sorted(found) == sorted(
        [f"POST {V1}/lessons/ is gone", f"PATCH {V1}/lessons/{{key}}/  requires title", "Lesson.slug is gone", "Lesson.title has another type"]
    )
    assert unsaid(found, f"Breaking for programs: POST {V1}/lessons/ is gone") != found
    assert broken(old, old) == []


def test_every_operation_is_told():
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (path, method)
            assert operation["description"].startswith(("Who: ", "- `")), (path, method)
            assert "401" in operation["responses"], (path, method)


def test_docs_page_shows_tour_and_operations(client):
    page = client.get(f"{V1}/docs/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "Keep a copy" in text
    assert "/api/v1/lessons/{key}/steps/" in text
    assert client.get(f"{V1}/docs/", headers={"Accept-Language": "fi"}).content.decode().count('lang="fi"') > 0
    schema = client.get(f"{V1}/schema/", {"format": "json"})
    assert schema.json()["openapi"].startswith("3.1")


def operations():
    return [(method, path, operation) for path, methods in description()["paths"].items() for method, operation in methods.items()]


def test_header_that_is_needed_is_told_as_needed():
    for method, path, operation in operations():
        headers = {p["name"]: p.get("required", False) for p in operation["parameters"] if p["in"] == "header"}
        assert headers.get("If-Match", False) == ("428" in operation["responses"]), (method, path)
        assert ("Idempotency-Key" in headers) == (method != "get"), (method, path)
        if method != "get":
            assert any("Idempotency-Replayed" in a.get("headers", {}) for code, a in operation["responses"].items() if code < "300"), (method, path)


def test_headers_of_answers_are_told():
    headers = description()["components"]["headers"]
    for method, path, operation in operations():
        for code, answer in operation["responses"].items():
            told = answer.get("headers", {})
            assert {one["$ref"].rpartition("/")[2] for one in told.values() if "$ref" in one} <= headers.keys()
            assert {"RateLimit", "Vary", "Content-Language"} <= told.keys() or code >= "400", (method, path, code)
            assert ("Retry-After" in told) == (code in ("429", "503")), (method, path, code)
            assert "WWW-Authenticate" in told or code not in ("401", "403"), (method, path, code)
    page = description()["paths"][LESSONS]["get"]["responses"]["200"]["headers"]
    assert {"Link", "ETag"} <= page.keys()


def test_description_is_json_alone(client):
    assert client.get(f"{V1}/schema/", {"format": "json"}).status_code == 200
    for wanted in ("yaml", "openapi", ""):
        answer = client.get(f"{V1}/schema/", {"format": wanted})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "?format")


def test_page_for_programmers_takes_no_post():
    from django.test import Client

    for method in ("post", "put", "delete"):
        answer = getattr(Client(enforce_csrf_checks=True), method)(f"{V1}/docs/")
        assert (answer.status_code, answer["Allow"], answer["Content-Type"]) == (405, "GET, HEAD", "application/problem+json")
        assert answer.json()["type"] == "urn:inno4sports:problem:method-not-allowed"


def test_nothing_is_required_in_a_patch():
    found = [body for method, _path, o in operations() if method == "patch" for body in o["requestBody"]["content"].values()]
    assert found
    assert all("required" not in body["schema"] for body in found)


def test_what_a_step_makes_is_told_with_its_place():
    made = description()["paths"][f"{V1}/actions/{{key}}/steps/"]["post"]["responses"]["201"]
    shapes = {one["$ref"].rpartition("/")[2] for one in made["content"]["application/json"]["schema"]["anyOf"]}
    assert shapes == {"Report", "Result"}
    assert {"ETag", "Location"} <= made["headers"].keys()


def test_who_may_do_it_is_said_in_whole_words():
    for method, path, operation in operations():
        words = operation["description"]
        assert words.count("(") == words.count(")"), (method, path, words)
        assert "Who: (" not in words, (method, path)
        assert "keeps." not in words, (method, path)
        assert "manages cited" not in words, (method, path)
        assert "owns action" not in words, (method, path)
        assert "Who: anybody" not in words or method == "get", "without a token or a session nothing is written"


def test_filters_and_fields_name_their_values():
    told = description()["paths"][f"{V1}/lessons/"]["get"]["parameters"]
    asked = {p["name"]: p for p in told if p["in"] == "query"}
    assert asked["status"]["schema"]["enum"] == ["draft", "shared"]
    assert "from_cluster" in asked["expand"]["description"]
    assert "cites" in asked["fields"]["description"]
    report = next(
        body
        for body in description()["paths"][f"{V1}/actions/{{key}}/steps/"]["post"]["requestBody"]["content"]["application/json"]["schema"]["oneOf"]
        if body["title"] == "report_progress"
    )
    assert "completed" in report["properties"]["state"]["enum"]
    assert "governance" in report["properties"]["change_kind"]["enum"]
    hook = description()["paths"][f"{V1}/webhooks/"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"lessons", "findings"} <= set(hook["properties"]["kinds"]["items"]["enum"])


def parts_of(value):
    """Every schema of an object inside, with its name as far as it has one."""
    if isinstance(value, dict):
        if isinstance(value.get("properties"), dict):
            yield value
        for inner in value.values():
            yield from parts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from parts_of(inner)


def test_every_field_has_its_type_and_words_for_programs():
    """A field without a type is anything to a generated client."""
    known = {"type", "anyOf", "oneOf", "$ref", "enum", "const"}
    objects = list(parts_of(description()))
    assert [name for one in objects for name, field in one["properties"].items() if not known & set(field)] == []
    assert [one["description"] for one in objects if "serializer" in str(one.get("description"))] == []
    assert len(objects) > 300


def test_docs_page_shows_words_and_no_signs(client):
    page = client.get(f"{V1}/docs/").content.decode()
    assert "`" not in page.partition('id="action-plans"')[2]
    assert "integer or {amount, currency}" in page
    assert f'href="{V1}/schema/"' in page
    assert "next=/settings/tokens/" in page
