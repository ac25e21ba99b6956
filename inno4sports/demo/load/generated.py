"""Generated items: true acts at past moments, marked as demo; their mails and notifications count as delivered.

Three whole threads between regions, and a few things that wait for somebody today, so that My tasks is not empty.
"""

import datetime as dt

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from actionplans.domain import ambition as ambitions
from actionplans.domain import plan as plans
from actionplans.domain import progress
from actionplans.models import Ambition
from clusters.models import Cluster, Membership, Topic
from dissemination.domain import finding as findings
from inno4sports.core import clock
from inno4sports.core.acts import acting
from inno4sports.core.models import Actor, Notification, OutboxMail, Thing
from inno4sports.demo.load.moments import account, actor, days, editor, reviewer
from inno4sports.demo.load.stories import ANSWERS, OPINIONS, STORIES, Story
from inno4sports.demo.load.waiting import leave_waiting
from learning.domain import lesson as lessons
from learning.domain import request as requests
from learning.domain import session as sessions
from learning.domain.feedback import submit_feedback
from learning.domain.summary import Point, release_text, reply_to_feedback, share_summary
from learning.models import Feedback, FeedbackInvitation, FeedbackRequest, GoodPractice, Lesson, Questionnaire, Session, SessionKind

LETTER = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n"


def load_generated() -> None:
    """Make the items once: a second loading finds the first story's session and changes nothing."""
    if Thing.Origin.DEMO in Session.objects.values_list("origin", flat=True):
        return
    with acting(), translation.override("en"):
        before = remembered()
        now = clock.now()
        for story in STORIES:
            tell(story, now)
        leave_waiting(now)
        mark_as_demo(before)


# Marking ----------------------------------------------------------------------------------------------------------------


def kinds() -> list[type[Thing]]:
    return [model for model in apps.get_models() if issubclass(model, Thing)]


def remembered() -> dict[type[Thing], int]:
    """The last row of each kind, and of mails and notifications, before anything is generated."""
    last = {model: model._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0 for model in kinds()}
    return last | {m: m._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0 for m in (OutboxMail, Notification)}


def mark_as_demo(before: dict[type[Thing], int]) -> None:
    """All rows since `before` wear the demo mark; what they would have sent counts as delivered."""
    for model in kinds():
        model._base_manager.filter(pk__gt=before[model]).update(origin=Thing.Origin.DEMO)
    OutboxMail.objects.filter(pk__gt=before[OutboxMail]).update(status=OutboxMail.Status.DEMO, final_at=clock.now())
    Notification.objects.filter(pk__gt=before[Notification]).update(settled_at=clock.now(), settled_by_way=Notification.Way.DEMO)


# A thread ---------------------------------------------------------------------------------------------------------------


def tell(story: Story, now: dt.datetime) -> None:
    """From the session to the published finding."""
    host, learner = Cluster.objects.get(slug=story.host), Cluster.objects.get(slug=story.learner)
    session = hold(story, host, now)
    request = ask(story, host, session, now)
    lesson = learn(story, host, learner, session, request, now)
    ambition = aspire(story, learner, lesson, now)
    result = carry_out(story, learner, lesson, ambition, now)
    publish(story, lesson, result, now)


def hold(story: Story, host: Cluster, now: dt.datetime) -> Session:
    by = actor("manager", story.host)
    day = (now - dt.timedelta(days=story.days_ago)).date()
    with days(now, story.days_ago + 40):
        session = sessions.create_session(
            cluster=host, by=by, topics=list(Topic.objects.filter(slug=story.topic)), title=story.session_title,
            session_kind=SessionKind.objects.get(slug="study_visit"), summary=story.session_summary, programme="", place=story.place, link="",
            starts_on=day, ends_on=day + dt.timedelta(days=1), starts_time=dt.time(9, 0), ends_time=None, timezone=host.timezone,
            capacity=30, registration_closes_on=None, audience="network", language="en",
        )  # fmt: skip
        sessions.announce_session(session, by=by)
    with days(now, story.days_ago - 2):
        sessions.hold_session(session, by=by)
    return session


