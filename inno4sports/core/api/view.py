"""The base of every address of the API: who asks, in which language, how often, and what may be kept of the answer."""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ..models import Actor
from . import limits
from .problems import Problem, one_of, outside
from .shape import CC_BY
from .signing_in import refuse_tokens_in_address
from .told import Told
from .wire import check_length, written

QUERY_OF_ALL = ("lang",)
LICENCE = f'<{CC_BY}>; rel="license"'
VARY = ("Accept-Language", "Authorization", "Cookie")
SAFE = ("GET", "HEAD", "OPTIONS")


def language_asked(request: Any) -> str:
    """`?lang=`, else Accept-Language, else none."""
    if (asked := request.GET.get("lang", "")) in dict(settings.LANGUAGES):
        return str(asked)
    return next(filter(None, map(spoken, languages_accepted(request.headers.get("Accept-Language", "")))), "")


def languages_accepted(header: str) -> list[str]:
    """The languages of the header, best first, as far as `*`, after which any will do. Cookies of the pages say nothing to programs."""
    names = [name for name, weight in parse_accept_lang_header(header) if weight > 0]
    return names[: names.index("*")] if "*" in names else names


def spoken(name: str) -> str:
    """The language of ours that `name` means, also with a region; "" for others."""
    try:
        return translation.get_supported_language_variant(name)
    except LookupError:
        return ""


def language_of(request: Any) -> str:
    """What was asked for, else the caller's own, else English."""
    own = getattr(request.user, "language", "") if request.user else ""
    return language_asked(request) or (own if own in dict(settings.LANGUAGES) else "en")


