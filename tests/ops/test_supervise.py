"""`manage.py supervise` and `make run` with real processes: healthy, restarted, ended without an orphan."""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator

import psycopg2
import pytest
import redis

from tests import services
from tests.ops.portal import ROOT, Portal, environment, processes_of

pytestmark = pytest.mark.processes

KINDS = ("gunicorn", "worker", "beat", "guard.py")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory) -> pathlib.Path:
    """A data folder as a first start leaves it; tests copy it, so that each begins with a second start."""
    folder = tmp_path_factory.mktemp("portal") / "prepared"
    with Portal(folder) as portal:
        portal.until_ready()
        portal.interrupt()
        portal.until_gone(5)
    return folder


@pytest.fixture
def folder(prepared, tmp_path) -> pathlib.Path:
    return pathlib.Path(shutil.copytree(prepared, tmp_path / "data"))


def test_supervise_is_healthy_restarts_what_dies_and_ctrl_c_leaves_nothing(folder):
    with Portal(folder) as portal:
        portal.until_ready()
        assert portal.answers()
        assert "Preparing the database" not in portal.log(), "a second start skips what is unchanged"
        assert "create_administrator" in portal.log(), "an empty portal says how the first person gets in"
        assert "Traceback" not in portal.log()

        assert "is busy" in refusal(folder, portal.port)
        assert "already runs on the data folder" in refusal(folder, 0)
        assert portal.answers(), "two more starts did not disturb it"

        before = {kind: portal.child(kind) for kind in KINDS}
        assert None not in before.values()
        for process in before.values():
            process.kill()

        def all_new() -> bool:
            now = [portal.child(kind) for kind in KINDS]
            return None not in now and not set(now) & set(before.values())

        portal.until(all_new, 30, "new children")
        portal.until(portal.answers, 60, "healthy again")
        assert "The worker ended (killed by SIGKILL); it starts again in 1 s." in portal.log()

        assert portal.interrupt() == 0
        portal.until_gone(5)


def test_supervise_killed_leaves_no_orphan_and_can_start_again_at_once(folder):
    with Portal(folder) as portal:
        portal.until_ready()
        assert len(processes_of(folder)) > len(KINDS)
        portal.process.kill()
        portal.process.wait()
        portal.start()  # waits for the remains of the first
        portal.until_ready(times=2)
        assert len([p for p in processes_of(folder) if p.cmdline()[-1] == "beat"]) == 1, "never two beats"
        portal.child("guard.py").kill()
        portal.process.kill()
        portal.until_gone(30)


def refusal(data_dir: pathlib.Path, port: int) -> str:
    """What a start that must not succeed says: one sentence."""
    done = subprocess.run(
        [sys.executable, "manage.py", "supervise", "--prepare"],
        cwd=ROOT,
        env=environment(data_dir, port),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().count("\n") == 0
    return done.stderr


def test_supervise_with_a_busy_port_says_so_before_anything_starts(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        assert "is busy" in refusal(tmp_path / "data", busy.getsockname()[1])
    assert not (tmp_path / "data" / "portal.sqlite3").exists()


@pytest.fixture
def database_url() -> Iterator[str]:
    """An empty database of its own on the test server; gone afterwards."""
    name = f"supervise_{os.getpid()}"
    host, port = services.POSTGRES
    server = psycopg2.connect(host=host, port=port, user="postgres", dbname="postgres")
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield f"postgres://postgres@{host}:{port}/{name}"
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    server.close()


@pytest.mark.postgres
@pytest.mark.redis
def test_supervise_on_postgresql_and_redis_as_in_production(tmp_path, database_url):
    key, site = "a key that is only for this test, and long enough", "https://portal.example"
    with redis.Redis.from_url(services.REDIS_URL) as server:
        server.flushdb()
    with Portal(tmp_path / "data", DATABASE_URL=database_url, REDIS_URL=services.REDIS_URL, SITE_URL=site, SECRET_KEY=key) as portal:
        portal.until_said(f"The portal is ready: {site}")
        assert not (portal.data_dir / "portal.sqlite3").exists()
        assert not (portal.data_dir / "broker").exists()
        assert portal.interrupt() == 0
        portal.until_gone(5)


def test_make_run_ends_on_ctrl_c_and_when_make_is_killed(folder):
    make = ["make", "--no-print-directory", "run", f"VENV={sys.prefix}"]
    with Portal(folder, make) as portal:
        portal.until_ready()
        portal.interrupt()
        portal.until_gone(20)
        portal.start()
        portal.until_ready(times=2)
        portal.process.kill()
        portal.until_gone(20)
