"""From lesson to ambition: other regions are asked, their points answered, the ambition adopted."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from actionplans.domain import ambition as acts
from actionplans.models import Ambition, AmbitionPoint
from inno4sports.core import clock
from inno4sports.core.lifecycle import Conflict, WrongState
from inno4sports.core.models import HistoryEvent, Notification, OutboxMail
from inno4sports.core.outbox import rendered
from learning.domain.feedback import submit_feedback
from learning.domain.request import close_request
from learning.models import Feedback, FeedbackInvitation
from tests import factories as make
from tests.factories import things

from .planning import signed_in

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


def test_who_is_asked_reads_in_the_own_language_what_becomes_of_the_words(people, client, asked):
    """In the mail and on the page, with a link to the ambition in that language: it is what one agrees to by answering."""
    message = rendered(OutboxMail.objects.get(template="learning.feedback_asked"))
    for kind in ("plain", "html"):
        text = " ".join(message.get_body((kind,)).get_content().split())
        assert "Una frase que recojamos como punto" in text
        assert f"/es/ambitions/{asked.slug}/" in text
        assert "A sentence that we take up" not in text
    page = signed_in(client, people.carla).get(f"/fi/feedback-requests/{asked.feedback_request.slug}/").text
    assert "Lause, jonka otamme kohdaksi" in page
    assert f'href="/fi/ambitions/{asked.slug}/"' in page


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
    data = {"cluster": people.north.slug, "title": "Light every track", "language": "en", "once": "11111111-1111-4111-8111-111111111111"}
    first = client.post("/ambitions/new/", data)
    second = client.post("/ambitions/new/", data)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Ambition.objects.count() == 1


def test_ambition_create_page_keeps_what_was_typed_when_it_is_wrong(people, client):
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.post("/ambitions/new/", {"cluster": people.north.slug, "title": "x" * 10_000, "text": "Kept words", "language": "en"})
    assert page.status_code == 422
    assert "Kept words" in page.content.decode()
    assert not Ambition.objects.exists()


def test_ambition_create_page_refuses_another_cluster(people, client):
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.post("/ambitions/new/", {"cluster": people.south.slug, "title": "Ours now", "language": "en"})
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


# What the pages say ---------------------------------------------------------------------------------------------------------


def test_open_ambition_keeps_an_address_for_every_language_and_reminds(people, draft):
    with translation.override("es"):
        acts.open_ambition(
            draft, by=people.ben_acts, regions=[people.south], questionnaire=things.questionnaire(), closes_at=clock.now() + dt.timedelta(days=14)
        )
    asked = draft.feedback_request
    assert asked.about_url == f"/ambitions/{draft.slug}/"
    assert asked.title == "Feedback on an ambition: Light every track"
    assert asked.remind_at == asked.closes_at - dt.timedelta(days=3)


def test_open_ambition_page_chooses_all_other_regions_and_the_shipped_questions(people, client, draft):
    page = signed_in(client, people.ben).get(f"/ambitions/{draft.slug}/steps/open_ambition/")
    form = page.context["form"]
    assert {c.slug for c in form.initial["regions"]} == {"south", "east"}
    assert form.initial["questionnaire"].title == "Feedback on an ambition"


def test_open_ambition_page_names_regions_where_nobody_can_be_asked(people, client, draft):
    silent = make.cluster("west", region_names={"en": "West"})
    page = signed_in(client, people.ben).get(f"/ambitions/{draft.slug}/steps/open_ambition/")
    initial = page.context["form"].initial
    data = {
        "regions": [silent.slug, people.south.slug],
        "questionnaire": initial["questionnaire"].public_id,
        "closes_on": initial["closes_on"],
        "names": "named",
    }
    page = client.post(f"/ambitions/{draft.slug}/steps/open_ambition/", data)
    assert page.status_code == 422
    assert "Nobody can be asked there yet: West" in page.content.decode()
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert client.post(f"/ambitions/{draft.slug}/steps/open_ambition/", data | {"regions": [people.south.slug]}).status_code == 302
    draft.refresh_from_db()
    assert draft.status == "open_for_feedback"


def test_ambition_page_says_why_it_cannot_be_adopted_yet(people, client, asked):
    feedback, question = answered(people, asked)
    signed_in(client, people.ben)
    page = client.get(f"/ambitions/{asked.slug}/").content.decode()
    assert "Feedback is still open" in page
    assert asked.feedback_request.get_absolute_url() in page
    close_request(asked.feedback_request, by=people.ben_acts)
    point = acts.mark_point(asked, by=people.ben_acts, feedback=feedback, question=question, quote="animals")
    assert "Answer every point first" in client.get(f"/ambitions/{asked.slug}/").content.decode()
    acts.answer_point(point, by=people.ben_acts, answer="accepted", reason="")
    page = client.get(f"/ambitions/{asked.slug}/").content.decode()
    assert "/steps/adopt_ambition/" in page
    assert "Answer every point first" not in page


def test_ambition_step_on_a_stale_version_is_409(people, client, asked):
    close_request(asked.feedback_request, by=people.ben_acts)
    opened = asked.version
    acts.edit_ambition(asked, by=people.ben_acts, lessons=[], title="Another aim")
    address = f"/ambitions/{asked.slug}/steps/adopt_ambition/"
    assert signed_in(client, people.ben).post(address, {"version": opened}).status_code == 409
    asked.refresh_from_db()
    assert asked.status == "open_for_feedback"
    assert client.post(address, {"version": asked.version}).status_code == 302


def test_ambition_edit_page_of_two_managers_shows_what_is_cited_now(people, client, draft):
    opened = draft.version
    other = things.lesson(people.north, title="Benches bring people out")
    acts.edit_ambition(draft, by=people.ben_acts, lessons=[other], title="Theirs", horizon_on=dt.date(2030, 5, 1))
    page = signed_in(client, people.ben).post(f"/ambitions/{draft.slug}/edit/", {"title": "Mine", "language": "en", "version": opened})
    assert page.status_code == 409
    stands = dict(page.context["conflict"])
    assert stands["Lessons it is shaped by"] == "Benches bring people out"
    assert {"Theirs", "1\u00a0May\u00a02030"} <= set(stands.values())


def mark(client, ambition, feedback, question, quote, **more):
    return client.post(f"/ambitions/{ambition.slug}/points/mark/", {f"{feedback.public_id}-{question.pk}-quote": quote} | more)


def test_point_mark_page_keeps_what_was_typed_when_it_does_not_stand_there(people, client, asked):
    feedback, question = answered(people, asked)
    signed_in(client, people.ben)
    page = mark(client, asked, feedback, question, "Think of the cats")
    assert page.status_code == 422
    assert "These words do not stand in the answer" in page.content.decode()
    assert "Think of the cats" in page.content.decode()
    assert not AmbitionPoint.objects.exists()


def test_point_mark_twice_marks_once(people, client, asked):
    feedback, question = answered(people, asked)
    signed_in(client, people.ben)
    for _click in range(2):
        assert mark(client, asked, feedback, question, "the animals", once="33333333-3333-4333-8333-333333333333").status_code == 302
    assert AmbitionPoint.objects.get().cluster == people.south


def test_point_mark_of_an_answer_to_another_request_is_404(people, client, asked):
    feedback, question = answered(people, asked)
    other = things.ambition(people.north, "open_for_feedback", title="Second aim")
    assert mark(signed_in(client, people.ben), other, feedback, question, "the animals").status_code == 404


def test_point_answer_page_asks_for_the_reason_and_keeps_the_choice(people, client, asked):
    feedback, question = answered(people, asked)
    point = acts.mark_point(asked, by=people.ben_acts, feedback=feedback, question=question, quote="animals")
    signed_in(client, people.ben)
    address = f"/ambitions/{asked.slug}/points/{point.public_id}/answer/"
    page = client.post(address, {f"{point.public_id}-answer": "declined", f"{point.public_id}-reason": ""})
    assert page.status_code == 422
    assert "Say why it is not taken over" in page.content.decode()
    assert client.post(address, {f"{point.public_id}-answer": "declined", f"{point.public_id}-reason": "No money."}).status_code == 302
    point.refresh_from_db()
    assert (point.answer, point.reason, point.answered_by) == ("declined", "No money.", people.ben_acts)


def test_point_remove_after_its_answer_is_409(people, client, asked):
    feedback, question = answered(people, asked)
    point = acts.mark_point(asked, by=people.ben_acts, feedback=feedback, question=question, quote="animals")
    acts.answer_point(point, by=people.ben_acts, answer="accepted", reason="")
    signed_in(client, people.ben)
    assert client.post(f"/ambitions/{asked.slug}/points/{point.public_id}/remove/").status_code == 409
    assert AmbitionPoint.objects.filter(pk=point.pk).exists()


def test_answer_to_a_point_can_be_changed_until_adoption(people, client, asked):
    feedback, question = answered(people, asked)
    point = acts.mark_point(asked, by=people.ben_acts, feedback=feedback, question=question, quote="animals")
    acts.answer_point(point, by=people.ben_acts, answer="declined", reason="No money.")
    page = signed_in(client, people.ben).get(f"/ambitions/{asked.slug}/points/").content.decode()
    assert "Change the answer" in page
    sent = {f"{point.public_id}-answer": "accepted", f"{point.public_id}-reason": ""}
    assert client.post(f"/ambitions/{asked.slug}/points/{point.public_id}/answer/", sent).status_code == 302
    point.refresh_from_db()
    assert (point.answer, point.reason) == ("accepted", "")


def test_ambition_points_page_of_an_adopted_ambition_has_no_forms(people, client, asked):
    answered(people, asked)
    close_request(asked.feedback_request, by=people.ben_acts)
    acts.adopt_ambition(asked, by=people.ben_acts)
    page = signed_in(client, people.ben).get(f"/ambitions/{asked.slug}/points/").content.decode()
    assert "Think of the animals." in page
    assert "/points/mark/" not in page


def test_drop_ambition_page_needs_a_reason(people, client, draft):
    signed_in(client, people.ben)
    address = f"/ambitions/{draft.slug}/steps/drop_ambition/"
    assert client.post(address, {"reason": " "}).status_code == 422
    assert client.post(address, {"reason": "The river flooded."}).status_code == 302
    assert "The river flooded." in client.get(f"/ambitions/{draft.slug}/").content.decode()


@pytest.mark.parametrize("who", [None, "ben", "carla"])
def test_ambition_pages_ask_as_much_for_30_points_as_for_1(people, client, who, asked, django_assert_max_num_queries):
    feedback, question = answered(people, asked)
    close_request(asked.feedback_request, by=people.ben_acts)

    def mark_and_answer():
        point = acts.mark_point(asked, by=people.ben_acts, feedback=feedback, question=question, quote="animals")
        acts.answer_point(point, by=people.ben_acts, answer="accepted", reason="")

    def count(address):
        with django_assert_max_num_queries(12) as counted:
            assert client.get(address).status_code == 200
        return len(counted)

    mark_and_answer()
    addresses = [f"/ambitions/{asked.slug}/", *([f"/ambitions/{asked.slug}/points/"] if who == "ben" else [])]
    if who is None:
        acts.adopt_ambition(asked, by=people.ben_acts)
    else:
        signed_in(client, getattr(people, who))
    before = [count(a) for a in addresses]
    for _n in range(29):
        AmbitionPoint.objects.create(ambition=asked, feedback=feedback, question=question, cluster=people.south, quote="animals")
    assert [count(a) for a in addresses] == before


def test_ambition_edit_page_of_an_adopted_ambition_is_409(people, client):
    adopted = things.ambition(people.north, "adopted")
    assert signed_in(client, people.ben).get(f"/ambitions/{adopted.slug}/edit/").status_code == 409
