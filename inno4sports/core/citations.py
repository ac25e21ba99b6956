"""Citing: the one mechanism by which an upper thing points to what it rests on, in domain and in forms."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CharField, F, Value
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .models import Actor, Citation, Thing, first_of

CITED = re.compile(r"^[a-z]+\.[a-z]+:[0-9a-fA-F-]{36}$")
CITED_EXAMPLE = "learning.lesson:7b1f6f0e-6a54-4f0c-9a35-1c6a6e1a2b3c"
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


def in_its_language(title: str, language: str) -> str:
    """The words, marked with their language where that is not the page's."""
    return format_html('<span lang="{}">{}</span>', language, title) if language and language != get_language() else title


def titles(groups: Iterable[models.QuerySet]) -> dict[str, dict[str, str]]:
    """kind -> key -> title in its language, newest first, at most `OFFERED` of each: one query, and no long texts."""
    parts, found = [], dict[str, dict[str, str]]()
    for rows in groups:
        model, kind = rows.model, rows.model._meta.label_lower
        language = F("language") if any(f.name == "language" for f in model._meta.fields) else Value("", CharField())
        found[kind] = {}
        parts.append(first_of(rows, OFFERED).values_list(Value(kind, CharField()), "pk", "public_id", "title", language))
    for kind, _pk, public_id, title, language in sorted(parts[0].union(*parts[1:], all=True), key=lambda row: -row[1]):
        found[kind][f"{kind}:{public_id}"] = in_its_language(title, language)
    return found


class CitationField(forms.MultipleChoiceField):
    """What may be cited, grouped by kind; cleans to a list of things the person may see.

    `groups` is [(label, queryset)]: each queryset has been asked `visible_to` and what may be cited.
    """

    widget = forms.CheckboxSelectMultiple
    default_error_messages = {"invalid_choice": _("One of the chosen sources cannot be cited any more. Choose again.")}

    def offer(self, groups: Sequence[tuple[Any, models.QuerySet]], cited: Iterable[Thing] = ()) -> None:
        """Set what is offered; call from the form's __init__."""
        self._offered = {rows.model._meta.label_lower: rows for _label, rows in groups}
        self._cited = {f"{t.kind}:{t.public_id}": t for t in cited}
        choices = []
        for (label, _rows), (kind, offered) in zip(groups, titles(self._offered.values()).items(), strict=True):
            held = {key: in_its_language(str(t), getattr(t, "language", "")) for key, t in self._cited.items() if t.kind == kind}
            if found := offered | held:
                choices.append((label, [*found.items()]))
        self.choices = choices
        self.initial = [*self._cited]

    def clean(self, value: Any) -> list[Thing]:
        keys = super().clean(value)
        things = dict(self._cited)
        for kind, rows in self._offered.items():
            if wanted := [key.partition(":")[2] for key in keys if key not in things and key.startswith(f"{kind}:")]:
                things |= {f"{kind}:{t.public_id}": t for t in rows.filter(public_id__in=wanted)}
        if any(key not in things for key in keys):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return [things[key] for key in keys]
