"""How often one caller may ask: a bucket a minute and caller in the shared cache, told in every answer."""

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache

from .problems import Problem

WINDOW = 60  # seconds


def caller_of(request: Any) -> str:
    """Who is counted, and whose keys are whose: the client, the token's owner, the person, else the address."""
    if getattr(request.auth, "limit_key", ""):
        return str(request.auth.limit_key)
    if request.user.is_authenticated:
        return f"user:{request.user.pk}"
    return f"address:{request.META.get('REMOTE_ADDR', '')}"


def count(request: Any) -> dict[str, str]:
    """Count this request; answers the RateLimit headers. Raises Problem when the bucket is empty.

    The cache may forget: then somebody may ask more often, which harms less than refusing everybody.
    """
    if not settings.RATE_LIMITS:
        return {}
    visitor = not request.user.is_authenticated
    most = settings.API_REQUESTS_A_MINUTE["visitor" if visitor else "signed_in"]
    now = int(time.time())
    key = f"api-limit:{caller_of(request)}:{now // WINDOW}"
    cache.add(key, 0, WINDOW * 2)
    try:
        used = cache.incr(key)
    except ValueError:  # forgotten between the two
        used = 1
    left, reset = max(0, most - used), WINDOW - now % WINDOW
    headers = {"RateLimit-Policy": f'"minute";q={most};w={WINDOW}', "RateLimit": f'"minute";r={left};t={reset}'}
    if used > most:
        raise Problem("too-many-requests", headers={**headers, "Retry-After": str(reset)})
    return headers
