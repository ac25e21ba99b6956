"""What a page's address names, a program names in the body: one point, one milestone, one report of the thing at hand."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actionplans.models import Action, Ambition, AmbitionPoint, Milestone, ProgressReport
from inno4sports.core.forms import PortalForm
from learning.models import Feedback, Question

from .ambition import AnswerPointForm, PointForm


class OnePointForm(PortalForm):
    point = forms.ModelChoiceField(AmbitionPoint.objects.none(), label=_("Point"))

    def __init__(self, *args: Any, ambition: Ambition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["point"].queryset = ambition.points.select_related("ambition")


class AnswerOnePointForm(OnePointForm, AnswerPointForm):
    """The answer to one of the ambition's points."""


class MarkPointForm(PointForm):
    """Words of one answer that this reader may see: which feedback, which question."""

    feedback = forms.ModelChoiceField(Feedback.objects.none(), label=_("Feedback"))
    question = forms.ModelChoiceField(Question.objects.none(), label=_("Question"), to_field_name="key")

    field_order = ["feedback", "question", "quote"]

    def __init__(self, data: Any = None, *args: Any, ambition: Ambition, user: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, text="", language=ambition.language, **kwargs)
        request = ambition.feedback_request
        answers = Feedback.objects.visible_to(user).submitted().select_related("invitation")
        self.fields["feedback"].queryset = answers.filter(request=request) if request else answers.none()
        if request:
            self.fields["question"].queryset = request.questionnaire.questions.all()

    def clean_quote(self) -> str:
        """The words stand in that answer; what was not found there is said of the words."""
        feedback, question = self.cleaned_data.get("feedback"), self.cleaned_data.get("question")
        self.text = str(feedback.answers.get(question.key, "")) if feedback and question and question.is_text else ""
        return super().clean_quote()


class MilestoneForm(PortalForm):
    milestone = forms.ModelChoiceField(Milestone.objects.none(), label=_("Milestone"))

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["milestone"].queryset = action.milestones.filter(reached_on=None).select_related("action")


class FromReportForm(PortalForm):
    report = forms.ModelChoiceField(ProgressReport.objects.none(), label=_("Progress report"))

    def __init__(self, *args: Any, action: Action, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["report"].queryset = ProgressReport.objects.visible_to(user).filter(action=action)
