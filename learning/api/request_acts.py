"""What may be done to a feedback request besides editing it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inno4sports.core.api.rows import FormsField
from inno4sports.core.api.writing import Act, Call
from inno4sports.core.forms import PortalForm

from ..domain import request as acts
from ..domain import summary
from ..forms.feedback import ReplyPoints
from ..forms.request import ClosingForm, InviteForm, invite_form
from ..models import Feedback, FeedbackRequest, Question
from ..states import RequestStatus


class InviteBody(InviteForm):
    """The page's form in one go: a line that cannot be asked refuses them all. `open_now` opens a draft in the same act."""

    open_now = forms.BooleanField(required=False, label=_("Open and invite"))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for row in self.rows:
            if row.invitee is None:
                self.add_error("addresses", f"{row.text}: {row.problem}")
        return data

    @property
    def values(self) -> dict[str, Any]:
        return {"people": self.people, "open_now": self.cleaned_data["open_now"]}


class ReplyBody(PortalForm):
    """The points of the reply: `[{"said", "answer", "text", "due_on"}]`."""

    points = FormsField(ReplyPoints, label=_("Points"))

    @property
    def values(self) -> dict[str, Any]:
        return {"points": self.cleaned_data["points"].points}


class TextPick(PortalForm):
    """One text: of which answer, to which question."""

    answer = forms.ModelChoiceField(Feedback.objects.none(), label=_("Answer"))
    question = forms.ModelChoiceField(Question.objects.none(), to_field_name="key", label=_("Question"))

    def __init__(self, data: Any = None, *, asked: FeedbackRequest, user: Any) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        fields["answer"].queryset = Feedback.objects.visible_to(user).submitted().filter(request=asked)
        fields["question"].queryset = Question.objects.filter(questionnaire=asked.questionnaire_id)


def text(data: Any, _files: Any, call: Call) -> TextPick:
    return TextPick(data, asked=call.thing, user=call.user)


def closing(data: Any, _files: Any, call: Call) -> ClosingForm:
    return ClosingForm(data, stored=call.thing)


def inviting(data: Any, _files: Any, call: Call) -> InviteBody:
    return invite_form(data, call.thing, InviteBody)


def takes_people(asked: FeedbackRequest) -> bool:
    return asked.status in (RequestStatus.DRAFT, RequestStatus.OPEN)


ACTS = (
    Act("invite_to_answer", acts.invite_to_answer, InviteBody, inviting, lambda form, _call: form.values, label=_("Ask more people"), open=takes_people),
    Act("open_request", acts.open_request),
    Act("remind_request", acts.remind_request),
    Act("extend_request", acts.extend_request, ClosingForm, closing),
    Act("close_request", acts.close_request),
    Act("reopen_request", acts.reopen_request, ClosingForm, closing, open=lambda asked: asked.shared_at is None),
    Act("share_summary", summary.share_summary, open=lambda asked: asked.shared_at is None and asked.answered),
    Act(
        "reply_to_feedback", summary.reply_to_feedback, ReplyBody, values=lambda form, _call: form.values,
        open=lambda asked: asked.replied_at is None and asked.answered,
    ),
    Act("withdraw_request", acts.withdraw_request),
    Act(
        "release_text", lambda _asked, answer, question, by: summary.release_text(answer, question=question, by=by), TextPick, text,
        label=_("Release the text"), open=lambda asked: asked.answered and asked.status != RequestStatus.WITHDRAWN,
    ),
    Act(
        "hold_back_text", lambda _asked, answer, question, by: summary.hold_back_text(answer, question=question, by=by), TextPick, text,
        label=_("Hold back the text"), open=lambda asked: asked.answered and asked.status != RequestStatus.WITHDRAWN,
    ),
)  # fmt: skip
