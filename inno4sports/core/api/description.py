"""The API's own description at `/api/v1/schema/`, made once a process: it changes only with the code."""

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request
from rest_framework.response import Response

from .addresses import RESOURCES
from .problems import Problem, one_of
from .schema import ANSWER_HEADERS
from .told import OBJECT, Told
from .view import ApiView, kept

TOKENS = "/identity/o/api/token"
SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "A personal token: it acts as its person, within its rights"},
    "session": {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "A browser's session; writing needs X-CSRFToken too"},
}
OAUTH = {
    "type": "oauth2",
    "description": "For programs of a region or of EPSI. By a device code (RFC 8628; the address for it is in"
    " /.well-known/openid-configuration) a program acts as the person who approves it.",
}


@cache
def description() -> dict[str, Any]:
    """OpenAPI 3.1, in English."""
    found = SchemaGenerator().get_schema(request=None, public=True)
    with override("en"):
        rights = {right: str(words) for right, words in import_string(settings.API_RIGHTS).items()}
    found["components"]["headers"] = ANSWER_HEADERS
    found["components"]["securitySchemes"] = {**SCHEMES, "oauth": {**OAUTH, "flows": {"clientCredentials": {"tokenUrl": TOKENS, "scopes": rights}}}}
    return dict(json.loads(json.dumps(found, default=str)))  # what was lazy is text from here on


class Index(ApiView):
    """Where a program that knows nothing begins."""

    told = {"get": Told("Where everything stands", OBJECT)}

    def get(self, request: Request) -> Response:
        names = ("docs", "schema", "me", "tasks", "search", "evidence", "gaps")
        places = {name: settings.SITE_URL + reverse(f"api:{name}") for name in names}
        resources = {name: settings.SITE_URL + reverse(f"api:{name}_list") for name in RESOURCES}
        places["oauth"] = f"{settings.SITE_URL}/.well-known/openid-configuration"
        return kept(request, {**places, "resources": resources}, "0")


class Description(ApiView):
    """`?format=json` may be said, for those who are used to it."""

    query = ("format",)
    told = {"get": Told("This description", {"type": "object", "additionalProperties": True}, query={"format": "json"})}

    def get(self, request: Request) -> Response:
        if request.query_params.get("format", "json") != "json":
            raise Problem("bad-parameter", errors=[("?format", one_of(["json"]))])
        return kept(request, description(), "0")
