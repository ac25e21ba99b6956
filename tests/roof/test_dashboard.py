"""My tasks: what waits for whom, with one button each; nobody sees what waits for others."""

import datetime as dt

import pytest
from django.utils import timezone

from actionplans.domain.progress import report_progress
from actionplans.models import AmbitionPoint, Milestone
from clusters.domain.organisation import approve_organisation
from clusters.models import Cluster
from inno4sports.core import clock
from inno4sports.core.models import Actor
from learning.domain.feedback import submit_feedback
from learning.models import Feedback, FeedbackInvitation, LessonCitation
from tests import factories as make
from tests.factories import things
from tests.roof.pages import as_person, queries

pytestmark = pytest.mark.django_db


def tasks(client, person):
    """Label of the button -> its address, of everything that waits for the person."""
    as_person(client, person)
    answer = client.get("/dashboard/")
    assert answer.status_code == 200
    return {str(task.label): task.url for _title, rows in answer.context["bench"].groups for task in rows if not task.others}


def with_others(client, person):
    """Address -> why, of everything that stands under “Waiting for others”."""
    as_person(client, person)
    groups = client.get("/dashboard/").context["bench"].groups
    return {task.url: str(task.why) for title, rows in groups if title == "Waiting for others" for task in rows}


def group_of(client, person, label):
    as_person(client, person)
    groups = client.get("/dashboard/").context["bench"].groups
    return next(str(title) for title, rows in groups for task in rows if str(task.label) == label)


def in_days(n):
    return timezone.now() + dt.timedelta(days=n)


def asked(request, person, cluster=None):
    return FeedbackInvitation.objects.create(request=request, user=person, email=person.email, cluster=cluster, language=person.language)


def test_dashboard_is_closed_to_visitors(client, db):
    answer = client.get("/dashboard/")
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


def test_dashboard_asks_for_feedback_until_it_is_given(people, client):
    request = things.request(people.north, closes_at=in_days(3))
    invitation = asked(request, people.dora, people.south)
    assert tasks(client, people.dora) == {"Give feedback": f"/feedback/on/{invitation.public_id}/"}
    assert group_of(client, people.dora, "Give feedback") == "Within a week"
    assert tasks(client, people.carla) == {}
    submit_feedback(invitation, answers={"score": 9}, name_ok=False, language="es", by=people.dora_acts)
    assert tasks(client, people.dora) == {}


def test_dashboard_asks_nothing_when_the_request_is_over_or_the_link_withdrawn(people, client):
    asked(things.request(people.north, closes_at=in_days(-1)), people.dora)
    withdrawn = asked(things.request(people.north), people.dora)
    withdrawn.withdrawn_at = clock.now()
    withdrawn.save()
    assert tasks(client, people.dora) == {}


def closed_request(people, answers=1):
    request = things.request(people.north, "closed")
    for n in range(answers):
        invitation = asked(request, make.user(), people.south)
        Feedback.objects.create(
            request=request, invitation=invitation, status="submitted", submitted_at=clock.now(), submitted_by=people.dora_acts, answers={"score": n}
        )
    return request


def test_dashboard_leads_a_request_from_reply_to_sharing_to_lesson(people, client):
    request = closed_request(people)
    assert tasks(client, people.ben) == {"Write the reply": f"/feedback-requests/{request.slug}/steps/reply_to_feedback/"}
    request.replied_at, request.replied_by = clock.now(), people.ben_acts
    request.save()
    assert tasks(client, people.ben) == {"Look and share": f"/feedback-requests/{request.slug}/summary/"}
    request.shared_at, request.shared_by = clock.now(), people.ben_acts
    request.save()
    assert tasks(client, people.ben) == {"Write a lesson": f"/learning/lessons/new/?cite=learning.feedbackrequest:{request.public_id}"}
    LessonCitation.objects.create(lesson=things.lesson(people.south), feedback_request=request)
    assert tasks(client, people.ben) == {}
    assert tasks(client, people.ana) == tasks(client, people.carla) == {}


