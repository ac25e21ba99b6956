"""Errors of the API as RFC 9457 problems: a stable type, a sentence in the caller's language, faults by JSON pointer."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response

from ..files import FilesAway
from ..lifecycle import Conflict, WrongState
from ..logs import current_request_id
from ..permissions import NEEDS_PERSON, is_program

logger = logging.getLogger(__name__)

Words = str | Promise

# slug -> (status, sentence). The slug is a promise: programs compare it, so it is never renamed.
PROBLEMS: dict[str, tuple[int, Words]] = {
    "malformed": (400, _("The request cannot be read.")),
    "unknown-parameter": (400, _("The address asks for something that does not exist.")),
    "bad-parameter": (400, _("A parameter of the address has a value that is not possible.")),
    "bad-cursor": (400, _("This cursor is not one of ours, or belongs to another question.")),
    "token-in-address": (400, _("A token does not belong in an address. If it was one of ours it is revoked now; make a new one.")),
    "not-signed-in": (401, _("This needs a token or a session.")),
    "bad-token": (401, _("The token is unknown, expired or revoked.")),
    "forbidden": (403, _("You may see this but not do it.")),
    "missing-scope": (403, _("The token does not carry the right for this.")),
    "csrf": (403, _("A session needs the CSRF token in the header X-CSRFToken.")),
    "not-found": (404, _("Nothing is here, or not for you.")),
    "method-not-allowed": (405, _("This address does not take that method.")),
    "not-acceptable": (406, _("Answers are application/json.")),
    "wrong-state": (409, _("It cannot be done in the state that it is in.")),
    "cursor-expired": (410, _("This cursor is too old, or what you may see has changed since. Begin again without a cursor.")),
    "length-needed": (411, _("Say in Content-Length how long the body is.")),
    "stale": (412, _("It was changed since you read it. The present version is in `current`.")),
    "too-large": (413, _("The body is too large.")),
    "unsupported-media-type": (415, _("Send application/json in UTF-8, or multipart/form-data where a file is taken.")),
    "invalid": (422, _("Some of it cannot be kept as it is.")),
    "key-reused": (422, _("This Idempotency-Key was used with another request.")),
    "version-needed": (428, _("Say which version you read: If-Match with the ETag.")),
    "too-many-requests": (429, _("Too many requests. Wait as long as Retry-After says.")),
    "unavailable": (503, _("The database or the store of files cannot be reached, or refused this for once. Send it again after Retry-After.")),
    "server-error": (500, _("Something broke on our side. It is written down under the id in `instance`.")),
}


@dataclass
class Problem(Exception):
    """Raised anywhere in the API; becomes the answer. `errors` is [(pointer, sentence)]."""

    slug: str
    detail: Words = ""
    errors: Iterable[tuple[str, Words]] = ()
    headers: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)


def one_of(values: Iterable[object]) -> str:
    """Says which values there are."""
    return gettext("One of these: %(values)s.") % {"values": ", ".join(str(value) for value in values)}


def problem_type(slug: str) -> str:
    return f"urn:inno4sports:problem:{slug}"


def answer(problem: Problem) -> Response:
    """The problem as application/problem+json."""
    status, title = PROBLEMS[problem.slug]
    body: dict[str, Any] = {"type": problem_type(problem.slug), "title": str(title), "status": status}
    body["detail"] = str(problem.detail or title)
    body["instance"] = f"urn:inno4sports:request:{current_request_id.get()}"
    if errors := [{"pointer": pointer, "detail": str(words)} for pointer, words in problem.errors]:
        body["errors"] = errors
    headers = {"Cache-Control": "no-store", **problem.headers}
    if status == 401:
        headers.setdefault(
            "WWW-Authenticate", f'Bearer realm="api"{", error=" + chr(34) + "invalid_token" + chr(34) if problem.slug == "bad-token" else ""}'
        )
    return Response({**body, **problem.more}, status=status, headers=headers, content_type="application/problem+json")


def fault(*, away: bool) -> Problem:
    return Problem("unavailable", headers={"Retry-After": "10"}) if away else Problem("server-error")


def broken(*, away: bool) -> HttpResponse:
    """What broke before the API was asked, or after: `away` is what we stand on."""
    return outside(fault(away=away))


def outside(problem: Problem) -> HttpResponse:
    """The problem where the API itself was not asked. It says nothing of anybody, so every origin reads it."""
    response = answer(problem)
    headers = {**dict(response.items()), "Content-Type": "application/problem+json", "Content-Language": get_language() or "en"}
    headers |= {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    return HttpResponse(orjson.dumps(response.data), status=response.status_code, headers=headers)


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's EXCEPTION_HANDLER: every refusal in one shape; what is our own fault is logged and told by its id."""
    problem = problem_of(error, context["request"])
    if problem is None:
        got_request_exception.send(sender=None, request=context["request"]._request)
        logger.exception("the API broke")
        problem = fault(away=isinstance(error, OperationalError | InterfaceError | FilesAway))
    return answer(problem)


def problem_of(error: Exception, request: Any) -> Problem | None:  # noqa: C901 -- a table with conditions, read from top to bottom
    """The problem that an exception stands for; None for what is our own fault."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, WrongState):
        return Problem("wrong-state", error.reason)
    if isinstance(error, PermissionDenied | exceptions.PermissionDenied | exceptions.NotAuthenticated):
        if isinstance(error, exceptions.PermissionDenied) and str(error.detail).startswith("CSRF"):
            return Problem("csrf")
        if is_program(request.user) and str(error) in NEEDS_PERSON:
            return Problem("forbidden", _("Only a person can do this. A program cannot."))
        return Problem("forbidden" if request.user and request.user.is_authenticated else "not-signed-in")
    if isinstance(error, exceptions.AuthenticationFailed):
        return Problem("bad-token", str(error.detail))
    if isinstance(error, Http404 | exceptions.NotFound):
        return Problem("not-found")
    if isinstance(error, exceptions.MethodNotAllowed):
        return Problem("method-not-allowed", headers={"Allow": ", ".join(request.parser_context["view"].allowed_methods)})
    if isinstance(error, exceptions.NotAcceptable):
        return Problem("not-acceptable")
    if isinstance(error, exceptions.UnsupportedMediaType):
        return Problem("unsupported-media-type")
    if isinstance(error, exceptions.Throttled):
        return Problem("too-many-requests", headers={"Retry-After": str(int(error.wait or 1) + 1)})
    if isinstance(error, RequestDataTooBig):
        return Problem("too-large")
    if isinstance(error, exceptions.ParseError | SuspiciousOperation):
        return Problem("malformed")
    if isinstance(error, Conflict):
        return Problem("stale")
    return None
