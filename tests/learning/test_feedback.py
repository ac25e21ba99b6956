"""Answering by personal link or signed in: nothing typed is lost, one answer a person, nothing to be had without the link."""

import datetime as dt
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from inno4sports.core import clock
from inno4sports.core.lifecycle import Conflict, WrongState
from inno4sports.core.models import Actor, HistoryEvent, Notification
from learning.domain import request as acts
from learning.domain.feedback import save_feedback, submit_feedback
from learning.models import Feedback, FeedbackRequest, Questionnaire

from . import asking

pytestmark = pytest.mark.django_db

TYPED = {"useful": "4", "recommend": "9", "next": "try", "home": "Light the tracks", "change": ""}


def send(row, by=None, **fields):
    given = {"answers": asking.ANSWERS, "name_ok": False, "language": "en", "by": by or asking.holder(row)} | fields
    return submit_feedback(row, **given)


@pytest.fixture
def asked(people):
    return asking.opened(people, "guest@example.org", "dora@south.example")


@pytest.fixture
def row(asked):
    return asking.invitation(asked)


# Acts -----------------------------------------------------------------------------------------------------------------------


def test_save_feedback_keeps_a_draft_and_leaves_what_was_sent(row):
    send(row)
    feedback = save_feedback(row, typed={"home": "Another thought"}, by=asking.holder(row))
    assert feedback.draft == {"home": "Another thought"}
    assert feedback.answers == asking.ANSWERS
    assert feedback.status == "submitted"


def test_save_feedback_from_a_stale_tab_is_a_conflict(row):
    by = asking.holder(row)
    first = save_feedback(row, typed={"home": "one"}, by=by, version=0)
    save_feedback(row, typed={"home": "two"}, by=by, version=first.version)
    with pytest.raises(Conflict) as stale:
        save_feedback(row, typed={"home": "three"}, by=by, version=first.version)
    assert stale.value.thing.draft == {"home": "two"}
    with pytest.raises(Conflict):
        save_feedback(row, typed={"home": "four"}, by=by, version=0)


def test_submit_feedback_counts_once_and_tells_the_hosts_once(people, row):
    first = send(row)
    second = send(row, answers={"useful": 2})
    assert first.pk == second.pk
    assert Feedback.objects.get().answers == {"useful": 2}
    assert list(Notification.objects.filter(cause="feedback_received").values_list("user", flat=True)) == [people.ben.pk]


def test_submit_feedback_from_a_stale_tab_takes_what_is_empty_here_from_there(row):
    by = asking.holder(row)
    save_feedback(row, typed={"home": "from the other tab", "useful": 1}, by=by, version=0)
    feedback = send(row, by=by, answers={"useful": 5}, version=0)
    assert feedback.answers == {"home": "from the other tab", "useful": 5}


def test_submit_feedback_after_closing_is_refused(people, asked, row):
    acts.close_request(asked, by=people.ben_acts)
    with pytest.raises(WrongState):
        send(row)
    assert not Feedback.objects.exists()


def test_submit_feedback_past_the_closing_time_is_refused_though_nobody_closed(asked, row):
    with clock.at(asked.closes_at + dt.timedelta(seconds=1)), pytest.raises(WrongState):
        send(row)


def test_submit_feedback_for_somebody_else_is_refused(people, asked, row):
    other = asking.holder(asking.invitation(asked, "dora@south.example"))
    for by in (other, people.ben_acts, people.ari_acts, people.carla_acts):
        with pytest.raises(PermissionDenied):
            send(row, by=by)
    assert not Feedback.objects.exists()


def test_submit_feedback_never_writes_content_into_the_history(row):
    feedback = send(row)
    event = HistoryEvent.objects.get(thing_id=feedback.public_id)
    assert (event.verb, event.note) == ("submit_feedback", "")
    assert not HistoryEvent.objects.filter(thing_id=row.request.public_id, verb="submit_feedback").exists()


def test_submit_feedback_keeps_the_name_back_unless_the_request_is_named(people, row):
    assert send(row, name_ok=True).name_ok is False
    named = asking.opened(people, names="named")
    assert send(asking.invitation(named), name_ok=True).name_ok is True


