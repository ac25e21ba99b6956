"""What waits for somebody today, so that My tasks shows every role something to do."""

import datetime as dt

from actionplans.domain import ambition as ambitions
from clusters.domain.organisation import sign_up_organisation
from clusters.models import Cluster, Membership, Topic
from dissemination.domain import finding as findings
from inno4sports.demo.load.moments import actor, days, editor
from inno4sports.demo.load.stories import ANSWERS
from learning.domain import practice as practices
from learning.domain import request as requests
from learning.domain import session as sessions
from learning.domain.feedback import submit_feedback
from learning.models import FeedbackInvitation, Lesson, Questionnaire, Session, SessionKind

NETWORK = Cluster.objects.filter(origin="recorded")


def leave_waiting(now: dt.datetime) -> None:
    """A session to come, one that asks for feedback, an ambition that asks, practices, findings, an organisation."""
    announce_session(now)
    ask_after_webinar(now)
    with days(now, 3):
        open_ambition(now)
        propose_findings()
        sign_up_club()
    with days(now, 5):
        hand_in_practices()


def held_webinar(now: dt.datetime) -> Session:
    valencia, by = Cluster.objects.get(slug="valencia"), actor("manager", "valencia")
    day = (now - dt.timedelta(days=6)).date()
    with days(now, 30):
        session = sessions.create_session(
            cluster=valencia, by=by, topics=list(Topic.objects.filter(slug="sport-and-health")), title="Questions and answers on exercise on prescription",
            session_kind=SessionKind.objects.get(slug="webinar"), summary="Those who run the scheme in Valencia answer what other regions asked since the visit.",
            programme="", place="", link="https://example.org/webinar", starts_on=day, ends_on=day, starts_time=dt.time(10, 0), ends_time=dt.time(11, 30),
            timezone=valencia.timezone, capacity=None, registration_closes_on=None, audience="network", language="en",
        )  # fmt: skip
        sessions.announce_session(session, by=by)
    with days(now, 5):
        sessions.hold_session(session, by=by)
    return session


def ask_after_webinar(now: dt.datetime) -> None:
    """Everybody but the hosts is asked until the week after next; the second managers have answered."""
    session, by = held_webinar(now), actor("manager", "valencia")
    guests = Membership.objects.current().filter(cluster__in=NETWORK, user__email__endswith=".demo.example").exclude(cluster=session.cluster)
    people = [requests.Invitee(m.user.email, m.user.name, m.user.language, m.user, m.cluster) for m in guests.select_related("user", "cluster")]
    with days(now, 4):
        request = requests.create_request(
            cluster=session.cluster, title=f"Feedback on: {session.title}", questionnaire=Questionnaire.objects.get(shipped=True, title="After a session"),
            names="to_managers", by=by, session=session, about_title=session.title, about_url=session.get_absolute_url(), closes_at=now + dt.timedelta(days=9),
        )  # fmt: skip
        requests.invite_to_answer(request, people=people, by=by)
        requests.open_request(request, by=by)
    with days(now, 2):
        for invitation in FeedbackInvitation.objects.filter(request=request, user__email__startswith="manager2@").select_related("user"):
            useful, score, choice, home, change = ANSWERS[invitation.language][0]
            given = {"q1": useful, "q2": score, "q3": choice, "q4": home, "q5": change}
            author = actor(*invitation.user.email.removesuffix(".demo.example").split("@"))
            submit_feedback(invitation, answers=given, name_ok=False, language=invitation.language, by=author)


def announce_session(now: dt.datetime) -> None:
    lapland, by = Cluster.objects.get(slug="lapland"), actor("manager", "lapland")
    day = (now + dt.timedelta(days=18)).date()
    with days(now, 3):
        session = sessions.create_session(
            cluster=lapland, by=by, topics=[], title="Snow without a snow cannon: what clubs do in mild winters",
            session_kind=SessionKind.objects.get(slug="thematic_workshop"), summary="Three clubs show how they keep a track open in a mild winter, and what failed.",
            programme="", place="Rovaniemi", link="", starts_on=day, ends_on=day, starts_time=dt.time(10, 0), ends_time=dt.time(16, 0),
            timezone=lapland.timezone, capacity=24, registration_closes_on=day - dt.timedelta(days=4), audience="network", language="en",
        )  # fmt: skip
        sessions.announce_session(session, by=by)


