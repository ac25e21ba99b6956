"""What all forms share: clean text, the version they were opened on, uploads whose type was looked at."""

import hashlib
import unicodedata
from typing import Any

import puremagic
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import validate_email
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from . import clock
from .models import Actor, StoredFile, Thing

# Direction overrides can make a sentence read as its opposite; they are never needed in the languages here.
# Halves of letters (surrogates) come from programs alone, and no database keeps them.
_UNWANTED = {*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0xFEFF, 0xFFFE, 0xFFFF}
_UNWANTED |= {*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)}
_TABLE = dict.fromkeys(_UNWANTED)
LONGEST_LOCAL_PART = 64  # RFC 5321


def clean_text(text: str) -> str:
    """NFC, line ends as \\n, no control characters, no direction overrides."""
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").translate(_TABLE)


def clean_value(value: Any) -> Any:
    """Clean text, alone or in a list; a number that fits nowhere as text, so that its field refuses it with a sentence."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [clean_value(one) for one in value]
    return str(value) if isinstance(value, int) and abs(value) >= 2**63 else value


class CleanTextMixin:
    """Cleans every text that comes in, before the fields look at it; knows the version the form was opened on."""

    data: Any
    settled: dict[str, str] = {}

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        if data is not None and hasattr(data, "copy"):
            data = data.copy()
            for name in list(data.keys()):
                if hasattr(data, "setlist"):
                    data.setlist(name, clean_value(data.getlist(name)))
                else:
                    data[name] = clean_value(data[name])
        super().__init__(data, *args, **kwargs)
        self._name_by_keys()

    def _name_by_keys(self) -> None:
        """What is chosen of a table is named by slug or public id, in pages as in the API: row numbers stay inside."""
        stored = getattr(self, "instance", None)
        for name, field in self.fields.items():  # type: ignore[attr-defined]  # this is a form
            if not isinstance(field, forms.ModelChoiceField) or field.to_field_name not in (None, "id"):
                continue
            held = {f.name for f in field.queryset.model._meta.get_fields()}
            field.to_field_name = "slug" if "slug" in held else "public_id"
            if stored is not None and stored.pk and isinstance(self.initial.get(name), int):  # type: ignore[attr-defined]  # as ModelForm filled it
                self.initial[name] = getattr(stored, name)  # type: ignore[attr-defined]

    def settle(self, name: str, key: str) -> None:
        """Take the field away, because nothing is left to choose; a program that names it must name `key`."""
        del self.fields[name]  # type: ignore[attr-defined]  # this is a form
        self.settled = {**self.settled, name: key}

    @property
    def opened_version(self) -> int | None:
        """The version the reader saw, or None."""
        value = self.data.get("version", "")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def valid_address(text: str) -> None:
    """Raises ValidationError for what is no e-mail address, or has more before its @ than mail servers take."""
    validate_email(text)
    if len(text.rpartition("@")[0]) > LONGEST_LOCAL_PART:
        raise ValidationError(validate_email.message, code=validate_email.code)


class AddressField(forms.EmailField):
    """An e-mail address that mail servers take."""

    default_validators = [valid_address]


class PortalForm(CleanTextMixin, forms.Form):
    """A form of ours that stands for no model."""


class PortalModelForm(CleanTextMixin, forms.ModelForm):
    """A ModelForm that never saves: its cleaned data go into one domain call."""

    def save(self, commit: bool = True) -> Any:  # noqa: ARG002 -- Django's signature
        raise TypeError("forms do not save: call the act")

    def _post_clean(self) -> None:
        """Validate against a copy: the instance on the page keeps what is stored."""
        import copy

        stored, self.instance = self.instance, copy.copy(self.instance)
        try:
            super()._post_clean()
        finally:
            self.instance = stored


class PlainSelect(forms.Select):
    """A select of many options in a bar of filters, written at once: Django fills a template for each."""

    def __init__(self) -> None:
        super().__init__(attrs={"class": "input"})

    def use_required_attribute(self, initial: Any) -> bool:  # noqa: ARG002 -- Django's signature
        """No filter is required; Django would read all options to find out."""
        return False

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:  # noqa: ARG002 -- Django's signature
        held = "" if value is None else str(value)
        options = format_html_join("", '<option value="{}"{}>{}</option>', ((key, _SELECTED[str(key) == held], label) for key, label in self.choices))
        return format_html('<select name="{}"{}>{}</select>', name, flatatt(self.build_attrs(self.attrs, attrs)), options)


_SELECTED = (mark_safe(""), mark_safe(" selected"))


class RowsField(forms.Field):
    """Rows of cells, typed one row a line; a program sends a list of objects. Cleans to [{column: text}].

    `separator` stands between the cells of a line. A subclass refuses cells (`wrong`). `faults` says to programs which cell of which row.
    """

    widget = forms.Textarea
    takes_rows = True

    def __init__(self, *, columns: tuple[str, ...], separator: str, max_length: int, **options: Any) -> None:
        super().__init__(**options)
        self.columns, self.separator, self.max_length = columns, separator, max_length
        self.faults: list[tuple[str, Any]] = []

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(self.separator.join(str(row.get(c) or "") for c in self.columns).rstrip(self.separator) for row in value)

    def to_python(self, value: Any) -> list[dict[str, str]]:
        if isinstance(value, list):
            rows = [{c: clean_text(str(row.get(c) or "")).strip() for c in self.columns} for row in value if isinstance(row, dict)]
            if len(rows) != len(value) or any(set(row) - set(self.columns) for row in value):
                raise ValidationError(_("Each row names these and no others: %(names)s."), params={"names": ", ".join(self.columns)})
            written = "\n".join(" ".join(row.values()) for row in rows)
        else:
            written = str(value or "")
            rows = [self.read_line(line) for line in written.splitlines() if line.strip()]
        if len(written) > self.max_length:
            raise ValidationError(_("This is longer than %(n)s characters. Shorten it."), params={"n": self.max_length})
        wrong = [(n, row, column, words) for n, row in enumerate(rows) for column, words in self.wrong(row).items()]
        self.faults = [(f"/{n}/{column}", words) for n, _row, column, words in wrong] if isinstance(value, list) else []
        if wrong:
            raise ValidationError([f"“{self.prepare_value([row])[:60]}”: {words}" for _n, row, _column, words in wrong])
        return rows

    def read_line(self, line: str) -> dict[str, str]:
        cells = [cell.strip() for cell in line.strip().split(self.separator.strip() or self.separator, len(self.columns) - 1)]
        return dict(zip(self.columns, [*cells, *[""] * len(self.columns)], strict=False))

    def wrong(self, row: dict[str, str]) -> dict[str, Any]:  # noqa: ARG002 -- for subclasses
        """Column -> why its cell cannot be kept."""
        return {}


class EurosField(forms.IntegerField):
    """Whole euros, typed as a number; a program may also send them as it reads them: {"amount": "1200.00", "currency": "EUR"}."""

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, dict):
            if set(value) != {"amount", "currency"} or value["currency"] != "EUR":
                raise ValidationError(_('Write whole euros: 1200, or as they are read: {"amount": "1200.00", "currency": "EUR"}.'))
            value = str(value["amount"]).removesuffix(".00")
        return super().to_python(value)


class LinesField(forms.CharField):
    """Texts, typed one a line; a program may send a list. Cleans to one text."""

    widget = forms.Textarea
    takes_rows = True

    def to_python(self, value: Any) -> str:
        if isinstance(value, list):
            if not all(isinstance(line, str) for line in value):
                raise ValidationError(_("This is not of the type that the field takes."))
            value = clean_text("\n".join(line.replace("\n", " ") for line in value))
        return super().to_python(value) or ""


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


# What evidence and endorsements come as; SVG and HTML run in browsers and are not among them.
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "csv": "text/csv",
    "txt": "text/plain",
}


class UploadField(forms.FileField):
    """A file whose type was looked at, not believed; raises for empty, too big and unwanted files."""

    widget = forms.ClearableFileInput(attrs={"accept": ",".join(f".{e}" for e in MEDIA_TYPES)})
    default_error_messages = {"empty": _("The file is empty. Choose another one.")}

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if upload:
            upload.media_type = sniffed_type(upload)
        return upload


def sniffed_type(upload: UploadedFile) -> str:
    """The media type of an upload by its content; raises ValidationError."""
    limit = settings.UPLOAD_MAX_BYTES
    if upload.size is None or upload.size > limit:
        raise ValidationError(_("The file is larger than %(mb)s MB. Choose a smaller one.") % {"mb": limit // 2**20})
    extension = (upload.name or "").rpartition(".")[2].lower()
    wanted = MEDIA_TYPES.get(extension)
    refused = ValidationError(_("This kind of file is not taken. Choose a PDF, picture, Word, Excel, OpenDocument or text file."))
    if wanted is None:
        raise refused
    head = upload.read(64 * 1024)
    upload.seek(0)
    if wanted.startswith("text/"):
        try:
            head.decode()
        except UnicodeDecodeError as error:
            raise refused from error
        return wanted
    if wanted.startswith("application/vnd"):
        if not head.startswith(b"PK\x03\x04"):
            raise refused
        return wanted
    try:
        found = {m.mime_type for m in puremagic.magic_string(head)}
    except puremagic.PureError as error:
        raise refused from error
    if wanted not in found:
        raise refused
    return wanted


def store_file(upload: Any, thing: Thing, *, by: Actor) -> StoredFile:
    """Keep an upload that an UploadField has let through, as a file of `thing`."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    stored = StoredFile(
        name=clean_text(upload.name)[-200:],
        media_type=upload.media_type,
        size=upload.size,
        sha256=digest.hexdigest(),
        thing_kind=thing.kind,
        thing_id=thing.public_id,
        uploaded_at=clock.now(),
        uploaded_by=by,
    )
    stored.content.save(upload.name, upload, save=False)
    stored.save()
    return stored
