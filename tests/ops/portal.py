"""A portal with its real processes, for tests: on a free port, with a data folder of its own."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import psutil

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What a shell, or the settings of the tests, happen to say must not reach a portal with processes of its own.
SETTINGS = {*re.findall(r"^#?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE), "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(data_dir: pathlib.Path, port: int, **more: str) -> dict[str, str]:
    """This process's environment without any setting of the portal but those named here."""
    kept = {k: v for k, v in os.environ.items() if k not in SETTINGS}
    return kept | {"DATA_DIR": str(data_dir), "PORT": str(port), "DEMO": "0", "DJANGO_SETTINGS_MODULE": "inno4sports.settings"} | more


def processes_of(data_dir: pathlib.Path) -> list[psutil.Process]:
    """Every living process that was started with this data folder, orphans too."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("DATA_DIR") == str(data_dir) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


class Portal:
    """`with Portal(folder) as portal:` starts it; leaving kills whatever is left."""

    def __init__(self, data_dir: pathlib.Path, command: list[str] | None = None, **env: str) -> None:
        self.data_dir, self.port = data_dir, free_port()
        self.command = command or [sys.executable, "manage.py", "supervise", "--prepare"]
        self.env = env
        self.output = data_dir.with_suffix(".log")

    def __enter__(self) -> "Portal":
        self.start()
        return self

    def start(self) -> None:
        with self.output.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=environment(self.data_dir, self.port, **self.env),
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def __exit__(self, *_exc: object) -> None:
        for process in processes_of(self.data_dir):
            try:
                process.kill()
            except psutil.Error:
                continue
        self.process.wait()

    def log(self) -> str:
        return self.output.read_text(errors="replace")

    def until(self, condition, within: float, what: str) -> None:
        deadline = time.monotonic() + within
        while not condition():
            assert time.monotonic() < deadline, f"{what}: not within {within:.0f} s\n{self.log()[-3000:]}"
            time.sleep(0.1)

    def until_said(self, words: str, times: int = 1, within: float = 240) -> None:
        """Wait for a sentence; a portal that ended without saying it fails at once."""

        def said() -> bool:
            if self.log().count(words) >= times:
                return True
            assert self.process.poll() is None, f"ended before it said {words!r}:\n{self.log()[-3000:]}"
            return False

        self.until(said, within, f"say {words!r}")

    def until_ready(self, times: int = 1) -> None:
        self.until_said("The portal is ready: ", times)

    def until_gone(self, within: float) -> None:
        self.until(lambda: not processes_of(self.data_dir), within, "no process left")

    def answers(self, path: str = "/health/ready") -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def child(self, word: str) -> psutil.Process | None:
        """The living child of the supervisor with `word` as an argument or as the name of its program."""
        for process in processes_of(self.data_dir):
            try:
                words, parent = process.cmdline(), process.parent()
                named = word in words or (words[-1:] and words[-1].endswith(f"/{word}"))  # one that has just ended has no words
                if named and parent and "supervise" in parent.cmdline():
                    return process
            except psutil.Error:
                continue
        return None

    def interrupt(self) -> int:
        """Ctrl-C as a terminal sends it, to the whole foreground group; answers the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=40)
