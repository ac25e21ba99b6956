"""What the lists of all apps can be narrowed by; the choices stay in the address."""

from functools import reduce
from operator import or_
from typing import Any

from babel import Locale
from django import forms
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, Topic
from inno4sports.core.forms import PortalForm


class ListFilter(PortalForm):
    """`?q=&cluster=&topic=&country=`; a value that is not offered narrows nothing."""

    q = forms.CharField(label=_("Words"), required=False, max_length=100, widget=forms.TextInput(attrs={"class": "input", "type": "search"}))
    cluster = forms.ChoiceField(label=_("Region"), required=False, widget=forms.Select(attrs={"class": "input"}))
    topic = forms.ChoiceField(label=_("Topic"), required=False, widget=forms.Select(attrs={"class": "input"}))
    country = forms.ChoiceField(label=_("Country"), required=False, widget=forms.Select(attrs={"class": "input"}))

    def __init__(self, data: Any, user: Any, only: tuple[str, ...] = ("q", "cluster", "topic", "country")) -> None:
        super().__init__(data)
        for name in set(self.fields) - set(only):
            del self.fields[name]
        clusters = list(Cluster.objects.visible_to(user)) if {"cluster", "country"} & set(only) else []
        if "cluster" in self.fields:
            self.fields["cluster"].choices = [("", _("All regions")), *((c.slug, c.region_name) for c in clusters)]
        if "topic" in self.fields:
            self.fields["topic"].choices = [("", _("All topics")), *((t.slug, t.label) for t in Topic.objects.all())]
        if "country" in self.fields:
            names = Locale.parse(get_language() or "en").territories
            codes = sorted({c.country for c in clusters})
            self.fields["country"].choices = [("", _("All countries")), *((c, names.get(c, c)) for c in codes)]

    def narrowed(self, rows: Any, *, words: tuple[str, ...], cluster: str = "cluster", topics: str = "topics") -> Any:
        """`rows` with all words of `q` in any of the columns `words`, of the chosen region, country and topic."""
        self.is_valid()
        chosen = self.cleaned_data
        for word in (chosen.get("q") or "").split()[:6]:
            rows = rows.filter(reduce(or_, (Q(**{f"{column}__icontains": word}) for column in words)))
        if chosen.get("cluster"):
            rows = rows.filter(**{f"{cluster}__slug": chosen["cluster"]})
        if chosen.get("country"):
            rows = rows.filter(**{f"{cluster}__country": chosen["country"]})
        if chosen.get("topic"):
            rows = rows.filter(**{f"{topics}__slug": chosen["topic"]})
        return rows
