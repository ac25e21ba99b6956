"""A machine in production's shape, for tests: a PostgreSQL, a Redis, a mail server and a proxy of its own, and the portal's
processes by the commands of docker-compose.yml. Everything can be asked to end, killed, stopped for a while and started again."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable

import psutil
import psycopg2
import redis

from tests.core.sinks import Sink, serve
from tests.ops.portal import ROOT, environment, free_port, processes_of
from tests.ops.proxy import Proxy
from tests.ops.shape import command_of, replicas_of

HOST = "portal.example"
KEY = "a key that is only for this test, and long enough"
DATABASE = "portal"
WEBS = [f"web-{n}" for n in range(replicas_of("web"))]
WORKERS = [f"worker-{n}" for n in range(replicas_of("worker"))]
BEATS = ["beat-0", "beat-by-mistake"]


def until(condition: Callable[[], object], within: float, what: str) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {within:.0f} s"
        time.sleep(0.05)


class Machine:
    """`with Machine(folder) as machine:`; roles are named web-0, worker-2, beat-1."""

    def __init__(self, folder: pathlib.Path, database: pathlib.Path | None = None, **more: str) -> None:
        """`database` is the folder of a PostgreSQL that was ended, to begin with a copy of."""
        self.folder, self.data, self.copied = folder, folder / "data", database
        self.bin = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parts[-2]))[-1]
        self.database_port, self.redis_port = free_port(), free_port()
        self.web_ports: dict[str, int] = {}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.release = "present"
        self.sink = Sink()
        self.mail = serve(self.sink)
        self.proxy = Proxy(HOST, [])
        self.env = environment(
            self.data,
            8000,
            DATABASE_URL=f"postgres://postgres@127.0.0.1:{self.database_port}/{DATABASE}",
            REDIS_URL=f"redis://127.0.0.1:{self.redis_port}/0",
            EMAIL_URL=f"smtp://127.0.0.1:{self.mail.port}",
            SITE_URL=f"https://{HOST}",
            SECRET_KEY=KEY,
            MAIL_LEASE_SECONDS="5",
            METRICS_TOKEN="of the machine",
            TRUSTED_PROXIES="1",
            DJANGO_SETTINGS_MODULE="tests.ops.release.settings",
            PYTHONUNBUFFERED="1",
            **more,
        )

    def __enter__(self) -> "Machine":
        try:
            self.data.mkdir(parents=True)
            (self.data / "static").mkdir()
            self.make_database()
            self.start_database()
            self.start_redis()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exc: object) -> None:
        for process in processes_of(self.data):
            process.kill()
        for process in self.running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGCONT)
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.mail.stop()
        self.proxy.shutdown()
        self.proxy.server_close()

    # Servers -----------------------------------------------------------------------------------------------------------

    def _as_postgres(self) -> dict[str, str]:
        """PostgreSQL does not run as root."""
        return {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}

    def make_database(self) -> None:
        place = self.folder / "database"
        for parent in place.parents if os.getuid() == 0 else ():  # its user must be able to come here
            if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o011)
        if self.copied is not None:
            subprocess.run(["cp", "-a", str(self.copied), str(place)], check=True)
            return
        place.mkdir()
        if os.getuid() == 0:
            shutil.chown(place, "postgres", "postgres")
        quick = ["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username=postgres"]
        subprocess.run([self.bin / "initdb", *quick, place], check=True, capture_output=True, cwd="/", **self._as_postgres())

    def start_database(self) -> None:
        # Without fsync: what a killed process had written is with the kernel, and no test cuts the power.
        options = {"port": self.database_port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", "max_connections": 60}
        self.run("database", [str(self.bin / "postgres"), "-D", str(self.folder / "database"), *(f"--{k}={v}" for k, v in options.items())], True)
        until(self.database_answers, 60, "PostgreSQL answers")
        with self.query_server() as server, server.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")

    def database_answers(self) -> bool:
        try:
            self.query_server().close()
        except psycopg2.OperationalError:
            return False
        return True

    def query_server(self, name: str = "postgres"):
        server = psycopg2.connect(host="127.0.0.1", port=self.database_port, user="postgres", dbname=name, connect_timeout=3)
        server.autocommit = True
        return _Closing(server)

    def rows(self, sql: str, *values: object) -> list[tuple]:
        with self.query_server(DATABASE) as server, server.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    def start_redis(self) -> None:
        self.run("redis", ["redis-server", "--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)])
        until(self.redis_answers, 10, "Redis answers")

    def redis_answers(self) -> bool:
        try:
            with redis.Redis(port=self.redis_port, socket_timeout=1) as server:
                return bool(server.ping())
        except redis.RedisError:
            return False

    # Processes ----------------------------------------------------------------------------------------------------------

    def run(self, name: str, command: list[str], as_postgres: bool = False) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command,
                cwd="/" if as_postgres else ROOT,
                env=self.env | {"RELEASE": self.release},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **(self._as_postgres() if as_postgres else {}),
            )

    def manage(self, *words: str, **env: str) -> str:
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.env | {"RELEASE": self.release} | env, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def world(self, people: int) -> dict[str, list[str]]:
        """What people of a busy day work on (`tests/ops/seed.py`)."""
        return json.loads(self.manage("-m", "tests.ops.seed", str(people)))

    def start(self, name: str, wait: bool = True) -> None:
        """Start web-0, worker-1, beat-0 … by the command of its kind; a web process is waited for."""
        kind = name.partition("-")[0]
        if kind == "web":
            port = self.web_ports.setdefault(name, free_port())
            self.run(name, command_of("web", bind=f"127.0.0.1:{port}"))
            if port not in self.proxy.ports:
                self.proxy.ports = [*self.proxy.ports, port]
            if wait:
                until(lambda: self.is_live(port), 60, f"{name} answers")
        elif kind == "worker":
            self.run(name, [*command_of("worker"), f"--hostname={name}"])
        else:
            self.run(name, command_of(kind))

    def start_all(self) -> None:
        for name in (*WEBS, *WORKERS, *BEATS):
            self.start(name, wait=False)
        for name in WEBS:
            until(lambda port=self.web_ports[name]: self.is_live(port), 60, f"{name} answers")

    def is_live(self, port: int) -> bool:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/health/live", headers={"Host": HOST, "X-Forwarded-Proto": "https"})
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def end(self, name: str, within: float = 30) -> None:
        """SIGTERM, as a container's end begins; it must end by itself."""
        self.running[name].send_signal(signal.SIGTERM)
        self.running[name].wait(within)

    def kill(self, name: str, children_only: bool = False) -> None:
        """`kill -9` of the whole group, or of one child of it."""
        process = self.running[name]
        if children_only:
            children = psutil.Process(process.pid).children()
            if children:
                children[-1].kill()
            return
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def freeze(self, name: str) -> None:
        os.killpg(self.running[name].pid, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        os.killpg(self.running[name].pid, signal.SIGCONT)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def ready(self) -> bool:
        request = urllib.request.Request(f"http://127.0.0.1:{self.proxy.port}/health/ready")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status == 200
        except (OSError, urllib.error.HTTPError):
            return False


class _Closing:
    """A connection that `with` closes; psycopg2's own `with` only ends the transaction."""

    def __init__(self, connection) -> None:
        self.connection = connection
        self.close, self.cursor = connection.close, connection.cursor

    def __enter__(self):
        return self.connection

    def __exit__(self, *_exc: object) -> None:
        self.close()
