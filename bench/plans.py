"""`python -m bench.plans --lists page … --pages page … --own page …`: which large tables each address reads whole, as one line of JSON.

For a visitor and for a busy manager, who also asks for the own pages and for what of the API is closed. To the lists and to every resource of
the API come the addresses with each filter. Every query is explained by PostgreSQL at this size, with the plan that it would choose now.
"""

import argparse
import json
import os
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inno4sports.settings")
import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402

from bench.addresses import of_page, of_resources  # noqa: E402
from clusters.models import User  # noqa: E402

LARGE = 10_000  # rows
SIZES = "SELECT relname, reltuples FROM pg_class WHERE relkind = 'r' AND reltuples >= %s"


def large_tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(SIZES, [LARGE])
        return {name for name, _rows in cursor.fetchall()}


def read_whole(plan: dict[str, Any]) -> Iterator[str]:
    """The tables of a plan that are read from end to end; not of a part that contradicts itself, which is not even begun."""
    if plan.get("One-Time Filter") == "false":
        return
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for part in plan.get("Plans", []):
        yield from read_whole(part)


def tables_of(client: Client, address: str, large: set[str]) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        status = client.get(address).status_code
    assert status == 200, f"{address} answered {status}"
    found: set[str] = set()
    with connection.cursor() as cursor:
        for query in queries:
            if query["sql"].lstrip().startswith(("SELECT", "(SELECT", "WITH")):
                cursor.execute(f"EXPLAIN (FORMAT JSON) {query['sql']}")
                found |= set(read_whole(cursor.fetchone()[0][0]["Plan"])) & large
    return sorted(found)


def signed_in(email: str) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(email=email), "allauth.account.auth_backends.AuthenticationBackend")
    return client


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--lists", "--pages", "--own"):
        parser.add_argument(name, nargs="*", default=[])
    told = parser.parse_args()
    setup_test_environment()  # a page tells which filters it offers
    large, manager = large_tables(), User.objects.get(email="manager@bench.example")
    found = {}
    for who, client, own in (("visitor", Client(headers={"host": "localhost"}), []), ("manager", signed_in(manager.email), told.own)):
        addresses = [address for page in told.lists for address in of_page(client, page)]
        addresses += [*told.pages, *(address for page in own for address in of_page(client, page))]
        for address in (*addresses, *of_resources(manager, closed=who == "manager")):
            found[f"{who} {address}"] = tables_of(client, address, large)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
