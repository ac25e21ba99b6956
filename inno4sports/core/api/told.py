"""What the schema says of forms, permissions and examples; nothing here answers a request."""

import re
from dataclasses import dataclass, field
from typing import Any

import rules
from django import forms
from django.utils.choices import flatten_choices

from ..citations import CITED, CITED_EXAMPLE, CitationField
from ..forms import EurosField, LinesField, RowsField
from .examples import body_example
from .rows import FormsField
from .shape import Shape
from .writing import plain_choices

Schema = dict[str, Any]

# Predicates in words, as they stand in the shared table of permissions. One that is not named here is told by its name.
WHO = {
    "always_true": "whoever is signed in",  # visitors have the page: what writes here needs a token or a session
    "signed_in": "whoever is signed in",
    "manages_owner": "managers of the owning cluster",
    "in_owner": "members of the owning cluster",
    "is_editor": "EPSI editors",
    "is_coordinator": "the coordinator",
    "is_administrator": "administrators",
    "of_the_organisation": "members of the organisation",
    "in_network": "the network",
    "hosts": "managers of the host, editors for EPSI's",
    "hosts_own": "managers of the host, the editor whose own it is for EPSI's",
    "wrote": "its author",
    "in_audience": "people of the network whom the audience includes",
    "is_manager": "cluster managers",
    "invited_author": "the invited person",
    "holds_invitation": "the holder of the personal link",
    "in_own_cluster": "members of the cluster",
    "keeps": "managers of the cluster that the program belongs to, EPSI editors for EPSI's",
    "may_propose": "cluster managers, EPSI editors",
    "manages_cited": "managers of a region that it cites",
    "owns_action": "the owner of the action",
}


SHORT = 100  # so many choices are told one by one
CITED_KEY: Schema = {"type": "string", "pattern": CITED.pattern, "example": CITED_EXAMPLE}
CITED_AS_READ: Schema = {
    "type": "object",
    "properties": {"kind": {"type": "string"}, "id": {"type": "string", "format": "uuid"}},
    "required": ["kind", "id"],
}
EUROS_AS_READ: Schema = {
    "type": "object",
    "properties": {
        "amount": {"type": "string", "pattern": r"^[0-9]+(\.00)?$", "example": "1200.00"},
        "currency": {"type": "string", "const": "EUR"},
    },
    "required": ["amount", "currency"],
    "additionalProperties": False,
}
OBJECT: Schema = {"type": "object", "additionalProperties": True}


def listed(**more: Schema) -> Schema:
    """An answer with `items`, and what else stands beside them."""
    return {"type": "object", "properties": {"items": {"type": "array", "items": OBJECT}, **more}, "required": ["items", *more]}


def permission_words(name: str) -> str:
    """`actionplans.edit_action` as a sentence for integrators."""
    predicate = rules.permissions.permissions[name] if rules.perm_exists(name) else None
    if predicate is None:
        return "whoever may see it"
    words = re.sub(r"\w+", lambda name: WHO.get(name[0], name[0].replace("_", " ")), str(predicate.name))
    words = words.replace(" | ", " or ").replace(" & ", " and ").replace("~", "not ")
    return words[1:-1] if words.startswith("(") else words  # rules puts the whole of a compound in brackets


@dataclass(frozen=True)
class Told:
    """How an address that is no resource describes one method: what it is for, what it takes, what it answers."""

    summary: str
    answer: Schema | type[Shape] | None = None
    body: type[forms.BaseForm] | Schema | None = None
    permission: str = "anybody"
    query: dict[str, str] = field(default_factory=dict)  # ?name= -> what it is for
    status: int = 200
    statuses: tuple[int, ...] = ()  # refusals besides those that every address knows
    media_type: str = "application/json"


