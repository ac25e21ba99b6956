"""The catalogs: nothing fuzzy, every placeholder kept, plurals whole; a language that is complete stays complete."""

import pathlib
import re

import pytest
from babel.messages.pofile import read_po
from django.conf import settings

ROOT = pathlib.Path(__file__).resolve().parents[2]
OTHERS = [code for code, _name in settings.LANGUAGES if code != "en"]
COMPLETE = ["fi"]
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


@pytest.mark.parametrize("code", COMPLETE)
def test_complete_language_stays_complete(code):
    assert [m.id for m in catalog(code) if not all(forms(m)[1])] == []
