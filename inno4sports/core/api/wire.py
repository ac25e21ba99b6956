"""What goes over the wire: strict JSON in, orjson out, always UTF-8."""

import json
from typing import Any

import orjson
from django.conf import settings
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import BaseRenderer

from .problems import Problem

DEEPEST = 32
TOO_DEEP = "The body is nested too deeply."


class JsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return data if isinstance(data, bytes) else b"" if data is None else written(data)


def written(data: Any) -> bytes:
    """JSON with times in UTC; lazy texts in the active language."""
    return orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def read_body(stream: Any, length: int) -> bytes:
    """At most DATA_UPLOAD_MAX_MEMORY_SIZE bytes, whatever the header claims."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if length > limit:
        raise Problem("too-large")
    body: bytes = stream.read(limit + 1)
    if len(body) > limit:
        raise Problem("too-large")
    return body


class StrictJsonParser(BaseParser):
    """One object in UTF-8: no duplicate names, no NaN, no depths."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        charset = (parser_context["request"].content_type or "").lower().partition("charset=")[2].strip(' ";')
        if charset not in ("", "utf-8", "utf8") or parser_context["request"].headers.get("Content-Encoding", "identity") != "identity":
            raise UnsupportedMediaType(media_type or "")
        body = read_body(stream, int(parser_context["request"].META.get("CONTENT_LENGTH") or 0))
        try:
            found = json.loads(body.decode("utf-8-sig") or "{}", object_pairs_hook=_once_each, parse_constant=_no_constant)
            shallow(found)
        except RecursionError as error:
            raise Problem("malformed", TOO_DEEP) from error
        except UnicodeError as error:
            raise Problem("malformed", "The body is not UTF-8.") from error
        except ValueError as error:
            raise Problem("malformed", str(error)[:200]) from error
        if not isinstance(found, dict):
            raise Problem("malformed", "The body is one JSON object.")
        return found


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A name stands twice in one object.")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON.")


def shallow(value: Any, depth: int = 0) -> None:
    """Raises ValueError for what is nested deeper than any of our bodies, and for halves of characters."""
    if depth > DEEPEST:
        raise ValueError(TOO_DEEP)
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, dict):
        for name, inner in value.items():
            name.encode()
            shallow(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            shallow(inner, depth + 1)


class FilesParser(MultiPartParser):
    """multipart/form-data, for the few acts that take a file. Its texts are read as a form's are."""
