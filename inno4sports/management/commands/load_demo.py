"""`manage.py load_demo`: the real data, the demo accounts and the generated items; twice changes nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from inno4sports.demo.load.accounts import load_accounts
from inno4sports.demo.load.generated import load_generated
from inno4sports.demo.load.recorded import load_recorded


class Command(BaseCommand):
    help = "Load the demo data: published facts with their sources, accounts, and a few generated items marked as demo."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO is off: this portal takes no demo data.")
        load_recorded()
        load_accounts()
        load_generated()
