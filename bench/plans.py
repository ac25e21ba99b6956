"""`python -m bench.plans address …`: which large tables each page reads whole, for a visitor and for a busy manager, as one line of JSON.

Every query of a page is explained by PostgreSQL at this size, with the plan that it would choose now.
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inno4sports.settings")
import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from clusters.models import User  # noqa: E402

LARGE = 10_000  # rows
SIZES = "SELECT relname, reltuples FROM pg_class WHERE relkind = 'r' AND reltuples >= %s"


def large_tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(SIZES, [LARGE])
        return {name for name, _rows in cursor.fetchall()}


def read_whole(plan: dict[str, Any]) -> Iterator[str]:
    """The tables of a plan that are read from end to end."""
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for part in plan.get("Plans", []):
        yield from read_whole(part)


def tables_of(client: Client, address: str, large: set[str]) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        status = client.get(address).status_code
    assert status in (200, 302, 401), f"{address} answered {status}"
    found: set[str] = set()
    with connection.cursor() as cursor:
        for query in queries:
            if query["sql"].lstrip().startswith(("SELECT", "(SELECT", "WITH")):
                cursor.execute(f"EXPLAIN (FORMAT JSON) {query['sql']}")
                found |= set(read_whole(cursor.fetchone()[0][0]["Plan"])) & large
    return sorted(found)


def main(addresses: list[str]) -> None:
    large, manager, visitor = large_tables(), Client(headers={"host": "localhost"}), Client(headers={"host": "localhost"})
    manager.force_login(User.objects.get(email="manager@bench.example"), "allauth.account.auth_backends.AuthenticationBackend")
    print(json.dumps({f"{who} {a}": tables_of(c, a, large) for who, c in (("visitor", visitor), ("manager", manager)) for a in addresses}))


if __name__ == "__main__":
    main(sys.argv[1:])