def test_dashboard_is_silent_about_a_request_without_answers(people, client):
    closed_request(people, answers=0)
    assert tasks(client, people.ben) == {}


def test_dashboard_offers_to_close_when_everybody_has_answered(people, client):
    request = closed_request(people)
    request.status, request.closed_at, request.closed_by = "open", None, None
    request.save()
    assert list(tasks(client, people.ben)) == ["Close the request"]
    asked(request, people.dora)
    assert tasks(client, people.ben) == {}
    assert with_others(client, people.ben) == {f"/feedback-requests/{request.slug}/": "Answers so far: 1 of 2."}


def test_dashboard_of_whom_only_others_keep_waiting_says_that_nothing_waits(people, client):
    request = things.request(people.north)
    asked(request, people.dora)
    as_person(client, people.ben)
    text = client.get("/dashboard/").content.decode()
    assert "Nothing waits for you" in text
    assert "Waiting for others" in text
    assert with_others(client, people.carla) == {}


def test_dashboard_reply_is_late_after_three_weeks(people, client):
    request = closed_request(people)
    request.closed_at = in_days(-40)
    request.save()
    assert group_of(client, people.ben, "Write the reply") == "Late"
    text = client.get("/dashboard/").content.decode()
    assert "task--late" in text
    assert "was due" in text


def test_dashboard_leads_a_session_from_draft_to_feedback(people, client):
    session = things.session(people.north, "draft", starts_on=in_days(20).date(), ends_on=in_days(21).date())
    assert tasks(client, people.ben) == {"Announce the session": f"/learning/sessions/{session.slug}/"}
    things.stamped(session, "announced")
    assert tasks(client, people.ben) == {}
    session.starts_on = session.ends_on = in_days(-2).date()
    session.save()
    assert list(tasks(client, people.ben)) == ["Record that it was held"]
    things.stamped(session, "held")
    assert tasks(client, people.ben) == {"Ask for feedback": f"/feedback-requests/new/?session={session.public_id}"}
    session.feedback_request = things.request(people.north)
    session.save()
    assert tasks(client, people.ben) == {}
    things.stamped(session.feedback_request, "closed")
    assert list(tasks(client, people.ben)) == ["Close the session"]
    assert tasks(client, people.carla) == {}


def test_dashboard_next_shows_sessions_i_may_see(people, client):
    days = {"starts_on": in_days(5).date(), "ends_on": in_days(5).date()}
    things.session(people.south, audience="network", title="For the network", **days)
    things.session(people.south, audience="cluster", title="For the south alone", **days)
    as_person(client, people.ana)
    text = client.get("/dashboard/").content.decode()
    assert "For the network" in text
    assert "For the south alone" not in text


def test_dashboard_practices_wait_for_manager_then_editor_or_come_back(people, client):
    practice = things.practice(people.north, "submitted", created_by=people.ana_acts)
    url = f"/learning/practices/{practice.slug}/"
    assert tasks(client, people.ben) == {"Publish or return": url}
    assert tasks(client, people.ana) == tasks(client, people.edda) == {}
    assert with_others(client, people.ana) == {url: "The managers of your cluster read it."}
    assert with_others(client, people.ben) == {}
    things.stamped(practice, "published")
    assert tasks(client, people.edda) == {"Read and admit": url}
    assert tasks(client, people.ben) == {}
    things.stamped(practice, "returned")
    assert tasks(client, people.ana) == {"Mend and submit": url}
    things.stamped(practice, "draft")
    assert tasks(client, people.ana) == {"Go on writing": f"{url}edit/"}
    things.stamped(practice, "admitted")
    assert tasks(client, people.ana) == tasks(client, people.edda) == {}


def test_dashboard_organisation_waits_for_its_managers(people, client):
    club = make.organisation(people.north, name="Tennis Club", status="pending")
    assert tasks(client, people.ben) == {"Approve or decline": f"/organisations/{club.slug}/"}
    assert tasks(client, people.carla) == {}
    approve_organisation(club, by=people.ben_acts)
    assert tasks(client, people.ben) == {}


