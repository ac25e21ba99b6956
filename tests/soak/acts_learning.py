"""The acts of `learning` for the sweep: how to come to each, and the act itself."""

import datetime as dt

from inno4sports.core import clock
from learning.domain import feedback as answering
from learning.domain import lesson as lessons
from learning.domain import practice as practices
from learning.domain import questionnaire as questionnaires
from learning.domain import registration as places
from learning.domain import request as requests
from learning.domain import session as sessions
from learning.domain import summary as summaries
from learning.models import Feedback, LessonCitation, Registration
from tests import factories as make
from tests.factories import things
from tests.learning import asking, meeting

GUEST = requests.Invitee("guest@example.org", "Guest", "es")
QUESTIONS = [
    questionnaires.QuestionDraft("rating", {"en": "How useful was it?"}, required=True),
    questionnaires.QuestionDraft("choice", {"en": "What next?"}, choices=[{"en": "Try it"}, {"en": "Nothing"}]),
]
TOLD = {
    "title": "Lights on the tracks", "summary": "Lamps bring people out.", "challenge": "It is dark.", "what_was_done": "Lamps were put up.",
    "evidence_of_success": "Twice as many skiers.", "transferability": "Any town can.", "language": "en",
}  # fmt: skip
LEARNED = {"title": "Light brings people out", "text": "They go out when there is light.", "audience": "network", "language": "en"}


def soon(days=20):
    return clock.now() + dt.timedelta(days=days)


def ahead(people, status="announced", **more):
    day = clock.today() + dt.timedelta(days=10)
    return things.session(people.north, status, starts_on=day, ends_on=day, **more)


def place_at(session, **more):
    return Registration.objects.create(session=session, **({"name": "Guest", "email": "guest@example.org", "language": "es"} | more))


def with_people(session, people):
    """Somebody with an account and somebody without have places."""
    place_at(session)
    place_at(session, name="Dora", email="dora@south.example", user=people.dora, cluster=people.south)
    return session


def facts(**more):
    day = clock.today() + dt.timedelta(days=12)
    return meeting.facts(starts_on=day, ends_on=day, **more)


def asked(people, status="open"):
    request = things.request(people.north, status)
    row = {"email": "guest@example.org", "name": "Guest", "invited_at": clock.now()}
    request.invitations.create(**row)
    request.invitations.create(**row | {"email": "dora@south.example", "name": "Dora", "user": people.dora})
    return request


def link(people, **more):
    row = asking.invitation(asking.opened(people, **more))
    asking.holder(row)
    return row


def feedback(people, **more):
    return Feedback.objects.get(request=asking.answered(people, **more))


def released(people):
    given = asking.answer(asking.opened(people, names="named"), name_ok=True)
    for key in ("home", "change"):
        summaries.release_text(given, question=given.request.questionnaire.questions.get(key=key), by=people.ben_acts)
    return given.invitation


def text(people):
    given = feedback(people)
    return given, given.request.questionnaire.questions.get(key="change")


def text_released(people):
    given, question = text(people)
    summaries.release_text(given, question=question, by=people.ben_acts)
    return given, question


def followed(people, status):
    """A practice of Ana's, with a topic that Dora follows."""
    thing = things.practice(people.north, status, created_by=people.ana_acts, **{k: v for k, v in TOLD.items() if k != "title"})
    topic = make.topic()
    thing.topics.add(topic)
    people.dora.topics.add(topic)
    return thing


def resting(people, status):
    """A lesson of the north on a practice of the south."""
    lesson = things.lesson(people.north, status, from_cluster=people.south)
    LessonCitation.objects.create(lesson=lesson, practice=things.practice(people.south, created_by=people.dora_acts))
    return lesson


