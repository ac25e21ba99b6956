"""What was said: who reads how much of it, what leaves only when released, and the reply."""

import csv
import io

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from inno4sports.core import outbox
from inno4sports.core.lifecycle import WrongState
from inno4sports.core.models import HistoryEvent, Notification, OutboxMail
from learning.domain import request as acts
from learning.domain.request import Invitee
from learning.domain.summary import Point, hold_back_text, release_text, reply_to_feedback, share_summary, summary_of
from learning.models import Feedback, Question, ReleasedText, ReplyPoint
from tests import factories as make

from . import asking

pytestmark = pytest.mark.django_db

SIX = [f"guest{n}@example.org" for n in range(6)]


def question(asked, key="home"):
    return Question.objects.get(questionnaire=asked.questionnaire, key=key)


def sign_in(client, who):
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")


def page(client, who, name, *args):
    sign_in(client, who)
    return client.get(reverse(f"learning:{name}", args=args))


# Figures --------------------------------------------------------------------------------------------------------------------


def test_summary_of_counts_shares_and_means(people):
    asked = asking.answered(people, *SIX)
    summary = summary_of(asked, full=True)
    assert (summary.invited, summary.answered, summary.rate) == (6, 6, 100)
    useful, recommend, then = summary.questions[:3]
    assert [(s.label, s.count) for s in useful.shares] == [("1", 2), ("2", 1), ("3", 1), ("4", 1), ("5", 1)]
    assert useful.mean == pytest.approx(16 / 6)
    assert (recommend.mean, len(recommend.shares)) == (9, 11)
    assert [(s.label, s.count, s.percent) for s in then.shares] == [("Try it", 6, 100), ("Nothing", 0, 0)]
    assert then.mean is None


def test_summary_of_a_few_answers_tells_others_no_spread_and_no_mean(people):
    few = asking.answered(people, *SIX[:4])
    for said in summary_of(few).questions[:3]:
        assert (said.n, said.mean, said.shares, said.withheld) == (4, None, [], True)
    assert summary_of(few, full=True).questions[0].mean is not None


def test_summary_of_gives_others_only_released_texts_and_no_names(people):
    asked = asking.answered(people, *SIX)
    assert summary_of(asked).questions[3].texts == []
    assert summary_of(asked).singles == []
    release_text(Feedback.objects.first(), question=question(asked), by=people.ben_acts)
    shown = summary_of(asked).questions[3].texts
    assert [(t.text, t.name) for t in shown] == [("Light the tracks", "")]


@pytest.mark.parametrize(("north", "south", "nowhere", "shown"), [
    (5, 5, 0, [5, 5]), (6, 2, 0, []), (6, 2, 3, [6, 5]), (3, 3, 0, [6]), (2, 1, 0, []),
])  # fmt: skip
def test_summary_of_never_breaks_down_below_five(people, north, south, nowhere, shown):
    asked = asking.draft(people)
    origins = [people.north] * north + [people.south] * south + [None] * nowhere
    acts.invite_to_answer(asked, people=[Invitee(f"x{n}@example.org", cluster=c) for n, c in enumerate(origins)], by=people.ben_acts)
    acts.open_request(asked, by=people.ben_acts)
    for n in range(len(origins)):
        asking.answer(asked, f"x{n}@example.org")
    assert [s.count for s in summary_of(asked).clusters] == shown
    assert sum(s.count for s in summary_of(asked, full=True).clusters) == len(origins)


# Acts -----------------------------------------------------------------------------------------------------------------------


def test_release_text_carries_the_name_only_when_named_and_agreed(people):
    for names, agreed, shown in (("named", True, True), ("named", False, False), ("to_managers", True, False)):
        asked = asking.opened(people, names=names)
        feedback = asking.answer(asked, name_ok=agreed)
        assert release_text(feedback, question=question(asked), by=people.ben_acts).with_name is shown
        assert bool(summary_of(asked).questions[3].texts[0].name) is shown


def test_release_text_is_held_back_when_its_author_changes_it(people):
    asked = asking.opened(people, names="named")
    feedback = asking.answer(asked, name_ok=True)
    release_text(feedback, question=question(asked), by=people.ben_acts)
    asking.answer(asked, name_ok=False)
    assert ReleasedText.objects.get().with_name is False
    asking.answer(asked, home="I take that back")
    assert not ReleasedText.objects.exists()


def test_release_text_of_a_figure_or_of_nothing_is_refused(people):
    asked = asking.opened(people)
    feedback = asking.answer(asked, change="")
    for key in ("useful", "change"):
        with pytest.raises(WrongState):
            release_text(feedback, question=question(asked, key), by=people.ben_acts)


def test_release_and_hold_back_leave_no_content_in_the_history(people):
    asked = asking.answered(people)
    feedback = Feedback.objects.get()
    release_text(feedback, question=question(asked), by=people.ben_acts)
    hold_back_text(feedback, question=question(asked), by=people.ben_acts)
    hold_back_text(feedback, question=question(asked), by=people.ben_acts)
    verbs = HistoryEvent.objects.filter(thing_id=asked.public_id, verb__in=["release_text", "hold_back_text"])
    assert sorted(verbs.values_list("verb", "note")) == [("hold_back_text", ""), ("release_text", "")]


