"""Forms of a region: opening one, its profile, its excellences and learning needs."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from inno4sports.core.forms import AddressField, LinesField, PlainSelect, PortalForm, PortalModelForm

from ..models import Cluster, LearningNeed, Strength
from .choices import countries, languages, zones


class ClusterFilter(PortalForm):
    """The bar over the start list."""

    q = forms.CharField(
        label=_("Name, place or words"), required=False, max_length=100, widget=forms.TextInput(attrs={"class": "input", "type": "search"})
    )
    country = forms.ChoiceField(label=_("Country"), required=False, widget=PlainSelect)

    def __init__(self, *args: Any, regions: QuerySet[Cluster], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.regions = regions
        self.fields["country"].choices = self.countries_offered  # type: ignore[attr-defined]  # a ChoiceField

    @cached_property
    def present(self) -> set[str]:
        return set(self.regions.order_by().values_list("country", flat=True))

    def countries_offered(self) -> list[tuple[str, Any]]:
        return [("", _("all countries")), *(c for c in countries() if c[0] in self.present)]


class ClusterCreateForm(PortalForm):
    """A region that joins: what the administrator needs to know, and no more."""

    name = forms.CharField(label=_("Name of the cluster"), max_length=150)
    region_name = forms.CharField(
        label=_("Name of the region, in English"), max_length=100, help_text=_("Names in other languages can be added later")
    )
    code = forms.CharField(
        label=_("Three letters"), min_length=3, max_length=3, help_text=_("The region wears them everywhere. They are not changed later.")
    )
    country = forms.ChoiceField(label=_("Country"))
    content_languages = forms.MultipleChoiceField(
        label=_("Languages of its texts"), widget=forms.CheckboxSelectMultiple, help_text=_("The languages in which the region writes")
    )
    timezone = forms.ChoiceField(label=_("Time zone"))
    host = forms.ModelChoiceField(
        label=_("Host region"), queryset=Cluster.objects.none(), required=False, empty_label=_("none"),
        help_text=_("Its managers see the candidate and guide it"),
    )  # fmt: skip
    manager_name = forms.CharField(label=_("Name of the first manager"), max_length=120)
    manager_email = AddressField(label=_("E-mail of the first manager"), help_text=_("An invitation goes there as soon as you save"))
    manager_language = forms.ChoiceField(label=_("Language of the invitation"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {"country": [("", _("choose a country")), *countries()], "content_languages": languages(), "timezone": zones()}
        for field, offered in choices.items():
            self.fields[field].choices = offered  # type: ignore[attr-defined]  # ChoiceFields
        self.fields["host"].queryset = Cluster.objects.active()  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["timezone"].initial = "Europe/Brussels"

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if Cluster.objects.filter(name__iexact=name).exists():
            raise ValidationError(_("Another region has this name. Choose another."))
        return name

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).upper()
        if not code.isalpha():
            raise ValidationError(_("“%(code)s” is not three letters."), params={"code": code})
        if Cluster.objects.filter(code=code).exists():
            raise ValidationError(_("Another region has the letters %(code)s. Choose others."), params={"code": code})
        return code


class ClusterForm(PortalModelForm):
    """The profile of a region, as its managers keep it."""

    timezone = forms.ChoiceField(label=_("Time zone"))
    content_languages = forms.MultipleChoiceField(label=_("Languages of its texts"), widget=forms.CheckboxSelectMultiple)
    language = forms.ChoiceField(label=_("Language of summary and beginning"))
    latitude = forms.FloatField(
        label=_("Latitude"), min_value=-90, max_value=90, required=False, help_text=_("Where the seat stands on the map, for example 66.5039")
    )
    longitude = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180, required=False)

    class Meta:
        model = Cluster
        fields = [
            "name",
            "own_name",
            "city",
            "nuts_code",
            "website",
            "summary",
            "began",
            "language",
            "content_languages",
            "timezone",
            "latitude",
            "longitude",
        ]
        widgets = {"summary": forms.Textarea(attrs={"rows": 8}), "began": forms.Textarea(attrs={"rows": 5})}
        help_texts = {
            "nuts_code": _("The code of the region in the European statistics, for example FI1D7"),
            "summary": _("Who belongs to the cluster and what it wants"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, name in settings.LANGUAGES:
            label = _("Name of the region (%(language)s)") % {"language": name}
            initial = self.instance.region_names.get(code, "")
            self.fields[f"region_name_{code}"] = forms.CharField(label=label, max_length=100, required=code == "en", initial=initial)
        choices = {"language": languages(), "content_languages": languages(), "timezone": zones(self.instance.timezone)}
        for field, offered in choices.items():
            self.fields[field].choices = offered  # type: ignore[attr-defined]  # ChoiceFields
        self.order_fields(["name", "own_name", *(f"region_name_{code}" for code, _name in settings.LANGUAGES)])

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """What stands open on the page."""
        return [bound for bound in self if bound not in self.other_names and bound not in self.map_fields]

    @property
    def other_names(self) -> list[forms.BoundField]:
        return [self[f"region_name_{code}"] for code, _name in settings.LANGUAGES if code != "en"]

    @property
    def map_fields(self) -> list[forms.BoundField]:
        return [self["latitude"], self["longitude"]]

    @property
    def profile(self) -> dict[str, Any]:
        """What the act takes, the region's names in one dictionary. Call after is_valid."""
        data = {name: value for name, value in self.cleaned_data.items() if not name.startswith("region_name_")}
        names = {code: self.cleaned_data[f"region_name_{code}"].strip() for code, _name in settings.LANGUAGES}
        # A name in a language that the portal does not speak stays as it was loaded.
        kept = {code: words for code, words in self.instance.region_names.items() if code not in names}
        return {**data, "region_names": kept | names}


class NeedForm(PortalModelForm):
    """“We are weak here and want to learn this”."""

    language = forms.ChoiceField(label=_("Language of the text"))

    class Meta:
        model = LearningNeed
        fields = ["topic", "text", "language"]
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = languages()  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["topic"].empty_label = _("choose a topic")  # type: ignore[attr-defined]  # a ModelChoiceField


class StrengthForm(NeedForm):
    """An excellence, with the pages where it can be read."""

    sources = LinesField(
        label=_("Where it can be read"), required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("Addresses of pages, one a line")
    )

    class Meta(NeedForm.Meta):
        model = Strength  # type: ignore[assignment]  # the same fields of another model

    def clean_sources(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["sources"].splitlines() if line.strip()]
        check = URLValidator(schemes=["http", "https"])
        for line in lines:
            try:
                check(line)
            except ValidationError as error:
                raise ValidationError(_("“%(line)s” is no address of a page. Begin it with https://"), params={"line": line}) from error
        if len(lines) > 10:
            raise ValidationError(_("Name at most 10 pages."))
        return lines
