"""`manage.py release_sending`: mails and words to webhooks go out again after a restore."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import Count

from clusters.domain.delivery import forget_waiting_deliveries, waiting_deliveries
from inno4sports.core.holds import release_sending, sending_held
from inno4sports.core.models import OutboxMail


class Command(BaseCommand):
    help = "Ends the hold on sending that a restore began; says what waits."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--forget-waiting", action="store_true", help="what waits now is not sent: it went out before the restore")
        parser.add_argument("--look", action="store_true", help="only say what waits")

    def handle(self, *_args: Any, forget_waiting: bool, look: bool, **_options: Any) -> None:
        mails = OutboxMail.objects.filter(status__in=["queued", "leased"])
        for what, rows, kind in (("mails", mails, "template"), ("words to webhooks", waiting_deliveries(), "webhook__address")):
            for name, number in rows.values_list(kind).annotate(n=Count("pk")).order_by(kind):
                self.stdout.write(f"{number} {what} wait: {name}")
        if look:
            self.stdout.write("Sending is held." if sending_held() else "Sending is not held.")
            return
        with transaction.atomic():
            words = forget_waiting_deliveries() if forget_waiting else 0
            forgotten = release_sending(forget_waiting=forget_waiting)
        self.stdout.write(f"Sending is released; {forgotten} mails and {words} words to webhooks were forgotten.")