def test_release_text_by_others_is_refused(people):
    asked = asking.answered(people)
    for by in (people.carla_acts, people.ana_acts, people.edda_acts, people.ari_acts):
        with pytest.raises(PermissionDenied):
            release_text(Feedback.objects.get(), question=question(asked), by=by)


def test_share_summary_tells_the_network_once(people):
    asked = asking.answered(people, "dora@south.example")
    share_summary(asked, by=people.ben_acts)
    told = set(Notification.objects.filter(cause="summary_shared").values_list("user__name", flat=True))
    assert told == {"Carla", "Lena", "Dora"}
    with pytest.raises(WrongState):
        share_summary(asked, by=people.ben_acts)


def test_share_summary_without_an_answer_or_while_open_is_refused(people):
    asked = asking.opened(people)
    with pytest.raises(WrongState):
        share_summary(asked, by=people.ben_acts)
    acts.close_request(asked, by=people.ben_acts)
    with pytest.raises(WrongState):
        share_summary(asked, by=people.ben_acts)
    asked.refresh_from_db()
    assert asked.shared_at is None


def test_reply_to_feedback_mails_all_who_answered_and_only_them_once(people):
    asked = asking.opened(people, "guest@example.org", "dora@south.example", "silent@example.org")
    asking.answer(asked)
    asking.answer(asked, "dora@south.example")
    acts.close_request(asked, by=people.ben_acts)
    points = [Point("More time outdoors", "will", "Half a day is walking"), Point("Cheaper", "will_not", "No budget")]
    reply_to_feedback(asked, points=points, by=people.ben_acts)
    mails = OutboxMail.objects.filter(template="learning.reply_sent")
    assert sorted(mails.values_list("to", "language")) == [("dora@south.example", "es"), ("guest@example.org", "en")]
    told = Notification.objects.get(cause="reply_sent")
    assert (told.user, told.settled_by_way) == (people.dora, "instant")
    text = str(outbox.rendered(mails.get(to="guest@example.org")))
    assert "Half a day is walking" in text
    with pytest.raises(WrongState):
        reply_to_feedback(asked, points=points, by=people.ben_acts)
    assert ReplyPoint.objects.count() == 2


@pytest.mark.parametrize("template", ["feedback_asked", "feedback_reminder"])
def test_feedback_mails_carry_the_link_in_the_language_of_the_person(people, template):
    asked = asking.opened(people, "dora@south.example")
    if template == "feedback_reminder":
        acts.remind_request(asked, by=people.ben_acts)
    message = outbox.rendered(OutboxMail.objects.get(template=f"learning.{template}"))
    link = f"/es/feedback/{asking.token(asking.invitation(asked, 'dora@south.example'))}/"
    plain, html = (part.get_content() for part in message.walk() if part.get_content_maintype() == "text")
    assert link in plain
    assert link in html


# Pages ----------------------------------------------------------------------------------------------------------------------


def test_summary_detail_is_for_the_hosts_until_it_is_shared(people, client):
    asked = asking.answered(people, *SIX)
    before = {n: page(client, getattr(people, n), "summary_detail", asked.slug).status_code for n in ("ben", "ana", "carla", "edda", "ari")}
    assert before == {"ben": 200, "ana": 404, "carla": 404, "edda": 404, "ari": 404}
    share_summary(asked, by=people.ben_acts)
    after = {
        n: page(client, getattr(people, n), "summary_detail", asked.slug).status_code for n in ("ben", "ana", "carla", "edda", "ari", "stranger")
    }
    assert after == {"ben": 200, "ana": 200, "carla": 200, "edda": 200, "ari": 404, "stranger": 404}


def test_summary_detail_is_refused_to_the_invited_before_sharing(people, client):
    asked = asking.answered(people, "dora@south.example")
    assert page(client, people.dora, "summary_detail", asked.slug).status_code == 403


def test_summary_detail_shows_names_and_unreleased_texts_to_the_hosts_only(people, client):
    asked = asking.answered(people, *SIX)
    share_summary(asked, by=people.ben_acts)
    hosts = page(client, people.ben, "summary_detail", asked.slug).content.decode()
    others = page(client, people.carla, "summary_detail", asked.slug).content.decode()
    for secret in ("Guest3", "Light the tracks", "Release the text", "Single answers"):
        assert secret in hosts, secret
        assert secret not in others, secret
    assert "<svg" in others


def test_summary_release_and_hold_back_by_button(people, client):
    asked = asking.answered(people)
    sign_in(client, people.ben)
    data = {"feedback": str(Feedback.objects.get().public_id), "question": "home"}
    client.post(reverse("learning:summary_release", args=[asked.slug]), data)
    assert ReleasedText.objects.get().text == "Light the tracks"
    client.post(reverse("learning:summary_hold_back", args=[asked.slug]), data)
    assert not ReleasedText.objects.exists()


