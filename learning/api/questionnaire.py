"""Questionnaires as programs read and write them: the questions are rows, each with its texts by language."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clusters.forms.choices import languages
from clusters.models import Cluster
from inno4sports.core.api.resource import Resource
from inno4sports.core.api.rows import FormsField
from inno4sports.core.api.shape import WORDS, Reference, Rows, Shape, ThingShape, shape_of

from ..domain import questionnaire as acts
from ..forms.questionnaire import QuestionnaireForm, Questions, languages_for
from ..models import Question, Questionnaire
from ..permissions import hosts_for

CHOICES = {"type": "array", "items": {"type": "object", "properties": {"key": {"type": "string"}, "labels": WORDS}}}


class QuestionShape(Shape):
    holds = {"texts": WORDS, "choices": CHOICES}

    class Meta:
        model = Question
        fields = ["key", "question_kind", "texts", "choices", "required"]


@shape_of("learning.questionnaire")
class QuestionnaireShape(ThingShape):
    cluster = Reference("clusters.cluster")
    questions = Rows(QuestionShape)

    class Meta:
        model = Questionnaire
        fields = ["id", "url", "version", "language", "cluster", "shipped", "title", "questions", "origin", "sources", "created_at", "changed_at"]


class QuestionsField(FormsField):
    """`[{"question_kind", "required", "texts": {language: text}, "choices": [{"labels": {language: label}}]}]`, as they are read.

    Keys are given by position: those that are sent are left aside.
    """

    row_schema = {
        "type": "object",
        "properties": {
            "question_kind": {"type": "string", "enum": Question.Kind.values},
            "required": {"type": "boolean"},
            "texts": WORDS,
            "choices": CHOICES,
        },
        "required": ["question_kind", "texts"],
    }

    def row(self, sent: dict[str, Any]) -> dict[str, Any]:
        row = {name: value for name, value in sent.items() if name not in ("key", "texts", "choices")}
        texts, choices = sent.get("texts") or {}, sent.get("choices") or []
        labels = [one.get("labels") if isinstance(one, dict) else None for one in choices] if isinstance(choices, list) else [None]
        if not isinstance(texts, dict):
            return {**row, "texts": texts}
        if not all(isinstance(one, dict) for one in labels):
            return {**row, "choices": choices}
        row |= {f"text_{code}": text for code, text in texts.items()}
        codes = {code for one in labels for code in one}  # type: ignore[union-attr]  # all are dictionaries
        lines = {code: [str(one.get(code, "")).replace("\n", " ") for one in labels] for code in codes}  # type: ignore[union-attr]
        return row | {f"choices_{code}": "\n".join(those) for code, those in lines.items()}

    def clean(self, value: Any) -> Any:
        try:
            bound = super().clean(value)
        except ValidationError:
            self.faults = [(re.sub(r"/text_(\w+)$", r"/texts/\1", re.sub(r"/choices_\w+$", "/choices", p)), w) for p, w in self.faults]
            raise
        missing = _("The question is missing in %(language)s.") % {"language": dict(languages())["en"]}
        self.faults = [(f"/{n}/texts", missing) for n, form in enumerate(bound.forms) if form.draft is None]
        if self.faults:
            raise ValidationError(_("Some of it cannot be kept as it is."))
        return bound


class QuestionnaireBody(QuestionnaireForm):
    """The page's form with its rows of questions."""

    questions = QuestionsField(Questions, label=_("Questions"))

    def __init__(self, data: Any = None, *, hosts: list[Cluster | None], stored: Questionnaire | None = None) -> None:
        super().__init__(data, hosts=hosts, initial={"title": stored.title, "questions": rows_of(stored)} if stored else None)
        self.fields["questions"].form_kwargs = {"languages": languages_for(self.host)}  # type: ignore[attr-defined]  # a QuestionsField


def rows_of(stored: Questionnaire) -> list[dict[str, Any]]:
    return [{"question_kind": q.question_kind, "required": q.required, "texts": q.texts, "choices": q.choices} for q in stored.questions.all()]


class Questionnaires(Resource):
    name, scope, model, shape, form, closed = "questionnaires", "learning", Questionnaire, QuestionnaireShape, QuestionnaireBody, True
    key = "public_id"
    order = ("-id",)
    filters = {"cluster": "cluster__slug"}
    create_permission, edit_permission = "learning.create_questionnaire", "learning.edit_questionnaire"

    def build(self, data: Any, files: Any, thing: Any = None) -> QuestionnaireBody:
        return QuestionnaireBody(data, hosts=hosts_for(self.request.user) if thing is None else [thing.cluster], stored=thing)

    def make(self, form: QuestionnaireBody) -> Questionnaire:
        title, questions = form.cleaned_data["title"], form.cleaned_data["questions"].drafts
        return acts.create_questionnaire(cluster=form.host, title=title, language=get_language() or "en", questions=questions, by=self.actor())

    def change(self, thing: Questionnaire, form: QuestionnaireBody, version: int | None) -> Questionnaire:
        title, questions = form.cleaned_data["title"], form.cleaned_data["questions"].drafts
        return acts.edit_questionnaire(thing, title=title, questions=questions, by=self.actor(), version=version)
