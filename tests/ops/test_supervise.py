"""`manage.py supervise` and `make run` with real processes: healthy, restarted, ended without an orphan."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys

import pytest

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
def portal(prepared, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(prepared, folder)
    with Portal(folder) as portal:
        portal.until_ready()
        yield portal


def test_supervise_is_healthy_and_ctrl_c_leaves_nothing(portal):
    assert portal.answers()
    assert all(portal.child(kind) for kind in KINDS)
    assert "Preparing the database" not in portal.log(), "a second start skips what is unchanged"
    assert "create_administrator" in portal.log(), "an empty portal says how the first person gets in"
    assert portal.interrupt() == 0
    portal.until_gone(5)
    assert "Traceback" not in portal.log()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_supervise_ends_everything_on_a_signal_to_it_alone(portal, number):
    portal.process.send_signal(number)
    assert portal.process.wait(timeout=40) == 0
    portal.until_gone(5)


def test_supervise_killed_leaves_no_orphan_and_can_start_again_at_once(portal):
    assert len(processes_of(portal.data_dir)) > len(KINDS)
    portal.process.kill()
    portal.process.wait()
    portal.start()  # waits for the remains of the first
    portal.until_ready(times=2)
    running = [p for p in processes_of(portal.data_dir) if p.cmdline()[-1] == "beat"]
    assert len(running) == 1, "never two beats"
    portal.process.kill()
    portal.until_gone(15)


def test_supervise_and_guard_killed_together_leave_no_orphan(portal):
    portal.child("guard.py").kill()
    portal.process.kill()
    portal.until_gone(30)


def test_supervise_restarts_each_child_that_dies(portal):
    before = {kind: portal.child(kind) for kind in KINDS}
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


def refusal(data_dir, port) -> str:
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
    return done.stderr.strip()


def test_supervise_with_a_busy_port_says_so_before_anything_starts(tmp_path):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as busy:
        said = refusal(tmp_path / "data", busy.getsockname()[1])
    assert said.count("\n") == 0
    assert "is busy" in said
    assert not (tmp_path / "data" / "portal.sqlite3").exists()


def test_supervise_twice_on_one_folder_says_so(portal):
    assert "is busy" in refusal(portal.data_dir, portal.port)
    assert "already runs on the data folder" in refusal(portal.data_dir, 0)
    assert portal.answers(), "the first is not disturbed"


def test_make_run_ends_on_ctrl_c_and_when_make_is_killed(prepared, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(prepared, folder)
    make = ["make", "--no-print-directory", "run", f"VENV={sys.prefix}"]
    with Portal(folder, make) as portal:
        portal.until_ready()
        portal.interrupt()
        portal.until_gone(20)
        portal.start()
        portal.until_ready(times=2)
        os.kill(portal.process.pid, signal.SIGTERM)
        portal.until_gone(20)
        portal.process.wait()
        portal.start()
        portal.until_ready(times=3)
        portal.process.kill()
        portal.until_gone(20)