def test_dashboard_leads_an_ambition_to_adoption(people, client):
    ambition = things.ambition(people.north, "draft")
    assert tasks(client, people.ben) == {"Ask other regions": f"/ambitions/{ambition.slug}/steps/open_ambition/"}
    ambition.feedback_request = request = things.request(people.north)
    asked(request, people.carla)
    things.stamped(ambition, "open_for_feedback")
    assert tasks(client, people.ben) == {}
    assert with_others(client, people.ben) == {f"/feedback-requests/{request.slug}/": "Answers so far: 0 of 1."}
    ambition.feedback_request = closed_request(people)
    things.stamped(ambition, "open_for_feedback")
    things.stamped(request, "withdrawn")
    feedback = Feedback.objects.get()
    question = ambition.feedback_request.questionnaire.questions.first()
    point = AmbitionPoint.objects.create(ambition=ambition, feedback=feedback, question=question, quote="More light")
    assert tasks(client, people.ben) == {"Answer the points": f"/ambitions/{ambition.slug}/points/"}
    point.answer, point.answered_at, point.answered_by = "accepted", clock.now(), people.ben_acts
    point.save()
    assert tasks(client, people.ben) == {"Adopt the ambition": f"/ambitions/{ambition.slug}/"}
    things.stamped(ambition, "adopted")
    assert tasks(client, people.ben) == {}


@pytest.mark.parametrize(
    ("status", "label"), [("draft", "Decide on the text"), ("decided", "Record the endorsement"), ("endorsed", "Start implementing")]
)
def test_dashboard_plan_waits_for_its_next_step(people, client, status, label):
    plan = things.plan(people.north, status)
    assert tasks(client, people.ben) == {label: f"/action-plans/{plan.slug}/"}
    assert tasks(client, people.carla) == tasks(client, people.ana) == {}


def test_dashboard_report_is_due_for_owner_and_manager(people, client):
    action = things.action(people.north, owner=people.ana, next_report_on=in_days(-3).date())
    url = f"/action-plans/{action.plan.slug}/actions/1/report/"
    assert tasks(client, people.ana) == tasks(client, people.ben) == {"Report progress": url}
    assert group_of(client, people.ana, "Report progress") == "Late"
    today = clock.today()
    report_progress(action, by=people.ana_acts, period_from=today, period_to=today, state="in_progress", text="Going on.")
    assert tasks(client, people.ana) == {}


def test_dashboard_milestone_is_due_within_a_month(people, client):
    action = things.action(people.north, owner=people.ana)
    far = Milestone.objects.create(action=action, title="Lit", due_on=in_days(90).date())
    assert tasks(client, people.ana) == {}
    Milestone.objects.filter(pk=far.pk).update(due_on=in_days(20).date())
    assert tasks(client, people.ana) == {"See the milestone": action.get_absolute_url()}
    assert group_of(client, people.ana, "See the milestone") == "Later"
    Milestone.objects.filter(pk=far.pk).update(reached_on=clock.today())
    assert tasks(client, people.ana) == {}


def test_dashboard_drafts_wait_for_who_may_go_on(people, client):
    lesson = things.lesson(people.north, "draft")
    result = things.result(people.north, "draft", action=things.action(people.north, owner=people.ana))
    assert tasks(client, people.ana) == {"Publish the result": f"/results/{result.slug}/"}
    assert tasks(client, people.ben) == {"Publish the result": f"/results/{result.slug}/", "Share the lesson": f"/learning/lessons/{lesson.slug}/"}
    assert tasks(client, people.dora) == {}


