"""Forms of ambitions, of asking other regions about them, and of answering their points."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from actionplans.models import Ambition, AmbitionPoint
from clusters.models import Cluster, Membership
from inno4sports.core import clock
from inno4sports.core.citations import CitationField
from inno4sports.core.forms import DayInput, PortalForm
from inno4sports.core.models import Thing
from learning.models import FeedbackRequest, Lesson, Questionnaire

from .cluster import OfClusterForm


class AmbitionForm(OfClusterForm):
    lessons = CitationField(
        label=_("Lessons it is shaped by"), required=False, help_text=_("The thread begins here: tick what this ambition rests on")
    )

    class Meta:
        model = Ambition
        fields = ["title", "text", "topic", "horizon_on", "measure", "language"]
        widgets = {"text": forms.Textarea(attrs={"rows": 8}), "horizon_on": DayInput}

    field_order = ["cluster", "title", "text", "lessons", "topic", "horizon_on", "measure", "language"]

    def __init__(self, *args: Any, user: Any, cited: Sequence[Thing], **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["topic"].empty_label = _("not stated")
        lessons = Lesson.objects.visible_to(user).shared().select_related("cluster", "from_cluster")
        self.fields["lessons"].offer([(_("Lessons"), lessons)], cited)

    def stands(self, cited: Sequence[Thing]) -> list[tuple[str, str]]:
        """After a conflict: what is cited now, where that is not what was ticked."""
        if {lesson.pk for lesson in cited} == {lesson.pk for lesson in self.cleaned_data["lessons"]}:
            return []
        return [(str(self.fields["lessons"].label), "\n".join(map(str, cited)) or str(_("none")))]

    def clean_horizon_on(self) -> dt.date | None:
        day = self.cleaned_data["horizon_on"]
        if day and day < clock.today():
            raise forms.ValidationError(_("This day is over. Choose a later one."))
        return day


class OpenForm(PortalForm):
    """Which regions are asked, with which questions, until when."""

    regions = forms.ModelMultipleChoiceField(Cluster.objects.none(), label=_("Regions you ask"), widget=forms.CheckboxSelectMultiple)
    questionnaire = forms.ModelChoiceField(Questionnaire.objects.none(), label=_("Questions"))
    closes_on = forms.DateField(label=_("Answers until"), widget=DayInput, help_text=_("Until 22:59 of your own time"))
    names = forms.ChoiceField(label=_("Who sees the names"), choices=FeedbackRequest.Names.choices, widget=forms.RadioSelect, initial="to_managers")

    def __init__(self, *args: Any, ambition: Ambition, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.timezone = user.timezone
        others = Cluster.objects.visible_to(user).active().exclude(pk=ambition.cluster_id)
        sheets = Questionnaire.objects.visible_to(user)
        self.fields["regions"].queryset = others
        self.fields["questionnaire"].queryset = sheets
        meant = sheets.filter(Q(title__icontains="ambition")).first() or sheets.first()
        self.initial |= {"regions": list(others), "questionnaire": meant, "closes_on": clock.today(user.timezone) + dt.timedelta(days=14)}

    def clean_regions(self) -> Any:
        """Each has somebody who can be asked."""
        chosen = self.cleaned_data["regions"]
        managed = set(Membership.objects.current().filter(role="manager", user__is_active=True).values_list("cluster_id", flat=True))
        silent = [c.region_name for c in chosen if c.pk not in managed]
        if silent:
            raise forms.ValidationError(_("Nobody can be asked there yet: %(names)s. Take them out."), params={"names": ", ".join(silent)})
        return chosen

    def clean_closes_on(self) -> dt.date:
        day = self.cleaned_data["closes_on"]
        if day <= clock.today(self.timezone):
            raise forms.ValidationError(_("Give people at least until tomorrow."))
        return day

    def values(self) -> dict[str, Any]:
        """What the act takes."""
        data = dict(self.cleaned_data)
        return data | {"closes_at": dt.datetime.combine(data.pop("closes_on"), dt.time(22, 59), clock.zone(self.timezone))}


class ReasonForm(PortalForm):
    """A step that needs a reason."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))


class PointForm(PortalForm):
    """Words of one answer; it opens with all of them, the manager keeps those that ask for something."""

    quote = forms.CharField(
        label=_("Keep the words that ask for an answer"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "class": "input--small"})
    )

    def __init__(self, *args: Any, text: str, language: str, **kwargs: Any) -> None:
        super().__init__(*args, initial={"quote": text}, **kwargs)
        self.text = text
        self.fields["quote"].widget.attrs["lang"] = language

    def clean_quote(self) -> str:
        quote = str(self.cleaned_data["quote"])
        if quote not in self.text:
            raise forms.ValidationError(_("These words do not stand in the answer. Copy them from it."))
        return quote


class AnswerPointForm(PortalForm):
    answer = forms.ChoiceField(label=_("Answer"), choices=AmbitionPoint.Answer.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("Needed unless it is taken over")
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("answer") in ("partly", "declined") and not data.get("reason"):
            self.add_error("reason", _("Say why it is not taken over, or only in part."))
        return data