def ask(story: Story, host: Cluster, session: Session, now: dt.datetime) -> FeedbackRequest:
    """Everybody but the host is asked; answers come in the languages of the regions; the summary is shared, a reply given."""
    by = actor("manager", story.host)
    guests = Membership.objects.current().filter(user__email__endswith=".demo.example", cluster__origin="recorded").exclude(cluster=host)
    people = [requests.Invitee(m.user.email, m.user.name, m.user.language, m.user, m.cluster) for m in guests.select_related("user", "cluster")]
    sheet = Questionnaire.objects.get(shipped=True, title="After a session")
    with days(now, story.days_ago - 2):
        request = requests.create_request(
            cluster=host, title=f"Feedback on: {session.title}"[:150], questionnaire=sheet, names="to_managers", by=by, session=session,
            about_title=session.title, about_url=session.get_absolute_url(), closes_at=clock.now() + dt.timedelta(days=14),
        )  # fmt: skip
        requests.invite_to_answer(request, people=people, by=by)
        requests.open_request(request, by=by)
    answer_all(request, story.days_ago - 6, now)
    with days(now, story.days_ago - 17):
        requests.close_request(request, by=by)
        question = sheet.questions.get(key="q5")
        for feedback in Feedback.objects.filter(request=request).submitted():
            if feedback.answers.get("q5"):
                release_text(feedback, question=question, by=by)
        share_summary(request, by=by)
    with days(now, story.days_ago - 25):
        due = clock.today() + dt.timedelta(days=120)
        reply_to_feedback(
            request, by=by, points=[Point("More time on the spot, fewer presentations", "will", "The next visit has one hour of talks a day.", due)]
        )
        sessions.close_session(session, by=by)
    request.refresh_from_db()
    return request


def answer_all(request: FeedbackRequest, ago: int, now: dt.datetime) -> None:
    turns: dict[str, int] = {}
    for invitation in FeedbackInvitation.objects.filter(request=request).select_related("user"):
        rows = ANSWERS.get(invitation.language, ())
        turn = turns.setdefault(invitation.language, 0)
        if turn >= len(rows):
            continue  # as in life, not everybody answers
        turns[invitation.language] += 1
        useful, score, choice, home, change = rows[turn]
        answers = {"q1": useful, "q2": score, "q3": choice, "q4": home, "q5": change}
        with days(now, ago):
            by = Actor.objects.of(invitation.user)
            submit_feedback(invitation, answers={k: v for k, v in answers.items() if v != ""}, name_ok=False, language=invitation.language, by=by)


def learn(story: Story, host: Cluster, learner: Cluster, session: Session, request: FeedbackRequest, now: dt.datetime) -> Lesson:
    """Two lessons of the learner, both shared; the first rests on all there is."""
    by = actor("manager", story.learner)
    cites: list[Thing] = [session, request, *GoodPractice.objects.filter(slug=story.practice)]
    topics = list(Topic.objects.filter(slug=story.topic))
    with days(now, story.days_ago - 30):
        first = lessons.write_lesson(
            cluster=learner, cites=cites, topics=topics, by=by, from_cluster=host, title=story.lesson_title, text=story.lesson_text,
            change=story.lesson_change, level="organisational", audience="public", language="en",
        )  # fmt: skip
        lessons.share_lesson(first, by=by)
        second = lessons.write_lesson(
            cluster=learner, cites=[session], topics=topics, by=by, from_cluster=host, title=story.second_title, text=story.second_text,
            change="", level="individual", audience="network", language="en",
        )  # fmt: skip
        lessons.share_lesson(second, by=by)
    return first


