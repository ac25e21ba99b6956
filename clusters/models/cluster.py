"""Regions with their clusters: what each is strong in, wants to learn, and is measured by."""

import uuid
from collections.abc import Iterable
from typing import Any, Self

from django.core.validators import MinLengthValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from inno4sports.core.lifecycle import Lived
from inno4sports.core.models import Thing, ThingQuerySet, actor_key, pair_check, status_check

from ..states import ClusterStatus
from .topic import Topic, known_zone, worded


class ClusterQuerySet(ThingQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Active regions for all; a candidate for its members, EPSI and administrators; an archived one for administrators."""
        if not user.is_authenticated:
            return self.filter(status=ClusterStatus.ACTIVE)
        if user.is_staff:
            return self
        seen = Q(status=ClusterStatus.ACTIVE) | Q(status=ClusterStatus.CANDIDATE, pk__in=user.cluster_ids)
        seen |= Q(status=ClusterStatus.CANDIDATE, host_id__in=user.managed_ids)
        if user.is_editor:
            seen |= Q(status=ClusterStatus.CANDIDATE)
        return self.filter(seen)

    def active(self) -> Self:
        return self.filter(status=ClusterStatus.ACTIVE)

    def as_bibs(self) -> Self:
        """With what a bib shows, and no more: for lists."""
        return self.only(*BIB)


BIB = ("slug", "code", "accent", "region_names", "name", "position")


def bib_of(key: str) -> list[str]:
    """The columns of a bib behind a key to a cluster, for `only`."""
    return [f"{key}__{name}" for name in BIB]


def name_of(key: str, *more: str) -> list[str]:
    """The columns by which a page names a thing of a region behind a key, and `more`, for `only`."""
    return [*(f"{key}__{name}" for name in ("public_id", "slug", "title", "language", "origin", *more)), *bib_of(f"{key}__cluster")]


class Cluster(Lived, Thing):
    """A regional sport and vitality innovation cluster; regions stand in the order in which they joined."""

    slug = models.SlugField(max_length=90, unique=True, editable=False)
    name = models.CharField(_("name of the cluster"), max_length=150)
    own_name = models.CharField(_("name in its own language"), max_length=150, blank=True)
    region_names = models.JSONField(_("name of the region"), default=dict)
    code = models.CharField(_("three letters"), max_length=3, unique=True, validators=[MinLengthValidator(3), RegexValidator(r"^\w{3}$")])
    accent = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveIntegerField(unique=True, editable=False)
    country = models.CharField(_("country"), max_length=2, validators=[RegexValidator(r"^[A-Z]{2}$")])
    nuts_code = models.CharField(_("NUTS code"), max_length=5, blank=True)
    timezone = models.CharField(_("time zone"), max_length=60, default="Europe/Brussels", validators=[known_zone])
    content_languages = models.JSONField(_("languages of its texts"), default=list)
    city = models.CharField(_("seat"), max_length=100, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    website = models.URLField(_("website"), blank=True)
    summary = models.TextField(_("summary"), max_length=1500, blank=True)
    began = models.TextField(_("how it began"), max_length=1500, blank=True)
    host = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("host region"))
    status = models.CharField(max_length=10, choices=ClusterStatus, default=ClusterStatus.CANDIDATE, editable=False)
    activated_at = models.DateTimeField(null=True, blank=True, editable=False)
    activated_by = actor_key(editable=False)

    stored_status = ""  # as it was read; "" of a region that is new

    objects = ClusterQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            status_check("clusters_cluster_status", ClusterStatus),
            pair_check("clusters_cluster_activated", "activated"),
        ]

    def __str__(self) -> str:
        return self.region_name or self.name

    @property
    def region_name(self) -> str:
        return worded(self.region_names)

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        found = super().from_db(*args, **kwargs)
        found.stored_status = found.__dict__.get("status", "")
        return found

    def moves(self) -> Iterable[Thing]:
        """Its member organisations enter and leave the directory with it."""
        return self.organisations.all() if self.stored_status not in ("", self.status) else ()

    def get_absolute_url(self) -> str:
        return reverse("clusters:cluster_detail", args=[self.slug])

    @property
    def main_language(self) -> str:
        return next(iter(self.content_languages), "en")


class Strength(models.Model):
    """An excellence of a cluster in one topic, with its evidence."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="strengths")
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", verbose_name=_("topic"))
    text = models.TextField(_("what you are strong in"), max_length=600)
    language = models.CharField(max_length=8, default="en")
    sources = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:80]


class LearningNeed(models.Model):
    """“We are weak here and want to learn this”: seen by the network only."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="needs")
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", verbose_name=_("topic"))
    text = models.TextField(_("what you want to learn"), max_length=600)
    language = models.CharField(max_length=8, default="en")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:80]


class ContextFigureLevel(models.TextChoices):
    REGIONAL = "regional", _("regional figure")
    NATIONAL = "national", _("national figure")


class ContextFigure(models.Model):
    """A figure from outside (inactivity), with its unit, wave, area level and source. Missing stays missing."""

    Level = ContextFigureLevel

    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="figures")
    label = models.CharField(max_length=200)
    value = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    unit = models.CharField(max_length=40)
    wave = models.CharField(max_length=40, blank=True)
    level = models.CharField(max_length=8, choices=Level)
    source = models.URLField()
    read_on = models.DateField()

    class Meta:
        ordering = ["id"]
        constraints = [status_check("clusters_contextfigure_level", ContextFigureLevel, "level")]

    def __str__(self) -> str:
        return self.label
