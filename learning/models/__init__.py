"""What we learn: sessions, good practices, questionnaires, feedback and what was said, lessons."""

from .lesson import Lesson, LessonCitation, LessonLevel, LessonQuerySet
from .practice import GoodPractice, GoodPracticeOutcome, PracticeQuerySet
from .request import (
    Feedback,
    FeedbackInvitation,
    FeedbackQuerySet,
    FeedbackRequest,
    FeedbackRequestNames,
    Question,
    QuestionKind,
    Questionnaire,
    QuestionnaireQuerySet,
    ReleasedText,
    ReplyPoint,
    ReplyPointAnswer,
    RequestQuerySet,
)
from .session import Audience, Registration, RegistrationQuerySet, Session, SessionKind, SessionQuerySet

__all__ = [
    "Audience",
    "Feedback",
    "FeedbackInvitation",
    "FeedbackQuerySet",
    "FeedbackRequest",
    "FeedbackRequestNames",
    "GoodPractice",
    "GoodPracticeOutcome",
    "Lesson",
    "LessonCitation",
    "LessonLevel",
    "LessonQuerySet",
    "PracticeQuerySet",
    "Question",
    "QuestionKind",
    "Questionnaire",
    "QuestionnaireQuerySet",
    "Registration",
    "RegistrationQuerySet",
    "ReleasedText",
    "ReplyPoint",
    "ReplyPointAnswer",
    "RequestQuerySet",
    "Session",
    "SessionKind",
    "SessionQuerySet",
]
