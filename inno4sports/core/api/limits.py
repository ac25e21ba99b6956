"""How often one caller may ask: a bucket a minute and caller in the shared cache, told in every answer."""

import functools
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse

from .problems import Problem

WINDOW = 60  # seconds


def origin_of(request: Any) -> str:
    return f"address:{request.META.get('REMOTE_ADDR', '')}"


def caller_of(request: Any) -> str:
    """Who is counted, and whose keys are whose: the client, the token's owner, the person, else the address."""
    if getattr(request.auth, "limit_key", ""):
        return str(request.auth.limit_key)
    return f"user:{request.user.pk}" if request.user.is_authenticated else origin_of(request)


def count(request: Any) -> dict[str, str]:
    """Count this request; answers the RateLimit headers. Raises Problem when the bucket is empty."""
    return _counted(caller_of(request), "signed_in" if request.user.is_authenticated else "visitor")


def count_refused(request: Any) -> dict[str, str]:
    """The same for whoever is refused before it is known who asks: else tokens could be guessed as often as one likes."""
    return _counted(origin_of(request), "visitor")


def _counted(caller: str, kind: str) -> dict[str, str]:
    headers, used_up = used(caller, settings.API_REQUESTS_A_MINUTE[kind])
    if used_up:
        raise Problem("too-many-requests", headers=headers)
    return headers


def used(caller: str, most: int) -> tuple[dict[str, str], bool]:
    """One more of `caller`: the headers that say how many are left, and whether it was one too many.

    The cache may forget: then somebody may ask more often, which harms less than refusing everybody.
    """
    if not settings.RATE_LIMITS:
        return {}, False
    now = int(time.time())
    key = f"api-limit:{caller}:{now // WINDOW}"
    cache.add(key, 0, WINDOW * 2)
    try:
        times = cache.incr(key)
    except ValueError:  # forgotten between the two
        times = 1
    left, reset = max(0, most - times), WINDOW - now % WINDOW
    headers = {"RateLimit-Policy": f'"minute";q={most};w={WINDOW}', "RateLimit": f'"minute";r={left};t={reset}'}
    return (headers | {"Retry-After": str(reset)}, True) if times > most else (headers, False)


def limited(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of OAuth, which knows no Problem: too many requests from one address are refused in its own words (RFC 6749 §5.2)."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        headers, used_up = used(f"oauth:{request.META.get('REMOTE_ADDR', '')}", settings.API_REQUESTS_A_MINUTE["visitor"])
        if used_up:
            words = {"error": "temporarily_unavailable", "error_description": "Too many requests. Wait as long as Retry-After says."}
            return JsonResponse(words, status=429, headers=headers)
        return view(request)

    return wrapped
