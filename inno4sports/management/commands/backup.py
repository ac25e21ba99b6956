"""`manage.py backup FILE`: database, media and secrets in one file."""

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from inno4sports.core.files import FilesAway
from inno4sports.management.archive import write


class Command(BaseCommand):
    help = "Writes database, media and secrets into FILE (tar, readable by its owner only); the portal may run on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--force", action="store_true", help="write over a FILE that exists")

    def handle(self, *_args: Any, file: Path, force: bool, **_options: Any) -> None:
        if file.exists() and not force:
            raise CommandError(f"{file} exists already: name another one, or say --force.")
        if not file.absolute().parent.is_dir():
            raise CommandError(f"The folder of {file} does not exist.")
        with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix="backup-") as folder:
            try:
                manifest = write(file.absolute(), Path(folder))
            except FilesAway as away:
                raise CommandError(str(away)) from away
        rows = sum(manifest["rows"].values())
        self.stdout.write(f"{file}: {rows} rows of {len(manifest['rows'])} tables, {len(manifest['files'])} files. It holds secrets: keep it safe.")
