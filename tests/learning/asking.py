"""Feedback requests made by their acts: what the tests of asking, answering and summing up begin with."""

import datetime as dt

from inno4sports.core import clock
from inno4sports.core.models import Actor
from inno4sports.core.tokens import make_token
from learning.domain.feedback import submit_feedback
from learning.domain.request import Invitee, close_request, create_request, invite_to_answer, open_request
from learning.models import FeedbackInvitation, FeedbackRequest, Question, Questionnaire

ANSWERS = {"useful": 4, "recommend": 9, "next": "try", "home": "Light the tracks", "change": "More time outdoors"}


def questionnaire(cluster=None, **fields):
    sheet = Questionnaire.objects.create(title="After the visit", cluster=cluster, **fields)
    rows = [
        ("useful", "rating", "How useful was it?", []),
        ("recommend", "score", "Would you recommend it?", []),
        (
            "next",
            "choice",
            "What will you do?",
            [{"key": "try", "labels": {"en": "Try it", "es": "Probarlo"}}, {"key": "no", "labels": {"en": "Nothing"}}],
        ),
        ("home", "short_text", "What will you take home?", []),
        ("change", "long_text", "What should change?", []),
    ]
    for n, (key, kind, text, choices) in enumerate(rows):
        Question.objects.create(questionnaire=sheet, position=n, key=key, question_kind=kind, texts={"en": text}, choices=choices)
    return sheet


def draft(people, **fields):
    given = {
        "cluster": people.north,
        "title": "Feedback on the visit",
        "questionnaire": fields.pop("questionnaire", None) or questionnaire(people.north),
        "names": "to_managers",
        "closes_at": clock.now() + dt.timedelta(days=14),
        "by": people.ben_acts,
    }
    return create_request(**(given | fields))


def opened(people, *emails, **fields):
    """An open request to which these addresses are invited."""
    asked = draft(people, **fields)
    invite_to_answer(asked, people=[Invitee(email, email.partition("@")[0].title()) for email in emails or ["guest@example.org"]], by=people.ben_acts)
    return open_request(asked, by=people.ben_acts)


def invitation(asked: FeedbackRequest, email: str = "guest@example.org") -> FeedbackInvitation:
    return FeedbackInvitation.objects.select_related("request").get(request=asked, email=email)


def holder(row: FeedbackInvitation) -> Actor:
    return Actor.objects.link_holder(row, row.name)


def token(row: FeedbackInvitation) -> str:
    return make_token("feedback", row.public_id, row.generation)


def answer(asked: FeedbackRequest, email: str = "guest@example.org", name_ok: bool = False, **answers):
    row = invitation(asked, email)
    return submit_feedback(row, answers=ANSWERS | answers, name_ok=name_ok, language="en", by=holder(row))


def answered(people, *emails, close=True, **fields):
    """A request that all of these addresses have answered; closed unless told otherwise."""
    emails = emails or ("guest@example.org",)
    asked = opened(people, *emails, **fields)
    for n, email in enumerate(emails):
        answer(asked, email, useful=n % 5 + 1)
    return close_request(asked, by=people.ben_acts) if close else asked
