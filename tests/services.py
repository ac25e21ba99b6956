"""What a test may need: PostgreSQL, Redis, Chromium. Missing: skipped with a reason; with REQUIRE_ALL=1 failed.

`python -m tests.services postgres` answers by its exit code whether the service is reachable.
"""

import functools
import os
import pathlib
import shutil
import socket
import sys

import pytest

POSTGRES = ("127.0.0.1", 5432)
REDIS = ("127.0.0.1", 6379)
REDIS_URL = "redis://127.0.0.1:6379/15"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


@functools.cache
def postgres_reachable() -> bool:
    """Whether the user postgres may connect without a password."""
    import psycopg2

    try:
        psycopg2.connect(host=POSTGRES[0], port=POSTGRES[1], user="postgres", dbname="postgres", connect_timeout=3).close()
    except psycopg2.OperationalError:
        return False
    return True


@functools.cache
def redis_reachable() -> bool:
    try:
        with socket.create_connection(REDIS, timeout=3) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@functools.cache
def chromium_path() -> str | None:
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


@functools.cache
def servers_installed() -> bool:
    """Whether a test may start a PostgreSQL and a Redis of its own."""
    return bool(list(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))) and shutil.which("redis-server") is not None


def chosen_database() -> str:
    """`postgres` or `sqlite`: what TEST_DATABASE says, else PostgreSQL where it is reachable."""
    return os.environ.get("TEST_DATABASE") or ("postgres" if postgres_reachable() else "sqlite")


def what_is_missing(marks: set[str]) -> str:
    """Why a test with these marks cannot run here; empty when it can."""
    if marks & {"postgres", "browser"} and chosen_database() != "postgres":
        return "needs PostgreSQL on 127.0.0.1:5432 (user postgres, no password)"
    if "browser" in marks and chromium_path() is None:
        return "needs chromium on the PATH"
    if "redis" in marks and not redis_reachable():
        return "needs Redis on 127.0.0.1:6379"
    if "servers" in marks and not servers_installed():
        return "needs the programs initdb (Debian: postgresql) and redis-server"
    return ""


def all_required() -> bool:
    return os.environ.get("REQUIRE_ALL", "") not in ("", "0")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if missing := what_is_missing({mark.name for mark in item.iter_markers()}):
        pytest.skip(missing)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    report = yield
    return failed_instead(report) if all_required() and not hasattr(report, "wasxfail") else report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector):
    report = yield
    return failed_instead(report) if all_required() else report


def failed_instead(report):
    """The report; a skip becomes a failure that names its reason."""
    if report.outcome == "skipped":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome, report.longrepr = "failed", f"REQUIRE_ALL=1 allows no skip: {reason.removeprefix('Skipped: ')}"
    return report


if __name__ == "__main__":
    known = {"postgres": postgres_reachable, "redis": redis_reachable, "chromium": chromium_path}
    sys.exit(not known[sys.argv[1]]())
