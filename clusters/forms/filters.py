"""What the lists of all apps can be narrowed by; the choices stay in the address."""

from typing import Any

from babel import Locale
from django import forms
from django.db.models import Q
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clusters.models import BIB, Cluster, Topic
from clusters.search import matching
from inno4sports.core.forms import PlainSelect, PortalForm
from inno4sports.core.models import whose
from inno4sports.core.pages import part_of, reader_of

Choice = tuple[str, Any]


class ListFilter(PortalForm):
    """`?q=&cluster=&topic=&country=` of a request, and what a list adds; a value that is not offered narrows nothing.

    The regions and topics that are offered are kept: nearly every reader chooses among the same.
    """

    q = forms.CharField(label=_("Words"), required=False, max_length=100, widget=forms.TextInput(attrs={"class": "input", "type": "search"}))
    cluster = forms.ChoiceField(label=_("Region"), required=False, widget=PlainSelect)
    topic = forms.ChoiceField(label=_("Topic"), required=False, widget=PlainSelect)
    country = forms.ChoiceField(label=_("Country"), required=False, widget=PlainSelect)

    def __init__(self, request: HttpRequest, only: tuple[str, ...] = ()) -> None:
        super().__init__(request.GET)
        for name in set(self.fields) - set(only or self.fields):
            del self.fields[name]
        self.request = request
        for name, offered in (("cluster", self.regions_offered), ("topic", self.topics_offered), ("country", self.countries_offered)):
            if name in self.fields:
                self.fields[name].choices = offered

    @cached_property
    def clusters(self) -> list[Cluster]:
        rows = Cluster.objects.visible_to(self.request.user).only(*BIB, "country")
        return part_of(self.request, ("regions", reader_of(self.request)), lambda: list(rows))

    @cached_property
    def topics(self) -> list[Topic]:
        return part_of(self.request, ("topics",), lambda: list(Topic.objects.only("slug", "labels", "parent")))

    def regions_offered(self) -> list[Choice]:
        return [("", _("All regions")), *((c.slug, c.region_name) for c in self.clusters)]

    def topics_offered(self) -> list[Choice]:
        return [("", _("All topics")), *((t.slug, t.label) for t in self.topics)]

    def countries_offered(self) -> list[Choice]:
        names = Locale.parse(get_language() or "en").territories
        return [("", _("All countries")), *((code, names.get(code, code)) for code in sorted({c.country for c in self.clusters}))]

    def chosen(self, name: str) -> str:
        if not self.data.get(name):
            return ""  # the choices are not even read
        self.is_valid()
        return self.cleaned_data.get(name) or ""

    def chosen_clusters(self) -> list[int] | None:
        """The ids of the chosen region, or of all of the chosen country; None: none was chosen."""
        slug, country = self.chosen("cluster"), self.chosen("country")
        if not slug and not country:
            return None
        return [c.pk for c in self.clusters if slug in ("", c.slug) and country in ("", c.country)]

    def chosen_topics(self) -> list[int] | None:
        """The ids of the chosen topic and of those below it."""
        if not (slug := self.chosen("topic")):
            return None
        top = next(t.pk for t in self.topics if t.slug == slug)
        return [t.pk for t in self.topics if top in (t.pk, t.parent_id)]

    def narrowed(self, rows: Any, *, clusters: tuple[str, ...] = ("cluster",), topics: str = "topics") -> Any:
        """Those of `rows` that fit. `clusters` are the keys that count as “of this region”; a broad topic holds the ones below it."""
        rows = matching(rows, self.chosen("q"))
        if (ids := self.chosen_clusters()) is not None:
            condition = Q()
            for key in clusters:
                condition |= Q(**{f"{key}__in": ids})
            rows = rows.filter(condition)
        if (about := self.chosen_topics()) is not None:
            rows = rows.filter(**whose(rows.model, f"{topics}__in", about))
        return rows
