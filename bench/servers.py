"""What is measured: databases of a given size, and servers of one worker each on ports of their own."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
SERVER = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432")
WORK = Path(tempfile.gettempdir(), "inno4sports-bench")


def environment(rows: int | str, **more: str) -> dict[str, str]:
    """What our portal and the reference are told."""
    WORK.mkdir(exist_ok=True)
    keep = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    told = {
        "DATA_DIR": str(WORK / "data"),
        "BENCH_DIR": str(WORK),
        "DATABASE_URL": f"{SERVER}/bench_{rows}",
        "DEMO": "1",
        "SITE_URL": "http://localhost",
    }
    return {**keep, **told, **more}


def manage(rows: int | str, *arguments: str, **more: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment(rows, **more), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def prepare(rows: int | str, *, fresh: bool, filled: int = 0) -> None:
    """The database of that size, or of that name with `filled` rows a table: made and filled when it is missing."""
    with closing(psycopg2.connect(f"{SERVER}/postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            if fresh:
                cursor.execute(f"DROP DATABASE IF EXISTS bench_{rows}")
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [f"bench_{rows}"])
            missing = cursor.fetchone() is None
            if missing:
                cursor.execute(f"CREATE DATABASE bench_{rows}")
    manage(rows, "migrate", "--verbosity", "0")
    if missing:
        print(f"Filling bench_{rows} …", flush=True)
        print(manage(rows, "load_bench", "--rows", str(filled or rows)).strip(), flush=True)


class Server:
    """One gunicorn with one worker."""

    def __init__(self, application: str, rows: int, **more: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "--workers", "1", "--bind", f"127.0.0.1:{self.port}", "--log-level", "error", application]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment(rows, **more))
        for _try in range(300):
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit(f"{application} did not start")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
