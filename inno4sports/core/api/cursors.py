"""Opaque cursors: sealed, so that nobody reads row numbers or writes their own; each belongs to one question."""

import base64
import hashlib
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings

from .problems import Problem


def _box() -> AESSIV:
    """The same place gives the same cursor, so that a list unchanged is byte for byte the same."""
    return AESSIV(hashlib.sha512(b"inno4sports.cursor." + settings.SECRET_KEY.encode()).digest())


def seal(question: str, place: Any) -> str:
    """A cursor for `place` (JSON) of `question`."""
    return base64.urlsafe_b64encode(_box().encrypt(orjson.dumps(place), [question.encode()])).decode().rstrip("=")


def unseal(question: str, cursor: str) -> Any:
    """The place; raises Problem for what is forged, mutilated or of another question."""
    try:
        sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return orjson.loads(_box().decrypt(sealed, [question.encode()]))
    except (InvalidTag, ValueError) as error:
        raise Problem("bad-cursor") from error
