"""Every list has an index that holds its order: PostgreSQL walks it and stops after a page, however many rows there are."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inno4sports.core.api.addresses import all_resources
from learning.models import Session
from tests import factories as make
from tests.factories import things

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
LISTS = {
    "/findings/": "dissemination_finding",
    "/learning/practices/": "learning_goodpractice",
    "/learning/practices/?cluster=north": "learning_goodpractice",
    "/learning/sessions/": "learning_session",
    "/learning/lessons/": "learning_lesson",
    "/ambitions/": "actionplans_ambition",
    "/ambitions/?cluster=north": "actionplans_ambition",
    "/action-plans/": "actionplans_actionplan",
    "/action-plans/?cluster=north": "actionplans_actionplan",
    "/clusters/north/members/": "clusters_organisation",
}


# What narrows a list, and may be true of hardly any of its rows: the index begins with it.
NARROWED = {
    "/ambitions/?topic=light": ("actionplans_ambition", "topic_id"),
    "/api/v1/ambitions/?topic=light": ("actionplans_ambition", "topic_id"),
    "/api/v1/ambitions/?cluster=north": ("actionplans_ambition", "cluster_id"),
    "/api/v1/ambitions/?status=realised": ("actionplans_ambition", "status"),
    "/api/v1/action-plans/?cluster=north": ("actionplans_actionplan", "cluster_id"),
    "/api/v1/action-plans/?status=completed": ("actionplans_actionplan", "status"),
    "/api/v1/actions/?state=abandoned": ("actionplans_action", "state"),
    "/api/v1/progress-reports/?state=abandoned": ("actionplans_progressreport", "state"),
    "/api/v1/findings/?kind=lesson": ("dissemination_finding", "finding_kind"),
    "/api/v1/findings/?status=archived": ("dissemination_finding", "status"),
    "/api/v1/practices/?cluster=north": ("learning_goodpractice", "cluster_id"),
    "/api/v1/practices/?status=submitted": ("learning_goodpractice", "status"),
    "/api/v1/practices/?outcome=did_not_work": ("learning_goodpractice", "outcome"),
    "/api/v1/sessions/?status=cancelled": ("learning_session", "status"),
    "/api/v1/sessions/?audience=cluster": ("learning_session", "audience"),
    "/api/v1/lessons/?cluster=north": ("learning_lesson", "cluster_id"),
    "/api/v1/lessons/?from_cluster=north": ("learning_lesson", "from_cluster_id"),
    "/api/v1/feedback-requests/?status=withdrawn": ("learning_feedbackrequest", "status"),
    "/feedback-requests/?status=withdrawn": ("learning_feedbackrequest", "status"),
}
# Where a row has several topics, or regions: the table between is asked by its keys, and the list keeps its order.
SEVERAL = {
    "/findings/?topic=light": "dissemination_finding",
    "/findings/?cluster=north": "dissemination_finding",
    "/learning/practices/?topic=light": "learning_goodpractice",
    "/learning/sessions/?topic=light": "learning_session",
    "/learning/lessons/?topic=light": "learning_lesson",
    "/api/v1/findings/?topic=light": "dissemination_finding",
    "/api/v1/findings/?cluster=north": "dissemination_finding",
    "/api/v1/practices/?topic=light": "learning_goodpractice",
    "/api/v1/sessions/?topic=light": "learning_session",
    "/api/v1/lessons/?topic=light": "learning_lesson",
}


# What there are few of.
SMALL = ("session-kinds", "webhooks")


def test_every_list_of_the_api_has_an_index_in_its_order():
    missing = []
    for name, resource in all_resources().items():
        order, fields = list(resource.order), resource.model._meta
        indexes = [list(index.fields) for index in fields.indexes if not index.condition]
        unique = {field.name for field in fields.fields if field.unique}
        if name not in SMALL and order[0].lstrip("-") not in unique and not any(index[: len(order)] == order for index in indexes):
            missing.append(name)
    assert missing == []


@pytest.fixture
def rows(people):
    make.topic("light")
    things.finding(people.north)
    for thing in (things.practice, things.session, things.lesson, things.ambition, things.action):
        thing(people.north)
    make.organisation(people.north)
    # In the order of the key itself, which one row alone would be read by whatever it is narrowed by.
    Session.objects.bulk_create(
        Session(title="Long ago", slug=f"long-ago-{n}", cluster=people.north, session_kind_id=Session.objects.get().session_kind_id, status="closed")
        for n in range(200)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE learning_session")


def plan_of(address, table, client):
    """How PostgreSQL reads the list with an index in its order, if there is one."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    sql = next(q["sql"] for q in queries if f'FROM "{table}"' in q["sql"] and "ORDER BY" in q["sql"])
    with connection.cursor() as cursor:
        # With few rows reading all and sorting is cheapest: switched off, only an index in this order is left.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize("address", [*LISTS, *SEVERAL])
def test_a_list_is_read_in_the_order_of_an_index(address, people, rows, client):
    table = (LISTS | SEVERAL)[address]
    plan = plan_of(address, table, client)
    assert f"Seq Scan on {table}" not in plan, plan
    assert "Sort" not in plan, plan


@pytest.mark.parametrize("address", NARROWED)
def test_a_narrowed_list_is_read_by_an_index_in_its_order(address, people, rows, client):
    client.force_login(people.edda, backend="allauth.account.auth_backends.AuthenticationBackend")
    table, column = NARROWED[address]
    plan = plan_of(address, table, client)
    assert f"Seq Scan on {table}" not in plan, plan
    assert f"Sort Key: {table}." not in plan, plan  # a row's own few may be sorted beside it
    assert re.search(rf"Index Cond: \(+{column}\b", plan), plan
