"""Where things stand under the API: by the key of their resource, and all by their public id, as copies and citations name them."""

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404
from django.urls import get_resolver, reverse

from ..models import Thing

if TYPE_CHECKING:
    from .resource import Resource

RESOURCES: dict[str, "type[Resource]"] = {}


def all_resources() -> dict[str, "type[Resource]"]:
    """By name, also where no address was read yet: in a worker."""
    get_resolver().url_patterns  # noqa: B018 -- reading it imports what is registered
    return RESOURCES


def resource_of(kind: str) -> "type[Resource]":
    """The resource under which things of `kind` stand."""
    for resource in RESOURCES.values():
        if resource.model._meta.label_lower == kind:
            return resource
    raise Http404


def address_of(thing: Any) -> str:
    """The thing's address under the API."""
    resource = resource_of(thing._meta.label_lower)
    return reverse(f"api:{resource.name}_one", kwargs=resource.address_kwargs(thing))


def api_url(kind: str, public_id: Any) -> str:
    """The whole address of a thing of which kind and public id are known."""
    return settings.SITE_URL + reverse(f"api:{resource_of(kind).name}_one", kwargs={"key": str(public_id)})


def named(model: Any, key: str) -> dict[str, Any]:
    """The lookup of a key that may be slug or public id. What looks like an id is one: a slug never does by chance."""
    return {"public_id": key} if issubclass(model, Thing) and is_id(key) else {"slug": key}


def is_id(key: str) -> bool:
    try:
        return str(uuid.UUID(key)) == key.lower()
    except ValueError:
        return False
