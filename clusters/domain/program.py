"""Programs of a cluster or of EPSI: made, given a new secret, revoked by who keeps them; approved by persons; used."""

import datetime as dt
import logging
from collections.abc import Iterable

from allauth.idp.oidc.models import Client, Token
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from inno4sports.core import clock
from inno4sports.core.acts import acting
from inno4sports.core.history import record
from inno4sports.core.lifecycle import WrongState
from inno4sports.core.models import Actor
from inno4sports.core.permissions import allowed
from inno4sports.core.secrets import new_secret

from ..models import SCOPES, Cluster, Program, User
from .token import USE_IS_WRITTEN_EVERY

logger = logging.getLogger(__name__)

KIND = "cs"
MOST = 50


def may_keep(who: object, cluster: Cluster | None) -> bool:
    """A cluster's programs are kept by its managers, EPSI's by its editors."""
    return allowed(who, "clusters.keep_programs", cluster) if cluster else allowed(who, "clusters.keep_epsi_programs")


def create_program(cluster: Cluster | None, *, name: str, role: str, scopes: Iterable[str], by: Actor) -> Program:
    """A client with an actor of its own. One that signs in alone has a `secret`, on the answer and nowhere else.

    Raises PermissionDenied, and WrongState for too many.
    """
    if not may_keep(by, cluster):
        raise PermissionDenied("clusters.keep_programs")
    scopes = [scope for scope in SCOPES if scope in set(scopes)]
    with acting():
        if cluster is not None:
            cluster = Cluster.objects.select_for_update(of=("self",)).get(pk=cluster.pk)
        if Program.objects.filter(cluster=cluster, revoked_at=None).count() >= MOST:
            raise WrongState(_("There are as many programs as there may be. Revoke one that is no longer needed."), cluster)
        program = Program(cluster=cluster, name=name, role=role, scopes=scopes, created_at=clock.now(), created_by=by)
        program.client, program.secret = _client(program)
        body = cluster.name if cluster else "EPSI"
        program.actor = Actor.objects.create(kind=Actor.Kind.CLIENT, holder_id=program.public_id, name=name, body=body)
        program.save()
        if cluster is not None:
            record(cluster, "create_program", by=by, note=name)
    return program


def _client(program: Program) -> tuple[Client, str]:
    """What signs in: with a secret as itself, or without one for persons who approve its code."""
    client = Client(name=program.name, scopes="\n".join(program.scopes), default_scopes="\n".join(program.scopes))
    secret = ""
    if program.by_device:
        client.type = Client.Type.PUBLIC
        client.set_grant_types([Client.GrantType.DEVICE_CODE, Client.GrantType.REFRESH_TOKEN])
    else:
        client.set_grant_types([Client.GrantType.CLIENT_CREDENTIALS])
        secret = new_secret(KIND)
        client.set_secret(secret)
    client.save()
    return client, secret


def renew_secret(program: Program, *, by: Actor) -> Program:
    """A new `secret`; the old one and the tokens made with it stop at once. Raises PermissionDenied, WrongState."""
    with acting():
        locked = _locked(program, by)
        if locked.client is None or locked.by_device:
            raise WrongState(_("This program has no secret."), locked.cluster)
        Token.objects.filter(client=locked.client).delete()
        program.secret = new_secret(KIND)
        locked.client.set_secret(program.secret)
        locked.client.save()
        if locked.cluster is not None:
            record(locked.cluster, "renew_secret", by=by, note=locked.name)
    return program


def revoke_program(program: Program, *, by: Actor) -> Program:
    """It and all its tokens stop at once; what it did stays under its name. Raises PermissionDenied, WrongState."""
    with acting():
        locked = _locked(program, by)
        if locked.revoked_at is not None:
            raise WrongState(_("This program was revoked already."), locked.cluster)
        locked.revoked_at, locked.revoked_by, client = clock.now(), by, locked.client
        locked.client = None
        locked.save()
        if client is not None:
            client.delete()
        if locked.cluster is not None:
            record(locked.cluster, "revoke_program", by=by, note=locked.name)
        program.refresh_from_db()
    return program


def _locked(program: Program, by: Actor) -> Program:
    locked = Program.objects.select_for_update(of=("self",)).get(pk=program.pk)
    if not may_keep(by, locked.cluster):
        raise PermissionDenied("clusters.keep_programs")
    return locked


def use_access_token(value: str) -> Token | None:
    """A working token of a working program, with program and person; None for any other."""
    rows = Token.objects.valid().by_value(value).filter(type=Token.Type.ACCESS_TOKEN)
    token = rows.select_related("user", "client__program__cluster", "client__program__actor").first()
    program: Program | None = getattr(token.client, "program", None) if token else None
    if token is None or program is None or not program.works or program.by_device != (token.user is not None):
        return None
    if token.user is not None and not token.user.is_active:
        return None
    before = clock.now() - USE_IS_WRITTEN_EVERY
    if program.last_used_at is None or program.last_used_at < before:
        older = Q(last_used_at=None) | Q(last_used_at__lt=before)
        Program.objects.filter(older, pk=program.pk).update(last_used_at=clock.now())
    return token


def withdraw_approval(user: User, program: Program, *, by: Actor) -> int:
    """The program no longer acts for this person; answers how many tokens stopped. Raises PermissionDenied for another's."""
    if by.user_id != user.pk or not allowed(by, "clusters.keep_tokens"):
        raise PermissionDenied("clusters.keep_tokens")
    return Token.objects.filter(user=user, client__program=program).delete()[0]


def revoke_leaked_access_token(value: str) -> bool:
    """It was where others may read it: it stops. Answers whether it was one of ours."""
    found = Token.objects.by_value(value).first()
    if found is not None:
        logger.warning("a token came in an address: of program %s", found.client_id)
        found.delete()
    return found is not None


def forget_ended_access_tokens(*, before: dt.datetime) -> int:
    """Delete access and refresh tokens that ended before that moment; answers how many."""
    return Token.objects.filter(expires_at__lt=before).delete()[0]
