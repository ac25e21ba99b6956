"""Forms of findings and of digest preferences."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from actionplans.models import Action, Ambition, Result
from actionplans.states import IN_FORCE
from clusters.forms.filters import ListFilter
from clusters.models import Topic, User
from dissemination.evidence import CITABLE
from dissemination.models import Finding, FindingKind
from inno4sports.core.citations import CitationField
from inno4sports.core.forms import PlainSelect, PortalForm, PortalModelForm
from inno4sports.core.models import Thing
from learning.models import FeedbackRequest, GoodPractice, Lesson, Session


class FindingFilter(ListFilter):
    country = None
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", capfirst(_("all kinds"))), *FindingKind.choices], widget=PlainSelect)


def citable(user: Any) -> list[tuple[Any, Any]]:
    """What a finding may rest on, as far as this person sees it."""

    def in_time(model: Any) -> Any:
        return model.objects.visible_to(user).filter(status__in=CITABLE[model._meta.label_lower])

    return [
        (_("Results"), in_time(Result)),
        (_("Actions"), Action.objects.visible_to(user).filter(plan__status__in=IN_FORCE).order_by("-id")),
        (_("Lessons"), in_time(Lesson)),
        (_("Good practices"), in_time(GoodPractice)),
        (_("Ambitions"), in_time(Ambition)),
        (_("What was said"), FeedbackRequest.objects.visible_to(user).shared()),
        (_("Sessions"), in_time(Session)),
    ]


class ProposeForm(PortalModelForm):
    """What should be told, in two fields and its citations."""

    cited = CitationField(label=_("What it rests on"), required=False)
    language = forms.ChoiceField(label=_("Language of the text"), choices=settings.LANGUAGES)

    class Meta:
        model = Finding
        fields = ["title", "summary", "language"]
        widgets = {"summary": forms.Textarea(attrs={"rows": 4})}

    field_order = ["title", "summary", "cited", "language"]

    def __init__(self, *args: Any, user: Any, cited: list[Thing], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cited"].offer(citable(user), cited)
        if not self.instance.pk:
            self.initial["language"] = user.language


class FindingForm(ProposeForm):
    """The whole finding, by an editor."""

    topics = forms.ModelMultipleChoiceField(Topic.objects.all(), label=_("Topics"), required=False, widget=forms.CheckboxSelectMultiple)

    class Meta(ProposeForm.Meta):
        fields = ["finding_kind", "title", "summary", "text", "publication_url", "audience", "language"]
        widgets = {"summary": forms.Textarea(attrs={"rows": 4}), "text": forms.Textarea(attrs={"rows": 18}), "audience": forms.RadioSelect}
        help_texts = {"text": _("Formatted by simple signs: ## before a heading, - before a point, [words](address) for a link")}

    field_order = ["title", "summary", "text", "cited", "publication_url", "finding_kind", "topics", "audience", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["topics"] = list(self.instance.topics.all())


class ReturnForm(PortalForm):
    reason = forms.CharField(label=_("What should change"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))


class CorrectionForm(PortalForm):
    text = forms.CharField(label=_("What was wrong, and what is right"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


class PreferencesForm(PortalForm):
    digest = forms.ChoiceField(label=_("Digest by e-mail"), choices=User.Rhythm.choices, widget=forms.RadioSelect)
    digest_hour = forms.TypedChoiceField(label=_("Hour of the digest"), coerce=int, choices=[(h, f"{h}:00") for h in range(24)])
