"""What stands before the first request: tables, catalogs, static files, demo data. Nothing changed: each is quick."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from inno4sports.core.models import Heartbeat


def prepare(say: Callable[[str], None]) -> None:
    """Bring DATA_DIR and the database up to this code; safe to repeat."""
    migrate(say)
    call_command("compile_catalogs", verbosity=0)
    collect_static(say)
    if settings.DEMO:
        call_command("load_demo")
    # Health must speak of the worker that starts now, not of the one before.
    Heartbeat.objects.filter(name="worker").delete()
    connection.close()


def migrate(say: Callable[[str], None]) -> None:
    """Apply what is not applied yet; nothing to apply costs one look at the table of migrations."""
    executor = MigrationExecutor(connection)
    executor.loader.check_consistent_history(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Preparing the database …")
        call_command("migrate", interactive=False, verbosity=0)


def collect_static(say: Callable[[str], None]) -> None:
    """Collect and compress the static files unless path, size and time of each are as they were."""
    stamp = Path(settings.DATA_DIR, "static.stamp")
    now = static_state()
    if stamp.exists() and stamp.read_text() == now and Path(settings.STATIC_ROOT, "staticfiles.json").exists():
        return
    say("Collecting the static files …")
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)


def static_state() -> str:
    """A digest of what collectstatic would read, and of where it would write."""
    digest = hashlib.sha256(str(settings.STATIC_ROOT).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            about = Path(storage.path(name)).stat()
            digest.update(f"{name}|{about.st_size}|{about.st_mtime_ns}\n".encode())
    return digest.hexdigest()