def open_ambition(now: dt.datetime) -> None:
    valencia, by = Cluster.objects.get(slug="valencia"), actor("manager", "valencia")
    ambition = ambitions.write_ambition(
        valencia, by=by, lessons=list(Lesson.objects.filter(cluster=valencia)[:1]), language="en",
        title="Every riverside path in the region open for exercise after dark",
        text="Paths along the river are used until sunset. Light and people who keep an eye on them would open them for two more hours.",
    )  # fmt: skip
    others = list(NETWORK.exclude(pk=valencia.pk))
    sheet = Questionnaire.objects.get(shipped=True, title="Feedback on an ambition")
    ambitions.open_ambition(ambition, by=by, regions=others, questionnaire=sheet, closes_at=now + dt.timedelta(days=11))


def propose_findings() -> None:
    """One waits for a second person, one for an editor who takes it up."""
    finding = findings.write_finding(
        by=editor(), cited=list(Lesson.objects.filter(cluster__slug="valencia").shared()[:1]), title="What Valencia took from a winter region",
        summary="Care for nature and for the needs of each user travels well, even without snow.", text="", finding_kind="lesson", audience="public", language="en",
    )  # fmt: skip
    findings.submit_finding(finding, by=editor())
    findings.propose_finding(
        by=actor("manager", "lapland"), cited=[], title="Ask clubs what failed",
        summary="Our partners learn most from what did not work. Let us collect it.", language="en",
    )  # fmt: skip


def hand_in_practices() -> None:
    """A partner's practice waits for its manager, another for EPSI's opinion."""
    lodz, debrecen = Cluster.objects.get(slug="lodzkie"), Cluster.objects.get(slug="hajdu-bihar")
    failed = practices.write_practice(
        cluster=lodz, by=actor("partner", "lodzkie"), topics=list(Topic.objects.filter(slug="living-labs")), title="A test hall that stayed empty at weekends",
        outcome="did_not_work", summary="A hall for testing surfaces was open to clubs on weekdays only, when their players work.", location="Łódź", language="en",
        challenge="Clubs were to test new surfaces in real play.", what_was_done="The hall opened from Monday to Friday, eight to four, with a trainer.",
        difficulties="Four teams came in half a year. Nobody had asked the clubs when they train.",
    )  # fmt: skip
    practices.submit_practice(failed, by=actor("partner", "lodzkie"))
    walk = practices.write_practice(
        cluster=debrecen, by=actor("partner", "hajdu-bihar"), topics=list(Topic.objects.filter(slug="sport-and-health")), title="Walks from the surgery door",
        summary="A weekly walk starts at the door of the family doctor, so that nobody has to find the way alone.", location="Debrecen", language="en",
        challenge="Patients who are told to move more do not know where to begin.", what_was_done="A trainer of the diagnostics centre meets patients at the surgery once a week and walks with them.",
        evidence_of_success="Of 64 patients who came once, 41 came again within a month.", transferability="One trainer, one hour a week and one surgery are enough to begin.",
    )  # fmt: skip
    practices.submit_practice(walk, by=actor("partner", "hajdu-bihar"))
    practices.publish_practice(walk, by=actor("manager", "hajdu-bihar"))


def sign_up_club() -> None:
    sign_up_organisation(
        Cluster.objects.get(slug="lapland"), name="Kemijärvi Ski Club (demo)", segment="civil_society", summary="A club with 140 members that keeps 12 km of tracks.",
        website="", city="Kemijärvi", contact_name="Secretary of the club", contact_email="club@kemijarvi.demo.example", contact_language="fi",
        by=None,
    )  # fmt: skip
