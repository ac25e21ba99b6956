"""One name in four places, closed by default, nothing left over."""

import inspect
import pathlib
import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from inno4sports.core.history import VERBS
from inno4sports.core.lifecycle import LIFECYCLES
from tests.journeys.screens import SCREENS, page_templates

ROOT = pathlib.Path(__file__).resolve().parents[2]
OURS = ("inno4sports", "clusters", "learning", "actionplans", "dissemination")


def routes(resolver=None, prefix="", namespace=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, prefix + str(pattern.pattern), pattern.namespace or namespace)
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), namespace, pattern


OWN = [(r, ns, p) for r, ns, p in routes() if (inspect.unwrap(p.callback).__module__ or "").split(".")[0] in OURS]


@pytest.mark.parametrize(("route", "namespace", "pattern"), OWN, ids=lambda v: getattr(v, "name", None) or str(v))
def test_view_is_named_as_its_address(route, namespace, pattern):
    if namespace != "api":  # there a class answers several addresses
        assert pattern.name == inspect.unwrap(pattern.callback).__name__, route


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda p: str(p.relative_to(ROOT)))
def test_template_is_used(path):
    name = str(path.relative_to(ROOT / "templates"))
    if name.split("/")[0] in ("account", "django", "allauth", "mfa", "socialaccount") or re.match(r"\d{3}\.html", name):
        return  # named by Django and allauth
    needles = [name, name.removeprefix("mail/").removesuffix(".html")]
    for folder in (*OURS, "templates"):
        for file in (ROOT / folder).rglob("*"):
            if file.suffix in (".py", ".html", ".txt") and file != path and any(f'"{n}"' in file.read_text() for n in needles):
                return
    pytest.fail(f"{name} is used nowhere")


def test_every_page_stands_in_the_table_of_screens():
    """A new page is looked at by the browser as all others are; one that is gone leaves no row behind."""
    assert {screen.template for screen in SCREENS} == page_templates()


@pytest.mark.parametrize("cycle", LIFECYCLES.values(), ids=lambda c: c.model)
def test_every_state_can_be_reached_and_every_step_is_a_permission(cycle):
    import rules
    from django.apps import apps

    model = apps.get_model(cycle.app, cycle.model)
    states = set(dict(model._meta.get_field("status").choices))
    reached = {cycle.initial}
    while more := {s.target for s in cycle.steps if s.target and set(s.sources) & reached} - reached:
        reached |= more
    assert reached == states
    for step in cycle.steps:
        assert rules.perm_exists(cycle.permission(step.name)), step.name
        assert step.name in VERBS
        assert set(step.sources) <= states


@pytest.mark.django_db
@pytest.mark.parametrize(("route", "namespace", "pattern"), OWN, ids=lambda v: getattr(v, "name", None) or str(v))
def test_view_is_closed_unless_it_says_that_it_is_open(route, namespace, pattern, client):
    """A view without `login_not_required` sends a stranger to the sign-in page, whatever the address names."""
    address = "/" + re.sub(r"<(\w+:)?(\w+)>", lambda m: SAMPLES.get(m.group(1), "nothing-here"), route.replace("^", "").replace("$", ""))
    answer = client.get(address)
    if getattr(pattern.callback, "login_required", True):
        assert answer.status_code in (302, 405), address
        if answer.status_code == 302:
            assert "/accounts/login/" in answer["Location"]
    else:
        assert answer.status_code < 500 or pattern.name == "health_ready", "only readiness may say that something is missing"


SAMPLES = {"int:": "1", "uuid:": "00000000-0000-4000-8000-000000000000", "slug:": "nothing-here", "str:": "nothing-here"}
