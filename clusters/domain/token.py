"""Personal tokens: made and revoked by their person, revoked when they leak, forgotten a year after their end."""

import datetime as dt
import logging
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from inno4sports.core import clock
from inno4sports.core.lifecycle import WrongState
from inno4sports.core.models import Actor
from inno4sports.core.permissions import allowed
from inno4sports.core.secrets import digest_of, new_secret

from ..models import SCOPES, PersonalToken, User

logger = logging.getLogger(__name__)

KIND = "pat"
LONGEST = dt.timedelta(days=365)
MOST = 50
USE_IS_WRITTEN_EVERY = dt.timedelta(hours=1)


def create_token(user: User, *, name: str, scopes: Iterable[str], expires_on: dt.date, by: Actor) -> PersonalToken:
    """A token of the own; its `secret` is on the answer and nowhere else. Raises PermissionDenied, and WrongState for too many or too long."""
    if by.user_id != user.pk or not allowed(by, "clusters.keep_tokens"):
        raise PermissionDenied("clusters.keep_tokens")
    scopes = [scope for scope in SCOPES if scope in set(scopes)]
    now = clock.now()
    expires_at = min(dt.datetime.combine(expires_on, dt.time(23, 59, 59), dt.UTC), now + LONGEST)
    if not scopes or expires_at <= now:
        raise WrongState(_("A token needs a right, and a last day that is not over."))
    with transaction.atomic():
        # The row of the person is the queue in which two new tokens stand.
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        if PersonalToken.objects.of(user).working().count() >= MOST:
            raise WrongState(_("You have as many tokens as one person may have. Revoke one that you no longer need."))
        secret = new_secret(KIND)
        token = PersonalToken.objects.create(
            user=user, name=name, digest=digest_of(secret), scopes=scopes, created_at=now, expires_at=expires_at
        )  # fmt: skip
        token.secret = secret
    return token


def revoke_token(token: PersonalToken, *, by: Actor) -> PersonalToken:
    """It stops at once; revoking it twice changes nothing. Raises PermissionDenied for another's."""
    if by.user_id != token.user_id or not allowed(by, "clusters.keep_tokens"):
        raise PermissionDenied("clusters.keep_tokens")
    with transaction.atomic():
        PersonalToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=clock.now())
        token.refresh_from_db()
    return token


def revoke_leaked_token(secret: str) -> bool:
    """A token was where others may read it: whoever it belongs to, it stops. Answers whether it was one that worked."""
    rows = PersonalToken.objects.filter(digest=digest_of(secret))
    token = rows.first()
    logger.warning("a token came in an address: %s", f"{token.public_id} of person {token.user_id}" if token else "none of ours")
    return bool(rows.filter(revoked_at=None).update(revoked_at=clock.now(), leaked=True))


def use_token(secret: str) -> PersonalToken | None:
    """The working token with its person, or None. When it was last used is written once an hour at most: reading stays cheap."""
    token = PersonalToken.objects.working().filter(digest=digest_of(secret)).select_related("user").first()
    now = clock.now()
    if token is not None and (token.last_used_at is None or token.last_used_at < now - USE_IS_WRITTEN_EVERY):
        older = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_IS_WRITTEN_EVERY)
        PersonalToken.objects.filter(older, pk=token.pk).update(last_used_at=now)
    return token


def forget_old_tokens(*, before: dt.datetime) -> int:
    """Delete tokens that ended before that moment; answers how many."""
    return PersonalToken.objects.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before)).delete()[0]
