"""Dockerfile, docker-compose.yml and Caddyfile say what is true of this code; the rolling test starts what they name."""

import importlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

import pytest
from django.core.management import get_commands
from django.db import migrations
from django.db.migrations.loader import MigrationLoader
from gunicorn.config import Config

from inno4sports.celery import app
from tests.ops.portal import environment
from tests.ops.shape import ROOT, command_of, compose, replicas_of
from tests.ops.test_files import settings_read

PORTAL = ("migrate", "web", "worker", "beat")
# Names that only docker-compose.yml itself reads.
OF_COMPOSE = {"POSTGRES_PASSWORD", "RELEASE"}
# A name that PostgreSQL's own library reads.
OF_POSTGRES = {"PGOPTIONS"}


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    return [tuple(line.split(" ", 1)) for line in text.splitlines() if line and not line.startswith("#")]


def test_compose_has_the_processes_of_the_portal():
    services = compose()["services"]
    assert set(services) == {*PORTAL, "postgres", "redis", "proxy"}
    assert {name: replicas_of(name) for name in PORTAL} == {"migrate": 1, "web": 2, "worker": 3, "beat": 1}


@pytest.mark.parametrize("name", PORTAL)
def test_compose_gives_settings_that_exist_and_names_services_that_exist(name):
    service = compose()["services"][name]
    assert set(service["environment"]) <= settings_read() | OF_POSTGRES
    assert (service["env_file"], service["build"]) == (".env", ".")
    for value in service["environment"].values():
        assert not (host := re.search(r"@?(\w+):\d+/", value)) or host[1] in compose()["services"]
    assert set(service["depends_on"]) <= set(compose()["services"])


def test_compose_asks_only_for_names_that_are_explained():
    text = (ROOT / "docker-compose.yml").read_text()
    assert set(re.findall(r"\$\{(\w+)", text)) <= settings_read() | OF_COMPOSE
    head = text.partition("name:")[0]
    needed = set(re.findall(r"\b[A-Z][A-Z0-9]*_[A-Z_]+\b", head))
    assert {"SITE_URL", "SECRET_KEY", "EMAIL_URL", "POSTGRES_PASSWORD", "S3_BUCKET"} <= needed <= settings_read() | OF_COMPOSE


def test_compose_declares_every_volume():
    named = {place.split(":")[0] for s in compose()["services"].values() for place in s.get("volumes", [])}
    assert {n for n in named if not n.startswith(".")} == set(compose()["volumes"])
    assert all((ROOT / n).exists() for n in named if n.startswith("."))


def test_compose_commands_are_ones_that_these_programs_take():
    web = command_of("web")
    assert web[1:3] == ["-m", "gunicorn"]
    options = vars(Config().parser().parse_args(web[3:]))
    module, _colon, name = options.pop("args")[0].partition(":")
    assert callable(getattr(importlib.import_module(module), name))
    assert options["bind"] == ["0.0.0.0:8000"]
    for service in ("worker", "beat"):
        words = command_of(service)
        assert words[1:3] == ["-m", "celery"]
        assert "--app=inno4sports.celery" in words
        assert service in words
    assert app.main == "inno4sports"
    assert command_of("migrate")[2] in get_commands()


def test_web_ends_within_the_grace_of_its_container():
    options = Config().parser().parse_args(command_of("web")[3:])
    grace = compose()["services"]["web"]["stop_grace_period"]
    assert options.graceful_timeout < int(grace.removesuffix("s"))


def test_redis_never_evicts_the_queue():
    assert "volatile-lru" in compose()["services"]["redis"]["command"]


def test_dockerfile_copies_what_exists_and_all_that_the_portal_needs():
    copied = {word for name, rest in instructions() if name == "COPY" for word in shlex.split(rest)[:-1]}
    assert all((ROOT / path).exists() for path in copied)
    assert {"manage.py", "requirements/run.txt"} <= copied
    allowed = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied <= allowed
    assert (ROOT / ".dockerignore").read_text().startswith("*\n"), "nothing goes into the image unless named"


OPEN_PAGES = """
import django
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("collectstatic", interactive=False, verbosity=0)
call_command("migrate", verbosity=0)
for address in ("/", "/findings/", "/clusters/", "/search/", "/accounts/login/", "/api/v1/", "/api/v1/docs/", "/api/v1/schema/?format=json", "/robots.txt"):
    print(address, Client().get(address, headers={"Host": "localhost"}).status_code)
"""


