"""Every list with each of its filters, asked of the pages and resources themselves: what is explained is not a choice of ours."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from clusters.models import User
from inno4sports.core.api.addresses import all_resources
from inno4sports.core.api.resource import Resource

FEW = 10
WORDS = "light track"


def of_page(client: Client, page: str) -> Iterator[str]:
    """A page as it is, and narrowed by each filter that it offers."""
    yield page
    answer = client.get(page)
    assert answer.status_code == 200, f"{page} answered {answer.status_code}"
    form = answer.context.get("filters") or answer.context.get("form")
    if form is None:
        return
    for name, field in form.fields.items():
        values = [value for value, _label in getattr(field, "choices", ()) if value]
        yield from (f"{page}?{urlencode({name: value})}" for value in tried(values or [WORDS]))


def tried(values: list[Any]) -> list[Any]:
    """Of a closed list each, also what hardly any row has; of regions and topics, which are alike, the first."""
    return values if len(values) <= FEW else values[:1]


def of_resources(user: User, *, closed: bool) -> Iterator[str]:
    """The lists of the API, as they are and narrowed by each filter, with values that `user` comes upon; closed ones too, or only what is open."""
    for name, resource in all_resources().items():
        if resource.closed and not closed:
            continue
        yield f"/api/v1/{name}/"
        for asked, column in resource.filters.items():
            yield from (f"/api/v1/{name}/?{urlencode({asked: value})}" for value in values_of(resource, asked, column, user))


def values_of(resource: type[Resource], asked: str, column: str, user: User) -> list[Any]:
    """Each that the filter knows; where it knows none, that of the first row which has one, or any that rows could have."""
    field = resource.filter_field(asked)
    if field.choices:
        return [value for value, _label in field.choices if value]
    rows = resource(request=SimpleNamespace(user=user)).visible().prefetch_related(None)
    found = rows.filter(**{f"{column}__isnull": False}).order_by(*resource.order).values_list(column, flat=True)[:1]
    return list(found) or list(field.model._default_manager.values_list(field.name, flat=True)[:1])
