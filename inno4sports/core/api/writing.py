"""How a program writes: the pages' own forms read the body, the domain's own acts do it; versions and keys around them."""

import base64
import hashlib
import inspect
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.fernet import Fernet
from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, models, transaction
from django.utils.choices import flatten_choices
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from rest_framework.response import Response

from .. import clock
from ..citations import CITED, CITED_EXAMPLE, CitationField
from ..forms import EurosField, LinesField, RowsField
from ..models.api import KeptAnswer
from .limits import caller_of
from .problems import Problem, one_of
from .wire import written


@dataclass(frozen=True)
class Call:
    """One request to act: on what, by whom, from which version."""

    thing: Any
    user: Any
    by: Any
    version: int | None = None


@dataclass(frozen=True)
class Act:
    """Something that may be done to a thing by `POST …/steps/`.

    `do` is the domain's act. A lifecycle step takes label, permission and states from its table; another act names them.
    `form` is the page's form class, `build` makes one (default: `form(data, files)`), `values` says what the act takes
    (default: its cleaned data). `creates` names the kind of thing that the act makes, which is the answer. `answer` makes
    another one of what the act answered and its form, told of by `answer_schema`.
    """

    name: str
    do: Callable[..., Any]
    form: type[forms.BaseForm] | None = None
    build: Callable[[Any, Any, Call], forms.BaseForm] | None = None
    values: Callable[[Any, Call], dict[str, Any]] | None = None
    label: str | Promise = ""
    permission: str = ""
    open: Callable[[Any], bool] = field(default=lambda _thing: True)
    creates: str = ""
    answer: Callable[[Any, Any], dict[str, Any]] | None = None
    answer_schema: dict[str, Any] | None = None

    def bound(self, data: Any, files: Any, call: Call) -> forms.BaseForm:
        """The act's form, with data or as it is shown first."""
        assert self.form is not None, "asked of acts that have one"  # noqa: S101 -- for the reader and the type checker
        return self.build(data, files, call) if self.build else self.form(data, files)

    def run(self, form: Any, call: Call) -> Any:
        values = {} if form is None else dict(self.values(form, call) if self.values else form.cleaned_data)
        if "version" in inspect.signature(self.do).parameters:
            values["version"] = call.version
        return self.do(call.thing, by=call.by, **values)


# Versions -----------------------------------------------------------------------------------------------------------------


NO_VERSION = -1


def wanted_version(request: Any, stands: int) -> int | None:
    """The version that If-Match names: the one that stands if it is among them; None for `*`. Raises Problem when it is missing."""
    named = versions_of(request.headers.get("If-Match", ""))
    if not named:
        raise Problem("version-needed")
    if named == ["*"]:
        return None
    found = [int(version) if version.isascii() and version.isdigit() and len(version) < 10 else NO_VERSION for version in named]
    return stands if stands in found else found[0]


def versions_of(header: str) -> list[str]:
    """The version part of each ETag; `W/` is ignored: proxies add it when they compress."""
    return [part.strip().removeprefix("W/").strip('"').partition("-")[0] for part in header.split(",") if part.strip()]


# Reading a body by a form ---------------------------------------------------------------------------------------------------


def filled(form: forms.BaseForm) -> dict[str, Any]:
    """What an unbound form shows, as the body that would write the same."""
    found: dict[str, Any] = {}
    for name, box in form.fields.items():
        value = form.get_initial_for_field(box, name)
        value = value if isinstance(box, RowsField) else box.prepare_value(value)
        if isinstance(value, models.QuerySet | list | tuple) and isinstance(box, forms.ModelMultipleChoiceField):
            value = [box.prepare_value(one) for one in value]
        found[name] = value
    return found


def as_typed(
    form: forms.BaseForm, data: Mapping[str, Any], pointer: str = "", *, typed: bool = True, shown: Collection[str] = ()
) -> list[tuple[str, Any]]:
    """Faults of shape: unknown names, lists where a text belongs. What is well shaped is judged by the form.

    `typed` is JSON; in multipart/form-data every value is a text. `shown` are the names that a read answers with.
    """
    faults: list[tuple[str, Any]] = []
    settled = getattr(form, "settled", {})
    for name, value in data.items():
        box = form.fields.get(name)
        if name in settled:
            if ("" if value is None else value) != settled[name]:
                faults.append((f"{pointer}/{name}", settled[name]))
        elif box is None:
            faults.append((f"{pointer}/{name}", READ_ONLY if name in shown else _("There is no field of this name.")))
        elif not fits(box, value, typed):
            faults.append(
                (f"{pointer}/{name}", CITED_WORDS if isinstance(box, CitationField) else _("This is not of the type that the field takes."))
            )
        elif words := not_iso(box, value):
            faults.append((f"{pointer}/{name}", words))
        else:
            faults += [(f"{pointer}/{name}{deeper}", words) for deeper, words in not_plain(box, value)]
    return faults


