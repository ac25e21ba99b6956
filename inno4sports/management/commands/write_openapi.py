"""`manage.py write_openapi`: the API's description into docs/openapi.json, unless it would break a program unsaid."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from inno4sports.core.api.breaking import broken, unsaid
from inno4sports.core.api.description import description


class Command(BaseCommand):
    help = "Writes docs/openapi.json. What breaks programs must be named in CHANGELOG.md under “Breaking for programs”."

    def handle(self, *_args: Any, **_options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "openapi.json"
        new = description()
        if path.exists():
            missing = unsaid(broken(json.loads(path.read_text()), new), (settings.BASE_DIR / "CHANGELOG.md").read_text())
            if missing:
                raise CommandError("Not named in CHANGELOG.md:\n" + "\n".join(missing))
        path.write_text(json.dumps(new, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
        self.stdout.write(f"{sum(len(methods) for methods in new['paths'].values())} operations written.")
