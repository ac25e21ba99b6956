"""The house, tested: who stands on whom, what stands where, how long it may get."""

import ast
import pathlib
import re

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

ROOT = pathlib.Path(__file__).resolve().parents[2]
APPS = ["core", "clusters", "learning", "actionplans", "dissemination"]
FOLDERS = ["inno4sports", "clusters", "learning", "actionplans", "dissemination"]
OURS = [m for m in apps.get_models() if m._meta.app_label in APPS]


def python_files(*folders: str):
    for folder in folders or FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def name_of(path):
    return str(path.relative_to(ROOT))


@pytest.mark.django_db
def test_migrations_are_complete():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_foreign_keys_never_point_up(model):
    here = APPS.index(model._meta.app_label)
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey | models.ManyToManyField):
            there = field.related_model._meta.app_label
            if there in APPS and there != model._meta.app_label:
                # Django's own idiom: the floor refers to the user by the string in AUTH_USER_MODEL.
                assert APPS.index(there) < here or field.related_model._meta.label == "clusters.User", field


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_reverse_accessors_across_apps_are_off(model):
    """An upper app never adds words to a lower app's objects; `sessions` of a cluster is asked of Session.

    Kept by name where a lower page counts nothing by it: each has `related_name="+"` or stays in its app.
    """
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey | models.ManyToManyField) and field.remote_field:
            other = field.related_model._meta.app_label
            if other in APPS and other != model._meta.app_label:
                assert field.remote_field.hidden, f"{field} is readable from {other}"


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_choices_have_a_check(model):
    checks = " ".join(str(c.condition) for c in model._meta.constraints if isinstance(c, models.CheckConstraint))
    for field in model._meta.get_fields():
        languages = field.name in ("language", "contact_language", "origin") if hasattr(field, "name") else False
        if getattr(field, "choices", None) and not languages and not field.auto_created:
            assert field.name in checks, f"{field} has choices that the database does not hold"


@pytest.mark.parametrize("path", list(python_files()), ids=name_of)
def test_sizes(path):
    text = path.read_text()
    assert text.count("\n") <= 400, "a module past 400 lines becomes a package cut by noun"
    limit = 25 if "views" in name_of(path) else 50
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno + 1 <= limit, f"{node.name} is longer than {limit} lines"


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=name_of)
def test_template_sizes_and_strictness(path):
    text = path.read_text()
    assert text.count("\n") <= 150
    if "mail" not in path.parts:
        assert not re.search(r"\sstyle=|\son[a-z]+=\"|hx-on|js:", text), "nothing inline under our CSP"
        assert not re.search(r"<script(?![^>]*(src=|application/(ld\+)?json))", text)


# Where little is lost, or what does not belong into a browser.
SHORT_FORMS = {
    "actionplans/ambition_points.html": "which words of a text are the point",
    "account/_form.html": "an address, a code, a password",
    "account/email.html": "an address",
    "clusters/invitation_accept.html": "a name and a password",
    "clusters/program_list.html": "a name and what is ticked",
    "clusters/settings.html": "a name and choices",
    "clusters/token_list.html": "a name and what is ticked",
    "clusters/webhook_list.html": "an address and what is ticked",
    "dissemination/preferences_edit.html": "two choices",
    "learning/request_invite.html": "addresses of other people",
    "learning/request_step.html": "one moment",
    "learning/session_register_person.html": "name and address of somebody else",
}


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=name_of)
def test_what_is_written_in_a_form_stays_in_the_browser_until_it_is_saved(path):
    """By `data-keep`, for a session that ends and a line that breaks."""
    text, name = path.read_text(), str(path.relative_to(ROOT / "templates"))
    forms = re.findall(r'<form[^>]*method="post".*?</form>', text, re.DOTALL)
    forgetful = [form for form in forms if "{% field " in form and "data-keep=" not in form]
    assert bool(forgetful) == (name in SHORT_FORMS), forgetful


@pytest.mark.parametrize("path", [p for p in python_files() if "views" in name_of(p)], ids=name_of)
def test_views_never_write(path):
    writers = {"save", "create", "bulk_create", "update", "delete", "get_or_create", "update_or_create", "bulk_update"}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in writers:
            on = ast.unparse(node.func.value)
            assert not re.search(r"objects|(filter|exclude|all)\(", on), f"{on}.{node.func.attr} belongs in domain"


@pytest.mark.parametrize("path", list(python_files()), ids=name_of)
def test_one_clock(path):
    if path.name in ("clock.py", "outbox.py", "supervise.py"):
        return  # leases use the database's clock, the supervisor a monotonic one
    assert not re.search(r"timezone\.now\(|datetime\.now\(|date\.today\(|utcnow\(|ZoneInfo\(", path.read_text()), "core.clock is the one clock"


@pytest.mark.parametrize("path", list(python_files()), ids=name_of)
def test_every_module_with_thought_says_what_it_holds(path):
    tree = ast.parse(path.read_text())
    if len(tree.body) > 3 and path.name != "apps.py":
        assert ast.get_docstring(tree), "opens with one sentence that says what lives here"
