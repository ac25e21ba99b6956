"""Questionnaires: lists of questions, frozen once somebody answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from clusters.models import Cluster
from inno4sports.core import clock
from inno4sports.core.acts import acting
from inno4sports.core.history import record
from inno4sports.core.lifecycle import WrongState, changing
from inno4sports.core.models import Actor
from inno4sports.core.permissions import allowed

from ..models import Feedback, Question, Questionnaire


@dataclass(frozen=True)
class QuestionDraft:
    """A question as typed: `texts` {language: text}, `choices` [{language: label}] in their order."""

    kind: str
    texts: dict[str, str]
    required: bool = False
    choices: list[dict[str, str]] = field(default_factory=list)


def is_answered(questionnaire: Questionnaire) -> bool:
    """Somebody began to answer it: from now on its questions stay."""
    return Feedback.objects.filter(request__questionnaire=questionnaire).exists()


def create_questionnaire(*, cluster: Cluster | None, title: str, language: str, questions: Sequence[QuestionDraft], by: Actor) -> Questionnaire:
    """A questionnaire of a cluster, or of EPSI (None). Raises PermissionDenied."""
    questionnaire = Questionnaire(cluster=cluster, title=title, language=language, created_by=by, changed_by=by, created_at=clock.now())
    if not allowed(by, "learning.create_questionnaire", questionnaire):
        raise PermissionDenied("learning.create_questionnaire")
    with acting():
        questionnaire.save()
        _write(questionnaire, questions)
        record(questionnaire, "create_questionnaire", by=by)
    return questionnaire


def edit_questionnaire(
    questionnaire: Questionnaire,
    *,
    title: str,
    questions: Sequence[QuestionDraft],
    by: Actor,
    version: int | None = None,
) -> Questionnaire:
    """Put `questions` in the place of the present ones. WrongState once answered, and for the portal's own."""
    with changing(questionnaire, "learning.edit_questionnaire", by=by, version=version) as locked:
        must_be_free(locked)
        locked.title = title
        locked.questions.all().delete()
        _write(locked, questions)
        record(locked, "edit_questionnaire", by=by)
    return questionnaire


def must_be_free(questionnaire: Questionnaire) -> None:
    """Raises WrongState when the questions can no longer be changed."""
    if questionnaire.shipped:
        raise WrongState(_("This questionnaire belongs to the portal. Make your own from it."), questionnaire)
    if is_answered(questionnaire):
        raise WrongState(_("People have answered these questions, so they stay as they are. Make a new one from it."), questionnaire)


def _write(questionnaire: Questionnaire, questions: Sequence[QuestionDraft]) -> None:
    Question.objects.bulk_create(
        Question(
            questionnaire=questionnaire,
            position=n,
            key=f"q{n}",
            question_kind=draft.kind,
            texts=draft.texts,
            choices=_keyed(draft.choices),
            required=draft.required,
        )
        for n, draft in enumerate(questions, start=1)
    )


def _keyed(choices: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
    """Keys know no language, so that answers in all languages pool."""
    return [{"key": f"c{n}", "labels": labels} for n, labels in enumerate(choices, start=1)]
