"""The database as one file and back: pg_dump and psql for PostgreSQL, SQLite's own backup (docs/adr/0021)."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import connection, transaction

HOLD = "INSERT INTO {schema}core_hold (name, since, reason) VALUES ('sending', CURRENT_TIMESTAMP, 'restored from a backup') ON CONFLICT DO NOTHING"


def dump_name() -> str:
    return "database.dump" if connection.vendor == "postgresql" else "database.sqlite3"


def dump(target: Path) -> dict[str, int]:
    """Write the whole database to `target` as it is at one moment; answers how many rows each table has in it."""
    if connection.vendor == "postgresql":
        return _dump_postgres(target)
    connection.ensure_connection()
    with sqlite3.connect(target) as copy:
        connection.connection.backup(copy)
        rows = {table: copy.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in _sqlite_tables(copy)}  # noqa: S608 -- its own names
    copy.close()
    return rows


@transaction.atomic
def _dump_postgres(target: Path) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        rows = count_rows()
        run([tool("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}"])
    return rows


def count_rows() -> dict[str, int]:
    """How many rows each table has now."""
    rows: dict[str, int] = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 -- its own names
            rows[table] = cursor.fetchone()[0]
    return rows


def _sqlite_tables(copy: sqlite3.Connection) -> list[str]:
    found = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    return [name for (name,) in found]


def restore(source: Path) -> None:
    """Put the database of `source` in the place of what is there, with sending held: all of it or nothing."""
    if connection.vendor == "postgresql":
        _restore_postgres(source)
        return
    with sqlite3.connect(source) as copy:
        copy.execute(HOLD.format(schema=""))
    copy.commit()
    connection.ensure_connection()
    copy.backup(connection.connection)
    copy.close()
    connection.close()


def _restore_postgres(source: Path) -> None:
    """One transaction: the old schema goes, the new one comes, and with it the hold; a failure leaves the old one."""
    connection.close()
    script = source.with_suffix(".sql")
    run([tool("pg_restore"), "--no-owner", "--no-privileges", f"--file={script}", str(source)])
    first = "SET lock_timeout = '10s'; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;"
    psql = [tool("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", "--output=/dev/null"]
    run([*psql, "--command", first, "--file", str(script), "--command", HOLD.format(schema="public.")])
    script.unlink()


def tool(name: str) -> str:
    """One of PostgreSQL's programs: on the PATH, or where Debian keeps the newest."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = shutil.which(name) or (str(versions[-1]) if versions else None)
    if found is None:
        raise CommandError(f"{name} is missing: install PostgreSQL's client programs (on Debian the package postgresql-client).")
    return found


def run(command: list[str]) -> None:
    """Run one of PostgreSQL's programs on our database; what it complains of becomes a CommandError."""
    place: dict[str, Any] = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    environment = os.environ | {name: str(place[key]) for name, key in names.items() if place.get(key)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603 -- commands of ours, no shell
    if done.returncode != 0:
        raise CommandError(f"{Path(command[0]).name} failed: {done.stderr.strip()[-1000:]}")
