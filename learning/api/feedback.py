"""What a person is asked: the questions, what they typed and sent, and the reply. Each person's own, nobody else's."""

import datetime as dt
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import Reference, Shape
from inno4sports.core.api.writing import Act, Call
from inno4sports.core.permissions import allowed

from ..domain.feedback import save_feedback, submit_feedback
from ..forms.feedback import AnswerForm, DraftForm
from ..models import Feedback, FeedbackInvitation, Question
from .summary import of_point


def feedback_of(invitation: FeedbackInvitation) -> Feedback:
    """What is stored, or the row that the first save will make."""
    return getattr(invitation, "feedback", None) or Feedback(invitation=invitation, request=invitation.request, version=0)


class OwnFeedbackShape(Shape):
    id = serializers.UUIDField(source="public_id", read_only=True)
    request = Reference("learning.feedbackrequest")
    host = Reference("clusters.cluster", source="request.cluster")
    title = serializers.CharField(source="request.title", read_only=True)
    introduction = serializers.CharField(source="request.introduction", read_only=True)
    notice = serializers.CharField(source="request.notice", read_only=True)
    names = serializers.CharField(source="request.names", read_only=True)
    closes_at = serializers.DateTimeField(source="request.closes_at", read_only=True)
    takes_answers = serializers.BooleanField(source="request.takes_answers", read_only=True)
    version = serializers.SerializerMethodField()
    questions = serializers.SerializerMethodField()
    answers = serializers.SerializerMethodField()
    draft = serializers.SerializerMethodField()
    name_ok = serializers.SerializerMethodField()
    submitted_at = serializers.SerializerMethodField()
    reply = serializers.SerializerMethodField()

    class Meta:
        model = FeedbackInvitation
        fields = [
            "id", "version", "request", "host", "title", "introduction", "notice", "names", "closes_at", "takes_answers", "questions", "answers", "draft",
            "name_ok", "submitted_at", "reply",
        ]  # fmt: skip

    @classmethod
    def loaded(cls, things: QuerySet, who: Any) -> QuerySet:
        rows = super().loaded(things, who).select_related("request__cluster", "request__questionnaire", "feedback")
        return rows.prefetch_related(Prefetch("request__questionnaire__questions", Question.objects.all()), "request__reply_points")

    def get_version(self, invitation: FeedbackInvitation) -> int:
        return feedback_of(invitation).version

    def get_questions(self, invitation: FeedbackInvitation) -> list[dict[str, Any]]:
        asked = invitation.request.questionnaire.questions.all()
        return [
            {"key": q.key, "kind": q.question_kind, "question": str(q), "required": q.required,
             "choices": [{"key": key, "label": label} for key, label in q.worded_choices]}
            for q in asked
        ]  # fmt: skip

    def get_answers(self, invitation: FeedbackInvitation) -> dict[str, Any]:
        return feedback_of(invitation).answers

    def get_draft(self, invitation: FeedbackInvitation) -> dict[str, Any]:
        return feedback_of(invitation).draft

    def get_name_ok(self, invitation: FeedbackInvitation) -> bool:
        return feedback_of(invitation).name_ok

    def get_submitted_at(self, invitation: FeedbackInvitation) -> dt.datetime | None:
        return feedback_of(invitation).submitted_at

    def get_reply(self, invitation: FeedbackInvitation) -> list[dict[str, Any]]:
        """To whoever answered."""
        return [of_point(point) for point in invitation.request.reply_points.all()] if feedback_of(invitation).submitted_at else []


def answering(form: type[AnswerForm]) -> Any:
    def build(data: Any, _files: Any, call: Call) -> AnswerForm:
        asked = call.thing.request
        return form(asked.questionnaire.questions.all(), names=asked.names, data=data)

    return build


def sent(form: AnswerForm, _call: Call) -> dict[str, Any]:
    return {"answers": form.answers, "name_ok": form.cleaned_data.get("name_ok", False), "language": get_language() or "en"}


class OwnFeedback(Resource):
    name, scope, model, shape, closed = "feedback", "learning", FeedbackInvitation, OwnFeedbackShape, True
    key = "public_id"
    order = ("-id",)
    filters = {"request": "request__slug"}
    tells_history = has_changes = False
    acts = (
        Act(
            "save_feedback", save_feedback, DraftForm, answering(DraftForm), lambda form, _call: {"typed": form.typed},
            label=_("Save the draft"),
        ),
        Act(
            "submit_feedback", submit_feedback, AnswerForm, answering(AnswerForm), sent,
            label=_("Send feedback"), open=lambda invitation: invitation.request.takes_answers,
        ),
    )  # fmt: skip

    def visible(self) -> QuerySet:
        return self.shape.loaded(FeedbackInvitation.objects.live().filter(user=self.request.user), self.request.user)

    def version(self, thing: FeedbackInvitation) -> int:
        return feedback_of(thing).version

    def may(self, act: Act, thing: FeedbackInvitation) -> bool:
        return allowed(self.request.user, self.permission(act), feedback_of(thing))
