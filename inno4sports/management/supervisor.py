"""The supervisor of a portal on one machine: it starts, watches, restarts and ends its children (docs/adr/0010).

Everything happens in the main thread: Linux delivers PR_SET_PDEATHSIG when the *thread* that forked ends.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from inno4sports.management import guard

STOP_GRACE = 15.0
QUICK_DEATH = 30.0
QUICK_DEATHS_ALLOWED = 5
READY_WITHIN = 120.0
TICK = 0.2
PROBE_EVERY = 0.5
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Child:
    """One process we keep running: its command, the file descriptors it inherits, and how it has fared."""

    name: str
    argv: Sequence[str]
    inherits: Sequence[int] = ()
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    started_at: float = 0.0
    due_at: float = 0.0
    quick_deaths: int = 0


def how_it_ended(code: int) -> str:
    """An exit code in words: `exit code 3`, `killed by SIGKILL`."""
    if code >= 0:
        return f"exit code {code}"
    return f"killed by {signal.Signals(-code).name}"


def sweep(group: int) -> None:
    """Kill whatever is left of a process group; nothing left is fine."""
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:  # nobody left; macOS answers EPERM for zombies
        return


class Supervisor:
    """Runs `children` until a signal asks it to stop, or until one of them dies too often.

    `say` gets whole sentences. `is_ready` is asked until it answers an empty list (else: what is missing), then
    `when_ready` is called once. With `stop_with_parent` the end of the process that started us is a request to stop.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        folder: Path,
        say: Callable[[str], None],
        is_ready: Callable[[], list[str]],
        when_ready: Callable[[], None],
        stop_with_parent: bool = False,
    ) -> None:
        self.children = list(children)
        self.folder = folder
        self.say = say
        self.is_ready, self.when_ready = is_ready, when_ready
        self.parent = os.getppid() if stop_with_parent else None
        self.asked = 0
        self.gave_up = False
        self.ready = False
        self.late = False
        self.probe_at = 0.0
        self.guard: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """Blocks until everything has ended; answers the exit code: 0 when asked to stop, 1 when it gave up."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        began = time.monotonic()
        try:
            while not (self.asked or self.gave_up):
                self._tick(began)
                time.sleep(TICK)
        finally:
            self._end()
        return 1 if self.gave_up else 0

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.asked += 1

    def _tick(self, began: float) -> None:
        if self.parent is not None and os.getppid() != self.parent:
            self.asked += 1
            return
        self._keep_guard()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._bury(child)
            if child.process is None and time.monotonic() >= child.due_at and not (self.asked or self.gave_up):
                self._start(child)
        if not self.ready and time.monotonic() >= self.probe_at:
            self._ask_whether_ready(began)
            self.probe_at = time.monotonic() + PROBE_EVERY

    def _start(self, child: Child) -> None:
        child.started_at = time.monotonic()
        child.process = subprocess.Popen(  # noqa: S603 -- commands of ours, no shell
            child.argv,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            pass_fds=child.inherits,
            preexec_fn=self._tied_to_us(),
        )
        self._tell_guard()

    def _tied_to_us(self) -> Callable[[], None]:
        """What a child does before it becomes its program: a session of its own, and SIGTERM when we die (Linux)."""
        us = os.getpid()

        def tie() -> None:
            os.setsid()
            if LIBC is not None:
                LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != us:
                os._exit(1)

        return tie

    def _bury(self, child: Child) -> None:
        """Note a death, sweep up what the child had started, and set the time of the next start."""
        process = child.process
        if process is None:
            return
        sweep(process.pid)
        child.process = None
        quick = time.monotonic() - child.started_at < QUICK_DEATH
        child.quick_deaths = child.quick_deaths + 1 if quick else 1
        how = how_it_ended(process.returncode)
        if child.quick_deaths >= QUICK_DEATHS_ALLOWED:
            self.gave_up = True
            self.say(
                f"The {child.name} ended {child.quick_deaths} times within {QUICK_DEATH:.0f} seconds of its start "
                f"(last: {how}), so everything stops. What it wrote above says why."
            )
            return
        pause = 2 ** (child.quick_deaths - 1)
        child.due_at = time.monotonic() + pause
        self.say(f"The {child.name} ended ({how}); it starts again in {pause} s.")
        self._tell_guard()

    def _ask_whether_ready(self, began: float) -> None:
        missing = self.is_ready()
        if not missing:
            self.ready = True
            self.when_ready()
        elif not self.late and time.monotonic() - began > READY_WITHIN:
            self.late = True
            self.say(f"Not healthy after {READY_WITHIN:.0f} seconds: {', '.join(missing)}. Still trying; Ctrl-C ends it.")

    # The guard: it ends the children when we are killed ---------------------------------------------------------------

    def _keep_guard(self) -> None:
        if self.guard is not None and self.guard.poll() is None:
            return
        self._dismiss_guard()
        self.guard = subprocess.Popen(  # noqa: S603 -- a file of ours
            [sys.executable, "-I", "-S", guard.__file__], stdin=subprocess.PIPE, start_new_session=True
        )
        self._tell_guard()

    def _tell_guard(self) -> None:
        """Name the groups that run now; a guard that is gone is replaced at the next tick."""
        if self.guard is None or self.guard.stdin is None:
            return
        groups = [str(child.process.pid) for child in self.children if child.process is not None]
        try:
            self.guard.stdin.write((" ".join(groups) + "\n").encode())
            self.guard.stdin.flush()
        except OSError:  # its death is noticed at the next tick
            return

    def _dismiss_guard(self) -> None:
        if self.guard is None:
            return
        try:
            if self.guard.stdin is not None:
                self.guard.stdin.close()
        except OSError:  # it was gone before we closed
            pass
        self.guard.wait()
        self.guard = None

    # The end ----------------------------------------------------------------------------------------------------------

    def _end(self) -> None:
        """SIGTERM to each child, STOP_GRACE seconds (or a second request), then SIGKILL to every group."""
        running = [child.process for child in self.children if child.process is not None]
        already_asked = self.asked
        if running:
            self.say("Stopping; running work is finished first. Ctrl-C again stops at once.")
        for process in running:
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + STOP_GRACE
        while time.monotonic() < until and self.asked <= already_asked and any(p.poll() is None for p in running):
            time.sleep(TICK / 4)
        for process in running:
            sweep(process.pid)
            process.wait()
        for child in self.children:
            child.process = None
        self._tell_guard()
        self._dismiss_guard()
        self.say("Stopped.")
