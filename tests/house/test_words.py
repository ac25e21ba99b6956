"""The catalogs: nothing fuzzy, every placeholder kept, plurals whole, nothing untranslated."""

import ast
import io
import pathlib
import re

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = pathlib.Path(__file__).resolve().parents[2]
OTHERS = [code for code, _name in settings.LANGUAGES if code != "en"]

PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]*\}|%[sd]")


def catalog(code):
    with (ROOT / "inno4sports" / "locale" / code / "LC_MESSAGES" / "django.po").open("rb") as file:
        return [m for m in read_po(file, locale=code) if m.id]


def forms(message):
    return (message.id,) if isinstance(message.id, str) else message.id, (message.string,) if isinstance(message.string, str) else message.string


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_is_fuzzy(code):
    assert [m.id for m in catalog(code) if "fuzzy" in m.flags] == []


@pytest.mark.parametrize("code", OTHERS)
def test_placeholders_are_kept(code):
    wrong = []
    for message in catalog(code):
        originals, translations = forms(message)
        allowed = [sorted(PLACEHOLDER.findall(o)) for o in originals]
        wrong += [t for t in translations if t and sorted(PLACEHOLDER.findall(t)) not in allowed]
    assert wrong == []


@pytest.mark.parametrize("code", OTHERS)
def test_plurals_are_whole(code):
    assert [m.id for m in catalog(code) if not isinstance(m.id, str) and any(m.string) and not all(m.string)] == []


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_is_untranslated(code):
    assert [m.id for m in catalog(code) if not all(forms(m)[1])] == []


KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3), "npgettext_lazy": ((1, "c"), 2, 3),
}  # fmt: skip


FOLDERS = ("inno4sports", "clusters", "learning", "actionplans", "dissemination", "templates")
SOURCES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def written():
    """(context, message) of every text that the code marks for translation; templates are read as Django itself reads them."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix == ".py":
                source = path.read_bytes()
            elif path.suffix in (".html", ".txt"):
                source = templatize(path.read_text(), origin=str(path)).encode()
            else:
                continue
            for _line, message, _comments, context in extract("python", io.BytesIO(source), keywords=KEYWORDS):
                yield context, message[0] if isinstance(message, tuple) else message


def test_no_text_is_marked_inside_an_f_string():
    """xgettext does not look there: it would be shown in English for ever."""
    found = []
    for path in SOURCES:
        for text in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.JoinedStr)):
            called = {node.func.id for node in ast.walk(text) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
            found += [f"{path}:{text.lineno}"] if called & set(KEYWORDS) else []
    assert found == []


def test_every_text_of_the_code_stands_in_the_catalogs():
    """What `make messages` was not run for would be shown in English."""
    wanted = {pair for pair in written() if pair[1]}
    assert len(wanted) > 1500
    for code in OTHERS:
        known = {(m.context, forms(m)[0][0]) for m in catalog(code)}
        assert sorted((c or "", m) for c, m in wanted - known) == [], code


@pytest.mark.parametrize("code", OTHERS)
def test_a_colon_behind_a_label_is_not_written_twice(code):
    """Where a page puts the colon, no translation brings one."""
    pages = "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    labels = set(re.findall(r'{% translate "([^"]+)" %}:', pages))
    assert [m.string for m in catalog(code) if m.id in labels and m.string.endswith(":")] == []
