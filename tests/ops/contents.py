"""What a database holds, as a digest by table: of two that hold the same, row for row, all digests are the same."""

import hashlib
from typing import Any

from django.db import connection

# From where the numbers of new rows go on.
COUNTERS = {
    "postgresql": "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'",
    "sqlite": "SELECT name, seq FROM sqlite_sequence",
}


def digests() -> dict[str, str]:
    """Every table, whoever made it, and every counter."""
    with connection.cursor() as cursor:
        found = {table: digest(cursor, table) for table in sorted(connection.introspection.table_names(cursor))}
        cursor.execute(COUNTERS[connection.vendor])
        return found | {f"counter {name}": str(last) for name, last in cursor.fetchall()}


def digest(cursor: Any, table: str) -> str:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    columns = [column[0] for column in cursor.description]
    rows = sorted(repr([bytes(value) if isinstance(value, memoryview) else value for value in row]) for row in cursor.fetchall())
    return hashlib.sha256(repr((columns, rows)).encode()).hexdigest()


def differing(one: dict[str, str], other: dict[str, str]) -> set[str]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
