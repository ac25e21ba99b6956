"""What the lists of learning do with the shared filter bar: words without accents, broader topics, lessons of either region."""

from typing import Any

from django.db.models import Q

from clusters.forms.filters import ListFilter
from clusters.search import matching


class LearningFilter(ListFilter):
    """The shared bar; words are looked up in the search rows, so that accents and all fields count."""

    def fitting(self, rows: Any, *, clusters: tuple[str, ...] = ("cluster",)) -> Any:
        """Those of `rows` that fit. `clusters` are the foreign keys that count as “of this region”."""
        self.is_valid()
        chosen = self.cleaned_data
        if words := chosen.get("q"):
            rows = matching(rows, words)
        for name, lookup in (("cluster", "slug"), ("country", "country")):
            if value := chosen.get(name):
                condition = Q()
                for key in clusters:
                    condition |= Q(**{f"{key}__{lookup}": value})
                rows = rows.filter(condition)
        if topic := chosen.get("topic"):
            # A theme holds the themes below it; asked apart so that a row with several fits once.
            about = rows.model.objects.filter(Q(topics__slug=topic) | Q(topics__parent__slug=topic))
            rows = rows.filter(pk__in=about.values("pk"))
        return rows
