"""The administrator's list of session kinds, with a label in each language."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

from clusters.admin import ForAdministrators

from .models import SessionKind


class SessionKindForm(forms.ModelForm):
    """One text field for each language in place of one of JSON."""

    class Meta:
        model = SessionKind
        fields = ["slug", "position"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, field in self.label_fields().items():
            field.initial = self.instance.labels.get(code, "")
            self.fields[f"label_{code}"] = field

    @staticmethod
    def label_fields() -> dict[str, forms.CharField]:
        return {code: forms.CharField(label=name, max_length=100, required=code == "en") for code, name in settings.LANGUAGES}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        words = {code: data.get(f"label_{code}", "") for code, _name in settings.LANGUAGES}
        self.instance.labels = {code: text for code, text in words.items() if text}
        return data


@admin.register(SessionKind)
class SessionKindAdmin(ForAdministrators):
    """The kinds in their order; one that sessions have is renamed, never removed."""

    form = SessionKindForm
    list_display = ("__str__", "slug", "position")
    list_editable = ("position",)

    def get_fieldsets(self, *_args: Any) -> Any:
        return [(None, {"fields": ["slug", "position", *(f"label_{code}" for code, _name in settings.LANGUAGES)]})]

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        # The label fields are no fields of the model: the factory must not look for them.
        return super().get_form(*args, **{**kwargs, "fields": ["slug", "position"]})

    def get_readonly_fields(self, _request: HttpRequest, obj: SessionKind | None = None) -> tuple[str, ...]:
        """Loaded data name a kind by its slug: it stays."""
        return ("slug",) if obj else ()
