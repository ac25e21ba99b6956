"""Citing: the one mechanism by which an upper thing points to what it rests on, in domain and in forms."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .models import Actor, Citation, Thing

OFFERED = 200  # of each kind, newest first; what is cited already is always among them


def cite(citing: Thing, citations: type[Citation], things: Iterable[Thing], *, by: Actor) -> list[Thing]:
    """Make `things` exactly what `citing` cites; answers the newly cited. The caller has asked who may see them."""
    wanted = {(thing.kind, thing.pk): thing for thing in things}
    present = {(c.cited.kind, c.cited.pk): c for c in citations._default_manager.filter(**{citations.citing: citing})}
    for key, row in present.items():
        if key not in wanted:
            row.delete()
    new = [thing for key, thing in wanted.items() if key not in present]
    for thing in new:
        citations._default_manager.create(**{citations.citing: citing, field_for(citations, thing): thing, "created_by": by})
    return new


def cited_of(citing: Thing, citations: type[Citation]) -> list[Thing]:
    """What `citing` cites, in one query."""
    rows = citations._default_manager.filter(**{citations.citing: citing})
    return [row.cited for row in rows.select_related(*citations.cites, *citations.reads)]


def field_for(citations: type[Citation], thing: Thing) -> str:
    """The foreign key of `citations` that holds things of this kind."""
    return next(f for f in citations.cites if citations._meta.get_field(f).related_model is type(thing))


def in_its_language(thing: Thing) -> str:
    """Its words, marked with their language where that is not the page's."""
    language = getattr(thing, "language", "")
    return format_html('<span lang="{}">{}</span>', language, thing) if language and language != get_language() else str(thing)


class CitationField(forms.MultipleChoiceField):
    """What may be cited, grouped by kind; cleans to a list of things the person may see.

    `groups` is [(label, queryset)]: each queryset has been asked `visible_to` and what may be cited.
    """

    widget = forms.CheckboxSelectMultiple
    default_error_messages = {"invalid_choice": _("One of the chosen sources cannot be cited any more. Choose again.")}

    def offer(self, groups: Sequence[tuple[Any, models.QuerySet]], cited: Iterable[Thing] = ()) -> None:
        """Set what is offered; call from the form's __init__."""
        held: dict[str, list[Thing]] = {}
        for thing in cited:
            held.setdefault(thing.kind, []).append(thing)
        self._things: dict[str, Thing] = {}
        choices = []
        for label, rows in groups:
            things = list(rows[:OFFERED])
            things += [t for t in held.get(rows.model._meta.label_lower, []) if t not in things]
            keyed = {f"{t.kind}:{t.public_id}": t for t in things}
            self._things |= keyed
            if keyed:
                choices.append((label, [(key, in_its_language(t)) for key, t in keyed.items()]))
        self.choices = choices
        self.initial = [f"{t.kind}:{t.public_id}" for t in cited]

    def clean(self, value: Any) -> list[Thing]:
        keys = super().clean(value)
        missing = [key for key in keys if key not in self._things]
        if missing:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return [self._things[key] for key in keys]
