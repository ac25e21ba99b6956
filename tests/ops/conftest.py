"""A machine in production's shape, migrated, for the tests that break it."""

from collections.abc import Iterator

import pytest

from tests.ops.machine import Machine


@pytest.fixture
def machine(tmp_path) -> Iterator[Machine]:
    with Machine(tmp_path / "machine") as machine:
        machine.manage("manage.py", "migrate", "--noinput", "-v0")
        yield machine
