"""Tokens of the portal: whose they are, what they carry, and what becomes of one that leaks."""

from dataclasses import dataclass
from typing import Any

from inno4sports.core.api.problems import Problem
from inno4sports.core.api.signing_in import Bearer

from ..domain.token import revoke_leaked_token, use_token


@dataclass(frozen=True)
class Grant:
    """What `request.auth` is: the rights the token carries, and whose bucket its requests are counted in."""

    scopes: frozenset[str]
    limit_key: str


class Tokens(Bearer):
    """`Authorization: Bearer` with a personal token."""

    def known(self, token: str) -> tuple[Any, Grant]:
        if (found := use_token(token)) is not None:
            return found.user, Grant(frozenset(found.scopes), f"token:{found.public_id}")
        raise Problem("bad-token")

    def leaked(self, token: str) -> None:
        revoke_leaked_token(token)
