"""`manage.py supervise`: web, worker and beat as one program, for a portal on one machine."""

import http.client
import json
import os
import sys
from argparse import ArgumentParser
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from clusters.models import User
from inno4sports.management.claims import claim
from inno4sports.management.prepare import prepare
from inno4sports.management.supervisor import Child, Supervisor


class Command(BaseCommand):
    help = "Runs web, worker and beat together until Ctrl-C; says the address when all are healthy."
    requires_system_checks: list[str] = []  # asked below, once the port and the folder are ours

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="first migrate, compile catalogs, collect static files, load the demo",
        )
        parser.add_argument(
            "--bind",
            default="127.0.0.1",
            metavar="ADDRESS",
            help="the address to listen on (default: this machine only)",
        )
        parser.add_argument("--stop-with-parent", action="store_true", help="end when the program that started this one ends")

    def handle(self, *_args: Any, **options: Any) -> None:
        lock, bound = claim(settings.DATA_DIR, options["bind"], settings.PORT, self.say)
        self.check()
        if options["prepare"]:
            prepare(self.say)
        os.environ["DATA_DIR"] = str(settings.DATA_DIR)
        os.environ["PYTHONUNBUFFERED"] = "1"
        supervisor = Supervisor(
            children(bound.fileno(), lock.fileno()),
            folder=settings.BASE_DIR,
            say=self.say,
            is_ready=lambda: what_is_missing(options["bind"]),
            when_ready=lambda: self.say(welcome()),
            stop_with_parent=options["stop_with_parent"],
        )
        sys.exit(supervisor.run())

    def say(self, sentence: str) -> None:
        """Print; a terminal that is gone must not keep us from ending the children."""
        try:
            self.stdout.write(sentence)
            self.stdout.flush()
        except OSError:
            return


def children(port_fd: int, lock_fd: int) -> list[Child]:
    """The three programs; only the web server gets the port, all keep the folder locked while they live."""
    celery = [sys.executable, "-m", "celery", "--app", "inno4sports.celery", "--quiet", "--skip-checks"]
    calm = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [
        Child("web server", [sys.executable, "-m", "gunicorn", *gunicorn_options(port_fd)], (port_fd, lock_fd)),
        Child("worker", [*celery, "worker", *calm, "--concurrency", "2"], (lock_fd,)),
        Child("beat", [*celery, "beat"], (lock_fd,)),
    ]


def gunicorn_options(port_fd: int) -> list[str]:
    """Two processes of four threads: SQLite and small machines; production sizes are in docs/operations.md."""
    options = {
        "bind": f"fd://{port_fd}",
        "worker-class": "inno4sports.gthread.Worker",
        "workers": "2",
        "threads": "4",
        "timeout": "60",
        "graceful-timeout": "10",
        "log-level": "warning",
    }
    memory = Path("/dev/shm")  # noqa: S108 -- gunicorn makes its heartbeat file there with a name of its own
    if memory.is_dir() and os.access(memory, os.W_OK):
        options["worker-tmp-dir"] = str(memory)
    return [*(f"--{name}={value}" for name, value in options.items()), "inno4sports.wsgi:application"]


def what_is_missing(address: str) -> list[str]:
    """What /health/ready still misses; empty when it answers 200. Asks as a proxy would: production answers too."""
    site = urlsplit(settings.SITE_URL)
    web = http.client.HTTPConnection("127.0.0.1" if address == "0.0.0.0" else address, settings.PORT, timeout=3)  # noqa: S104
    try:
        web.request("GET", "/health/ready", headers={"Host": site.netloc, "X-Forwarded-Proto": site.scheme})
        answer = web.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        return ["web server"]
    finally:
        web.close()
    if answer.status == 200:
        return []
    try:
        return [name for name, well in json.loads(body)["checks"].items() if not well]
    except (ValueError, KeyError, AttributeError):
        return [f"web server (answers {answer.status})"]


def welcome() -> str:
    """The address, and how to sign in: demo accounts, or how to make the first administrator."""
    lines = ["", f"The portal is ready: {settings.SITE_URL}", ""]
    if settings.DEMO:
        lines += demo_accounts()
    elif not User.objects.filter(is_staff=True).exists():
        lines += ["Nobody can sign in yet. In a second terminal, with the same settings, the first sign-in link comes from:"]
        lines += [f"  {sys.executable} manage.py create_administrator you@example.org", ""]
    lines += ["Ctrl-C ends it."]
    connection.close()
    return "\n".join(lines)


def demo_accounts() -> list[str]:
    """One line for each region (and EPSI, and the portal itself) with the accounts that exist."""
    kept = Path(settings.DATA_DIR, "demo_password")
    password = settings.DEMO_PASSWORD or (kept.read_text().strip() if kept.exists() else "")
    emails = User.objects.filter(email__endswith=".demo.example", is_active=True).values_list("email", flat=True)
    by_domain = sorted((email.partition("@")[2], email) for email in emails)
    if not by_domain:
        return []
    lines = [f"Demo accounts; the password of all is {password}"]
    for _domain, pairs in groupby(by_domain, key=lambda pair: pair[0]):
        lines.append("  " + "  ".join(email for _, email in pairs))
    return [*lines, ""]