@pytest.mark.processes
def test_image_holds_all_that_its_pages_read(tmp_path):
    """The copied files alone, without the rest of the project beside them."""
    for name, rest in instructions():
        if name == "COPY":
            *sources, target = shlex.split(rest)
            for source in sources:
                place = tmp_path / "portal" / (target if len(sources) == 1 and target != "./" else source)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copytree(ROOT / source, place) if (ROOT / source).is_dir() else shutil.copy(ROOT / source, place)
    asked = subprocess.run(
        [sys.executable, "-c", OPEN_PAGES],
        cwd=tmp_path / "portal", env=environment(tmp_path / "data", 8000), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
    statuses = dict(line.rsplit(" ", 1) for line in asked.stdout.splitlines())
    assert len(statuses) == 9
    assert set(statuses.values()) == {"200"}, statuses


def test_dockerfile_runs_commands_that_exist_not_as_root_without_secrets():
    text = " ".join(rest for name, rest in instructions() if name == "RUN")
    used = set(re.findall(r"manage\.py (\w+)", text))
    assert used <= set(get_commands())
    assert used
    users = [rest for name, rest in instructions() if name == "USER"]
    assert users
    assert users[-1] != "root"
    env = {word.partition("=")[0] for name, rest in instructions() if name == "ENV" for word in shlex.split(rest)}
    assert {n for n in env if not n.startswith(("PIP_", "PYTHON"))} == {"STATIC_ROOT", "DATA_DIR"} <= settings_read()
    assert instructions()[0] == ("FROM", "python:3.11-slim-bookworm"), "the Python and the PostgreSQL client that the tests run on"
    command = json.loads(next(rest for name, rest in instructions() if name == "CMD"))
    assert command[-1] == command_of("web")[-1]


def test_caddyfile_sends_to_the_web_service_and_keeps_metrics_inside():
    text = (ROOT / "Caddyfile").read_text()
    code = "\n".join(line for line in text.splitlines() if not line.strip().startswith("#"))
    assert code.count("{") == code.count("}")
    assert re.search(r"name web\n\s+port 8000\n", code)
    assert "respond /metrics 404" in code
    assert code.startswith("{$SITE_URL} {")
    assert "SITE_URL" in compose()["services"]["proxy"]["environment"]


# Made before there was a release that could still be running.
BEFORE_THE_FIRST_RELEASE = {("dissemination", "0002_publication_url")}


def later_operations():
    """What migrations after those of the first release do, which old code meets while it still serves."""
    for (app_label, name), migration in MigrationLoader(None).disk_migrations.items():
        if (
            app_label in ("core", "clusters", "learning", "actionplans", "dissemination")
            and not migration.initial
            and (app_label, name) not in BEFORE_THE_FIRST_RELEASE
        ):
            yield from ((f"{app_label} {name}", operation) for operation in migration.operations)


def test_migrations_only_add_so_that_old_code_serves_on():
    """Expand now, contract a release later: a column that old code does not know is null or has a default in the database."""
    taking = (migrations.RemoveField, migrations.DeleteModel, migrations.RenameField, migrations.RenameModel)
    for where, operation in later_operations():
        assert not isinstance(operation, taking), f"{where}: {operation.describe()}: old code still asks for it"
        if isinstance(operation, migrations.AddField):
            field = operation.field
            assert field.null or field.has_db_default() or field.many_to_many, f"{where}: {operation.name} needs db_default or null"


def test_operations_page_names_commands_and_settings_that_exist():
    text = (ROOT / "docs" / "operations.md").read_text()
    assert set(re.findall(r"manage\.py (\w+)", text)) <= set(get_commands())
    assert settings_read() >= {
        name for name in re.findall(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`", text) if name not in OF_COMPOSE | {"DISABLE_SERVER_SIDE_CURSORS"}
    }
    for path in re.findall(r"`(tests/[\w/]+\.py)`", text):
        assert (ROOT / path).exists(), path
    for path, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text):
        assert f"def {test}(" in (ROOT / path).read_text(), test
    known = {pathlib.Path(p).name: p for p in map(str, (ROOT / "tests").rglob("test_*.py"))}
    for file, test in re.findall(r"(test_\w+\.py) `(\w+)`", text):
        assert f"def {test}(" in pathlib.Path(known[file]).read_text(), f"{file} {test}"


def test_options_of_the_environment_reach_postgresql_beside_our_own():
    """Else the migration of docker-compose.yml would wait for locks without end."""
    told = "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS']['options'])"
    env = os.environ | {
        "DATABASE_URL": "postgres://portal@127.0.0.1/portal",
        "PGOPTIONS": "-c lock_timeout=5s",
        "DJANGO_SETTINGS_MODULE": "inno4sports.settings",
    }
    run = subprocess.run([sys.executable, "-c", told], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "-c jit=off -c lock_timeout=5s"
