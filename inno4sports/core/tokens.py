"""The one kind of personal link: public id, generation and a MAC under a key of its purpose; nothing is stored.

Revoking raises the generation of the row; a reminder computes the same link again.
"""

import base64
import hashlib
import hmac
import uuid

from django.conf import settings


class BadLink(Exception):
    """The link is mutilated, withdrawn or was never ours."""


def _mac(purpose: str, payload: bytes) -> bytes:
    key = hashlib.sha256(f"inno4sports.link.{purpose}.".encode() + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, payload, hashlib.sha256).digest()[:18]


def make_token(purpose: str, public_id: uuid.UUID, generation: int) -> str:
    """The token of a link, 48 characters of base64url."""
    payload = public_id.bytes + generation.to_bytes(2, "big")
    return base64.urlsafe_b64encode(payload + _mac(purpose, payload)).decode().rstrip("=")


def read_token(purpose: str, token: str) -> tuple[uuid.UUID, int]:
    """Public id and generation of a token; raises BadLink. The caller compares the generation with the row's."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise BadLink from error
    payload, mac = raw[:18], raw[18:]
    if len(raw) != 36 or not hmac.compare_digest(mac, _mac(purpose, payload)):
        raise BadLink
    return uuid.UUID(bytes=payload[:16]), int.from_bytes(payload[16:], "big")