def test_dashboard_finding_waits_for_a_second_person(people, client):
    finding = things.finding(people.north, "in_review", created_by=people.edda_acts)
    url = f"/findings/{finding.slug}/"
    assert tasks(client, people.emil) == tasks(client, people.ben) == {"Read and publish": url}
    assert tasks(client, people.edda) == tasks(client, people.carla) == {}
    assert with_others(client, people.edda) == {url: "A second person reads it and publishes it."}
    things.stamped(finding, "draft")
    assert tasks(client, people.edda) == {"Go on writing": f"{url}edit/"}
    assert tasks(client, people.emil) == {}
    things.stamped(finding, "proposed")
    assert tasks(client, people.emil) == {"Read and take up": url}
    assert tasks(client, people.ben) == {}


@pytest.mark.parametrize(
    ("who", "link"),
    [
        ("ben", "/clusters/north/members/invite/"),
        ("ana", "/clusters/north/"),
        ("edda", "/evidence/"),
        ("ari", "/evidence/"),
        ("stranger", "/findings/"),
    ],
)
def test_dashboard_that_is_empty_shows_a_first_month_of_five_steps(people, client, who, link):
    as_person(client, getattr(people, who))
    text = client.get("/dashboard/").content.decode()
    assert "Nothing waits for you" in text
    steps = text[text.index("first-month") :]
    steps = steps[: steps.index("</ol>")]
    assert steps.count("<li>") == 5
    assert f'href="{link}"' in steps
    for url in [part.split('"')[0] for part in steps.split('href="')[1:]]:
        assert client.get(url).status_code == 200, url


def test_dashboard_of_an_administrator_leads_to_what_is_theirs(people, client):
    new = make.cluster(status="candidate")
    assert tasks(client, people.ari) == {"Activate the region": new.get_absolute_url()}
    page = client.get("/dashboard/").text
    for link in ("/clusters/new/", "/clusters/"):
        assert f'href="{link}"' in page.partition("<aside")[2]
        assert client.get(link).status_code == 200
    assert tasks(client, people.ben) == {}
    assert "/clusters/new/" not in client.get("/dashboard/").text


def test_dashboard_of_who_left_shows_nothing_of_the_region(people, client):
    make.organisation(people.north, status="pending")
    people.ben.memberships.update(removed_at=clock.now(), removed_by=Actor.objects.system())
    assert tasks(client, people.ben) == {}


def test_dashboard_marks_what_is_made_up(people, client):
    things.plan(people.north, "draft", origin="demo", language="fi", title="Suunnitelma")
    as_person(client, people.ben)
    text = client.get("/dashboard/").content.decode()
    assert '<span lang="fi">Suunnitelma</span></a> <span class="pill pill--demo">' in text


def test_dashboard_links_the_figures_of_the_region(people, client):
    as_person(client, people.ana)
    assert '<a href="/clusters/north/performance/">At a glance: North</a>' in client.get("/dashboard/").content.decode()


def fill(people, n):
    """Something of everything for who is manager and editor at once."""
    for i in range(n):
        asked(things.request(people.south), people.ben)
        things.request(people.north, "draft", title=f"Draft {i}")
        closed_request(people)
        things.session(people.north, "draft", title=f"Session {i}")
        things.practice(people.north, "submitted", title=f"Practice {i}")
        things.practice(make.cluster(), "published", title=f"Far {i}")
        make.organisation(people.north, status="pending")
        things.ambition(people.north, "draft", title=f"Ambition {i}")
        things.plan(people.north, "draft", title=f"Plan {i}")
        things.action(people.north, next_report_on=clock.today(), title=f"Action {i}")
        things.result(people.north, "draft", title=f"Result {i}")
        things.finding(people.north, "in_review", title=f"Finding {i}")


def test_dashboard_takes_as_many_queries_for_one_as_for_thirty(people, client):
    people.ben.editor_at = clock.now()
    people.ben.save()
    fill(people, 1)
    as_person(client, people.ben)
    before = queries(client, "/dashboard/")
    fill(people, 29)
    assert queries(client, "/dashboard/") == before
    assert before <= 12
    assert client.get("/dashboard/").context["bench"].count > 80
    assert Cluster.objects.count() > 30
