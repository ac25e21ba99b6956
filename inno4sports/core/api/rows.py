"""Rows that a page edits as a formset: a program sends a list of objects, each read by the formset's own form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .writing import as_typed, faults_of, for_widgets

Row = dict[str, Any]


class FormsField(forms.Field):
    """Cleans to the bound, valid formset. `faults` says by pointer what is wrong in which row."""

    takes_rows = True
    row_schema: Row | None = None  # of a row that is sent otherwise than the page's form names its cells

    def __init__(self, formset: Any, *, form_kwargs: Row | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.formset, self.form_kwargs = formset, form_kwargs or {}
        self.faults: list[tuple[str, Any]] = []

    def row(self, sent: Row) -> Row:
        """The row as the page's form names its cells."""
        return sent

    def clean(self, value: Any) -> Any:
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise ValidationError(_("This is not of the type that the field takes."))
        blank, rows = self.formset.form(**self.form_kwargs), [self.row(row) for row in value]
        self.faults = [fault for n, row in enumerate(rows) for fault in as_typed(blank, row, f"/{n}")]
        data: Row = {"form-TOTAL_FORMS": str(len(rows)), "form-INITIAL_FORMS": str(len(rows))}  # all are meant: none is an empty spare one
        data |= {f"form-{n}-{name}": cell for n, row in enumerate(rows) for name, cell in for_widgets(blank, row).items()}
        bound = self.formset(data, form_kwargs=self.form_kwargs)
        if not self.faults and not bound.is_valid():
            self.faults = [fault for n, form in enumerate(bound.forms) for fault in faults_of(form, f"/{n}")]
            self.faults += [("", str(words)) for words in bound.non_form_errors()]
        if self.faults:
            raise ValidationError(_("Some of it cannot be kept as it is."))
        return bound
