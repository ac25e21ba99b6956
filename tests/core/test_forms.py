import io

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from inno4sports.core.forms import PortalForm, UploadField, clean_text


class NameForm(PortalForm):
    name = forms.CharField(max_length=20)


def test_form_drops_control_characters_and_direction_overrides():
    form = NameForm({"name": "Ac\x00ti\u202eve\x07"})
    assert form.is_valid()
    assert form.cleaned_data["name"] == "Active"


def test_form_keeps_emoji_and_right_to_left_letters():
    form = NameForm({"name": "🏃 مرحبا"})
    assert form.is_valid()
    assert form.cleaned_data["name"] == "🏃 مرحبا"


def test_form_refuses_ten_thousand_characters_and_keeps_them():
    form = NameForm({"name": "a" * 10_000})
    assert not form.is_valid()
    assert len(form["name"].value()) == 10_000


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "²"])
def test_form_with_a_nonsense_version_has_none(version):
    assert NameForm({"version": version}).opened_version is None


@given(st.text())
def test_clean_text_is_stable(text):
    once = clean_text(text)
    assert clean_text(once) == once
    assert "\x00" not in once


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


def cleaned(name, content):
    return UploadField().clean(SimpleUploadedFile(name, content))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<html><script>alert(1)</script>"),
        ("picture.svg", b"<svg onload='alert(1)'/>"),
        ("letter.pdf", PNG),
        ("picture.png", b"%PDF-1.4\n"),
        ("plan.docx", b"not a zip"),
        ("list.csv", b"\xff\xfe\x00\x81"),
        ("noextension", b"text"),
        ("empty.pdf", b""),
    ],
)
def test_upload_of_the_wrong_kind_is_refused(name, content):
    with pytest.raises(ValidationError):
        cleaned(name, content)


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [("letter.pdf", b"%PDF-1.4\n%\xe2\xe3\n1 0 obj\n", "application/pdf"), ("p.png", PNG, "image/png"), ("l.csv", "név;hely\n".encode(), "text/csv")],
)
def test_upload_is_known_by_its_content(name, content, media_type):
    assert cleaned(name, content).media_type == media_type


def test_upload_too_big_is_refused_with_the_limit(settings):
    settings.UPLOAD_MAX_BYTES = 2**20
    with pytest.raises(ValidationError, match="1 MB"):
        cleaned("p.png", PNG + io.BytesIO(b"0" * 2**20).getvalue())
