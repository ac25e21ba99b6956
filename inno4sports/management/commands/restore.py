"""`manage.py restore FILE`: the portal as a backup holds it, with sending held until a person releases it."""

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from inno4sports.core.files import FilesAway
from inno4sports.management import archive, dumps
from inno4sports.management.claims import try_lock


class Command(BaseCommand):
    help = "Puts the database, media and secrets of FILE in place. Stop web, workers and beat first. Nothing is sent until release_sending."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--force", action="store_true", help="replace what a portal in use holds")

    def handle(self, *_args: Any, file: Path, force: bool, **_options: Any) -> None:
        try:
            self.restore(file, force=force)
        except FilesAway as away:
            raise CommandError(str(away)) from away

    def restore(self, file: Path, *, force: bool) -> None:
        if not force and (full := what_is_there()):
            raise CommandError(f"This portal is in use ({full}). Back it up, then say --force to replace it.")
        with (settings.DATA_DIR / "supervise.lock").open("a+") as lock:
            if not try_lock(lock):
                raise CommandError(f"A portal runs on the data folder {settings.DATA_DIR}: stop it first.")
            with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix="restore-") as name:
                folder = Path(name)
                manifest = archive.unpack(file, folder)
                must_fit(manifest)
                # First: where it fails the database is still as it was.
                archive.place_media(folder)
                dumps.restore(folder / dumps.dump_name())
                archive.place_secrets(folder, self.stdout.write)
            call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write(f"Restored: {sum(manifest['rows'].values())} rows, {len(manifest['files'])} files, as of {manifest['made_at']}.")
        self.stdout.write("Sending is held. Look at the portal, then: manage.py release_sending")


def what_is_there() -> str:
    """What a restore would destroy; empty for a new portal, even one that has its tables already."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        if "clusters_user" in tables:
            cursor.execute("SELECT count(*) FROM clusters_user")
            if people := cursor.fetchone()[0]:
                return f"{people} people"
    return "uploaded files" if next(archive.media(), None) else ""


def must_fit(manifest: dict[str, Any]) -> None:
    """A backup of the other database or of a newer portal is refused before anything is touched."""
    if manifest["database"] != connection.vendor:
        raise CommandError(f"The backup is of {manifest['database']}, this portal stands on {connection.vendor}.")
    ours = set(MigrationLoader(connection).disk_migrations)
    newer = sorted(set(map(tuple, manifest["migrations"])) - ours)
    if newer:
        raise CommandError(f"The backup is of a newer portal: this one does not know {newer[0][0]} {newer[0][1]}.")