READ_ONLY = _("This is read, not written.")
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def not_iso(box: forms.Field, value: Any) -> str | Promise:
    """Why a day or a moment is refused: pages also read 01/10/2026, each language in its own order, and a program would never know."""
    if isinstance(box, forms.DateTimeField):
        return _("Write it with its offset: 2027-03-31T09:00:00Z.") if value and not MOMENT.fullmatch(value) else ""
    if isinstance(box, forms.DateField):
        return _("Write it as 2027-03-31.") if value and not DAY.fullmatch(value) else ""
    return ""


CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
LINE_BREAK = re.compile(r"[\n\r\u2028\u2029]")


def not_plain(box: forms.Field, value: Any, pointer: str = "") -> list[tuple[str, Any]]:
    """What pages leave out without a word, control characters and line breaks where there is one line: a program would never know."""
    if isinstance(box, CitationField) or hasattr(box, "formset"):  # what a read shows of it; rows that forms of their own look at
        return []
    if isinstance(value, list | dict):
        pairs = enumerate(value) if isinstance(value, list) else value.items()
        return [fault for name, inner in pairs for fault in not_plain(box, inner, f"{pointer}/{name}")]
    if not isinstance(value, str):
        return []
    if CONTROL.search(value):
        return [(pointer, _("It holds control characters."))]
    one_line = bool(pointer) or not isinstance(box.widget, forms.Textarea)
    return [(pointer, _("This is one line: it takes no line break."))] if one_line and LINE_BREAK.search(value) else []


CITED_WORDS = format_lazy(_("Name each as kind:id, as in {example}, or send it as it is read in `cites`."), example=CITED_EXAMPLE)


def plain_choices(box: forms.Field) -> list[tuple[Any, Any]]:
    """What may be chosen of a fixed list; none where it depends on what is stored."""
    if not isinstance(box, forms.ChoiceField) or isinstance(box, forms.ModelChoiceField | CitationField):
        return []
    found: list[tuple[Any, Any]] = list(flatten_choices(box.choices))  # type: ignore[arg-type]  # the stubs know no grouped choices
    return [(value, words) for value, words in found if value != "" or not box.required]


def cited_key(value: Any) -> str:
    """`kind:id` of a citation, also of one that is sent as it is read."""
    if isinstance(value, dict):
        return f"{value.get('kind')}:{value.get('id')}"
    return value if isinstance(value, str) else ""


def fits(box: forms.Field, value: Any, typed: bool) -> bool:
    """Has the value the type that this field is documented to take?"""
    if value is None:
        return True
    if isinstance(box, forms.FileField):
        return isinstance(value, UploadedFile)
    if isinstance(box, CitationField):
        return isinstance(value, list) and all(CITED.match(cited_key(one)) for one in value)
    if isinstance(box, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if not typed:
        return isinstance(value, str)
    if getattr(box, "takes_rows", False):
        return isinstance(value, list) or (isinstance(box, LinesField) and isinstance(value, str))
    if isinstance(box, EurosField) and isinstance(value, dict):
        return True
    if isinstance(box, forms.BooleanField):
        return isinstance(value, bool)
    if isinstance(box, forms.FloatField | forms.DecimalField):
        return isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(box, forms.IntegerField) or (isinstance(box, forms.TypedChoiceField) and box.coerce is int):
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)


def for_widgets(form: forms.BaseForm, data: Mapping[str, Any]) -> dict[str, Any]:
    """JSON values as widgets read them: split fields by their parts, null as nothing."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(form.fields.get(name), CitationField) and isinstance(value, list):
            value = [cited_key(one) for one in value]
        found[name] = "" if value is None and not isinstance(form.fields.get(name), forms.MultipleChoiceField) else value
    return {name: value for name, value in found.items() if value is not None}


def read(
    make: Callable[[Any, Any], forms.BaseForm],
    request: Any,
    *,
    base: Mapping[str, Any] | None = None,
    leave: tuple[str, ...] = (),
    shown: Collection[str] = (),
) -> Any:
    """The valid form for the request's body; raises Problem with a pointer to each fault. `base` is what PATCH leaves alone."""
    given = {name: value for name, value in request.data.items() if name not in leave}
    data = {name: value for name, value in given.items() if not isinstance(value, UploadedFile)}
    blank = make(None, None)
    typed = not hasattr(request.data, "getlist")
    if not typed:  # multipart: repeated names are lists
        many = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)
        data = {n: request.data.getlist(n) if isinstance(blank.fields.get(n), many) else v for n, v in data.items()}
    faults = as_typed(blank, {**data, **request.FILES.dict()}, typed=typed, shown=shown)
    misshaped = {field_of(pointer) for pointer, _words in faults}
    form = make(for_widgets(blank, {**(base or {}), **{n: v for n, v in data.items() if n not in misshaped}}), request.FILES or None)
    if not form.is_valid():
        faults += [(pointer, words) for pointer, words in faults_of(form) if field_of(pointer) not in misshaped]
    if faults:
        raise Problem("invalid", errors=faults)
    return form


