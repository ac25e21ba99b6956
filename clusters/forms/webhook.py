"""The form of a webhook."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from inno4sports.core.api.addresses import all_resources
from inno4sports.core.forms import PortalForm
from inno4sports.core.outward import may_be_called

from ..domain.webhook import OUTSIDE_ONLY, kinds_for, why_not
from ..models import Program


class ProgramField(forms.ModelChoiceField):
    """A program by its id or by the client id that its page shows."""

    def to_python(self, value: Any) -> Any:
        named = self.queryset.filter(client__id=value).first() if isinstance(value, str) and value else None
        return named or super().to_python(value)


def all_kinds() -> list[tuple[str, str]]:
    return [(name, name) for name, resource in all_resources().items() if resource.has_changes]


class WebhookForm(PortalForm):
    """Where to, and of what. A program that makes one names the program it belongs to."""

    program = ProgramField(label=_("Program"), queryset=Program.objects.none())
    address = forms.URLField(label=_("Address"), max_length=500, assume_scheme="https", help_text=_("On the open internet, by https"))
    kinds = forms.MultipleChoiceField(label=_("What it is told of"), widget=forms.CheckboxSelectMultiple, choices=all_kinds)

    def __init__(self, *args: Any, programs: Any, program: Program | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.program = program
        kinds = {kind for one in ([program] if program else programs) for kind in kinds_for(one)}
        self.fields["kinds"].choices = [(kind, kind.replace("-", " ").capitalize()) for kind in sorted(kinds)]  # type: ignore[attr-defined]
        if program is not None:
            self.settle("program", str(program.public_id))
        else:
            self.fields["program"].queryset = programs  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.chosen: Any = data.pop("program", None) or self.program
        if "address" in data and not may_be_called(data["address"]):
            self.add_error("address", OUTSIDE_ONLY)
        elif self.chosen and "address" in data and "kinds" in data and (reason := why_not(self.chosen, data["address"], data["kinds"])):
            raise ValidationError(reason)
        return data
