"""The outbox: mail is a row in the act's transaction; workers lease rows, render at send time and acknowledge each alone.

A crash between the server's yes and our commit can repeat that one mail, under the same Message-ID; nothing else can.
"""

import hashlib
import logging
import os
import smtplib
import socket
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage as MimeMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import partial
from pathlib import Path
from typing import Any

import css_inline
import environ
from cryptography.fernet import Fernet
from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.db import connection, models, transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import timezone, translation

from . import clock
from .holds import sending_held
from .models import OutboxMail

logger = logging.getLogger(__name__)


@dataclass
class Letter:
    """What a mail function answers: subject, template name (`mail/<name>.txt` and `.html`) and its context."""

    subject: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    unsubscribe_url: str = ""


Ids = dict[str, Any]
MailFunction = Callable[[Ids], Letter | None]
# Reads what several mails tell, and answers for each the function that writes it, in the recipient's language.
MailsFunction = Callable[[Sequence[Ids]], Sequence[Callable[[], Letter | None]]]

# template key -> function(ids) that answers a Letter, or None when the mail is no longer due.
MAILS: dict[str, MailFunction] = {}
# The same for those of which there are many at once.
TOGETHER: dict[str, MailsFunction] = {}


def mail_of(key: str) -> Callable[[MailFunction], MailFunction]:
    """Register a mail function under `<app>.<name>`; it runs at send time, in the recipient's language."""

    def register(function: MailFunction) -> MailFunction:
        MAILS[key] = function
        return function

    return register


def mails_of(key: str) -> Callable[[MailsFunction], MailsFunction]:
    """Register a function for mails that are owed to many at once: what a batch of them tells is read together."""

    def register(function: MailsFunction) -> MailsFunction:
        TOGETHER[key] = function
        MAILS[key] = lambda ids: function([ids])[0]()
        return function

    return register


# Writing ----------------------------------------------------------------------------------------------------------------


def send_mail_later(template: str, to: str, language: str, *, key: str | None = None, **ids: Any) -> None:
    """Owe one mail, in the act's transaction. `key` makes it unique: the same key again is no second mail."""
    MAILS[template]
    row = OutboxMail(template=template, to=to, language=language, ids=ids, key=key, next_at=timezone.now(), created_at=clock.now())
    OutboxMail.objects.bulk_create([row], ignore_conflicts=key is not None)
    wake("core.deliver_outbox")


def send_mails_later(template: str, owed: Iterable[tuple[str, str, str, dict[str, Any]]]) -> None:
    """Owe one mail to each (to, language, key, ids), in the act's transaction: one insert and one wake-up for all."""
    MAILS[template]
    rows = [
        OutboxMail(template=template, to=to, language=language, ids=ids, key=key, next_at=timezone.now(), created_at=clock.now())
        for to, language, key, ids in owed
    ]
    OutboxMail.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        wake("core.deliver_outbox")


def wake(task: str) -> None:
    """After the commit, tell the workers that there is work; a lost wake-up loses nothing, the timetable finds the row."""
    transaction.on_commit(lambda: _send_wake(task), robust=True)


# After a failure the broker is not asked for so long: nobody who saves something waits for it again and again.
BROKER_AWAY_FOR = 10.0
_broker_away_until = 0.0


def _send_wake(task: str) -> None:
    global _broker_away_until
    from celery import current_app

    if time.monotonic() < _broker_away_until:
        return
    try:
        current_app.send_task(task, ignore_result=True, retry=False)
    except Exception as error:  # any broker trouble: the timetable brings the work
        _broker_away_until = time.monotonic() + BROKER_AWAY_FOR
        logger.warning("broker away, %s waits for the timetable: %s", task, error)


def _fernet() -> Fernet:
    return Fernet(urlsafe_b64encode(hashlib.sha256(b"inno4sports.outbox." + settings.SECRET_KEY.encode()).digest()))


class OutboxBackend(BaseEmailBackend):
    """Django's EMAIL_BACKEND: ready-made mails (allauth's) take the same road, sealed until they are sent."""

    def send_messages(self, email_messages: Sequence[mail.EmailMessage]) -> int:
        # One insert for all: who hears that sending failed sends again, and then nobody has had it already.
        OutboxMail.objects.bulk_create(
            OutboxMail(
                template="ready_made",
                to=parseaddr(to)[1] or to,
                language=translation.get_language() or "en",
                sealed_body=_fernet().encrypt(message.message().as_bytes()),
                next_at=timezone.now(),
            )
            for message in email_messages
            for to in message.recipients()
        )
        wake("core.deliver_outbox")
        return len(email_messages)


# Delivering --------------------------------------------------------------------------------------------------------------

PAUSES = (10, 60, 300, 900, 3600)