def field_of(pointer: str) -> str:
    return pointer.partition("/")[2].partition("/")[0]


def faults_of(form: forms.BaseForm, pointer: str = "") -> list[tuple[str, Any]]:
    """(pointer, sentence) of each fault; a field of rows says itself in which row and cell."""
    found: list[tuple[str, Any]] = []
    for name, errors in form.errors.items():
        here = pointer if name == NON_FIELD_ERRORS else f"{pointer}/{name}"
        box = form.fields.get(name)
        inner = getattr(box, "faults", [])
        words = [str(e) for e in errors]
        if box is not None and "invalid_choice" in [e.code for e in errors.as_data()] and (choices := plain_choices(box)):
            words.append(one_of(value for value, _words in choices if value != ""))
        found += [(f"{here}{deeper}", said) for deeper, said in inner] or [(here, " ".join(words))]
    return found


# Once ---------------------------------------------------------------------------------------------------------------------

KEY_LONGEST = 200


def _box() -> Fernet:
    """Kept answers are sealed: some hold a secret that is shown once, and a dump of the database is not the caller."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"inno4sports.answers." + settings.SECRET_KEY.encode()).digest()))


def kept_name(request: Any) -> str:
    """What the answer to this caller's Idempotency-Key is kept under; "" without a key."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return ""
    if not 0 < len(key) <= KEY_LONGEST or not key.isascii() or not key.isprintable():
        raise Problem("malformed", gettext("Idempotency-Key: 1 to %(most)s printable ASCII characters.") % {"most": KEY_LONGEST})
    return hashlib.sha256(f"{caller_of(request)}\n{key}".encode()).hexdigest()


def replayed(request: Any) -> Response | None:
    """The first answer to this very request, if its key was used: what it did may have put its thing out of sight. Raises Problem for another one."""
    name = kept_name(request)
    kept = KeptAnswer.objects.filter(name=name).first() if name else None
    if kept is None:
        return None
    if kept.asked != asked_for(request):
        raise Problem("key-reused")
    return Response(_box().decrypt(bytes(kept.body)) or None, status=kept.status, headers={**kept.headers, "Idempotency-Replayed": "true"})


def once(request: Any, run: Callable[[], Response]) -> Response:
    """Run in one transaction; with an Idempotency-Key the same request again, also at the same time, gets the first answer."""
    name = kept_name(request)
    if not name:
        with transaction.atomic():
            return run()
    try:
        with transaction.atomic():
            if (first := replayed(request)) is not None:
                return first
            row = KeptAnswer.objects.create(name=name, asked=asked_for(request), status=0, created_at=clock.now())
            response = run()
            told = {name: response[name] for name in ("ETag", "Link", "Location") if response.has_header(name)}
            row.status, row.headers = response.status_code, told | {"Content-Language": get_language() or "en"}
            body = response.data if isinstance(response.data, bytes) else b"" if response.data is None else written(response.data)
            row.body = _box().encrypt(body)
            row.save()
            return response
    except IntegrityError:  # another one with the same key was quicker: it is done, or it failed and the key is free
        if (first := replayed(request)) is None:
            raise
        return first


def asked_for(request: Any) -> str:
    """What the request asks, without what may differ when it is sent again."""
    digest = hashlib.sha256(f"{request.method} {request.path} {versions_of(request.headers.get('If-Match', ''))}\n".encode())
    plain = {name: value for name, value in request.data.items() if not isinstance(value, UploadedFile)}
    digest.update(json.dumps(plain, default=str, sort_keys=True).encode())  # orjson refuses numbers past 64 bits
    for name, upload in sorted(request.FILES.items()):
        digest.update(name.encode())
        for chunk in upload.chunks():
            digest.update(chunk)
        upload.seek(0)
    return digest.hexdigest()
