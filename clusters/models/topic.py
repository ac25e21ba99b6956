"""Topics, and words in the reader's language."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from inno4sports.core.models import status_check


def known_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is no time zone. Choose one of the list."), params={"name": name})


def worded(labels: dict[str, str]) -> str:
    """The words for the active language, else English, else any."""
    return labels.get(get_language() or "en") or labels.get("en") or next(iter(labels.values()), "")


class TopicKind(models.TextChoices):
    THEME = "theme", _("theme")
    SETTING = "setting", _("setting")


class Topic(models.Model):
    """A theme (two levels) or a setting, with its label in each language (docs/adr/0004)."""

    Kind = TopicKind

    slug = models.SlugField(unique=True)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.THEME)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    labels = models.JSONField(default=dict)
    sources = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["slug"]
        constraints = [status_check("clusters_topic_kind", TopicKind, "kind")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return worded(self.labels)
