"""Forms of plans, their actions, the recorded endorsement, progress and results."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from actionplans.domain.progress import REPORTED, TO_COME, open_period
from actionplans.models import Action, ActionPlan, Ambition, Endorsement, Milestone, ProgressReport, Result
from clusters.models import Cluster, Membership, User
from inno4sports.core import clock
from inno4sports.core.citations import CitationField
from inno4sports.core.forms import DayInput, EurosField, PortalForm, PortalModelForm, RowsField, UploadField
from inno4sports.core.models import Thing
from learning.models import FeedbackRequest, GoodPractice, Lesson

from .cluster import OfClusterForm

ROWS = 6


def long(rows: int = 5) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def in_order(form: forms.BaseForm, first: str, last: str) -> None:
    """An error at `last` when it lies before `first`, naming the first day."""
    a, b = form.cleaned_data.get(first), form.cleaned_data.get(last)
    if a and b and b < a:
        form.add_error(last, _("This is before the beginning (%(day)s). Choose a later day.") % {"day": clock.in_words(a)})


class PlanForm(OfClusterForm):
    """Parts I and II in the programme's order."""

    language = forms.ChoiceField(label=_("Language of the plan"), choices=settings.LANGUAGES)

    class Meta:
        model = ActionPlan
        fields = [
            "title", "language", "english_summary", "starts_on", "ends_on", "partners", "instrument_kind", "policy_instrument",
            "policy_instrument_english", "policy_measure", "context", "challenges", "needs",
        ]  # fmt: skip
        widgets = {
            "starts_on": DayInput, "ends_on": DayInput, "english_summary": long(), "partners": long(3), "context": long(8),
            "challenges": long(), "needs": long(), "instrument_kind": forms.RadioSelect,
        }  # fmt: skip

    field_order = ["cluster", *Meta.fields]

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["instrument_kind"].choices = [("", _("not stated")), *ActionPlan.InstrumentKind.choices]

    def clean(self) -> dict[str, Any]:
        super().clean()
        in_order(self, "starts_on", "ends_on")
        return self.cleaned_data


class PlayersField(RowsField):
    def read_line(self, line: str) -> dict[str, str]:
        return super().read_line(line.replace(" - ", self.separator))


class MilestonesField(RowsField):
    def wrong(self, row: dict[str, str]) -> dict[str, Any]:
        longest = Milestone._meta.get_field("title").max_length or 0
        found = {}
        try:
            dt.date.fromisoformat(row["due_on"])
        except ValueError:
            found["due_on"] = _("Begin with the day, as in 2027-03-31.")
        if not row["title"] and not found:
            found["title"] = _("Say in words what is reached.")
        elif len(row["title"]) > longest:
            found["title"] = _("This is longer than %(n)s characters. Shorten it.") % {"n": longest}
        return found