def lease(owner: str, limit: int) -> list[OutboxMail]:
    """Take up to `limit` due rows for MAIL_LEASE_SECONDS; no other worker gets them while the lease runs."""
    with transaction.atomic():
        due = OutboxMail.objects.filter(status__in=[OutboxMail.Status.QUEUED, OutboxMail.Status.LEASED], next_at__lte=Now()).order_by("next_at", "id")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        rows = list(due[:limit])
        for row in rows:
            row.attempts += 1
        OutboxMail.objects.filter(pk__in=[row.pk for row in rows]).update(
            status=OutboxMail.Status.LEASED,
            lease_owner=owner,
            attempts=models.F("attempts") + 1,
            next_at=clock.database_now() + timedelta(seconds=settings.MAIL_LEASE_SECONDS),
        )
    return rows


def settle(row: OutboxMail, owner: str, status: str, *, error: str = "", pause: int = 0) -> bool:
    """Write how the attempt ended, if the lease is still ours; a final row is emptied. False: the lease was lost."""
    final = status != OutboxMail.Status.QUEUED
    changes: dict[str, Any] = {"status": status, "last_error": error[:300], "lease_owner": ""}
    if final:
        changes |= {"final_at": clock.now(), "sealed_body": b""}
    else:
        changes["next_at"] = clock.database_now() + timedelta(seconds=pause)
    return bool(OutboxMail.objects.filter(pk=row.pk, lease_owner=owner, status=OutboxMail.Status.LEASED).update(**changes))


def deliver_some(limit: int = 20) -> int:
    """Lease, render, send and acknowledge up to `limit` mails, one by one; answers how many rows were taken (none while sending is held)."""
    if sending_held():
        return 0
    owner = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"[:40]
    rows = lease(owner, limit)
    if not rows:
        return 0
    held, leased_at = {row.pk for row in rows}, time.monotonic()
    batch = Batch(rows)
    with Carrier() as carrier:
        for row in rows:
            # A slow mail server must not let the leases of the rest run out under us.
            if time.monotonic() - leased_at > settings.MAIL_LEASE_SECONDS / 4:
                held, leased_at = keep(owner), time.monotonic()
            if row.pk in held:
                deliver(row, owner, carrier, batch)
    return len(rows)


@transaction.atomic
def keep(owner: str) -> set[int]:
    """Lease what `owner` still holds for the full time again; answers which rows these are."""
    mine = OutboxMail.objects.filter(lease_owner=owner, status=OutboxMail.Status.LEASED)
    mine.update(next_at=clock.database_now() + timedelta(seconds=settings.MAIL_LEASE_SECONDS))
    return set(mine.values_list("pk", flat=True))


class Batch:
    """The letters of some mails, in their order. What those of one kind tell is read together, and anew when that is longer ago than FRESH."""

    FRESH = 5.0  # seconds: what a reader lost sight of longer ago is told to nobody

    def __init__(self, rows: Sequence[OutboxMail]) -> None:
        self.rows = list(rows)
        self.read: dict[int, tuple[float, Callable[[], Letter | None]]] = {}  # when, and what writes it

    def letter(self, row: OutboxMail) -> Letter | None:
        if row.template not in TOGETHER:
            return MAILS[row.template](row.ids)
        if row.pk not in self.read or time.monotonic() - self.read[row.pk][0] > self.FRESH:
            self._read(row)
        return self.read[row.pk][1]()

    def _read(self, row: OutboxMail) -> None:
        rest = [other for other in self.rows[self.rows.index(row) :] if other.template == row.template]
        now = time.monotonic()
        try:
            written = TOGETHER[row.template]([other.ids for other in rest])
        except Exception:  # one of them may be the cause: each is read by itself
            logger.exception("%s mails cannot be read together", len(rest))
            written = [partial(MAILS[row.template], other.ids) for other in rest]
        self.read |= {other.pk: (now, write) for other, write in zip(rest, written, strict=True)}


def deliver(row: OutboxMail, owner: str, carrier: "Carrier", batch: Batch) -> None:
    """One attempt at one mail. Whatever goes wrong concerns this row alone and is written on it."""
    if row.attempts > settings.MAIL_GIVEN_UP_AFTER:
        settle(row, owner, OutboxMail.Status.GIVEN_UP, error="Every attempt ended with its worker.")
        return
    try:
        message = rendered(row, batch)
    except Exception as error:  # a poison row must not stop the others
        logger.exception("mail %s cannot be written", row.public_id)
        _later(row, owner, f"{type(error).__name__}: {error}")
        return
    if message is None:
        settle(row, owner, OutboxMail.Status.NOT_DUE)
        return
    try:
        carrier.carry(row, message)
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        _refused(row, owner, int(code), text)
    except smtplib.SMTPResponseException as error:
        _refused(row, owner, error.smtp_code, error.smtp_error)
    except Exception as error:  # the network, the disk: all temporary until the limit
        carrier.drop()
        _later(row, owner, f"{type(error).__name__}: {error}")
    else:
        settle(row, owner, OutboxMail.Status.SENT)


