"""Every page asks the database as much for thirty of each as for one, and never more than twelve times; a list of the API at most five times."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionplans.models import Action, ActionCitation, Ambition, AmbitionCitation, AmbitionPoint, Milestone, ProgressReport
from clusters.models import Invitation, LearningNeed, Program, Strength, Webhook
from dissemination.models import Correction, Finding, FindingCitation
from inno4sports.core import clock
from inno4sports.core.api.addresses import all_resources
from inno4sports.core.history import record
from inno4sports.core.search import INDEXED, reindex
from learning.models import Feedback, FeedbackRequest, Lesson, LessonCitation, Session, SessionKind
from tests import factories as make
from tests.factories import things
from tests.house.test_methods import signed_in
from tests.house.world import ROUTES, addresses, everything

MOST = 12
MOST_OF_A_LIST, WHO_ASKS = 5, 3  # session, person, memberships
SEARCHED = "/search/?q=skijoring"  # in one title of each dose: 1 and 30 hits
PERSONS = [None, "ana", "ben", "carla", "edda"]


def grow(people, known, n):
    """`n` more of everything: of what lists show, and of what hangs on the one thing whose page is looked at."""
    north = people.north
    asked = FeedbackRequest.objects.get(slug=known["feedback-requests"][0])
    ambition = Ambition.objects.get(slug=known["ambitions"][0])
    action = Action.objects.get(plan__slug=known["action-plans"][0], number=1)
    finding = Finding.objects.get(slug=known["findings"][-1])
    lesson = Lesson.objects.get(slug=known["lessons"][-1])
    session = Session.objects.get(slug=known["sessions"][0])
    question = asked.questionnaire.questions.last()
    for _i in range(n):
        topic = make.topic()
        here = make.cluster()
        learned = things.lesson(north, from_cluster=here, title="Skijoring at night")
        learned.topics.add(topic)
        practice, told = things.practice(here), things.finding(here)
        told.topics.add(topic)
        another = things.action(action.plan, owner=people.ana, next_report_on=clock.today())
        grown = [here, learned, practice, told, things.result(here, action=another), things.ambition(here), things.plan(here), things.session(here)]
        grown += [
            make.organisation(north),
            make.organisation(north, status="pending"),
            things.shared_request(here),
            things.shared_request(north),
        ]
        grown += [things.ambition(north, "open_for_feedback"), things.finding(north, "in_review"), things.practice(north, "submitted")]
        things.questionnaire(north)
        make.member(north, make.user(), "manager", people.club)
        on_the_way = clock.now() + dt.timedelta(days=9)
        Invitation.objects.create(cluster=north, email=make.user().email, name="New", organisation=people.club, expires_at=on_the_way)
        Strength.objects.create(cluster=north, topic=topic, text="Snow")
        LearningNeed.objects.create(cluster=north, topic=topic, text="Sun")
        session.registrations.create(name="Guest", email=make.user().email, cluster=here)
        invited = asked.invitations.create(email=make.user().email, name="Guest", cluster=here)
        given = things.stamped(Feedback(request=asked, invitation=invited, answers={"change": f"Light {_i}", "score": 7}), "submitted")
        AmbitionPoint.objects.create(ambition=ambition, feedback=given, question=question, quote=f"Light {_i}", cluster=here)
        AmbitionCitation.objects.create(ambition=ambition, lesson=learned)
        for cited in ({"lesson": learned}, {"practice": practice}):
            ActionCitation.objects.create(action=action, **cited)
            FindingCitation.objects.create(finding=finding, **cited)
        LessonCitation.objects.create(lesson=lesson, practice=practice)
        finding.cited_clusters.add(here)
        Correction.objects.create(finding=finding, text="One more", corrected_at=clock.now(), corrected_by=people.edda_acts)
        Milestone.objects.create(action=action, title="Light", due_on=clock.today())
        days = {"period_from": dt.date(2020, 1, 1), "period_to": dt.date(2020, 1, 1) + dt.timedelta(action.reports.count())}
        report = ProgressReport.objects.create(action=action, state="in_progress", created_by=people.ben_acts, **days)
        grown.append(things.result(north, action=action, report=report))
        for thing in grown:
            if thing.kind in INDEXED:
                reindex(thing)
        for thing in (asked, ambition, action, action.plan, finding, lesson, session, north, people.club):
            record(thing, "edit_lesson", by=make.actor(make.user()))


def counted(client, pages):
    found = {}
    for page in pages:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page)
        for close in getattr(answer, "_resource_closers", ()):
            close()
        if answer.status_code == 200:
            found[page] = len(queries)
    return found


@pytest.mark.django_db
def test_pages_ask_as_much_for_30_as_for_1(people, settings, tmp_path):
    settings.MEDIA_ROOT = settings.MAIL_DIR = tmp_path
    known = everything(people, tmp_path)
    Finding.objects.filter(status="draft").update(created_by=people.edda_acts)
    pages = [SEARCHED, *(next(addresses(route, view.__name__, known)) for route, view, _pattern in ROUTES)]
    clients = {who: signed_in(people, who) for who in PERSONS}
    grow(people, known, 1)
    one = {who: counted(client, pages) for who, client in clients.items()}
    grow(people, known, 29)
    many = {who: counted(client, one[who]) for who, client in clients.items()}
    wrong = {
        (who, page): (n, "for one,", many[who].get(page), "for thirty")
        for who, found in one.items()
        for page, n in found.items()
        if n > MOST or many[who].get(page) != n
    }
    assert wrong == {}
    assert len(set().union(*one.values())) > 60


def grow_lists(people, n):
    """What stands in lists of the API and on no page that is asked for above."""
    program = Program.objects.get()
    for _i in range(n):
        hook = Webhook.objects.create(
            program=program, address="https://region.example/", kinds=["lessons"], sealed_secret=b"-", created_by=people.ben_acts
        )
        hook.deliveries.create(thing_kind="learning.lesson", thing_id=hook.public_id, next_at=clock.now())
        SessionKind.objects.create(slug=make.topic().slug, labels={"en": "Walk"})
        asked = things.request(people.south)
        invited = asked.invitations.create(email=people.ben.email, name="Ben", user=people.ben, cluster=people.north)
        things.stamped(Feedback(request=asked, invitation=invited, answers={"change": "Light", "score": 7}), "submitted")
        for thing in (things.lesson(people.north), things.practice(people.north), things.session(people.north), things.shared_request(people.north)):
            thing.topics.add(make.topic())
        things.action(people.north)


@pytest.mark.django_db
@pytest.mark.parametrize("who", [None, "ben"])
def test_lists_of_the_api_ask_as_much_for_12_rows_as_for_3(people, settings, tmp_path, who):
    settings.MEDIA_ROOT = settings.MAIL_DIR = tmp_path
    known = everything(people, tmp_path)
    client, most = signed_in(people, who), MOST_OF_A_LIST + (WHO_ASKS if who else 0)
    lists = [f"/api/v1/{name}/?limit=100" for name, resource in all_resources().items() if who or not resource.closed]
    found = []
    for more, rows in ((3, 3), (9, 12)):
        grow(people, known, more)
        grow_lists(people, more)
        found.append(counted(client, lists))
        assert set(found[-1]) == set(lists)
        few = {address: len(client.get(address).json()["items"]) for address in lists}
        assert {address: n for address, n in few.items() if n < rows} == {}
    assert found[0] == found[1]
    assert {address: n for address, n in found[1].items() if n > most} == {}