def test_summary_release_of_an_answer_to_another_request_is_not_found(people, client):
    asked, other = asking.answered(people), asking.answered(people, title="Another one")
    sign_in(client, people.ben)
    foreign = Feedback.objects.get(request=other)
    for data in ({"feedback": str(foreign.public_id), "question": "home"}, {"feedback": "no-id", "question": "home"}, {}):
        assert client.post(reverse("learning:summary_release", args=[asked.slug]), data).status_code == 404
    assert not ReleasedText.objects.exists()


def test_summary_csv_is_for_the_hosts_and_no_cell_is_a_formula(people, client):
    asked = asking.opened(people)
    asking.answer(asked, home="=HYPERLINK(1)", change="@SUM(1)")
    acts.close_request(asked, by=people.ben_acts)
    share_summary(asked, by=people.ben_acts)
    assert page(client, people.carla, "summary_csv", asked.slug).status_code == 403
    answer = page(client, people.ben, "summary_csv", asked.slug)
    head, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert len(head) == len(row) == 9
    assert (row[0], row[4:]) == ("Guest", ["4", "9", "Try it", "'=HYPERLINK(1)", "'@SUM(1)"])


def test_summary_detail_of_a_withdrawn_request_is_over(people, client):
    asked = asking.answered(people, close=False)
    acts.withdraw_request(asked, by=people.ben_acts)
    assert page(client, people.ben, "summary_detail", asked.slug).status_code == 409


def test_reply_page_keeps_what_was_typed_and_sends(people, client):
    asked = asking.answered(people)
    sign_in(client, people.ben)
    address = reverse("learning:feedbackrequest_step", args=[asked.slug, "reply_to_feedback"])
    assert client.get(address).status_code == 200
    empty = {"points-TOTAL_FORMS": "10", "points-INITIAL_FORMS": "0"}
    assert client.post(address, empty).status_code == 422
    half = client.post(address, empty | {"points-0-said": "More time", "points-0-answer": "will"})
    assert half.status_code == 422
    assert "More time" in half.content.decode()
    full = empty | {"points-0-said": "More time", "points-0-answer": "will", "points-0-text": "Half a day", "points-0-due_on": "2026-05-01"}
    assert client.post(address, full)["Location"] == reverse("learning:summary_detail", args=[asked.slug])
    assert [(p.said, p.answer, p.text) for p in ReplyPoint.objects.all()] == [("More time", "will", "Half a day")]
    assert "Half a day" in client.get(reverse("learning:summary_detail", args=[asked.slug])).content.decode()


def test_reply_page_says_at_once_that_the_reply_has_gone_out_or_that_nobody_answered(people, client):
    asked, silent = asking.answered(people), asking.opened(people, title="Nobody came")
    acts.close_request(silent, by=people.ben_acts)
    reply_to_feedback(asked, points=[Point("More time", "will", "Half a day")], by=people.ben_acts)
    sign_in(client, people.ben)
    for thing, words in ((asked, "The reply has gone out already."), (silent, "Nobody answered, so there is nobody to reply to.")):
        answer = client.get(reverse("learning:feedbackrequest_step", args=[thing.slug, "reply_to_feedback"]))
        assert answer.status_code == 409
        assert words in answer.text
        assert f'href="{thing.get_absolute_url()}"' in answer.text
    late = client.post(reverse("learning:feedbackrequest_step", args=[asked.slug, "reply_to_feedback"]), {"points-0-said": "Later words"})
    assert late.status_code == 409
    assert "Later words" in late.text


def test_reopening_is_refused_before_a_time_is_asked_for_once_the_summary_is_shared(people, client):
    asked = share_summary(asking.answered(people), by=people.ben_acts)
    sign_in(client, people.ben)
    answer = client.get(reverse("learning:feedbackrequest_step", args=[asked.slug, "reopen_request"]))
    assert answer.status_code == 409
    assert "What was said is shared with the network, so it stays as it is." in answer.text


def test_summary_detail_costs_the_same_with_one_and_with_thirty(people, client, django_assert_max_num_queries):
    sign_in(client, people.ben)

    def cost(asked):
        with django_assert_max_num_queries(12) as counted:
            assert client.get(reverse("learning:summary_detail", args=[asked.slug])).status_code == 200
        return len(counted)

    one = asking.answered(people, "one@example.org")
    many = asking.draft(people, title="Many")
    emails = [f"m{n}@example.org" for n in range(30)]
    acts.invite_to_answer(many, people=[Invitee(e, cluster=make.cluster()) for e in emails], by=people.ben_acts)
    acts.open_request(many, by=people.ben_acts)
    for email in emails:
        asking.answer(many, email)
    acts.close_request(many, by=people.ben_acts)
    cost(one)
    assert cost(one) == cost(many)