# The link -------------------------------------------------------------------------------------------------------------------


def follow(client, row, prefix=""):
    return client.get(f"{prefix}/feedback/{asking.token(row)}/")


def test_feedback_link_leads_to_an_address_without_the_token(client, row):
    answer = follow(client, row)
    assert answer.status_code == 303
    assert answer["Location"] == f"/feedback/on/{row.public_id}/"
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "no-store")
    assert not Feedback.objects.exists()
    assert not Actor.objects.filter(kind="link_holder").exists()


def test_feedback_link_sets_one_cookie_a_language_for_that_page_alone(client, row):
    cookies = follow(client, row).cookies
    assert set(cookies) == {f"link-{c}" for c in ("en", "nl", "es", "hu", "fi", "pl")}
    for name, cookie in cookies.items():
        prefix = "" if name == "link-en" else f"/{name[-2:]}"
        assert cookie["path"] == f"{prefix}/feedback/on/{row.public_id}/"
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


def test_feedback_link_works_under_every_prefix_and_the_language_switch_keeps_it(client, row):
    assert follow(client, row, "/es")["Location"] == f"/es/feedback/on/{row.public_id}/"
    for prefix in ("", "/nl", "/es", "/hu", "/fi", "/pl"):
        assert client.get(f"{prefix}/feedback/on/{row.public_id}/").status_code == 200, prefix


def test_feedback_link_mutilated_withdrawn_or_unknown_is_a_page_with_a_sentence(people, client, asked, row):
    good = asking.token(row)
    tampered = good[:-1] + ("A" if good[-1] != "A" else "B")
    for token in (tampered, good[:20], "x", good.swapcase()):
        answer = client.get(f"/feedback/{token}/")
        assert answer.status_code == 404
        assert "This link does not work" in answer.content.decode()
        assert not answer.cookies
    acts.withdraw_link(row, by=people.ben_acts)
    assert follow(client, row).status_code == 404
    assert client.get(f"/feedback/{good}/").status_code == 404
    other = asking.invitation(asked, "dora@south.example")
    acts.withdraw_request(asked, by=people.ben_acts)
    assert follow(client, other).status_code == 404


def test_feedback_answer_is_shut_without_link_or_for_others(people, client, row):
    address = reverse("learning:feedback_answer", args=[row.public_id])
    for who in (None, people.ben, people.dora, people.ari):
        if who:
            client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert client.get(address).status_code == 404, who
        assert client.post(address, TYPED).status_code == 404, who
        assert client.post(reverse("learning:feedback_save", args=[row.public_id]), TYPED).status_code == 404, who
        assert client.get(reverse("learning:feedback_receipt", args=[row.public_id])).status_code == 404, who
    assert not Feedback.objects.exists()


def test_feedback_answer_with_the_cookie_of_another_invitation_is_shut(client, asked, row):
    other = asking.invitation(asked, "dora@south.example")
    client.cookies["link-en"] = asking.token(other)
    assert client.get(reverse("learning:feedback_answer", args=[row.public_id])).status_code == 404


def ended(people, client):
    """An invited person with an account, without a link, whose session is over; answers the row and the addresses to answer and to save."""
    row = asking.invitation(asking.opened(people, "dora@south.example"), "dora@south.example")
    client.cookies["sessionid"] = "gone"
    return [reverse(f"learning:feedback_{view}", args=[row.public_id]) for view in ("answer", "save")]


def test_feedback_answer_after_the_session_ended_shows_the_words_and_leads_back(people, client):
    answer, save = ended(people, client)
    page = client.post(answer, TYPED, HTTP_REFERER=f"http://testserver{answer}")
    assert page.status_code == 403
    assert "Light the tracks" in page.text
    assert f'href="/accounts/login/?next={answer}"' in page.text
    assert client.post(save, TYPED, headers={"Accept": "application/json"}).status_code == 401
    assert client.get(answer)["Location"] == f"/accounts/login/?next={answer}"
    assert not Feedback.objects.exists()


