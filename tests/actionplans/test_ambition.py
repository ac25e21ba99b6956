"""From lesson to ambition: other regions are asked, their points answered, the ambition adopted."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from actionplans.domain import ambition as acts
from actionplans.models import Ambition, AmbitionPoint
from inno4sports.core import clock
from inno4sports.core.lifecycle import Conflict, WrongState
from inno4sports.core.models import HistoryEvent, Notification, OutboxMail
from learning.domain.feedback import submit_feedback
from learning.domain.request import close_request
from learning.models import Feedback, FeedbackInvitation
from tests import factories as make
from tests.factories import things

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(people):
    lesson = things.lesson(people.north, from_cluster=people.south)
    return acts.write_ambition(people.north, by=people.ben_acts, lessons=[lesson], title="Light every track", text="By 2030.")


@pytest.fixture
def asked(people, draft):
    sheet = things.questionnaire()
    closes = clock.now() + dt.timedelta(days=14)
    return acts.open_ambition(draft, by=people.ben_acts, regions=[people.south], questionnaire=sheet, closes_at=closes)


def answered(people, ambition, text="Think of the animals."):
    """Carla answers the request about the ambition."""
    invitation = FeedbackInvitation.objects.get(request=ambition.feedback_request, user=people.carla)
    submit_feedback(invitation, by=people.carla_acts, answers={"change": text}, name_ok=False, language="es")
    return Feedback.objects.get(invitation=invitation), ambition.feedback_request.questionnaire.questions.get(key="change")


def test_write_ambition_by_a_partner_is_refused(people):
    with pytest.raises(PermissionDenied):
        acts.write_ambition(people.north, by=people.ana_acts, title="x")
    assert not Ambition.objects.exists()


def test_open_ambition_asks_the_managers_of_the_chosen_regions(people, asked):
    assert asked.status == "open_for_feedback"
    assert asked.feedback_request.status == "open"
    assert OutboxMail.objects.filter(template="learning.feedback_asked").get().to == people.carla.email


def test_adopt_ambition_waits_until_feedback_is_closed_and_every_point_answered(people, asked):
    feedback, question = answered(people, asked)
    with pytest.raises(WrongState, match="Feedback is still open"):
        acts.adopt_ambition(asked, by=people.ben_acts)
    close_request(asked.feedback_request, by=people.ben_acts)
    point = acts.mark_point(asked, by=people.ben_acts, feedback=feedback, question=question, quote="the animals")
    with pytest.raises(WrongState, match="no answer yet"):
        acts.adopt_ambition(asked, by=people.ben_acts)
    acts.answer_point(point, by=people.ben_acts, answer="accepted", reason="")
    acts.adopt_ambition(asked, by=people.ben_acts)
    asked.refresh_from_db()
    assert asked.status == "adopted"
    assert asked.adopted_by == people.ben_acts
    assert HistoryEvent.objects.filter(verb="adopt_ambition", thing_id=asked.public_id).count() == 1
    assert Notification.objects.filter(user=people.carla, cause="point_answered").exists()


def test_mark_point_takes_only_words_that_stand_in_the_answer(people, asked):
    feedback, question = answered(people, asked)
    with pytest.raises(WrongState, match="do not stand"):
        acts.mark_point(asked, by=people.ben_acts, feedback=feedback, question=question, quote="something else")
    assert not AmbitionPoint.objects.exists()


def test_answer_point_without_a_reason_is_refused_unless_taken_over(people, asked):
    feedback, question = answered(people, asked)
    point = acts.mark_point(asked, by=people.ben_acts, feedback=feedback, question=question, quote="animals")
    with pytest.raises(WrongState, match="Say why"):
        acts.answer_point(point, by=people.ben_acts, answer="declined", reason="  ")
    point.refresh_from_db()
    assert point.answer == ""


def test_edit_ambition_on_a_stale_version_is_a_conflict(people, draft):
    acts.edit_ambition(draft, by=people.ben_acts, lessons=[], version=draft.version, title="Second")
    with pytest.raises(Conflict):
        acts.edit_ambition(draft, by=people.ben_acts, lessons=[], version=1, title="Third")
    draft.refresh_from_db()
    assert draft.title == "Second"


def test_edit_ambition_after_adoption_is_refused(people):
    adopted = things.ambition(people.north, "adopted")
    with pytest.raises(WrongState):
        acts.edit_ambition(adopted, by=people.ben_acts, lessons=[], title="Other")


def test_ambition_create_page_cites_the_lesson_of_the_address(people, client):
    lesson = things.lesson(people.north)
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get("/ambitions/new/", {"cite": f"learning.lesson:{lesson.public_id}"})
    assert page.context["form"]["lessons"].value() == [f"learning.lesson:{lesson.public_id}"]


def test_ambition_create_page_saves_once_for_two_clicks(people, client):
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    data = {"cluster": people.north.pk, "title": "Light every track", "language": "en", "once": "11111111-1111-4111-8111-111111111111"}
    first = client.post("/ambitions/new/", data)
    second = client.post("/ambitions/new/", data)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Ambition.objects.count() == 1


def test_ambition_create_page_keeps_what_was_typed_when_it_is_wrong(people, client):
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.post("/ambitions/new/", {"cluster": people.north.pk, "title": "x" * 10_000, "text": "Kept words", "language": "en"})
    assert page.status_code == 422
    assert "Kept words" in page.content.decode()
    assert not Ambition.objects.exists()


def test_ambition_create_page_refuses_another_cluster(people, client):
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.post("/ambitions/new/", {"cluster": people.south.pk, "title": "Ours now", "language": "en"})
    assert page.status_code == 422
    assert not Ambition.objects.exists()


def test_ambition_step_in_the_wrong_state_is_409_with_a_sentence(people, client):
    draft = things.ambition(people.north, "draft")
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.post(f"/ambitions/{draft.slug}/steps/adopt_ambition/")
    assert page.status_code == 409
    assert "not open now" in page.content.decode()


def test_ambition_step_by_another_manager_is_403(people, client):
    adopted = things.ambition(people.north, "adopted")
    client.force_login(people.carla, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(f"/ambitions/{adopted.slug}/steps/realise_ambition/").status_code == 403


def test_ambition_points_page_shows_what_was_written(people, client, asked):
    answered(people, asked, "Piensen en los animales.")
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/ambitions/{asked.slug}/points/").content.decode()
    assert "Piensen en los animales." in page
    client.force_login(people.carla, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(f"/ambitions/{asked.slug}/points/").status_code == 403


@pytest.mark.parametrize("who", [None, "ben", "carla", "ari"])
def test_ambition_list_asks_as_much_for_30_as_for_1(people, client, who, django_assert_max_num_queries):
    if who:
        client.force_login(getattr(people, who), backend="allauth.account.auth_backends.AuthenticationBackend")

    def count():
        with django_assert_max_num_queries(12) as counted:
            assert client.get("/ambitions/").status_code == 200
        return len(counted)

    things.ambition(people.north, topic=make.topic())
    one = count()
    for n in range(29):
        things.ambition(people.north, title=f"Ambition {n}")
    assert count() == one
