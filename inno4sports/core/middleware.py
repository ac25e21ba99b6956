"""What surrounds every request: an id, headers, the reader's zone, private answers for who is signed in, errors with a name."""

import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import MiddlewareNotUsed, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone

from . import clock
from .lifecycle import Conflict, WrongState
from .logs import current_request_id
from .tokens import BadLink

Handler = Callable[[HttpRequest], HttpResponse]


def client_address(get_response: Handler) -> Handler:
    """REMOTE_ADDR is the visitor's, as the outermost of our TRUSTED_PROXIES saw it; what visitors write themselves is not believed."""
    trusted = settings.TRUSTED_PROXIES
    if not trusted:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponse:
        passed = [word.strip() for word in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if word.strip()]
        if passed:
            request.META["REMOTE_ADDR"] = passed[max(0, len(passed) - trusted)]
        return get_response(request)

    return middleware


# What machines ask from inside: probes, Prometheus, the health check of a container.
ASKED_INSIDE = ("/health/live", "/health/ready", "/metrics")


def any_address(get_response: Handler) -> Handler:
    """Machines know an IP where people type a name, so there ALLOWED_HOSTS is not asked: nothing in those answers depends on Host."""
    ours = urlsplit(settings.SITE_URL).netloc

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info in ASKED_INSIDE:
            request.META["HTTP_HOST"] = ours
        return get_response(request)

    return middleware


def request_id(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        token = current_request_id.set(uuid.uuid4().hex[:12])
        try:
            response = get_response(request)
            response["X-Request-ID"] = current_request_id.get()
            return response
        finally:
            current_request_id.reset(token)

    return middleware


def more_headers(get_response: Handler) -> Handler:
    """The headers that Django has no setting for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


def own_zone(get_response: Handler) -> Handler:
    """Times are shown in the signed-in reader's zone; a visitor's in Brussels, where the programme sits."""

    def middleware(request: HttpRequest) -> HttpResponse:
        name = request.user.timezone if request.user.is_authenticated else "Europe/Brussels"
        with timezone.override(clock.zone(name)):
            return get_response(request)

    return middleware


def private_pages(get_response: Handler) -> Handler:
    """What a signed-in person gets is kept by nobody. A script that lost its session gets 401, not a sign-in page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated:
            response["Cache-Control"] = "private, no-store"
        return response

    return middleware


class NamedErrors:
    """Domain errors become pages with a status: wrong state and conflict 409, a bad link 404; a session that ended says so.

    What only takes a form says 405 in a page too: people come there by going back, by the language menu of an error page.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        from .http import came_from, csrf_failure, error_page, is_signing_in, typed_back

        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and request.method == "GET":
            page = error_page(request, 404)
            page.status_code, page["Allow"] = 405, response["Allow"]
            return page
        if response.status_code != 302 or "/accounts/login/" not in response.get("Location", "") or is_signing_in(request):
            return response  # the pages of signing in lead to each other
        if request.headers.get("HX-Request") or request.headers.get("Accept") == "application/json":
            answer = HttpResponse(status=401)
            answer["HX-Redirect"] = response["Location"]
            return answer
        # The sign-in page would lose what somebody typed whose session ended meanwhile; its cookie may have ended with it.
        held = settings.SESSION_COOKIE_NAME in request.COOKIES or typed_back(request)
        if request.method == "POST" and held and not request.user.is_authenticated:
            return csrf_failure(request)
        if request.method == "POST":  # after signing in to the page on which the form stood: some addresses take nothing but a form
            page_url = came_from(request)
            return redirect_to_login(page_url) if page_url else HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        from .http import error_page

        if isinstance(error, WrongState):
            return error_page(request, 409, reason=error.reason, thing=error.thing)
        if isinstance(error, Conflict):
            return error_page(request, 409, reason="", thing=error.thing)
        if isinstance(error, BadLink):
            return error_page(request, 404)
        if isinstance(error, PermissionDenied):
            return error_page(request, 403)
        return None


named_errors = NamedErrors