ACTS = {
    # session
    "create_session": (
        lambda p: (make.topic(), meeting.kind()),
        lambda p, x: sessions.create_session(cluster=p.north, topics=[x[0]], by=p.ben_acts, **facts()),
    ),
    "edit_session": (
        lambda p: (with_people(ahead(p), p), make.topic()),
        lambda p, x: sessions.edit_session(x[0], topics=[x[1]], by=p.ben_acts, **facts(audience="public")),
    ),
    "announce_session": (lambda p: ahead(p, "draft"), lambda p, s: sessions.announce_session(s, by=p.ben_acts)),
    "hold_session": (lambda p: things.session(p.north), lambda p, s: sessions.hold_session(s, by=p.ben_acts)),
    "close_session": (lambda p: things.session(p.north, "held"), lambda p, s: sessions.close_session(s, by=p.ben_acts)),
    "cancel_session": (lambda p: with_people(ahead(p), p), lambda p, s: sessions.cancel_session(s, by=p.ben_acts)),
    "record_attendance": (
        lambda p: (s := with_people(things.session(p.north, "held"), p), s.registrations.first()),
        lambda p, x: sessions.record_attendance(x[0], present=[x[1].pk], by=p.ben_acts),
    ),
    # registration
    "register_for_session": (ahead, lambda p, s: places.register_for_session(s, by=p.dora_acts)),
    "register_person": (
        ahead,
        lambda p, s: places.register_person(s, cluster=p.south, name="Guest", email="guest@example.org", language="es", by=p.carla_acts),
    ),
    "leave_session": (lambda p: with_people(ahead(p), p), lambda p, s: places.leave_session(s, by=p.dora_acts)),
    "remove_person": (lambda p: place_at(ahead(p)), lambda p, r: places.remove_person(r, by=p.ben_acts)),
    # practice
    "write_practice": (lambda p: make.topic(), lambda p, t: practices.write_practice(cluster=p.north, topics=[t], by=p.ana_acts, **TOLD)),
    "edit_practice": (
        lambda p: (followed(p, "published"), make.topic()),
        lambda p, x: practices.edit_practice(x[0], topics=[x[1]], by=p.ben_acts, **TOLD),
    ),
    "submit_practice": (lambda p: followed(p, "draft"), lambda p, x: practices.submit_practice(x, by=p.ana_acts)),
    "return_practice": (lambda p: followed(p, "submitted"), lambda p, x: practices.return_practice(x, reason="Say more.", by=p.ben_acts)),
    "publish_practice": (lambda p: followed(p, "submitted"), lambda p, x: practices.publish_practice(x, by=p.ben_acts)),
    "admit_practice": (lambda p: followed(p, "published"), lambda p, x: practices.admit_practice(x, opinion="Sound.", by=p.edda_acts)),
    "archive_practice": (lambda p: followed(p, "published"), lambda p, x: practices.archive_practice(x, by=p.ben_acts)),
    "restore_practice": (lambda p: followed(p, "archived"), lambda p, x: practices.restore_practice(x, by=p.ben_acts)),
    # questionnaire
    "create_questionnaire": (
        lambda p: None,
        lambda p, _n: questionnaires.create_questionnaire(cluster=p.north, title="After", language="en", questions=QUESTIONS, by=p.ben_acts),
    ),
    "edit_questionnaire": (
        lambda p: things.questionnaire(p.north),
        lambda p, q: questionnaires.edit_questionnaire(q, title="After", questions=QUESTIONS, by=p.ben_acts),
    ),
    # request
    "create_request": (
        lambda p: (things.questionnaire(p.north), things.session(p.north, "held"), make.topic()),
        lambda p, x: requests.create_request(
            cluster=p.north, title="Feedback", questionnaire=x[0], names="named", closes_at=soon(), session=x[1], topics=[x[2]], by=p.ben_acts
        ),
    ),
    "edit_request": (
        lambda p: (things.request(p.north, "draft"), things.questionnaire(p.north)),
        lambda p, x: requests.edit_request(
            x[0],
            title="Feedback",
            introduction="",
            language="en",
            questionnaire=x[1],
            names="named",
            closes_at=soon(),
            remind_at=None,
            about_title="",
            about_url="",
            by=p.ben_acts,
        ),
    ),
    "invite_to_answer": (
        lambda p: asked(p, "open"),
        lambda p, r: requests.invite_to_answer(r, people=[requests.Invitee("carla@south.example")], by=p.ben_acts),
    ),
    "invite_to_answer and open": (
        lambda p: things.request(p.north, "draft"),
        lambda p, r: requests.invite_to_answer(r, people=[GUEST], by=p.ben_acts, open_now=True),
    ),
    "withdraw_link": (lambda p: asked(p).invitations.first(), lambda p, i: requests.withdraw_link(i, by=p.ben_acts)),
    "open_request": (lambda p: asked(p, "draft"), lambda p, r: requests.open_request(r, by=p.ben_acts)),
    "remind_request": (asked, lambda p, r: requests.remind_request(r, by=p.ben_acts)),
    "extend_request": (asked, lambda p, r: requests.extend_request(r, closes_at=soon(), by=p.ben_acts)),
    "reopen_request": (lambda p: asked(p, "closed"), lambda p, r: requests.reopen_request(r, closes_at=soon(), by=p.ben_acts)),
    "close_request": (asked, lambda p, r: requests.close_request(r, by=p.ben_acts)),
    "withdraw_request": (asked, lambda p, r: requests.withdraw_request(r, by=p.ben_acts)),
    # feedback
    "save_feedback": (link, lambda p, i: answering.save_feedback(i, typed={"home": "Light"}, by=asking.holder(i))),
    "submit_feedback": (
        lambda p: link(p, names="named"),
        lambda p, i: answering.submit_feedback(i, answers=asking.ANSWERS, name_ok=True, language="en", by=asking.holder(i)),
    ),
    "submit_feedback again": (
        released,
        lambda p, i: answering.submit_feedback(i, answers=asking.ANSWERS | {"change": "Less"}, name_ok=False, language="en", by=asking.holder(i)),
    ),
    # summary
    "release_text": (text, lambda p, x: summaries.release_text(x[0], question=x[1], by=p.ben_acts)),
    "hold_back_text": (text_released, lambda p, x: summaries.hold_back_text(x[0], question=x[1], by=p.ben_acts)),
    "share_summary": (asking.answered, lambda p, r: summaries.share_summary(r, by=p.ben_acts)),
    "reply_to_feedback": (
        lambda p: asking.answered(p, "dora@south.example", "guest@example.org"),
        lambda p, r: summaries.reply_to_feedback(r, points=[summaries.Point("More light", "will", "We will light the tracks.")], by=p.ben_acts),
    ),
    # lesson
    "write_lesson": (
        lambda p: (things.practice(p.south), make.topic()),
        lambda p, x: lessons.write_lesson(cluster=p.north, cites=[x[0]], topics=[x[1]], from_cluster=p.south, by=p.ben_acts, **LEARNED),
    ),
    "edit_lesson": (
        lambda p: (resting(p, "shared"), things.practice(p.east), make.topic()),
        lambda p, x: lessons.edit_lesson(x[0], cites=[x[1]], topics=[x[2]], by=p.ben_acts, **LEARNED),
    ),
    "share_lesson": (lambda p: resting(p, "draft"), lambda p, x: lessons.share_lesson(x, by=p.ben_acts)),
    "delete_lesson": (lambda p: resting(p, "draft"), lambda p, x: lessons.delete_lesson(x, by=p.ben_acts)),
}
