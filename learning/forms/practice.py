"""Forms of a good practice, in the order and with the limits of the programme's own form."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clusters.forms.choices import languages
from clusters.models import Cluster, Organisation, Topic
from inno4sports.core.forms import PortalForm, PortalModelForm

from ..domain.practice import PracticeFacts, needed_fields, stays_complete
from ..models import GoodPractice
from .session import web_address

# How many characters the programme's form takes. The 100 of the title is printed in the programme's own guidance
# (webinar on good practices, Budapest 2020, scribd.com/document/633238749); the others are what its form was seen to take
# and may be changed here when the programme says otherwise. Recorded practices may exceed them, so the model does not know them.
LIMITS = {
    "title": 100,
    "summary": 160,
    "challenge": 1500,
    "what_was_done": 1500,
    "resources_needed": 300,
    "evidence_of_success": 500,
    "difficulties": 300,
    "transferability": 1000,
}
# "Detailed information" is one field there: the problem and what was done share its room.
DETAILED = 1500
OPINION = 500


class PracticeForm(PortalModelForm):
    """A practice. `clusters` are those the person may write for."""

    cluster = forms.ChoiceField(label=_("Cluster"), required=False)
    organisation = forms.ModelChoiceField(
        label=_("Organisation in charge"), queryset=Organisation.objects.none(), required=False, empty_label=_("not a member, or not known")
    )
    website = web_address(_("Further information"), _("A page where more can be read"))
    budget_eur = forms.IntegerField(label=_("Budget in euros"), required=False, min_value=0, max_value=10**12)
    topics = forms.ModelMultipleChoiceField(label=_("Topics"), queryset=Topic.objects.all(), required=False, widget=forms.CheckboxSelectMultiple)
    language = forms.ChoiceField(label=_("Language of the text"))

    class Meta:
        model = GoodPractice
        fields = [
            "title", "outcome", "summary", "location", "challenge", "what_was_done", "resources_needed", "starts_on", "ends_on",
            "evidence_of_success", "difficulties", "transferability", "language",
        ]  # fmt: skip
        widgets = {
            "outcome": forms.RadioSelect,
            "summary": forms.Textarea(attrs={"rows": 2}),
            "challenge": forms.Textarea(attrs={"rows": 5}),
            "what_was_done": forms.Textarea(attrs={"rows": 8}),
            "resources_needed": forms.Textarea(attrs={"rows": 3}),
            "evidence_of_success": forms.Textarea(attrs={"rows": 4}),
            "difficulties": forms.Textarea(attrs={"rows": 3}),
            "transferability": forms.Textarea(attrs={"rows": 5}),
        }
        help_texts = {
            "outcome": _("What did not work is worth as much: others are spared the same way."),
            "summary": _("Stands under the title in every list"),
            "location": _("Town or region"),
            "challenge": _("What had to change, and for whom"),
            "resources_needed": _("Money and people to set it up and run it"),
            "starts_on": _("Year, month or day"),
            "ends_on": _("Leave empty if it goes on"),
            "evidence_of_success": _("Results that can be counted or shown"),
            "transferability": _("What another region would need, and what it could leave out"),
        }

    def __init__(self, data: Any = None, *, user: Any, clusters: Sequence[Cluster | None], stored: GoodPractice | None = None) -> None:
        self._clusters = {c.slug: c for c in clusters if c is not None}
        super().__init__(data, instance=stored, initial=initial_of(stored, user, [*self._clusters.values()]))
        fields: dict[str, Any] = self.fields
        fields["cluster"].choices = [(key, str(c)) for key, c in self._clusters.items()]
        if len(self._clusters) == 1:
            self.settle("cluster", next(iter(self._clusters)))
        members = Organisation.objects.visible_to(user).approved().filter(cluster__in=self._clusters.values())
        fields["organisation"].queryset = members
        fields["language"].choices = languages()
        shared = _("How it was done, by whom and with whom. The problem and this text share %(n)s characters.")
        fields["what_was_done"].help_text = shared % {"n": DETAILED}
        for name, limit in LIMITS.items():
            self._limit(name, limit)

    def _limit(self, name: str, limit: int) -> None:
        """The programme's limit, unless a longer text is stored already: recorded facts are not cut."""
        field: Any = self.fields[name]
        field.max_length = max(limit, len(getattr(self.instance, name) or ""))
        kept = [v for v in field.validators if not isinstance(v, MaxLengthValidator)]
        field.validators = [*kept, MaxLengthValidator(field.max_length)]
        if not isinstance(field.widget, forms.Textarea):
            field.widget.attrs["maxlength"] = str(field.max_length)

    @property
    def chosen(self) -> Cluster:
        """The cluster it is written for, also while the form is not valid."""
        return self._clusters.get(str(self.data.get("cluster", "")), next(iter(self._clusters.values())))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        organisation = data.get("organisation")
        if organisation is not None and organisation.cluster_id != self.chosen.pk:
            self.add_error("organisation", _("This organisation belongs to another cluster. Choose one of %(cluster)s.") % {"cluster": self.chosen})
        if self.instance.pk and stays_complete(self.instance):
            for name in needed_fields(data.get("outcome") == GoodPractice.Outcome.DID_NOT_WORK):
                if name not in self.errors and not data.get(name, "").strip():
                    self.add_error(name, self.fields[name].error_messages["required"])
        both = len(data.get("challenge", "")) + len(data.get("what_was_done", ""))
        stored = len(self.instance.challenge) + len(self.instance.what_was_done)
        if both > max(DETAILED, stored):
            self.add_error(
                "what_was_done",
                _("The problem and what was done have %(n)s characters together. Shorten them to %(most)s.") % {"n": both, "most": DETAILED},
            )
        return data

    @property
    def facts(self) -> PracticeFacts:
        """What the acts take, named one by one. Call after is_valid."""
        data = self.cleaned_data
        return {
            "organisation": data["organisation"], "title": data["title"], "outcome": data["outcome"], "summary": data["summary"],
            "location": data["location"], "challenge": data["challenge"], "what_was_done": data["what_was_done"],
            "resources_needed": data["resources_needed"], "budget_eur": data["budget_eur"], "starts_on": data["starts_on"], "ends_on": data["ends_on"],
            "evidence_of_success": data["evidence_of_success"], "difficulties": data["difficulties"],
            "transferability": data["transferability"], "website": data["website"], "language": data["language"],
        }  # fmt: skip


def initial_of(stored: GoodPractice | None, user: Any, clusters: list[Cluster]) -> dict[str, Any]:
    if stored is not None:
        return {
            "website": stored.website, "budget_eur": stored.budget_eur, "organisation": stored.organisation, "topics": list(stored.topics.all()),
        }  # fmt: skip
    own = next((m.organisation for m in user.own_memberships if m.cluster_id == clusters[0].pk), None)
    return {"cluster": clusters[0].slug, "organisation": own, "language": get_language() or "en"}


class ReturnForm(PortalForm):
    """Why the practice goes back to its author."""

    reason = forms.CharField(
        label=_("What is to be changed"), max_length=1000, widget=forms.Textarea(attrs={"rows": 5}), help_text=_("The author reads this and is told.")
    )


class OpinionForm(PortalForm):
    """What EPSI says of a practice that it admits."""

    opinion = forms.CharField(
        label=_("Opinion"), max_length=OPINION, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What other regions can take from it. It stands beside the practice, for everybody."),
    )  # fmt: skip
