"""Who asks: whoever holds a token that an app knows, or a person with a session."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header

from ..secrets import PREFIX
from .problems import Problem
from .wire import check_length

# What programs call a token in an address.
TOKEN_NAMES = ("access_token", "authorization", "bearer", "token")


@dataclass(frozen=True)
class Grant:
    """What `request.auth` is for tokens: the rights it carries, whose bucket its requests are counted in, which kind it is, whose program."""

    scopes: frozenset[str]
    limit_key: str
    kind: str
    program: Any = None


class Session(SessionAuthentication):
    """The browser's session, with its CSRF token for all that writes."""

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="api"'

    def enforce_csrf(self, request: Any) -> None:
        """Django looks for the token in a form first, and reads it for that."""
        check_length(request)
        super().enforce_csrf(request)


class Bearer(BaseAuthentication):
    """`Authorization: Bearer …`; a subclass knows the tokens."""

    def authenticate(self, request: Any) -> tuple[Any, Grant] | None:
        parts = get_authorization_header(request).split()
        if not parts:
            return None
        # Until the token is known nobody asks; set here, for DRF asks again and again while nothing is set.
        request.user, request.auth = AnonymousUser(), None
        if parts[0].lower() != b"bearer":  # read as a visitor, a program would never know
            raise Problem("bad-token", _("Send Authorization: Bearer, a space and the token."))
        try:
            token = parts[1].decode("ascii") if len(parts) == 2 else ""
        except UnicodeDecodeError as error:
            raise Problem("bad-token") from error
        return self.known(token)

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="api"'

    def known(self, token: str) -> tuple[Any, Grant]:
        """User (or program) and grant of a token. Raises Problem for one that is unknown, expired or revoked."""
        raise NotImplementedError

    def leaked(self, token: str) -> None:
        """The token came in an address, where logs and histories keep it: it must stop."""
        raise NotImplementedError


def refuse_tokens_in_address(request: Any) -> None:
    """Raises Problem when the query carries a token; what was ours stops working at once."""
    found = [v for name, values in request.GET.lists() for v in values if name.lower() in TOKEN_NAMES or v.startswith(PREFIX)]
    if not found:
        return
    for one in request.authenticators:
        if isinstance(one, Bearer):
            for token in found:
                one.leaked(token)
    request.user, request.auth = AnonymousUser(), None
    raise Problem("token-in-address")
