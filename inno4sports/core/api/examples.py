"""Examples for readers of the description: values that are taken as they stand."""

from collections.abc import Mapping
from typing import Any

from django import forms

from ..citations import CitationField
from .writing import plain_choices

Schema = dict[str, Any]

A_DAY, AN_ID = "2027-03-31", "7b1f6f0e-6a54-4f0c-9a35-1c6a6e1a2b3c"
FORMATS = {"date": A_DAY, "date-time": f"{A_DAY}T09:00:00Z", "uri": "https://example.org/", "email": "ana@example.org", "uuid": AN_ID}
# Of fields whose type alone does not say what they take.
BY_NAME: dict[str, Any] = {
    "language": "en",
    "content_languages": ["en"],
    "timezone": "Europe/Brussels",
    "country": "FI",
    "code": "NOR",
    "nuts_code": "FI1D7",
    "starts_time": "09:00",
    "ends_time": "12:00",
    "digest_hour": 7,
    "about_url": "https://example.org/",
    "addresses": ["ana@example.org"],
    "milestones": [{"due_on": A_DAY, "title": "The first track is lit"}],
    "figures": [{"label": "People", "value": "640", "unit": "a week", "source": "Counted"}],
    "questions": [{"question_kind": "rating", "required": True, "texts": {"en": "How good was it?"}, "choices": []}],
}


def body_example(boxes: Mapping[str, forms.Field], schemas: Mapping[str, Schema], needed: list[str]) -> dict[str, Any]:
    """A body that a form takes. What is chosen of things that are there is left out where it may be, and files are."""
    found = {}
    for name, box in boxes.items():
        if name in BY_NAME:
            found[name] = BY_NAME[name]
        elif name in needed or not (isinstance(box, forms.FileField) or of_what_is_there(box)):
            found[name] = reference_to(box) if of_what_is_there(box) else example_of(schemas[name], {})
    return found


def of_what_is_there(box: forms.Field) -> bool:
    """What may be chosen depends on what is stored, and on the caller."""
    return isinstance(box, CitationField) or (isinstance(box, forms.ChoiceField) and not plain_choices(box))


def reference_to(box: forms.Field) -> Any:
    """A key as things have them."""
    model = getattr(getattr(box, "queryset", None), "model", None)
    key = "light-on-the-tracks" if hasattr(model, "slug") else AN_ID
    return [key] if isinstance(box, forms.MultipleChoiceField | forms.ModelMultipleChoiceField) else key


def example_of(schema: Schema, components: dict[str, Any], depth: int = 0) -> Any:
    """A value that fits, for readers."""
    if "$ref" in schema:
        return example_of(components.get(schema["$ref"].rpartition("/")[2], {}), components, depth + 1) if depth < 4 else {}
    for word in ("const", "example", "default"):
        if word in schema:
            return schema[word]
    if schema.get("enum"):
        return next((value for value in schema["enum"] if value), schema["enum"][0])
    for word in ("oneOf", "anyOf", "allOf"):
        if schema.get(word):
            return example_of(schema[word][0], components, depth + 1)
    kind = schema.get("type")
    kind = next((k for k in kind if k != "null"), None) if isinstance(kind, list) else kind
    if kind == "object":
        return {name: example_of(inner, components, depth + 1) for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [example_of(schema.get("items", {}), components, depth + 1)]
    plain = {"boolean": True, "integer": schema.get("minimum", 1), "number": 1.5}
    if kind in plain:
        return plain[kind]
    return FORMATS.get(schema.get("format", ""), "…" if kind == "string" else None)
