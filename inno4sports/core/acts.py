"""An act is one transaction, and its last statement says that what visitors see may have changed (docs/adr/0018)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction

from .models import ContentVersion

_inside: ContextVar[bool] = ContextVar("inside_an_act", default=False)


@contextmanager
def acting() -> Iterator[None]:
    """What happens inside happens whole or not at all; acts inside acts are one act.

    The content version is one row for all: raised last, it is locked for the moment of the commit alone, and nobody
    waits for it who holds what another act needs.
    """
    if _inside.get():
        with transaction.atomic():
            yield
        return
    token = _inside.set(True)
    try:
        with transaction.atomic():
            yield
            ContentVersion.objects.renew()
    finally:
        _inside.reset(token)
