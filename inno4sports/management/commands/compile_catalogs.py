"""`manage.py compile_catalogs`: our message catalogs from .po to .mo by Babel, so that no gettext is needed."""

import os
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compiles the message catalogs that changed. Fuzzy translations are left out."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **options: Any) -> None:
        done = [path for folder in settings.LOCALE_PATHS for path in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")) if compile_newer(path)]
        if done and options["verbosity"]:
            self.stdout.write(f"Compiled {len(done)} message catalogs.")


def compile_newer(source: Path) -> bool:
    """Write the .mo beside `source` if it is missing or older; readers see the old one or the new one, never a half."""
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return False
    with source.open("rb") as text:
        catalog = read_po(text, locale=source.parent.parent.name)
    draft = target.with_suffix(f".{os.getpid()}.part")
    with draft.open("wb") as binary:
        write_mo(binary, catalog)
    draft.replace(target)
    return True
