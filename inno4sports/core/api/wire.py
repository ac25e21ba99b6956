"""What goes over the wire: strict JSON in, orjson out, always UTF-8."""

import json
from typing import Any

import orjson
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import BaseRenderer

from .problems import Problem

DEEPEST = 32
LONGEST_NUMBER = 1000  # digits; Python refuses those that are far longer in words of its own
TOO_DEEP = _("The body is nested too deeply.")


class JsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return data if isinstance(data, bytes) else b"" if data is None else written(data)


def written(data: Any) -> bytes:
    """JSON with times in UTC; lazy texts in the active language."""
    return orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def check_length(request: Any) -> None:
    """Raises Problem for a body that is too large, before any of it is read; one without its length would be taken for none."""
    told = request.META.get("CONTENT_LENGTH") or ""
    if not told and "Transfer-Encoding" in request.headers:
        raise Problem("length-needed")
    with_file = str(request.content_type).startswith("multipart/")
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + (settings.UPLOAD_MAX_BYTES if with_file else 0)
    if told.isdigit() and int(told[:18]) > most:
        raise Problem("too-large")


class StrictJsonParser(BaseParser):
    """One object in UTF-8: no duplicate names, no NaN, no depths."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        charset = (parser_context["request"].content_type or "").lower().partition("charset=")[2].strip(' ";')
        if charset not in ("", "utf-8", "utf8") or parser_context["request"].headers.get("Content-Encoding", "identity") != "identity":
            raise UnsupportedMediaType(media_type or "")
        try:
            text = stream.read().decode("utf-8-sig")
            found = json.loads(text or "{}", object_pairs_hook=_once_each, parse_constant=_no_constant, parse_int=_number)
            shallow(found)
        except RecursionError as error:
            raise Problem("malformed", TOO_DEEP) from error
        except UnicodeError as error:
            raise Problem("malformed", _("The body is not UTF-8.")) from error
        except json.JSONDecodeError as error:
            words = gettext("This is no JSON: line %(line)s, column %(column)s.") % {"line": error.lineno, "column": error.colno}
            raise Problem("malformed", words) from error
        if not isinstance(found, dict):
            raise Problem("malformed", _("The body is one JSON object."))
        return found


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem("malformed", _("A name stands twice in one object."))
    return found


def _no_constant(name: str) -> Any:
    raise Problem("malformed", gettext("%(word)s is no JSON.") % {"word": name})


def _number(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise Problem("malformed", _("A number has too many digits."))
    return int(digits)


def shallow(value: Any, depth: int = 0) -> None:
    """Raises Problem for what is nested deeper than any of our bodies, UnicodeError for halves of characters."""
    if depth > DEEPEST:
        raise Problem("malformed", TOO_DEEP)
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

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except ParseError as error:
            raise Problem("malformed", _("The parts of multipart/form-data cannot be read.")) from error