class ActionForm(PortalModelForm):
    """One action in the programme's six points; players and milestones one a line."""

    cited = CitationField(
        label=_("What explains it"),
        required=False,
        help_text=_("Lessons, practices, ambitions and shared feedback. Tick at least one, or write a reason below."),
    )
    players = PlayersField(
        label=_("Players involved"), columns=("name", "role"), separator=" – ", required=False, max_length=3000, widget=long(4),
        help_text=_("One a line: organisation – role"),
    )  # fmt: skip
    milestones = MilestonesField(
        label=_("Milestones"), columns=("due_on", "title"), separator=" ", required=False, max_length=3000, widget=long(4),
        help_text=_("One a line: year-month-day, then what is reached. For example 2027-03-31 Route is signposted"),
    )  # fmt: skip
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"), required=False, empty_label=_("none"), help_text=_("Reports on progress"))

    class Meta:
        model = Action
        fields = [
            "title", "background", "no_citation_reason", "description", "starts_on", "ends_on", "timeframe", "costs_eur", "funding",
            "indicator", "indicator_target", "owner",
        ]  # fmt: skip
        field_classes = {"costs_eur": EurosField}
        widgets = {
            "background": long(), "no_citation_reason": long(2), "description": long(8), "funding": long(2), "starts_on": DayInput, "ends_on": DayInput,
        }  # fmt: skip

    field_order = [
        "title", "background", "cited", "no_citation_reason", "description", "players", "starts_on", "ends_on", "timeframe", "costs_eur",
        "funding", "milestones", "indicator", "indicator_target", "owner",
    ]  # fmt: skip

    def __init__(self, *args: Any, user: Any, cluster: Cluster, cited: list[Thing], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Membership.objects.current().filter(cluster=cluster)
        self.fields["owner"].queryset = User.objects.filter(pk__in=people.values("user_id")).order_by("name")
        groups = [
            (_("Lessons"), Lesson.objects.visible_to(user).shared()),
            (_("Good practices"), GoodPractice.objects.visible_to(user).filter(status__in=["published", "admitted"])),
            (_("Ambitions"), Ambition.objects.visible_to(user).adopted().filter(cluster=cluster)),
            (_("What was said"), FeedbackRequest.objects.visible_to(user).shared()),
        ]
        self.fields["cited"].offer(groups, cited)
        for name in ("cited", "no_citation_reason"):
            self.fields[name].one_of = True  # one of the two is needed: neither is called optional
        if self.instance.pk:
            self.initial["players"] = self.instance.players
            self.initial["milestones"] = [{"due_on": m.due_on.isoformat(), "title": m.title} for m in self.instance.milestones.all()]

    def clean(self) -> dict[str, Any]:
        super().clean()
        in_order(self, "starts_on", "ends_on")
        return self.cleaned_data

    def stands(self, cited: list[Thing]) -> list[tuple[str, str]]:
        """After a conflict: what the lists hold now, where that is not what was typed. `cited` is what is cited now."""
        lists = {"players": self.initial["players"], "milestones": self.initial["milestones"]}
        found = [(name, str(self.fields[name].prepare_value(rows))) for name, rows in lists.items() if rows != self.cleaned_data[name]]
        if {t.public_id for t in cited} != {t.public_id for t in self.cleaned_data["cited"]}:
            found.insert(0, ("cited", "\n".join(map(str, cited)) or str(_("none"))))
        return [(str(self.fields[name].label), words) for name, words in found]

    def values(self) -> dict[str, Any]:
        """What the act takes."""
        rows = self.cleaned_data["milestones"]
        return self.cleaned_data | {"milestones": [(row["title"], dt.date.fromisoformat(row["due_on"])) for row in rows]}


class EndorsementForm(PortalModelForm):
    """The body's agreement as it is on paper."""

    upload = UploadField(
        label=_("The signed document"), help_text=_("A PDF, picture, Word, Excel, OpenDocument or text file; visitors do not see it")
    )

    class Meta:
        model = Endorsement
        fields = ["body", "position", "decision_number", "endorsed_on"]
        widgets = {"endorsed_on": DayInput}

    def __init__(self, *args: Any, cluster: Cluster, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = clock.today(cluster.timezone)

    def clean_endorsed_on(self) -> dt.date:
        day = self.cleaned_data["endorsed_on"]
        if day > self.today:
            raise forms.ValidationError(_("This day is still to come. Record the endorsement when it is given."))
        return day


class ReportForm(PortalModelForm):
    """What happened in the period; evidence for completed and for any euro."""

    upload = UploadField(
        label=_("Evidence: file"),
        required=False,
        help_text=_("Evidence is needed for a completed action and for any euro: a file or an address."),
    )

    class Meta:
        model = ProgressReport
        fields = [
            "period_from", "period_to", "state", "text", "reason", "evidence_url", "evidence_note", "policy_influenced", "change_kind",
            "eur_structural", "eur_other", "indicator_value",
        ]  # fmt: skip
        field_classes = {"eur_structural": EurosField, "eur_other": EurosField}
        widgets = {"period_from": DayInput, "period_to": DayInput, "state": forms.RadioSelect, "text": long(6), "reason": long(2)}
        labels = {"period_from": capfirst(_("first day")), "period_to": capfirst(_("last day"))}

    field_order = [
        "state", "reason", "text", "period_from", "period_to", "upload", "evidence_url", "evidence_note", "indicator_value", "eur_structural",
        "eur_other", "policy_influenced", "change_kind",
    ]  # fmt: skip

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.action = action
        first, self.last_day = open_period(action)
        self.initial |= {"period_from": first, "period_to": self.last_day, "state": "in_progress"}
        self.fields["state"].choices = Action.State.choices
        self.fields["change_kind"].choices = [("", _("not stated")), *ProgressReport.Change.choices]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        in_order(self, "period_from", "period_to")
        if data.get("period_to") and data["period_to"] > self.last_day:
            self.add_error("period_to", TO_COME)
        elif self.action.reports.filter(period_from=data.get("period_from"), period_to=data.get("period_to")).exists():
            self.add_error("period_to", REPORTED)
        euros = data.get("eur_structural") or data.get("eur_other")
        if (data.get("state") == "completed" or euros) and not data.get("upload") and not data.get("evidence_url") and "upload" not in self.errors:
            self.add_error("upload", _("Evidence is needed for a completed action and for any euro: a file or an address."))
        if data.get("state") == "abandoned" and not data.get("reason"):
            self.add_error("reason", _("Say why the action is abandoned."))
        return data


class FiguresField(RowsField):
    """Each with a value that holds a figure."""

    def wrong(self, row: dict[str, str]) -> dict[str, Any]:
        return {} if any(c.isdigit() for c in row["value"]) else {"value": _("The second place holds no figure, as 640 is one.")}


class ResultForm(PortalModelForm):
    """A sentence, a day, figures with their source: one a line."""

    figures = FiguresField(
        label=_("Figures"), columns=("label", "value", "unit", "source"), separator="; ", required=False, max_length=2000, widget=long(3),
        help_text=_("One a line: what; value; unit; source. For example People reached; 640; people; counted at the start"),
    )  # fmt: skip

    class Meta:
        model = Result
        fields = ["title", "text", "happened_on", "evidence_url"]
        widgets = {"text": long(8), "happened_on": DayInput}

    field_order = ["title", "text", "happened_on", "figures", "evidence_url"]

    def __init__(self, *args: Any, cluster: Cluster, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = clock.today(cluster.timezone)
        if self.instance.pk:
            self.initial["figures"] = self.instance.figures

    def clean_happened_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["happened_on"]
        if day and day > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        return day


class WithdrawForm(PortalForm):
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=long(4))
