"""Who asks: a person with a session, or whoever holds a token that an app knows."""

from typing import Any, Protocol

from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header

from .problems import Problem


class Grant(Protocol):
    """What `request.auth` is for tokens: the rights it carries, and whose bucket its requests are counted in."""

    scopes: frozenset[str]
    limit_key: str


class Session(SessionAuthentication):
    """The browser's session, with its CSRF token for all that writes."""

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="api"'


class Bearer(BaseAuthentication):
    """`Authorization: Bearer …`; a subclass knows one kind of token by its prefix."""

    def authenticate(self, request: Any) -> tuple[Any, Grant] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise Problem("bad-token")
        try:
            token = parts[1].decode("ascii")
        except UnicodeDecodeError as error:
            raise Problem("bad-token") from error
        return self.known(token)

    def known(self, token: str) -> tuple[Any, Grant] | None:
        """User (or program) and grant of a token; None when it is of another kind."""
        raise NotImplementedError
