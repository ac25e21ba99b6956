"""The administrator's list of session kinds, with a label in each language."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

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
class SessionKindAdmin(admin.ModelAdmin):
    form = SessionKindForm
    list_display = ["__str__", "slug", "position"]
    list_editable = ["position"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        names = [f"label_{code}" for code, _name in settings.LANGUAGES]
        return [(None, {"fields": ["slug", "position", *names]})]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        # The label fields are no model fields: the factory must not look for them.
        return super().get_form(request, obj, change, **{**kwargs, "fields": ["slug", "position"]})

    # Administrators hold no rights of Django's own; who is staff keeps the lists.
    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_staff

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_staff

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_staff

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_staff
