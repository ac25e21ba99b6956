"""What the search knows: one row per thing and language, and the words that occur."""

from collections.abc import Iterable
from typing import Self

from django.db import connection, models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from .. import clock
from .checks import status_check


class SearchTextReach(models.TextChoices):
    PUBLIC = "public", _("everybody")
    NETWORK = "network", _("the network")
    CLUSTER = "cluster", _("the own cluster")


class SearchTextQuerySet(models.QuerySet["SearchText"]):
    def holding(self, words: Iterable[tuple[str, str]]) -> Self:
        """Those that hold every word, each given as it was typed and folded.

        PostgreSQL asks the column `vector` (migration 0005): the text by the stems of its language, and all words as
        they are without accents, from three letters on by their beginning. Else any part of the folded text counts.
        """
        rows = self
        for typed, folded in words:
            if connection.vendor == "postgresql":
                given = [*[typed] * len(STEMMED), _beginning(folded)]
                rows = rows.filter(RawSQL(f"core_searchtext.vector @@ ({ASKED})", given, output_field=models.BooleanField()))  # noqa: S611 -- constant
            else:
                rows = rows.filter(folded__contains=folded)
        return rows


# PostgreSQL brings no Polish; its words are found by their beginning.
STEMMED = {"en": "english", "nl": "dutch", "es": "spanish", "hu": "hungarian", "fi": "finnish"}
ASKED = " || ".join([*(f"plainto_tsquery('{name}', %s)" for name in STEMMED.values()), "to_tsquery('simple', %s)"])


def _beginning(word: str) -> str:
    quoted = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}'{':*' if len(word) > 2 else ''}"


class SearchText(models.Model):
    """What the search finds: one row per thing and language, as written and folded; the thing is asked again before it is shown."""

    Reach = SearchTextReach

    thing_kind = models.CharField(max_length=60)
    thing_id = models.UUIDField()
    language = models.CharField(max_length=8)
    title = models.CharField(max_length=300)
    url = models.CharField(max_length=300)
    excerpt = models.CharField(max_length=400, blank=True)
    text = models.TextField(default="", db_default="")
    folded = models.TextField()
    reach = models.CharField(max_length=8, choices=Reach)
    cluster_code = models.CharField(max_length=40, blank=True)
    changed_at = models.DateTimeField(default=clock.now)

    objects = SearchTextQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-changed_at", "-id"]), models.Index(fields=["thing_kind", "-changed_at", "-id"])]
        constraints = [
            models.UniqueConstraint(fields=["thing_kind", "thing_id", "language"], name="core_searchtext_once"),
            status_check("core_searchtext_reach", SearchTextReach, "reach"),
        ]

    def __str__(self) -> str:
        return self.title


class SearchWord(models.Model):
    """A word that occurs somewhere, folded: what was mistyped is compared with these few, not with all texts. PostgreSQL only."""

    word = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.word
