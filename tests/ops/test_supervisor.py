"""The supervisor's own rules, with children that are one line of Python."""

import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import time

import psutil
import pytest

from inno4sports.management import claims, guard
from inno4sports.management.supervisor import how_it_ended
from tests.ops.portal import ROOT

pytestmark = pytest.mark.processes

SUPERVISE = """
import pathlib, sys
from inno4sports.management import supervisor
supervisor.QUICK_DEATHS_ALLOWED, supervisor.STOP_GRACE = 3, 2
child = supervisor.Child("toy", [sys.executable, "-c", {child!r}])
s = supervisor.Supervisor([child], folder=pathlib.Path("."), say=lambda text: print(text, flush=True),
                          is_ready=lambda: [], when_ready=lambda: print("ready", flush=True))
sys.exit(s.run())
"""


def supervise(child: str) -> "subprocess.Popen[str]":
    code = SUPERVISE.format(child=textwrap.dedent(child))
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def test_supervisor_gives_up_on_a_child_that_keeps_dying():
    with supervise("import sys; sys.exit(3)") as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "The toy ended (exit code 3); it starts again in 1 s." in said
    assert "starts again in 2 s." in said
    assert "The toy ended 3 times" in said
    assert said.rstrip().endswith("Stopped.")


def test_supervisor_starts_a_child_again_and_ends_on_each_signal(tmp_path):
    note = tmp_path / "starts"
    child = f"""
    import os, time
    with open({str(note)!r}, "a") as note: note.write(f"{{os.getpid()}}\\n")
    time.sleep(300)
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        note.write_text("")
        with supervise(child) as process:
            (first,) = lines_of(note, 1)
            os.kill(first, signal.SIGKILL)
            _, second = lines_of(note, 2)
            process.send_signal(number)
            said, _ = process.communicate(timeout=30)
        assert process.returncode == 0
        assert "The toy ended (killed by SIGKILL); it starts again in 1 s." in said
        assert gone(second)


@pytest.mark.parametrize("with_guard", [True, False])
def test_supervisor_killed_takes_its_children_with_it(with_guard, tmp_path):
    if not with_guard and sys.platform != "linux":
        return  # elsewhere the guard is all there is
    note = tmp_path / "starts"
    child = f"""
    import os, time
    with open({str(note)!r}, "a") as note: note.write(f"{{os.getpid()}} {{os.getppid()}}\\n")
    time.sleep(300)
    """
    with supervise(child) as process:
        child_pid, _ = lines_of(note, 2)
        if not with_guard:
            guards = [p for p in psutil.Process(process.pid).children() if p.cmdline()[-1].endswith("guard.py")]
            for p in (*guards, process):
                p.kill()
        process.kill()
    assert gone(child_pid)


def lines_of(note: pathlib.Path, count: int) -> list[int]:
    """The numbers in the file, once there are `count`."""
    until = time.monotonic() + 30
    while not note.exists() or len(note.read_text().split()) < count or not note.read_text().endswith("\n"):
        assert time.monotonic() < until, "the toy did not start"
        time.sleep(0.05)
    return [int(word) for word in note.read_text().split()]


def gone(pid: int) -> bool:
    """Has it ended? A signal takes a moment to arrive."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("patience", [True, False])
def test_supervisor_kills_a_child_that_does_not_listen_with_what_it_started(patience, tmp_path):
    note = tmp_path / "pids"
    child = f"""
    import os, signal, subprocess, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what it starts inherits this
    inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    open({str(note)!r}, "w").write(f"{{os.getpid()}} {{inner.pid}}\\n")
    time.sleep(300)
    """
    with supervise(child) as process:
        pids = lines_of(note, 2)
        process.terminate()
        if not patience:  # a second request does not wait
            time.sleep(0.5)
            process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == 0
    assert all(map(gone, pids))


def test_how_it_ended_in_words():
    assert how_it_ended(3) == "exit code 3"
    assert how_it_ended(-9) == "killed by SIGKILL"


def test_guard_takes_the_last_whole_line():
    assert guard.groups_at_the_end(["1 2 3\n", "1 3\n"]) == [1, 3]
    assert guard.groups_at_the_end(["1 2\n", "\n"]) == []
    assert guard.groups_at_the_end(["12 34\n", "12 3"]) == [12, 34], "half a line is no order to kill process 3"


def test_guard_ends_listeners_and_kills_the_others():
    listens = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(300)"
    ignores = subprocess.Popen([sys.executable, "-c", deaf], start_new_session=True, stdout=subprocess.PIPE)
    ignores.stdout.readline()
    guard.end([listens.pid, ignores.pid, 2**22 + 1], grace=1)
    assert listens.wait(timeout=5) == -15
    assert ignores.wait(timeout=5) == -9
    ignores.stdout.close()


def test_claim_of_a_folder_whose_last_run_is_still_ending_waits(tmp_path, monkeypatch):
    monkeypatch.setattr(claims, "PREVIOUS_ENDS_WITHIN", 0.5)
    # The lock is held, and the supervisor that it names is no more.
    holder = (tmp_path / "supervise.lock").open("a+")
    assert claims.try_lock(holder)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    holder.write(str(dead.pid))
    holder.flush()
    said: list[str] = []
    with pytest.raises(claims.CommandError, match="Processes of an earlier run still hold"):
        claims.claim(tmp_path, "127.0.0.1", 0, said.append)
    assert said == ["An earlier run is still ending; waiting for it …"]
    holder.close()
    lock, bound = claims.claim(tmp_path, "127.0.0.1", 0, said.append)
    assert (tmp_path / "supervise.lock").read_text() == str(os.getpid())
    bound.close()
    lock.close()


@pytest.mark.parametrize("port", [-1, 70000])
def test_bind_port_out_of_range_is_a_sentence(port):
    with pytest.raises(claims.CommandError, match="cannot be used"):
        claims.bind_port("127.0.0.1", port)
