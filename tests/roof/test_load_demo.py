"""The demo data: the published facts with their sources, accounts, and generated threads that are marked as demo."""

import json
import re
import stat

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import connection

from actionplans.models import Action, ActionPlan, Ambition, Result
from clusters.models import Cluster, Membership, Organisation, Topic, User
from dissemination.evidence import RANK, STAGE_OF, walk
from dissemination.models import Finding
from inno4sports.core import clock
from inno4sports.core.models import HistoryEvent, Notification, OutboxMail, SearchText
from inno4sports.demo.load.recorded import FILE, first_words
from learning.models import Feedback, GoodPractice, Lesson, Session
from tests.roof.pages import as_person

pytestmark = pytest.mark.django_db

WRITE = re.compile(r"^\s*(INSERT|UPDATE|DELETE)", re.IGNORECASE)
KINDS = (Cluster, Organisation, Session, GoodPractice, Lesson, Ambition, ActionPlan, Action, Finding)


@pytest.fixture
def loaded(db, settings):
    settings.DEMO, settings.DEMO_PASSWORD = True, "swim-bike-run"
    call_command("load_demo")


def test_load_demo_twice_writes_nothing(loaded):
    written = []

    def watch(execute, sql, params, many, context):
        if WRITE.match(sql) and "core_contentversion" not in sql[:60]:  # kept pages may go at any time
            written.append(sql[:120])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        call_command("load_demo")
    assert written == []


def test_load_demo_records_every_fact_with_its_source(loaded):
    data = json.loads(FILE.read_text())
    numbers = {
        "clusters": Cluster, "sessions": Session, "practices": GoodPractice, "lessons": Lesson, "action_plans": ActionPlan, "findings": Finding,
    }  # fmt: skip
    for name, model in numbers.items():
        assert model.objects.filter(origin="recorded").count() == len(data[name]), name
    assert Organisation.objects.filter(origin="recorded").count() == sum(bool(row["cluster"]) for row in data["organisations"])
    assert Action.objects.filter(origin="recorded").count() == sum(len(plan["actions"]) for plan in data["action_plans"])
    assert Topic.objects.filter(kind="setting").count() == 6
    states = {Session: "closed", GoodPractice: "admitted", Lesson: "shared", ActionPlan: "implementing", Finding: "published", Ambition: "adopted"}
    for model, status in states.items():
        assert set(model.objects.filter(origin="recorded").values_list("status", flat=True)) == {status}
    for model in KINDS:
        for thing in model.objects.filter(origin="recorded").select_related("created_by"):
            assert thing.created_by.is_system
            assert all(link.startswith("http") for link in thing.sources), thing
            assert thing.sources, thing
            assert thing.created_at < clock.now()


def test_load_demo_tells_nobody_of_recorded_facts(loaded):
    recorded = {thing.public_id for model in KINDS for thing in model.objects.filter(origin="recorded")}
    assert not HistoryEvent.objects.filter(thing_id__in=recorded).exists()
    assert not Notification.objects.open().exists()
    assert set(OutboxMail.objects.values_list("status", flat=True)) == {"demo"}
    # What the source does not say stays unsaid.
    assert Session.objects.get(slug="ewrc-innovation-hubs-2020").starts_on is None
    assert Session.objects.get(slug="ewrc-innovation-hubs-2020").date_text == "autumn 2020"
    assert Action.objects.get(plan__slug="rap-valencia", number=1).citations.count() == 0  # a gap
    routes = Action.objects.get(title="Smart Sport Routes").citations.get().lesson
    assert routes.slug == "nl-fi-public-space"
    assert Lesson.objects.get(slug="es-nl-cvida").citations.get().practice.slug == "cvida"
    assert [c.code for c in Finding.objects.get(slug="lapland-eye-opener").cited_clusters.all()] == ["VAL", "LAP"]


def test_load_demo_makes_everything_findable(loaded):
    kinds = dict.fromkeys(SearchText.objects.values_list("thing_kind", flat=True))
    assert set(kinds) >= {m._meta.label_lower for m in KINDS if m is not Action}
    assert SearchText.objects.filter(folded__contains="lodzkie", thing_kind="clusters.cluster").exists()


