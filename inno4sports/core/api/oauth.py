"""The addresses of OAuth as programs need them: allauth answers them, this says the rest (RFC 6749 §5, RFC 8628 §3.2)."""

import functools
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponse]


def takes(*methods: str) -> Callable[[View], View]:
    """Another method is refused in OAuth's own words. What is answered to a POST, tokens and codes, is kept by nobody."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @functools.wraps(view)
        def wrapped(request: HttpRequest) -> HttpResponse:
            if request.method not in (*methods, "OPTIONS"):
                words = {"error": "invalid_request", "error_description": f"This address takes {' and '.join(methods)} alone."}
                return JsonResponse(words, status=405, headers={"Allow": ", ".join(methods)})
            answer = view(request)
            if request.method == "POST":
                answer["Cache-Control"] = "no-store"
            if answer.status_code == 401:  # programs name themselves by Basic, whatever allauth's challenge says
                answer["WWW-Authenticate"] = 'Basic realm="oauth"'
            return answer

        return wrapped

    return wrap


def at_home(view: View) -> View:
    """The addresses in what allauth answers are the portal's: it takes them from the host of the request, which says what it likes."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        answer = view(request)
        answer.content = answer.content.replace(f'"{request.build_absolute_uri("/")}'.encode(), f'"{settings.SITE_URL}/'.encode())
        return answer

    return wrapped
