"""`manage.py release_sending`: mail goes out again after a restore."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count

from inno4sports.core.holds import release_sending, sending_held
from inno4sports.core.models import OutboxMail


class Command(BaseCommand):
    help = "Ends the hold on sending that a restore began; says what waits."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--forget-waiting", action="store_true", help="what waits now is not sent: it went out before the restore")
        parser.add_argument("--look", action="store_true", help="only say what waits")

    def handle(self, *_args: Any, forget_waiting: bool, look: bool, **_options: Any) -> None:
        waiting = OutboxMail.objects.filter(status__in=["queued", "leased"]).values_list("template").annotate(n=Count("pk")).order_by("template")
        for template, number in waiting:
            self.stdout.write(f"{number} mails wait: {template}")
        if look:
            self.stdout.write("Sending is held." if sending_held() else "Sending is not held.")
            return
        forgotten = release_sending(forget_waiting=forget_waiting)
        self.stdout.write(f"Sending is released; {forgotten} mails were forgotten.")