def test_load_demo_accounts_sign_in_in_the_language_of_their_region(loaded, client):
    addresses = [
        f"{role}@{slug}.demo.example" for role in ("manager", "manager2", "partner") for slug in Cluster.objects.values_list("slug", flat=True)
    ]
    addresses += [f"{who}.demo.example" for who in ("lead@portal", "editor@epsi", "reviewer@epsi", "admin@portal")]
    assert set(User.objects.values_list("email", flat=True)) == set(addresses)
    assert EmailAddress.objects.filter(verified=True, primary=True).count() == len(addresses)
    assert all(user.check_password("swim-bike-run") for user in User.objects.all())
    fi = User.objects.get(email="manager@lapland.demo.example")
    assert (fi.language, fi.timezone, [c.slug for c in fi.managed_clusters]) == ("fi", "Europe/Helsinki", ["lapland"])
    lead = User.objects.get(email="lead@portal.demo.example")
    assert (lead.language, lead.is_coordinator, [c.slug for c in lead.managed_clusters]) == ("nl", True, ["south-netherlands"])
    assert User.objects.get(email="reviewer@epsi.demo.example").is_editor
    admin = User.objects.get(email="admin@portal.demo.example")
    assert (admin.is_staff, admin.is_superuser, Membership.objects.filter(user=admin).count()) == (True, False, 0)
    answer = client.post("/accounts/login/", {"login": fi.email, "password": "swim-bike-run"})
    assert answer.status_code == 302


def test_load_demo_keeps_a_password_of_its_own_readable_by_the_owner_alone(db, settings, tmp_path):
    settings.DEMO_PASSWORD, settings.DATA_DIR = "", tmp_path
    call_command("load_demo")
    kept = tmp_path / "demo_password"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    password = kept.read_text()
    call_command("load_demo")
    assert kept.read_text() == password
    assert User.objects.get(email="manager2@valencia.demo.example").check_password(password)


def test_load_demo_generates_whole_threads_marked_as_demo(loaded):
    assert 40 <= Feedback.objects.submitted().count() <= 60
    assert set(Feedback.objects.values_list("language", flat=True)) == {"nl", "es", "hu", "fi", "pl"}
    assert Lesson.objects.filter(origin="demo").count() == 6
    assert ActionPlan.objects.filter(origin="demo", status="implementing").count() == 3
    assert Result.objects.filter(origin="demo", status="published").count() == 3
    told = Finding.objects.filter(origin="demo", status="published")
    assert told.count() == 3
    for finding in told:
        below, _above = walk({(finding.kind, finding.pk)})
        assert {RANK[STAGE_OF[kind]] for kind, _pk in below} == {0, 1, 2, 3, 4}
        clusters = {c.slug for c in finding.cited_clusters.all()}
        assert len(clusters) == 2
    # Acts made them: each has its history, in the past, and nothing but demo rows came of it.
    for thing in (*told, *Lesson.objects.filter(origin="demo"), *Result.objects.filter(origin="demo")):
        events = HistoryEvent.objects.filter(thing_id=thing.public_id)
        assert events.exists()
        assert all(event.at < clock.now() for event in events)
    assert not User.objects.exclude(email__endswith=".demo.example").exists()
    for model in (Feedback, Lesson, Ambition, Result):
        assert not model.objects.filter(origin="made").exists()


def test_load_demo_pages_of_each_kind_open_for_visitor_and_manager(loaded, client):
    samples = {}
    for row in SearchText.objects.order_by("id"):
        samples.setdefault((row.thing_kind, row.reach), row.url)
    assert len(samples) > 10
    for (kind, reach), url in samples.items():
        if reach == "public":
            assert client.get(url).status_code == 200, (kind, url)
    as_person(client, User.objects.get(email="manager@valencia.demo.example"))
    for (kind, reach), url in samples.items():
        if reach != "cluster":
            assert client.get(url).status_code == 200, (kind, url)


def test_load_demo_is_refused_without_demo_mode(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO is off"):
        call_command("load_demo")
    assert not Cluster.objects.exists()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("One sentence. And another.", "One sentence"),
        ("A first clause that says enough to stand alone as it is; " + "more " * 40, "A first clause that says enough to stand alone as it is"),
        ("word " * 40, ("word " * 29).strip() + "…"),
    ],
)
def test_first_words_are_a_title(text, title):
    assert first_words(text) == title
