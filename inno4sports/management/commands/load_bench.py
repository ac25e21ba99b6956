"""`manage.py load_bench --rows N`: N rows in every large table, the same on every machine, for `make bench`."""

import hashlib
import time
import uuid
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.management.color import no_style
from django.db import connection, models

from clusters.models import User
from inno4sports.core.acts import acting
from inno4sports.core.search import remember_words
from inno4sports.management.bench_rows import BETWEEN, FIRST, LARGE, WORDS, Block, busy_people

BLOCK = 1000
# What must differ from block to block although no constraint of one column says so, and what makes a block findable.
MARKED = {"name", "title", "folded", "email", "to"}


# Made anew behind the rows: written row by row it would take most of the time.
VECTOR_INDEX = "CREATE INDEX core_searchtext_vector ON core_searchtext USING gin (vector) WITH (fastupdate = off)"


class Command(BaseCommand):
    help = "Fill every large table with made-up rows, for measurements. For a database of its own: nothing takes the rows out again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rows", type=int, default=BLOCK, help="rows a table; above a block, full blocks")
        parser.add_argument("--block", type=int, default=BLOCK, help="rows that Django makes; the database multiplies them")
        parser.add_argument("--yes", action="store_true", help="also where DEMO is off")

    def handle(self, *_args: Any, rows: int, block: int, yes: bool, **_options: Any) -> None:
        if not (settings.DEMO or yes):
            raise CommandError("This fills the portal with made-up rows. If you mean that, say --yes.")
        if User.objects.filter(email="manager@bench.example").exists():
            raise CommandError("This database holds bench rows already.")
        began, size = time.monotonic(), min(rows, block)
        with acting():
            Block(size).write()
            multiply(size, rows // size)
            busy_people()
            remember_words(" ".join(WORDS))
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
        self.stdout.write(f"{rows // size * size} rows a table in {time.monotonic() - began:.0f} s")


def multiply(size: int, blocks: int) -> None:
    """Copy the first block in the database: ids and keys move on by a block, public ids and marks follow from the block's number."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Every key points into its own block: nothing is there to check. Asked of a superuser only.
            cursor.execute("DROP INDEX core_searchtext_vector")
            cursor.execute("SELECT set_config('session_replication_role', 'replica', true) FROM pg_roles WHERE rolname = current_user AND rolsuper")
        else:
            connection.connection.create_function("bench_uuid", 2, in_python, deterministic=True)
        for model in (*LARGE, *BETWEEN):
            if blocks > 1:
                cursor.execute(statement(model, size), [blocks - 1])
        if connection.vendor == "postgresql":
            cursor.execute(VECTOR_INDEX)
        for sql in connection.ops.sequence_reset_sql(no_style(), [*LARGE, *BETWEEN]):
            cursor.execute(sql)


def in_python(public_id: str | None, block: int) -> str | None:
    """On SQLite what PostgreSQL's md5 answers."""
    return public_id and hashlib.md5(f"{uuid.UUID(public_id)}{block}".encode(), usedforsecurity=False).hexdigest()


def statement(model: type[models.Model], size: int) -> str:
    """One INSERT that makes all further blocks of a table out of the first."""
    table, step = model._meta.db_table, size
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}" WHERE id >= {FIRST}')  # noqa: S608 -- our own names
        step = max(cursor.fetchone()[0], size)
    columns = {f.column: value_of(f, step if f.primary_key else size) for f in model._meta.concrete_fields}
    names = ", ".join(f'"{name}"' for name in columns)
    return (
        f"WITH RECURSIVE blocks(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM blocks WHERE k < %s) "  # noqa: S608 -- our own names
        f'INSERT INTO "{table}" ({names}) SELECT {", ".join(columns.values())} FROM "{table}", blocks WHERE id >= {FIRST} AND id < {FIRST + step}'
    )


def value_of(field: models.Field, step: int) -> str:
    """What stands in a column of block k."""
    column = f'"{field.column}"'
    if field.primary_key or (isinstance(field, models.ForeignKey) and field.related_model in LARGE):
        return f"{column} + k * {step}"
    if isinstance(field, models.UUIDField):
        return f"md5({column}::text || k)::uuid" if connection.vendor == "postgresql" else f"bench_uuid({column}, k)"
    if isinstance(field, models.EmailField):
        return f"'b' || k || {column}"
    if isinstance(field, models.SlugField):
        return f"{column} || '-' || k"
    if field.name in MARKED:
        return f"{column} || ' block' || k"
    return column
