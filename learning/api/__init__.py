"""Resources of learning."""

from django.urls import URLPattern

from inno4sports.core.api.routes import routes

from .answer import Answers
from .feedback import OwnFeedback
from .invitation import FeedbackInvitations
from .kind import SessionKinds
from .lesson import Lessons
from .practice import Practices
from .questionnaire import Questionnaires
from .registration import Registrations
from .request import Requests
from .session import Sessions

ROUTES: list[URLPattern] = routes(
    Sessions, Registrations, SessionKinds, Practices, Questionnaires, Requests, FeedbackInvitations, Answers, OwnFeedback, Lessons
)
