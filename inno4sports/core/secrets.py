"""Secrets that programs hold: made here, shown once, kept as a digest; whoever reads the database learns none of them."""

import hashlib
import secrets
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.http import HttpRequest

# All of ours begin with it: wherever one turns up, in a log or on a code platform, it is known for what it is.
PREFIX = "i4s_"


def new_secret(kind: str) -> str:
    """256 random bits under our prefix and the kind's."""
    return f"{PREFIX}{kind}_{secrets.token_urlsafe(32)}"


def digest_of(secret: str) -> str:
    """What is stored of a secret. It is too long to be guessed, so a quick digest is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def sealing() -> Fernet:
    """Seals what must be read again on our side (the session's, a webhook's secret), under a key of its own."""
    return Fernet(urlsafe_b64encode(hashlib.sha256(b"inno4sports.secrets." + settings.SECRET_KEY.encode()).digest()))


def show_once(request: HttpRequest, key: str, secret: str) -> None:
    """Keep a new secret, sealed in the session, for the page that comes after the act."""
    request.session[f"once-{key}"] = sealing().encrypt(secret.encode()).decode()


def shown_once(request: HttpRequest, key: str) -> str:
    """The secret that the act before this page made; asked again it is gone."""
    try:
        return sealing().decrypt(request.session.pop(f"once-{key}", "").encode()).decode()
    except InvalidToken:
        return ""
