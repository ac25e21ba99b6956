"""The answering form, made of a questionnaire's questions, and the reply to all who answered."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inno4sports.core.forms import DayInput, PortalForm

from ..domain.summary import Point
from ..models import FeedbackRequest, Question, ReplyPoint

SHORT, LONG = 300, 4000
KEPT = 20_000  # of a text that is too long to be sent, so that nothing typed is lost
REPLY_POINTS = 10


class AnswerForm(PortalForm):
    """One field a question, named by its language-free key."""

    def __init__(self, questions: Sequence[Question], *, names: str, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        self.questions = list(questions)
        super().__init__(data, initial=initial)
        for question in self.questions:
            self.fields[question.key] = _field_of(question)
        if names == FeedbackRequest.Names.NAMED:
            self.fields["name_ok"] = forms.BooleanField(label=_("My texts may be shown with my name"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not any(data.get(q.key) not in (None, "") for q in self.questions):
            raise forms.ValidationError(_("Nothing is answered yet. Answer at least one question."))
        return data

    @property
    def answers(self) -> dict[str, Any]:
        """What was answered, by key; empty answers are left out. Valid forms only."""
        return {q.key: self.cleaned_data[q.key] for q in self.questions if self.cleaned_data.get(q.key) not in (None, "")}

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed, valid or not: for the draft."""
        kept: dict[str, Any] = {}
        for question in self.questions:
            value = str(self.data.get(question.key, ""))
            if question.is_text:
                kept[question.key] = value[:KEPT]
            elif value in dict(self.fields[question.key].choices):  # type: ignore[attr-defined]  # a choice field
                kept[question.key] = int(value) if question.question_kind != Question.Kind.CHOICE else value
        if "name_ok" in self.fields:
            kept["name_ok"] = bool(self.data.get("name_ok"))
        return {key: value for key, value in kept.items() if value != ""}


class DraftForm(AnswerForm):
    """The same questions while they are being answered: any may still be empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False

    def clean(self) -> dict[str, Any]:
        return PortalForm.clean(self) or self.cleaned_data


def _field_of(question: Question) -> forms.Field:
    kind, label, required = question.question_kind, str(question), question.required
    if kind in (Question.Kind.RATING, Question.Kind.SCORE):
        numbers = range(1, 6) if kind == Question.Kind.RATING else range(11)
        hint = _("1 is lowest, 5 is highest") if kind == Question.Kind.RATING else _("0 is lowest, 10 is highest")
        widget = forms.RadioSelect(attrs={"data-scale": str(len(numbers))})
        choices = [(str(n), str(n)) for n in numbers]
        return forms.TypedChoiceField(label=label, required=required, choices=choices, coerce=int, empty_value=None, widget=widget, help_text=hint)
    if kind == Question.Kind.CHOICE:
        return forms.ChoiceField(label=label, required=required, choices=question.worded_choices, widget=forms.RadioSelect)
    if kind == Question.Kind.SHORT_TEXT:
        return forms.CharField(label=label, required=required, max_length=SHORT)
    return forms.CharField(label=label, required=required, max_length=LONG, widget=forms.Textarea)


class ReplyPointForm(PortalForm):
    """One point; a row left empty is no point."""

    said = forms.CharField(label=_("You said"), max_length=600, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    answer = forms.ChoiceField(label=_("What follows"), choices=ReplyPoint.Answer, initial=ReplyPoint.Answer.WILL, widget=forms.RadioSelect)
    text = forms.CharField(label=_("Our answer"), max_length=600, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    due_on = forms.DateField(label=_("By"), required=False, widget=DayInput)

    def has_changed(self) -> bool:
        """The answer is chosen beforehand, so it alone makes no point."""
        return any(name != "answer" for name in self.changed_data)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("said")) != bool(data.get("text")) and not self.errors:
            missing = "text" if data.get("said") else "said"
            self.add_error(missing, _("This half of the point is empty. Fill both halves, or empty both."))
        return data


class _ReplyPoints(forms.BaseFormSet):
    def clean(self) -> None:
        if not any(self.errors) and not self.points:
            raise forms.ValidationError(_("The reply has no point yet. Write at least one."))

    @property
    def points(self) -> list[Point]:
        rows = [f.cleaned_data for f in self.forms if getattr(f, "cleaned_data", None) and f.cleaned_data.get("said")]
        return [Point(said=r["said"], answer=r["answer"], text=r["text"], due_on=r["due_on"]) for r in rows]


ReplyPoints = forms.formset_factory(
    ReplyPointForm, formset=_ReplyPoints, extra=REPLY_POINTS, max_num=REPLY_POINTS, absolute_max=REPLY_POINTS, validate_max=True
)