def aspire(story: Story, learner: Cluster, lesson: Lesson, now: dt.datetime) -> Ambition:
    """Other regions are asked, one point is marked and answered, the ambition adopted."""
    by = actor("manager", story.learner)
    with days(now, story.days_ago - 45):
        ambition = ambitions.write_ambition(
            learner, by=by, lessons=[lesson], title=story.ambition_title, text=story.ambition_text, language="en",
            topic=Topic.objects.filter(slug=story.topic).first(), measure=story.indicator,
        )  # fmt: skip
        others = list(Cluster.objects.filter(origin="recorded").exclude(pk=learner.pk))
        sheet = Questionnaire.objects.get(shipped=True, title="Feedback on an ambition")
        ambitions.open_ambition(ambition, by=by, regions=others, questionnaire=sheet, closes_at=clock.now() + dt.timedelta(days=14))
    asked = FeedbackInvitation.objects.filter(request=ambition.feedback_request, user__email__startswith="manager@")
    for invitation in asked.select_related("user"):
        ambitious, works, change, together = OPINIONS[invitation.language]
        with days(now, story.days_ago - 50):
            answers = {"q1": ambitious, "q2": works, "q3": change, "q4": together}
            submit_feedback(invitation, answers=answers, name_ok=False, language=invitation.language, by=Actor.objects.of(invitation.user))
    with days(now, story.days_ago - 62):
        feedback = Feedback.objects.filter(request=ambition.feedback_request).submitted().select_related("invitation").first()
        question = sheet.questions.get(key="q3")
        point = ambitions.mark_point(ambition, by=by, feedback=feedback, question=question, quote=feedback.answers["q3"])
        ambitions.answer_point(point, by=by, answer="accepted", reason="")
        requests.close_request(ambition.feedback_request, by=by)
        ambitions.adopt_ambition(ambition, by=by)
    return ambition


def carry_out(story: Story, learner: Cluster, lesson: Lesson, ambition: Ambition, now: dt.datetime) -> Thing:
    """A plan with one action, endorsed, reported on, with its result."""
    by, owner = actor("manager", story.learner), account("partner", story.learner)
    begins = (now - dt.timedelta(days=story.days_ago - 90)).date()
    with days(now, story.days_ago - 75):
        plan = plans.write_plan(
            learner, by=by, title=story.plan_title, language="en", policy_instrument=story.instrument, instrument_kind="growth_and_jobs",
            starts_on=begins, ends_on=begins + dt.timedelta(days=730),
        )  # fmt: skip
        action = plans.write_action(
            plan, by=by, cited=[lesson, ambition], milestones=[(story.milestone, begins + dt.timedelta(days=120)), ("Yearly count", begins + dt.timedelta(days=400))],
            title=story.action_title, background=story.action_background, description=story.action_text,
            players=[{"name": n, "role": r} for n, r in story.players], starts_on=begins, ends_on=begins + dt.timedelta(days=365),
            indicator=story.indicator, indicator_target="500", owner=owner,
        )  # fmt: skip
        plans.decide_plan(plan, by=by)
    endorse(plan, by, now, story.days_ago - 88)
    with days(now, story.days_ago - 250):
        progress.reach_milestone(action.milestones.first(), by=by)
        report = progress.report_progress(
            action, by=Actor.objects.of(owner), period_from=begins, period_to=clock.today(), state="in_progress", text=story.report,
            indicator_value=story.result_value, evidence_url="https://example.org/evidence", evidence_note="Count of the season",
        )  # fmt: skip
        figures = [{"label": story.indicator, "value": story.result_value, "unit": "", "source": "Count of the season"}]
        result = progress.draft_result(action, by=by, report=report, title=story.result_title, figures=figures)
        progress.publish_result(result, by=by)
    return result


def endorse(plan: Thing, by: Actor, now: dt.datetime, ago: int) -> None:
    upload = SimpleUploadedFile("endorsement-demo.pdf", LETTER, content_type="application/pdf")
    upload.media_type = "application/pdf"
    with days(now, ago):
        plans.record_endorsement(
            plan,
            by=by,
            upload=upload,
            body="Regional authority (demo)",
            position="Head of department",
            decision_number="2025/112",
            endorsed_on=clock.today(),
        )
        plans.start_plan(plan, by=by)


def publish(story: Story, lesson: Lesson, result: Thing, now: dt.datetime) -> None:
    """Written by one editor, published by another."""
    with days(now, story.days_ago - 265):
        finding = findings.write_finding(
            by=editor(), cited=[result, lesson], topics=list(Topic.objects.filter(slug=story.topic)), title=story.finding_title,
            summary=story.finding_summary, text=story.finding_text, finding_kind="result", audience="public", language="en",
        )  # fmt: skip
        findings.submit_finding(finding, by=editor())
    with days(now, story.days_ago - 270):
        findings.publish_finding(finding, by=reviewer())
