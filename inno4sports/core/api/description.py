"""The API's own description at `/api/v1/schema/`, made once a process: it changes only with the code."""

import json
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request
from rest_framework.response import Response

from .told import Told
from .view import ApiView, kept


@cache
def description() -> dict[str, Any]:
    """OpenAPI 3.1, in English."""
    found = SchemaGenerator().get_schema(request=None, public=True)
    return dict(json.loads(json.dumps(found, default=str)))  # what was lazy is text from here on


class Description(ApiView):
    """`?format=json` may be said, for those who are used to it."""

    query = ("format",)
    told = {"get": Told("This description", {"type": "object", "additionalProperties": True}, query={"format": "json"})}

    def get(self, request: Request) -> Response:
        return kept(request, description(), "0")