def form_schema(form: type[forms.BaseForm] | None, *, whole: bool = True) -> Schema:
    """The body that a form reads. `whole` False is PATCH: nothing is required."""
    boxes: dict[str, forms.Field] = getattr(form, "base_fields", {}) if form else {}
    found: Schema = {"type": "object", "additionalProperties": False, "properties": {name: field_schema(box) for name, box in boxes.items()}}
    needed = [name for name, box in boxes.items() if box.required and name != "cluster"]
    if whole and needed:
        found["required"] = needed
    if boxes:
        found["example"] = body_example(boxes, found["properties"], needed)
    return found


def field_schema(box: forms.Field) -> Schema:
    """JSON schema of one field. Choices that depend on the caller are not listed."""
    found = typed(box)
    if box.label:
        found["description"] = ". ".join(str(part).rstrip(".") for part in (box.label, box.help_text) if part)
    if not box.required and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    return found


def typed(box: forms.Field) -> Schema:  # noqa: C901 -- a table, read from top to bottom
    if isinstance(box, CitationField):
        return {"type": "array", "items": {"anyOf": [CITED_KEY, CITED_AS_READ]}}
    if isinstance(box, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
        values = [value for value, _words in plain_choices(box)]
        return {"type": "array", "items": {"type": "string", **({"enum": values} if values else {})}}
    if isinstance(box, FormsField):
        return {"type": "array", "items": box.row_schema or form_schema(box.formset.form)}
    if isinstance(box, LinesField):
        return {"type": ["array", "string"], "items": {"type": "string"}}
    if isinstance(box, RowsField):
        columns = {name: {"type": "string"} for name in box.columns}
        return {"type": "array", "items": {"type": "object", "properties": columns, "additionalProperties": False}}
    if isinstance(box, EurosField):
        return {"anyOf": [{"type": "integer", "minimum": 0, "example": 1200}, EUROS_AS_READ, *([] if box.required else [{"type": "null"}])]}
    if isinstance(box, forms.BooleanField):
        return {"type": "boolean"}
    if isinstance(box, forms.FileField):
        return {"type": "string", "format": "binary"}
    if isinstance(box, forms.IntegerField) and not isinstance(box, forms.FloatField | forms.DecimalField):
        limits = {"minimum": box.min_value, "maximum": box.max_value}
        return {"type": "integer", **{name: value for name, value in limits.items() if value is not None}}
    if isinstance(box, forms.FloatField | forms.DecimalField):
        return {"type": "number"}
    choices = plain_choices(box)  # none while they depend on the caller
    if isinstance(box, forms.TypedChoiceField) and box.coerce is int:
        return {"type": "integer", **({"enum": [value for value, _words in choices]} if choices else {})}
    formats = (
        (forms.DateField, "date"),
        (forms.DateTimeField, "date-time"),
        (forms.EmailField, "email"),
        (forms.URLField, "uri"),
        (forms.UUIDField, "uuid"),
    )
    found: Schema = {"type": "string", **next(({"format": name} for kind, name in formats if isinstance(box, kind)), {})}
    if choices:
        found["enum"] = [value for value, _words in choices]
    if longest := getattr(box, "max_length", None):
        found["maxLength"] = longest
    return found


def kind_of(box: forms.Field) -> Schema:
    """For `steps/`: the type of a field as the schema says it, and what may be chosen now; null where that is no short list."""
    schema = typed(box)
    kind = schema.get("type") or " or ".join(one["type"] for one in schema["anyOf"])
    return {"type": " or ".join(kind) if isinstance(kind, list) else schema.get("format", kind), "choices": offered(box)}


def offered(box: forms.Field) -> list[dict[str, Any]] | None:
    choices: Any = getattr(box, "choices", ())
    chosen = list(flatten_choices(choices)) if isinstance(box, forms.ModelChoiceField) else plain_choices(box)
    found = [{"value": value if isinstance(value, int) else str(value), "label": str(words)} for value, words in chosen if str(value) != ""]
    return found if 0 < len(found) <= SHORT else None
