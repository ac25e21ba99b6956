"""The addresses of a resource, all from its class: one line of routing each."""

from typing import Any

from django.urls import URLPattern, path

from .addresses import RESOURCES
from .resource import Resource


def routes(*resources: type[Resource]) -> list[URLPattern]:
    """List, changes, one, history, steps; a method that the class does not name is 405."""
    found = []
    for resource in resources:
        RESOURCES[resource.name] = resource
        found += of(resource)
    return found


def of(resource: type[Resource]) -> list[URLPattern]:
    def view(kind: str, **methods: str) -> Any:
        made = resource.as_view(methods)
        made.__name__ = f"{resource.name}_{kind}"
        return made

    says = {m for m in ("make", "change", "remove") if getattr(resource, m) is not getattr(Resource, m)}
    one: dict[str, str] = {"get": "one"}
    one |= {"put": "replace", "patch": "amend"} if "change" in says else {}
    one |= {"delete": "destroy"} if "remove" in says else {}
    base, key = f"{resource.name}/", resource.key_route()
    found = [
        path(base, view("list", get="index", **({"post": "create"} if "make" in says else {})), name=f"{resource.name}_list"),
    ]
    if resource.has_changes:
        found.append(path(f"{base}changes/", view("changes", get="changes"), name=f"{resource.name}_changes"))
    found.append(path(f"{base}{key}/", view("one", **one), name=f"{resource.name}_one"))
    found += [path(f"{base}{key}/{word}/", view(word, get=word), name=f"{resource.name}_{word}") for word in resource.reads]
    if resource.tells_history:
        found.append(path(f"{base}{key}/history/", view("history", get="history"), name=f"{resource.name}_history"))
    if resource.acts:
        found.append(path(f"{base}{key}/steps/", view("steps", get="steps", post="steps"), name=f"{resource.name}_steps"))
    return found