def test_feedback_answer_says_where_to_sign_in_when_saving_finds_the_session_ended(people, client):
    answer, _save = ended(people, client)
    client.force_login(people.dora, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert f'data-sign-in="Sign in" data-sign-in-url="/accounts/login/?next={answer}"' in client.get(answer).text


def test_feedback_answer_by_a_link_that_was_withdrawn_shows_the_words_back(people, client, row):
    follow(client, row)
    acts.withdraw_link(row, by=people.ben_acts)
    page = client.post(reverse("learning:feedback_answer", args=[row.public_id]), TYPED)
    assert page.status_code == 404
    assert "Light the tracks" in page.text


# The page -------------------------------------------------------------------------------------------------------------------


def test_feedback_answer_says_at_most_sixty_words_before_the_first_question(people, client):
    sheet = Questionnaire.objects.get(title="After a session")
    introduction = " ".join(["word"] * 15)
    asked = asking.opened(people, questionnaire=sheet, title="Feedback on the seminar in Lapland", introduction=introduction)
    for names in ("named", "to_managers"):
        FeedbackRequest.objects.filter(pk=asked.pk).update(names=names)
        row = asking.invitation(asked)
        follow(client, row)
        page = client.get(reverse("learning:feedback_answer", args=[row.public_id])).content.decode()
        before = page.split("<h1", 1)[1].split("<fieldset", 1)[0]
        words = re.sub(r"<[^>]+>", " ", "<h1" + before).split()
        assert 20 < len(words) <= 60, words
        assert str(FeedbackRequest.Names(names).label) in page


def test_feedback_answer_asks_for_nothing_compulsory_with_the_shipped_questionnaires(client):
    for sheet in Questionnaire.objects.filter(shipped=True):
        questions = list(sheet.questions.all())
        assert not any(q.required for q in questions)
        assert all(set(q.texts) == {"en", "nl", "es", "hu", "fi", "pl"} for q in questions)
        assert all(set(c["labels"]) == {"en", "nl", "es", "hu", "fi", "pl"} for q in questions for c in q.choices)


def test_feedback_answer_by_link_is_sent_and_shown_on_the_receipt(client, row):
    follow(client, row)
    answer = client.post(reverse("learning:feedback_answer", args=[row.public_id]), TYPED)
    receipt = reverse("learning:feedback_receipt", args=[row.public_id])
    assert (answer.status_code, answer["Location"]) == (302, receipt)
    feedback = Feedback.objects.get()
    assert feedback.answers == {"useful": 4, "recommend": 9, "next": "try", "home": "Light the tracks"}
    assert (feedback.submitted_by.kind, feedback.submitted_by.name) == ("link_holder", "Guest")
    page = client.get(receipt).content.decode()
    assert "Light the tracks" in page
    assert "Try it" in page


def test_feedback_answer_signed_in_needs_no_link(people, client, asked):
    row = asking.invitation(asked, "dora@south.example")
    client.force_login(people.dora, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("learning:feedback_answer", args=[row.public_id])
    assert client.get(address).status_code == 200
    assert client.post(address, TYPED).status_code == 302
    assert Feedback.objects.get().submitted_by.user == people.dora


def test_feedback_answer_sent_twice_is_one_answer(client, row):
    follow(client, row)
    address = reverse("learning:feedback_answer", args=[row.public_id])
    once = {"once": "7d2f5b0e-1111-4222-8333-444455556666"}
    assert client.post(address, TYPED | once)["Location"] == client.post(address, TYPED | once)["Location"]
    client.post(address, TYPED)
    assert Feedback.objects.count() == 1
    assert HistoryEvent.objects.filter(verb="submit_feedback").count() == 2


def test_feedback_answer_with_bad_input_keeps_what_was_typed(client, row):
    follow(client, row)
    address = reverse("learning:feedback_answer", args=[row.public_id])
    answer = client.post(address, TYPED | {"useful": "9", "home": "x" * 301})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"useful", "home"}
    assert "x" * 301 in answer.content.decode()
    assert client.post(address, dict.fromkeys(TYPED, "")).status_code == 422
    assert not Feedback.objects.exists()


def test_feedback_answer_shows_what_was_typed_last_then_what_was_sent(client, row):
    send(row)
    follow(client, row)
    address = reverse("learning:feedback_answer", args=[row.public_id])
    assert "Light the tracks" in client.get(address).content.decode()
    save_feedback(row, typed={"home": "Changed my mind"}, by=asking.holder(row))
    page = client.get(address).content.decode()
    assert "Changed my mind" in page
    assert "Light the tracks" not in page


def test_feedback_answer_after_closing_shows_the_text_back_and_keeps_it(people, client, asked, row):
    follow(client, row)
    acts.close_request(asked, by=people.ben_acts)
    address = reverse("learning:feedback_answer", args=[row.public_id])
    answer = client.post(address, TYPED)
    assert answer.status_code == 409
    assert "Light the tracks" in answer.content.decode()
    feedback = Feedback.objects.get()
    assert (feedback.status, feedback.answers, feedback.draft["home"]) == ("draft", {}, "Light the tracks")
    again = client.get(address)
    assert again.status_code == 200
    assert "Light the tracks" in again.content.decode()


def test_feedback_answer_offers_the_name_only_where_names_are_shown(people, client, row):
    follow(client, row)
    assert 'name="name_ok"' not in client.get(reverse("learning:feedback_answer", args=[row.public_id])).content.decode()
    named = asking.invitation(asking.opened(people, names="named"))
    follow(client, named)
    assert 'name="name_ok"' in client.get(reverse("learning:feedback_answer", args=[named.public_id])).content.decode()


# Autosave -------------------------------------------------------------------------------------------------------------------


def test_feedback_save_answers_with_the_version_only(client, row):
    follow(client, row)
    address = reverse("learning:feedback_save", args=[row.public_id])
    first = client.post(address, TYPED | {"version": "0"})
    assert (first.status_code, first["X-Version"], first.content) == (204, "1", b"")
    second = client.post(address, TYPED | {"version": "1", "home": "More"})
    assert (second.status_code, second["X-Version"]) == (204, "2")
    assert Feedback.objects.get().draft["home"] == "More"


def test_feedback_save_from_a_second_tab_gives_both_texts(client, row):
    follow(client, row)
    address = reverse("learning:feedback_save", args=[row.public_id])
    client.post(address, TYPED | {"version": "0", "home": "first tab"})
    answer = client.post(address, TYPED | {"version": "0", "home": "second tab"})
    assert answer.status_code == 409
    assert (answer.json()["stored"]["home"], answer.json()["typed"]["home"]) == ("first tab", "second tab")
    assert Feedback.objects.get().draft["home"] == "first tab"


def test_feedback_save_keeps_text_that_is_too_long_and_drops_what_is_no_answer(client, row):
    follow(client, row)
    client.post(reverse("learning:feedback_save", args=[row.public_id]), TYPED | {"home": "x" * 500, "useful": "7", "spy": "1"})
    assert Feedback.objects.get().draft == {"home": "x" * 500, "recommend": 9, "next": "try"}


def test_feedback_save_after_closing_says_so_and_keeps_the_text(people, client, asked, row):
    follow(client, row)
    acts.close_request(asked, by=people.ben_acts)
    answer = client.post(reverse("learning:feedback_save", args=[row.public_id]), TYPED)
    assert (answer.status_code, answer.json()["closed"]) == (409, True)
    assert Feedback.objects.get().draft["home"] == "Light the tracks"


def test_feedback_receipt_before_sending_leads_to_the_questions(client, row):
    follow(client, row)
    answer = client.get(reverse("learning:feedback_receipt", args=[row.public_id]))
    assert answer["Location"] == reverse("learning:feedback_answer", args=[row.public_id])


def test_feedback_answer_costs_at_most_twelve_queries(people, client, asked, django_assert_max_num_queries):
    row = asking.invitation(asked, "dora@south.example")
    client.force_login(people.dora, backend="allauth.account.auth_backends.AuthenticationBackend")
    with django_assert_max_num_queries(12):
        client.get(reverse("learning:feedback_answer", args=[row.public_id]))
