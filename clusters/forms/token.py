"""The form of a personal token."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from inno4sports.core import clock
from inno4sports.core.forms import DayInput, PortalForm

from ..domain.token import LONGEST
from ..models import scope_choices


class TokenForm(PortalForm):
    """What it is for, what it may do, how long."""

    name = forms.CharField(label=_("What it is for"), max_length=80, help_text=_("So that you know later which one to revoke"))
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), choices=scope_choices, widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than you may do yourself at that moment"),
    )  # fmt: skip
    expires_on = forms.DateField(label=_("Last day"), widget=DayInput, help_text=_("At most a year from now"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"expires_on": clock.today() + dt.timedelta(days=90)})
        super().__init__(*args, **kwargs)

    def clean_expires_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["expires_on"]
        if not clock.today() <= day <= clock.today() + LONGEST:
            raise ValidationError(_("Choose a day from today to a year from now."))
        return day
