"""Tokens of the portal: whose they are, what they carry, and what becomes of one that leaks."""

from typing import Any

from inno4sports.core.api.problems import Problem
from inno4sports.core.api.signing_in import Bearer, Grant
from inno4sports.core.secrets import PREFIX

from ..domain.program import revoke_leaked_access_token, use_access_token
from ..domain.token import revoke_leaked_token, use_token
from ..models import Program


class Tokens(Bearer):
    """`Authorization: Bearer` with a personal token, or with one that a program got from /identity/."""

    def known(self, token: str) -> tuple[Any, Grant]:
        if token.startswith(PREFIX):
            if (own := use_token(token)) is not None:
                return own.user, Grant(frozenset(own.scopes), f"token:{own.public_id}", "personal_token")
        elif (given := use_access_token(token)) is not None:
            program: Program = given.client.program
            scopes = frozenset(given.get_scopes()) & frozenset(program.scopes)
            if given.user is not None:
                return given.user, Grant(scopes, f"device:{program.public_id}:{given.user_id}", "device", program)
            return program.as_caller(), Grant(scopes, f"program:{program.public_id}", "client_credentials", program)
        raise Problem("bad-token")

    def leaked(self, token: str) -> None:
        if not revoke_leaked_access_token(token):
            revoke_leaked_token(token)