def _refused(row: OutboxMail, owner: str, code: int, text: Any) -> None:
    words = f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    # Microsoft says 552 "too large" where it means "later"; every other 5xx is final.
    if 500 <= code < 600 and code != 552:
        settle(row, owner, OutboxMail.Status.GIVEN_UP, error=words)
    else:
        _later(row, owner, words)


def _later(row: OutboxMail, owner: str, error: str) -> None:
    if row.attempts >= settings.MAIL_GIVEN_UP_AFTER:
        settle(row, owner, OutboxMail.Status.GIVEN_UP, error=error)
    else:
        pause = PAUSES[min(row.attempts, len(PAUSES)) - 1]
        settle(row, owner, OutboxMail.Status.QUEUED, error=error, pause=pause)


def rendered(row: OutboxMail, batch: Batch | None = None) -> MimeMessage | bytes | None:
    """The mail as it goes out now, in the recipient's language, one of a batch or alone; None when it is no longer due."""
    if row.template == "ready_made":
        return _fernet().decrypt(bytes(row.sealed_body))
    with translation.override(row.language):
        letter = (batch or Batch([row])).letter(row)
        if letter is None:
            return None
        return _mime(row, letter)


def _mime(row: OutboxMail, letter: Letter) -> MimeMessage:
    context = {"site_url": settings.SITE_URL, "funding": settings.FUNDING, "demo": settings.DEMO, "mail_language": row.language}
    context |= letter.context
    message = MimeMessage(policy=SMTP)
    # Line breaks in a title would end the header and begin another: fold them to spaces.
    message["Subject"] = " ".join(letter.subject.split())
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = row.to
    if letter.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(render_to_string(f"mail/{letter.template}.txt", context))
    html = css_inline.inline(render_to_string(f"mail/{letter.template}.html", context))
    message.add_alternative(html, subtype="html")
    # After the content: setting it clears every header that begins with Content.
    message["Content-Language"] = row.language
    emblem = Path(settings.BASE_DIR, "static", "img", "eu-emblem.png")
    if "cid:emblem" in html and emblem.exists():
        part = message.get_body(("html",))
        assert part is not None, "it was just added"  # noqa: S101 -- for the reader and the type checker
        part.add_related(emblem.read_bytes(), "image", "png", cid="<emblem>")
    return message


class Carrier:
    """The way out: one SMTP connection for a batch, or one .eml file a mail in DATA_DIR/mail."""

    def __init__(self) -> None:
        self.smtp: smtplib.SMTP | None = None

    def __enter__(self) -> "Carrier":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.drop()

    def drop(self) -> None:
        """Forget a connection that may be broken."""
        if self.smtp is not None:
            try:
                self.smtp.quit()
            except (OSError, smtplib.SMTPException):
                self.smtp.close()
            self.smtp = None

    def carry(self, row: OutboxMail, message: MimeMessage | bytes) -> None:
        """Hand the mail over with its stable Message-ID; raises what the way out raises."""
        raw = _with_ids(row, message)
        if not settings.EMAIL_URL:
            settings.MAIL_DIR.mkdir(parents=True, exist_ok=True)
            # Named by the mail's own id: a repeated attempt writes the same file again.
            target = settings.MAIL_DIR / f"{row.created_at:%Y%m%dT%H%M%S}-{row.public_id.hex}.eml"
            draft = target.with_suffix(".part")
            draft.write_bytes(raw)
            draft.replace(target)
            return
        if self.smtp is None:
            self.smtp = _connect()
        self.smtp.sendmail(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], [row.to], raw)


def _with_ids(row: OutboxMail, message: MimeMessage | bytes) -> bytes:
    raw = message if isinstance(message, bytes) else message.as_bytes(policy=SMTP)
    head, _sep, rest = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = [ln for ln in head.split(b"\n") if not ln.lower().startswith((b"message-id:", b"date:"))]
    lines += [f"Message-ID: {row.message_id}".encode(), f"Date: {format_datetime(row.created_at)}".encode()]
    return (b"\n".join(lines) + b"\n\n" + rest).replace(b"\n", b"\r\n")


def _connect() -> smtplib.SMTP:
    config = environ.Env.email_url_config(settings.EMAIL_URL)
    backend = SmtpBackend(
        host=config["EMAIL_HOST"],
        port=config["EMAIL_PORT"],
        username=config.get("EMAIL_HOST_USER") or "",
        password=config.get("EMAIL_HOST_PASSWORD") or "",
        use_tls=bool(config.get("EMAIL_USE_TLS")),
        use_ssl=bool(config.get("EMAIL_USE_SSL")),
        timeout=settings.EMAIL_TIMEOUT,
    )
    backend.open()
    if backend.connection is None:
        raise ConnectionError("the mail server did not answer")
    return backend.connection
