"""Every list has an index that holds its order: PostgreSQL walks it and stops after a page, however many rows there are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inno4sports.core.api.addresses import all_resources
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


@pytest.mark.parametrize("address", LISTS)
def test_a_list_is_read_in_the_order_of_an_index(address, people, client):
    things.finding(people.north)
    for thing in (things.practice, things.session, things.lesson, things.ambition, things.plan):
        thing(people.north)
    make.organisation(people.north)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    table = LISTS[address]
    (sql,) = [q["sql"] for q in queries if f'FROM "{table}"' in q["sql"] and "ORDER BY" in q["sql"]]
    with connection.cursor() as cursor:
        # With few rows reading all and sorting is cheapest: switched off, only an index in this order is left.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert f"Seq Scan on {table}" not in plan, plan
    assert "Sort" not in plan, plan
