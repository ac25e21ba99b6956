"""The page for programmers: the tour of docs/api.md, and every operation from the API's own description."""

from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from inno4sports.core.api.description import description
from inno4sports.core.api.problems import Problem, outside
from inno4sports.core.api.view import language_of
from inno4sports.core.http import render_markdown


@csrf_exempt  # what it refuses it refuses as the API does
@login_not_required
def docs(request: HttpRequest) -> HttpResponse:
    """The frame in the reader's language; tour and reference in English, as the names in them are."""
    with translation.override(language_of(request)):
        if request.method not in ("GET", "HEAD"):
            return outside(Problem("method-not-allowed", headers={"Allow": "GET, HEAD"}))
        return render(request, "inno4sports/docs.html", {"tour": tour(), "resources": reference()})


@cache
def tour() -> str:
    """docs/api.md as HTML, without its title: the page has one."""
    text = (settings.BASE_DIR / "docs" / "api.md").read_text()
    return render_markdown(text.partition("\n")[2])


@cache
def reference() -> list[dict[str, Any]]:
    """The operations by resource, in the order of their addresses."""
    operations = [
        {
            "method": method.upper(),
            "path": path,
            **operation,
            "words": render_markdown(operation["description"]),
            "fields": fields_of(operation),
            "query": query_of(operation),
        }
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
    ]
    # Addresses of one resource need not stand together: it is one section all the same.
    resources: dict[str, list[dict[str, Any]]] = {}
    for operation in operations:
        resources.setdefault(operation["tags"][0], []).append(operation)
    return [{"name": tag, "operations": rows} for tag, rows in resources.items()]


def query_of(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The names of the address; what may stand there only where that is a list."""
    asked = [p for p in operation["parameters"] if p["in"] == "query" and p["name"] != "lang"]
    return [{**p, "kind": kind_words(p["schema"]) if "enum" in p["schema"] else ""} for p in asked]


def fields_of(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """What the body may hold: of steps, one entry a step."""
    contents = operation.get("requestBody", {}).get("content", {})
    schema: dict[str, Any] = next((content["schema"] for content in contents.values()), {})
    return [
        {"title": one.get("title", ""), "rows": [row(name, box, one) for name, box in one.get("properties", {}).items() if name != "step"]}
        for one in schema.get("oneOf", [schema] if schema else [])
    ]


def row(name: str, box: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "kind": kind_words(box), "needed": name in schema.get("required", []), "words": box.get("description", "")}


def kind_words(box: dict[str, Any]) -> str:
    """What a value is, shortly: its choices, its format or its type."""
    if "anyOf" in box:
        return " or ".join(dict.fromkeys(words for one in box["anyOf"] if (words := kind_words(one))))
    if box.get("enum"):
        return " | ".join(str(value) for value in box["enum"] if value not in ("", None))
    kinds = box["type"] if isinstance(box["type"], list) else [box["type"]]
    return " or ".join(one_kind(kind, box) for kind in kinds if kind != "null")


def one_kind(kind: str, box: dict[str, Any]) -> str:
    if kind == "array":
        return f"list of {kind_words(box['items'])}"
    if kind == "object" and "properties" in box:
        return f"{{{', '.join(box['properties'])}}}"
    return str(box.get("format", kind)) if kind == "string" else kind