class ApiView(APIView):
    """Whatever stands under /api/v1/. `scope` is the app whose rights a token needs; `query` the names `?…` may have."""

    scope = ""
    scopes: tuple[str, ...] = ()  # of an address that gathers from several apps
    told: dict[str, Told] = {}  # method -> how the schema describes it
    closed = False  # no visitor may use it: without a token 401, whatever the address names
    query: tuple[str, ...] = ()
    missing_right = ""  # why this token reads as a visitor does
    limit_headers: dict[str, str] = {}

    def get_authenticators(self) -> list[Any]:
        return [import_string(name)() for name in settings.API_SIGNING_IN]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        translation.activate(language_asked(request) or "en")
        try:
            refuse_tokens_in_address(request)
            super().initial(request, *args, **kwargs)  # signs in, looks at Accept
        except (Problem, APIException):
            self.limit_headers = limits.count_refused(request)
            raise
        translation.activate(language_of(request))
        self.limit_headers = limits.count(request)
        check_length(request)
        self.check_query(request)
        if self.closed and not request.user.is_authenticated:
            raise Problem("not-signed-in")
        self.check_scope(request)

    def check_query(self, request: Request) -> None:
        if request.method == "OPTIONS":
            return  # a browser asks before it asks, with the address of what it will ask
        known = {*self.query, *QUERY_OF_ALL}
        if unknown := sorted(set(request.query_params) - known):
            raise Problem("unknown-parameter", errors=[(f"?{name}", one_of(sorted(known))) for name in unknown])
        if twice := [name for name, values in request.query_params.lists() if len(values) > 1]:
            raise Problem("bad-parameter", errors=[(f"?{name}", _("It stands there more than once.")) for name in twice])
        if "lang" in request.query_params and request.query_params["lang"] not in dict(settings.LANGUAGES):
            raise Problem("bad-parameter", errors=[("?lang", one_of(dict(settings.LANGUAGES)))])

    def rights(self, method: str) -> tuple[str, ...]:
        """What a token must carry for a request by `method`."""
        apps = self.scopes or ((self.scope,) if self.scope else ())
        return tuple(f"{app}:{'read' if method in SAFE else 'write'}" for app in apps)

    def check_scope(self, request: Request) -> None:
        """Without the right a token reads what visitors read; to write, or where no visitor may read, it needs it (docs/adr/0025)."""
        if request.auth is None:
            return
        missing = [right for right in self.rights(request.method or "") if right not in request.auth.scopes]
        if not missing:
            return
        if self.closed or request.method not in SAFE:
            raise missing_scope(missing[0])
        self.missing_right, request.user = missing[0], AnonymousUser()

    def must_carry_right(self) -> None:
        """Where it makes a difference who asks. Raises Problem when the token reads as a visitor."""
        if self.missing_right:
            raise missing_scope(self.missing_right)

    def handle_exception(self, exc: Exception) -> Response:
        """What visitors may not see is refused by the right that is missing, whether it is there or not."""
        return super().handle_exception(missing_scope(self.missing_right) if self.missing_right and isinstance(exc, Http404) else exc)

    def actor(self) -> Actor:
        """Who acts, as history stores it."""
        acting = getattr(self.request.user, "acts_as", None)
        return acting if acting is not None else Actor.objects.of(self.request.user)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in self.limit_headers.items():
            response.headers.setdefault(name, value)
        patch_vary_headers(response, VARY)
        response.headers.setdefault("Content-Language", translation.get_language() or "en")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")
        user = getattr(request, "_user", None)  # nobody, where it was refused before or asking who it is was what failed
        known = settings.SESSION_COOKIE_NAME in request.COOKIES if user is None else user.is_authenticated
        anonymous = not (known or request.headers.get("Authorization"))
        if anonymous:  # a cookie of no session is taken away by pages: what caches may keep sets none
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        if anonymous and request.method in SAFE:
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = "ETag, Link, RateLimit, RateLimit-Policy, Retry-After"
        response.headers.setdefault("Cache-Control", "public, no-cache" if anonymous else "private, no-store")
        return response

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What the address takes, also for a browser that asks before it asks."""
        allowed = ", ".join(self.allowed_methods)
        headers = {"Allow": allowed}
        if request.headers.get("Access-Control-Request-Method"):
            headers |= {
                "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
                "Access-Control-Allow-Headers": "Accept-Language, If-None-Match",
                "Access-Control-Max-Age": "86400",
            }
        return Response(status=204, headers=headers)


def missing_scope(right: str) -> Problem:
    """RFC 6750 §3.1."""
    challenge = f'Bearer realm="api", error="insufficient_scope", scope="{right}"'
    return Problem(
        "missing-scope", gettext("The token does not carry the right %(right)s.") % {"right": right}, headers={"WWW-Authenticate": challenge}
    )


def fingerprint(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=6).hexdigest()


def not_modified(request: Request, etag: str) -> bool:
    """Does the caller hold this very answer? `W/` is ignored: proxies add it when they compress."""
    held = request.headers.get("If-None-Match", "")
    return held == "*" or etag in [part.strip().removeprefix("W/") for part in held.split(",")]


def kept(request: Request, body: Any, version: str, *, headers: dict[str, str] | None = None) -> Response:
    """The answer of a read with its ETag: `"<version>-<language>-<what I may see>"`; 304 for who holds it. What visitors read is given away."""
    raw = written(body)
    etag = f'"{version}-{translation.get_language()}-{fingerprint(raw)}"'
    extra = {"ETag": etag, **(headers or {})}
    if not request.user.is_authenticated:
        extra["Link"] = ", ".join(filter(None, [LICENCE, extra.get("Link")]))
    if not_modified(request, etag):
        return Response(status=304, headers=extra)
    return Response(raw, headers=extra)


def unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    """What Django refuses before any view is asked."""
    with translation.override(language_asked(request) or "en"):
        forged = isinstance(error, DisallowedHost)
        return outside(Problem("malformed", gettext("The portal is not at the host that the request names.") if forged else ""))


class NotHere(ApiView):
    """What no address names: a problem, also without the slash at the end, where a page would be sent on."""

    schema = None  # not described

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise Problem("not-found", "" if request.path.endswith("/") else _("Addresses end with a slash."))

    def check_query(self, request: Request) -> None:
        """Whatever it asks, it is not here."""
