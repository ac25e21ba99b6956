"""Walks the portal as a browser does: every link of every page, and every form that a page shows."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

from clusters.models import User
from tests.conftest import WatchingClient

# Accounts of the demo data, by what they are.
PERSONS = {
    "visitor": None,
    "partner": "partner@valencia.demo.example",
    "manager": "manager@valencia.demo.example",
    "editor": "editor@epsi.demo.example",
    "admin": "admin@portal.demo.example",
}
QUERIES = 2  # of one page with so many different queries (filters, pages) each kind is looked at


def client_of(person: str) -> Client:
    client = WatchingClient()
    if PERSONS[person]:
        client.force_login(User.objects.get(email=PERSONS[person]), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@dataclass
class Form:
    """A form as a page shows it; `values` are what would be sent if nobody typed anything."""

    page: str
    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    typed: set[str] = field(default_factory=set)  # what somebody can type or choose

    @property
    def data(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, value in self.values:
            found.setdefault(name, []).append(value)
        return found


class Reader(HTMLParser):
    """The links and forms of one page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.links, self.forms = page, [], []
        self._form = self._text = self._select = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.links.append(urljoin(self.page, given["href"]))
        elif tag == "form":
            self._form = Form(self.page, urljoin(self.page, given.get("action", "")), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "option" and self._select:
            self._select[1].append((given.get("value", ""), "selected" in given))
        elif self._form is not None and "name" in given and "disabled" not in given:
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        kind = given.get("type", "submit" if tag == "button" else "text")
        if kind not in ("hidden", "submit"):
            self._form.typed.add(given["name"])
        if tag == "textarea":
            self._text = (given["name"], [])
        elif tag == "select":
            self._select = (given["name"], [], "multiple" in given)
        elif kind not in ("file", "submit") and (kind not in ("checkbox", "radio") or "checked" in given):
            self._form.values.append((given["name"], given.get("value", "on" if kind == "checkbox" else "")))

    def handle_data(self, data: str) -> None:
        if self._text:
            self._text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text:
            name, parts = self._text
            self._form.values.append((name, "".join(parts).removeprefix("\n")))
            self._text = None
        elif tag == "select" and self._select:
            name, options, several = self._select
            chosen = [value for value, selected in options if selected] or ([] if several else [options[0][0]])
            self._form.values += [(name, value) for value in chosen]
            self._select = None
        elif tag == "form":
            self._form = None


def read(page: str, content: bytes) -> Reader:
    reader = Reader(page)
    reader.feed(content.decode())
    return reader


def ours(address: str, prefix: str, prefixes: set[str]) -> bool:
    """Is this a page of the portal, in the language of the walk? Accounts are allauth's, the admin Django's."""
    parts = urlsplit(address)
    first = parts.path.strip("/").split("/")[0]
    rest = parts.path.removeprefix(f"/{prefix}") if prefix else parts.path
    in_language = first == prefix if prefix else first not in prefixes
    return not parts.netloc and not parts.scheme and in_language and not rest.startswith(("/accounts/", "/admin/", "/static/"))


def name_of(path: str) -> str:
    """The name of the address' pattern, or the path itself when nothing answers there."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return path


@dataclass
class Walk:
    """What a walk has seen: the answers by address, the links by target, and the forms."""

    statuses: dict[str, int] = field(default_factory=dict)
    came_from: dict[str, str] = field(default_factory=dict)
    locations: dict[str, str] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)


def walk(client: Client, prefix: str = "", prefixes: set[str] = frozenset(), most_of_a_kind: int = 1000) -> Walk:
    """From the front page on, until nothing new is linked; of each kind of page at most so many."""
    seen, start = Walk(), f"/{prefix}/" if prefix else "/"
    waiting, kinds, queries = deque([start]), Counter(), Counter()
    seen.came_from[start] = ""
    while waiting:
        address = waiting.popleft()
        answer = client.get(address)
        seen.statuses[address] = answer.status_code
        if answer.status_code in (301, 302, 303):
            seen.locations[address] = answer["Location"]
        if answer.streaming:
            for close in answer._resource_closers:  # `answer.close()` would end the test's connection, too
                close()
        if answer.streaming or not answer.get("Content-Type", "").startswith("text/html"):
            continue
        page = read(address, answer.content)
        seen.forms += page.forms
        for link in page.links:
            parts = urlsplit(link)
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            keys = (name_of(parts.path), tuple(sorted(key for key, _value in parse_qsl(parts.query))))
            if target in seen.came_from or not ours(link, prefix, prefixes) or kinds[keys] >= most_of_a_kind:
                continue
            if parts.query and queries[keys] >= QUERIES:
                continue
            kinds[keys] += 1
            queries[keys] += bool(parts.query)
            seen.came_from[target] = address
            waiting.append(target)
    return seen


def by_pattern(addresses: Iterator[str]) -> dict[str, list[str]]:
    """Addresses under the name of their pattern."""
    found: dict[str, list[str]] = {}
    for address in addresses:
        found.setdefault(name_of(urlsplit(address).path), []).append(address)
    return found
