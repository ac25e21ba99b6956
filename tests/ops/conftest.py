"""A machine in production's shape, migrated, for the tests that break it."""

import pathlib
from collections.abc import Iterator

import pytest

from tests.ops.machine import Machine


@pytest.fixture(scope="session")
def migrated(tmp_path_factory) -> pathlib.Path:
    """The folder of a PostgreSQL with the portal's tables; machines begin with a copy."""
    with Machine(tmp_path_factory.mktemp("migrated") / "machine") as machine:
        machine.manage("manage.py", "migrate", "--noinput", "-v0")
        machine.end("database")
    return machine.folder / "database"


@pytest.fixture
def machine(tmp_path, migrated) -> Iterator[Machine]:
    with Machine(tmp_path / "machine", migrated) as machine:
        yield machine
