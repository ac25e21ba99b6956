"""What docs/api.md promises runs as it stands; a client that somebody else's tool made from the description walks the thread."""

import contextlib
import datetime as dt
import importlib
import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from actionplans.models import ProgressReport
from clusters.domain.program import create_program
from clusters.domain.token import create_token
from clusters.models import SCOPES
from dissemination.models import Finding
from inno4sports.core import clock
from inno4sports.core.api.description import description
from tests import factories as make
from tests.factories import things

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
BLOCK = re.compile(r"```(sh|python)\n(.+?)```", re.DOTALL)


def token_of(user, acting):
    return create_token(user, name="Tour", scopes=SCOPES, expires_on=clock.today() + dt.timedelta(days=9), by=acting).secret


def test_every_example_of_the_tour_runs(people, live_server):
    things.lesson(people.north)
    things.finding(people.north)
    things.action(people.north, state="in_progress", owner=people.ben)
    things.action(people.south, state="in_progress", owner=people.carla)  # the newest running one is not Ben's
    program = create_program(people.north, name="Site", role="manager", scopes=["learning:read"], by=people.ben_acts)
    around = {**os.environ, "PORTAL": live_server.url, "TOKEN": token_of(people.ben, people.ben_acts)}
    around |= {"CLIENT_ID": program.client_id, "CLIENT_SECRET": program.secret}
    said = []
    for kind, code in BLOCK.findall((settings.BASE_DIR / "docs" / "api.md").read_text()):
        command = [sys.executable, "-c", code] if kind == "python" else ["sh", "-c", code]
        done = subprocess.run(command, env=around, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{code}\n{done.stderr}"
        said.append(done.stdout)
    lessons, me, token, reported, copied, refused = said
    assert json.loads(lessons)["items"][0]["cluster"]["slug"] == "north"
    assert json.loads(me)["name"] == "Ben"
    assert json.loads(token)["token_type"] == "Bearer"
    assert reported.strip() == "Route signposted."
    assert ProgressReport.objects.get().text == "Route signposted."
    assert copied.strip() == f"{Finding.objects.visible_to(AnonymousUser()).count()} findings"
    assert json.loads(refused)["type"] == "urn:inno4sports:problem:unknown-parameter"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The package that openapi-python-client makes of our description."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(json.dumps(description()))
    (folder / "config.yml").write_text("post_hooks: []\n")
    tool = [os.path.join(os.path.dirname(sys.executable), "openapi-python-client"), "generate", "--meta", "none", "--fail-on-warning"]
    done = subprocess.run(
        [*tool, "--path", folder / "openapi.json", "--config", folder / "config.yml", "--output-path", folder / "portal_client"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield
    sys.path.remove(str(folder))


def call(path):
    return importlib.import_module(f"portal_client.api.{path}").sync_detailed


def body(name, **values):
    return getattr(importlib.import_module("portal_client.models"), name).from_dict(values)


@pytest.fixture
def as_them(made, live_server):
    """Clients of these people, closed after the test."""
    with contextlib.ExitStack() as stack:

        def clients(*users):
            of = importlib.import_module("portal_client").AuthenticatedClient
            return [stack.enter_context(of(base_url=live_server.url, token=token_of(user, make.actor(user)))) for user in users]

        yield clients


def test_typed_client_walks_the_thread(people, as_them):
    """From what was learned to what is told: lesson, ambition, plan, action, report, result, finding."""
    ben, edda, emil = as_them(people.ben, people.edda, people.emil)
    practice = things.practice(people.south)

    def taken(client, resource, key, **step):
        """A step from the version that stands; answers what it made or changed."""
        one = call(f"{resource}.{resource}_one")(key, client=client)
        http = client.get_httpx_client()
        name = resource.replace("_", "-")
        answer = http.post(f"/api/v1/{name}/{key}/steps/", json=step, headers={"If-Match": one.headers["etag"]})
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    lesson = call("lessons.lessons_create")(
        client=ben,
        body=body(
            "LessonsCreateBody",
            title="Light",
            text="It helps.",
            audience="network",
            language="en",
            cites=[f"learning.goodpractice:{practice.public_id}"],
        ),
    ).parsed
    assert lesson.status == "draft"
    taken(ben, "lessons", lesson.slug, step="share_lesson")
    assert call("lessons.lessons_one")(lesson.slug, client=ben).parsed.status == "shared"
    given = {"title": "Tracks", "text": "Near.", "cluster": "north", "language": "en", "lessons": [f"learning.lesson:{lesson.id}"]}
    ambition = call("ambitions.ambitions_create")(client=ben, body=body("AmbitionsCreateBody", **given)).parsed
    assert ambition.title == "Tracks"
    plan = call("action_plans.action_plans_create")(
        client=ben, body=body("ActionPlansCreateBody", title="Plan", language="en", cluster="north")
    ).parsed
    action = taken(ben, "action_plans", plan.slug, step="write_action", title="Lamps", description="Put up.", cited=[f"learning.lesson:{lesson.id}"])
    assert action["cites"][0]["id"] == str(lesson.id)
    running = things.action(people.north, owner=people.ben)
    report = taken(
        ben, "actions", running.public_id, step="report_progress", state="in_progress", text="Up.", period_from="2026-07-01", period_to="2026-09-30"
    )
    result = taken(ben, "actions", running.public_id, step="draft_result", report=report["id"])
    taken(ben, "results", result["slug"], step="publish_result")
    finding = call("findings.findings_create")(
        client=edda,
        body=body(
            "FindingsCreateBody", title="Light works", summary="Short.", text="Long.", audience="public", language="en", finding_kind="result",
            cited=[f"actionplans.result:{result['id']}"],
        ),
    ).parsed  # fmt: skip
    taken(edda, "findings", finding.slug, step="submit_finding")
    told = taken(emil, "findings", finding.slug, step="publish_finding")
    assert told["status"] == "published"
    assert told["cites"][0]["id"] == result["id"]
