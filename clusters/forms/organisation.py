"""Forms of member organisations: the directory's filter, signing up, editing, pasting many."""

import csv
import difflib
import io
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inno4sports.core.forms import AddressField, PlainSelect, PortalForm, PortalModelForm, UploadField, clean_text
from inno4sports.core.search import fold

from ..domain.organisation import Row
from ..models import Cluster, Organisation, OrganisationSegment, Topic
from .choices import languages

ROWS_AT_ONCE = 300


class MemberFilter(PortalForm):
    """The bar over the directory."""

    q = forms.CharField(
        label=_("Name, place or words"), required=False, max_length=100, widget=forms.TextInput(attrs={"class": "input", "type": "search"})
    )
    segment = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("all kinds")), *OrganisationSegment.choices], widget=PlainSelect)
    topic = forms.ChoiceField(label=_("Topic"), required=False, widget=PlainSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = self.topics_offered  # type: ignore[attr-defined]  # a ChoiceField

    @cached_property
    def topics(self) -> list[Topic]:
        return list(Topic.objects.only("slug", "labels"))

    def topics_offered(self) -> list[tuple[str, Any]]:
        return [("", _("all topics")), *((t.slug, t.label) for t in self.topics)]


class OrganisationForm(PortalModelForm):
    """What the directory says of a member, and who is written to."""

    language = forms.ChoiceField(label=_("Language of the description"))
    topics = forms.ModelMultipleChoiceField(label=_("Topics"), queryset=Topic.objects.all(), required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Organisation
        fields = ["name", "segment", "city", "website", "summary", "language", "topics", "contact_name", "contact_email"]
        field_classes = {"contact_email": AddressField}
        widgets = {"summary": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args: Any, cluster: Cluster, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cluster = cluster
        self.fields["language"].choices = languages()  # type: ignore[attr-defined]  # a ChoiceField

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        others = Organisation.objects.filter(cluster=self.cluster, name__iexact=name).exclude(pk=self.instance.pk)
        if others.exists():
            raise ValidationError(_("“%(name)s” is in this cluster already, or waits for approval."), params={"name": name})
        return name


class SignUpForm(OrganisationForm):
    """The form of a stranger who speaks for an organisation; a manager looks at it before anybody else."""

    language = None  # type: ignore[assignment]  # the description is in the language of the contact
    topics = None  # type: ignore[assignment]  # a manager chooses them
    contact_name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    contact_email = AddressField(
        label=_("Your e-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}), help_text=_("The decision comes there")
    )
    contact_language = forms.ChoiceField(label=_("Language of e-mails to you"), choices=settings.LANGUAGES)

    class Meta(OrganisationForm.Meta):
        fields = ["name", "segment", "city", "website", "summary", "contact_name", "contact_email", "contact_language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        PortalModelForm.__init__(self, *args, **{k: v for k, v in kwargs.items() if k != "cluster"})
        self.cluster = kwargs["cluster"]


@dataclass
class Line:
    """One pasted line as it was understood: `errors` stop it, `notes` do not; a line that is `known` is left out."""

    number: int
    name: str
    segment: str = ""
    segment_words: str = ""
    city: str = ""
    website: str = ""
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    known: bool = False

    @property
    def segment_label(self) -> Any:
        return OrganisationSegment(self.segment).label if self.segment else self.segment_words


class PasteForm(PortalForm):
    """Member organisations, one a line or as a CSV file; `lines` says how each was understood."""

    text = forms.CharField(
        label=_("One organisation a line: name; kind; place; website"), required=False,
        widget=forms.Textarea(attrs={"rows": 10}), help_text=_("Cells copied from a spreadsheet fit as they are. Place and website may be missing."),
    )  # fmt: skip
    upload = UploadField(label=_("Or a CSV file"), required=False, widget=forms.FileInput(attrs={"accept": ".csv,.txt"}))

    def __init__(self, *args: Any, cluster: Cluster, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cluster = cluster
        self.lines: list[Line] = []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        text = data.get("text", "")
        if upload := data.get("upload"):
            try:
                text = clean_text(upload.read().decode("utf-8-sig"))
            except UnicodeDecodeError as error:
                raise ValidationError(_("The file is not in UTF-8. Save it as “CSV UTF-8” and choose it again.")) from error
        if not text.strip() and not self.errors:
            raise ValidationError(_("Nothing was pasted. Paste lines or choose a file."))
        data["text"] = text
        # Counted before anything is compared: a line costs a look at every member.
        if (count := sum(bool(line.strip()) for line in text.splitlines())) > ROWS_AT_ONCE:
            raise ValidationError(_("These are %(n)s lines. Paste at most %(most)s at once."), params={"n": count, "most": ROWS_AT_ONCE})
        try:
            self.lines = understood(text, self.cluster)
        except csv.Error as error:
            raise ValidationError(_("The lines cannot be told apart. Look for a quotation mark that is not closed.")) from error
        return data

    def again(self) -> "PasteForm":
        """The form with the text as it came, also from a file, for mending."""
        form = PasteForm(initial={"text": self.cleaned_data["text"]}, cluster=self.cluster)
        form.fields["text"].required = True
        return form

    @property
    def rows(self) -> list[Row]:
        """What would be added: every line that is not a member already."""
        return [Row(line.name, line.segment, line.city, line.website) for line in self.lines if not line.known]

    @property
    def broken(self) -> int:
        return sum(bool(line.errors) for line in self.lines)


def understood(text: str, cluster: Cluster) -> list[Line]:
    """Each line of `text` with what is wrong with it, asked against the cluster's present members."""
    present = {fold(name): name for name in Organisation.objects.filter(cluster=cluster).values_list("name", flat=True)}
    kinds = segment_words()
    seen: dict[str, int] = {}
    lines = []
    for number, cells in enumerate(cells_of(text), start=1):
        name, words, city, website = (cell.strip() for cell in [*cells, "", "", ""][:4])
        line = Line(number, name, segment_words=words, city=city, website=website)
        check_name(line, present, seen)
        check_segment(line, kinds)
        check_rest(line)
        lines.append(line)
    return lines


def cells_of(text: str) -> list[list[str]]:
    """The cells of each line that holds something; a first line of headings is left out."""
    filled = [line for line in text.splitlines() if line.strip()]
    if not filled:
        return []
    separator = max("\t;,", key=lambda mark: filled[0].count(mark))
    rows = [row for row in csv.reader(io.StringIO("\n".join(filled)), delimiter=separator) if any(c.strip() for c in row)]
    heads = {"name", "naam", "nombre", "név", "nimi", "nazwa", fold(gettext("name"))}
    return rows[1:] if rows and fold(rows[0][0].strip()) in {fold(h) for h in heads} else rows


def segment_words() -> dict[str, str]:
    """Folded word -> kind: the stored value and its label in each language of the portal."""
    words = {fold(value.replace("_", " ")): value for value in OrganisationSegment.values}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            words |= {fold(str(kind.label)): kind.value for kind in OrganisationSegment}
    return words


def check_name(line: Line, present: dict[str, str], seen: dict[str, int]) -> None:
    key = fold(line.name)
    if not line.name:
        line.errors.append(gettext("The name is missing."))
    elif len(line.name) > 200:
        line.errors.append(gettext("The name has more than 200 characters."))
    elif key in seen:
        line.errors.append(gettext("The same name stands in line %(n)s.") % {"n": seen[key]})
    elif key in present:
        line.known = True
        line.notes.append(gettext("In this cluster already: is left out."))
    elif near := difflib.get_close_matches(key, present, n=1, cutoff=0.86):
        line.notes.append(gettext("Looks like “%(name)s”, which is in this cluster already.") % {"name": present[near[0]]})
    seen.setdefault(key, line.number)


def check_segment(line: Line, kinds: dict[str, str]) -> None:
    key = fold(line.segment_words.replace("_", " "))
    line.segment = kinds.get(key, "")
    if line.segment or line.known:
        return
    if not key:
        line.errors.append(gettext("The kind is missing."))
    elif near := difflib.get_close_matches(key, kinds, n=1, cutoff=0.6):
        meant = OrganisationSegment(kinds[near[0]]).label
        line.errors.append(gettext("“%(word)s” is no kind. Did you mean “%(meant)s”?") % {"word": line.segment_words, "meant": meant})
    else:
        offered = ", ".join(str(label) for label in OrganisationSegment.labels)
        line.errors.append(gettext("“%(word)s” is no kind. Use one of: %(offered)s.") % {"word": line.segment_words, "offered": offered})


def check_rest(line: Line) -> None:
    if len(line.city) > 100:
        line.errors.append(gettext("The place has more than 100 characters."))
    if line.website and "://" not in line.website:
        line.website = f"https://{line.website}"
    if line.website:
        try:
            URLValidator(schemes=["http", "https"])(line.website)
        except ValidationError:
            line.errors.append(gettext("“%(website)s” is no address of a website.") % {"website": line.website})
    if len(line.website) > 200:
        line.errors.append(gettext("The address of the website has more than 200 characters."))
