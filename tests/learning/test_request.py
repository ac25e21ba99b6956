"""Asking for feedback: who is asked, when mails go out, what each person sees and may do."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from inno4sports.core import clock, outbox
from inno4sports.core.lifecycle import WrongState
from inno4sports.core.models import HistoryEvent, Notification, OutboxMail
from learning.domain import request as acts
from learning.domain.request import Invitee
from learning.models import FeedbackInvitation, FeedbackRequest, Registration
from learning.tasks import remind_and_close_requests
from tests import factories as make
from tests.factories import things

from . import asking

pytestmark = pytest.mark.django_db


def mails(template):
    return OutboxMail.objects.filter(template=f"learning.{template}")


def letter(mail):
    return outbox.MAILS[mail.template](mail.ids)


def said(thing):
    return list(HistoryEvent.objects.filter(thing_id=thing.public_id).order_by("id").values_list("verb", flat=True))


# Acts -----------------------------------------------------------------------------------------------------------------------


def test_create_request_is_a_draft_that_tells_nobody(people):
    asked = asking.draft(people)
    assert (asked.status, said(asked)) == ("draft", ["create_request"])
    assert not OutboxMail.objects.exists()
    assert not Notification.objects.exists()


def test_create_request_for_another_cluster_is_refused(people):
    with pytest.raises(PermissionDenied):
        asking.draft(people, cluster=people.south)
    with pytest.raises(PermissionDenied):
        asking.draft(people, cluster=None)


def test_create_request_about_a_session_points_the_session_to_it(people):
    session = things.session(people.north, "held")
    asked = asking.draft(people, session=session)
    session.refresh_from_db()
    assert session.feedback_request == asked
    with pytest.raises(WrongState):
        asking.draft(people, session=session)
    acts.withdraw_request(asked, by=people.ben_acts)
    assert asking.draft(people, session=session).status == "draft"


def test_edit_request_changes_a_draft_only(people):
    asked = asking.opened(people)
    with pytest.raises(WrongState):
        acts.edit_request(
            asked, title="Other", introduction="", language="en", questionnaire=asked.questionnaire, names="named",
            closes_at=asked.closes_at, remind_at=None, about_title="", about_url="", by=people.ben_acts,
        )  # fmt: skip
    asked.refresh_from_db()
    assert asked.names == "to_managers"


def test_open_request_sends_one_mail_to_each_and_notifies_accounts(people):
    asked = asking.opened(people, "guest@example.org", "DORA@south.example")
    assert sorted(mails("feedback_asked").values_list("to", "language")) == [("dora@south.example", "es"), ("guest@example.org", "en")]
    told = Notification.objects.get(user=people.dora)
    assert (told.cause, told.settled_by_way) == ("feedback_asked", "instant")
    dora = asking.invitation(asked, "dora@south.example")
    assert (dora.user, dora.cluster) == (people.dora, people.south)


def test_open_request_without_people_or_with_a_past_time_is_refused(people):
    asked = asking.draft(people)
    with pytest.raises(WrongState):
        acts.open_request(asked, by=people.ben_acts)
    acts.invite_to_answer(asked, people=[Invitee("guest@example.org")], by=people.ben_acts)
    FeedbackRequest.objects.filter(pk=asked.pk).update(closes_at=clock.now() - dt.timedelta(hours=1))
    with pytest.raises(WrongState):
        acts.open_request(asked, by=people.ben_acts)
    assert not OutboxMail.objects.exists()


def test_invite_to_answer_while_open_sends_at_once_and_only_to_the_new(people):
    asked = asking.opened(people)
    new = acts.invite_to_answer(asked, people=[Invitee("Guest@example.org"), Invitee("late@example.org", "Late", "fi")], by=people.ben_acts)
    assert [i.email for i in new] == ["late@example.org"]
    assert mails("feedback_asked").count() == 2
    assert mails("feedback_asked").get(to="late@example.org").language == "fi"


def test_invite_to_answer_by_another_manager_is_refused(people):
    asked = asking.opened(people)
    with pytest.raises(PermissionDenied):
        acts.invite_to_answer(asked, people=[Invitee("spy@example.org")], by=people.carla_acts)
    assert asked.invitations.count() == 1


def test_withdraw_link_stops_the_mail_and_a_new_invitation_gets_a_new_link(people):
    asked = asking.opened(people)
    row = asking.invitation(asked)
    acts.withdraw_link(row, by=people.ben_acts)
    assert letter(mails("feedback_asked").get()) is None
    acts.invite_to_answer(asked, people=[Invitee("guest@example.org", "Guest")], by=people.ben_acts)
    first, second = mails("feedback_asked").order_by("id")
    assert letter(first) is None
    assert letter(second).context["url"].endswith(f"/feedback/{asking.token(asking.invitation(asked))}/")


def test_feedback_asked_mail_is_no_longer_due_when_answered_closed_or_withdrawn(people):
    asked = asking.opened(people, "a@example.org", "b@example.org")
    asking.answer(asked, "a@example.org")
    due = {mail.to: letter(mail) is not None for mail in mails("feedback_asked")}
    assert due == {"a@example.org": False, "b@example.org": True}
    acts.close_request(asked, by=people.ben_acts)
    assert not any(letter(mail) for mail in mails("feedback_asked"))


def test_remind_request_asks_only_who_has_not_answered_and_once_a_day(people):
    asked = asking.opened(people, "a@example.org", "b@example.org", "c@example.org")
    asking.answer(asked, "a@example.org")
    acts.withdraw_link(asking.invitation(asked, "c@example.org"), by=people.ben_acts)
    acts.remind_request(asked, by=people.ben_acts)
    assert [m.to for m in mails("feedback_reminder")] == ["b@example.org"]
    with pytest.raises(WrongState):
        acts.remind_request(asked, by=people.ben_acts)
    asking.answer(asked, "b@example.org")
    assert letter(mails("feedback_reminder").get()) is None


def test_remind_and_close_requests_acts_when_due_and_twice_changes_nothing(people):
    now = clock.now()
    asked = asking.opened(people, remind_at=now + dt.timedelta(days=11), closes_at=now + dt.timedelta(days=14))
    assert remind_and_close_requests() == 0
    for days, done in ((12, 1), (12, 0), (13.5, 0), (15, 1), (15, 0)):
        with clock.at(now + dt.timedelta(days=days)):
            assert remind_and_close_requests() == done, days
    asked.refresh_from_db()
    assert asked.status == "closed"
    assert asked.closed_by.is_system
    assert mails("feedback_reminder").count() == 1
    assert Notification.objects.get(cause="feedback_closed").user == people.ben


def test_extend_request_needs_a_later_time_and_reminds_anew(people):
    asked = asking.opened(people)
    with pytest.raises(WrongState):
        acts.extend_request(asked, closes_at=asked.closes_at, by=people.ben_acts)
    later = asked.closes_at + dt.timedelta(days=7)
    acts.extend_request(asked, closes_at=later, by=people.ben_acts)
    assert (asked.closes_at, asked.remind_at, asked.status) == (later, later - dt.timedelta(days=3), "open")


def test_reopen_request_is_refused_once_the_summary_is_shared(people):
    from learning.domain.summary import share_summary

    asked = asking.answered(people)
    later = clock.now() + dt.timedelta(days=30)
    acts.reopen_request(asked, closes_at=later, by=people.ben_acts)
    assert (asked.status, asked.closed_at, asked.takes_answers) == ("open", None, True)
    acts.close_request(asked, by=people.ben_acts)
    share_summary(asked, by=people.ben_acts)
    with pytest.raises(WrongState):
        acts.reopen_request(asked, closes_at=later, by=people.ben_acts)


# Pages ----------------------------------------------------------------------------------------------------------------------


def page(client, who, name, *args, **query):
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.get(reverse(f"learning:{name}", args=args), query)


def form_data(asked_form, **fields):
    return {name: field.value() or "" for name, field in ((f.name, f) for f in asked_form)} | fields


def test_request_detail_of_a_draft_is_for_its_hosts(people, client):
    asked = asking.draft(people)
    seen = {
        name: page(client, getattr(people, name), "request_detail", asked.slug).status_code for name in ("ben", "ana", "carla", "lena", "edda", "ari")
    }
    assert seen == {"ben": 200, "ana": 404, "carla": 404, "lena": 404, "edda": 404, "ari": 404}


def test_request_detail_leads_the_invited_to_the_questions_and_hides_who_else_is_asked(people, client):
    asked = asking.opened(people, "dora@south.example", "secret@example.org")
    answer = page(client, people.dora, "request_detail", asked.slug).content.decode()
    assert reverse("learning:feedback_answer", args=[asking.invitation(asked, "dora@south.example").public_id]) in answer
    assert "secret@example.org" not in answer


def test_request_list_shows_what_i_may_see(people, client):
    asked = asking.opened(people, "dora@south.example")
    for who, seen in ((people.ben, True), (people.dora, True), (people.carla, False), (people.stranger, False)):
        assert (asked.title in page(client, who, "request_list").content.decode()) is seen, who


def test_request_create_after_a_session_has_every_default_right(people, client):
    people.north.timezone = "Europe/Helsinki"
    people.north.save()
    session = things.session(people.north, "held")
    Registration.objects.create(session=session, name="Dora", email="dora@south.example", user=people.dora, cluster=people.south, language="es")
    address = reverse("learning:request_create") + f"?session={session.public_id}"
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    form = client.get(address).context["form"]
    answer = client.post(address, form_data(form))
    asked = FeedbackRequest.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("learning:request_invite", args=[asked.slug])
    assert asked.title == f"Feedback on {session.title}"
    assert (asked.names, asked.questionnaire.title, asked.about_title) == ("to_managers", "After a session", session.title)
    closes = asked.closes_at.astimezone(dt.timezone(dt.timedelta(hours=0)))
    assert (asked.closes_at - asked.remind_at) == dt.timedelta(days=3)
    import zoneinfo

    local = asked.closes_at.astimezone(zoneinfo.ZoneInfo("Europe/Helsinki"))
    assert (local.hour, local.minute, local.date()) == (22, 59, clock.today("Europe/Helsinki") + dt.timedelta(days=14))
    assert closes.second == 0
    invite = reverse("learning:request_invite", args=[asked.slug])
    persons = client.get(invite).context["form"].initial["persons"]
    dry = client.post(invite, {"persons": persons})
    assert dry.status_code == 200
    assert not FeedbackInvitation.objects.exists()
    client.post(invite, {"persons": persons, "confirm": "open"})
    asked.refresh_from_db()
    assert asked.status == "open"
    assert mails("feedback_asked").get().to == "dora@south.example"


def test_request_create_for_a_session_of_another_cluster_is_refused(people, client):
    session = things.session(people.south, "held")
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("learning:request_create"), {"session": session.public_id}).status_code == 403
    assert client.get(reverse("learning:request_create"), {"session": "no-id"}).status_code == 404


def test_request_create_keeps_what_was_typed_when_something_is_wrong(people, client):
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("learning:request_create")
    data = form_data(client.get(address).context["form"], title="My title", closes_at="2001-01-01T10:00", introduction="word " * 21)
    answer = client.post(address, data)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"closes_at", "introduction"}
    assert "My title" in answer.content.decode()
    assert not FeedbackRequest.objects.exists()


def test_request_create_by_a_partner_is_refused(people, client):
    assert page(client, people.ana, "request_create").status_code == 403


def test_request_create_sent_twice_makes_one(people, client):
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("learning:request_create")
    data = form_data(client.get(address).context["form"], title="Once", once="7d2f5b0e-1111-4222-8333-444455556666")
    assert client.post(address, data)["Location"] == client.post(address, data)["Location"]
    assert FeedbackRequest.objects.count() == 1


def test_request_invite_dry_run_says_row_by_row_what_would_happen(people, client):
    asked = asking.opened(people)
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    pasted = "\n".join(
        ["Eva <eva@example.org> pl", "jan@example.org;nl;Jan", "no address", "guest@example.org", "x@example.org;de", "EVA@example.org"]
    )
    address = reverse("learning:request_invite", args=[asked.slug])
    answer = client.post(address, {"addresses": pasted})
    rows = answer.context["form"].rows
    assert [(r.invitee.email, r.invitee.name, r.invitee.language) for r in rows if r.invitee] == [
        ("eva@example.org", "Eva", "pl"), ("jan@example.org", "Jan", "nl"),
    ]  # fmt: skip
    assert [bool(r.problem) for r in rows] == [False, False, True, True, True, True]
    assert asked.invitations.count() == 1
    client.post(address, {"addresses": pasted, "confirm": "invite"})
    assert asked.invitations.count() == 3


def test_request_invite_leaves_out_an_address_that_no_mail_server_takes(people, client):
    """The part before the @ has 64 characters at most."""
    asked = asking.draft(people)
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.post(reverse("learning:request_invite", args=[asked.slug]), {"addresses": f"{'x' * 64}@example.org\n{'x' * 65}@example.org"})
    assert [str(row.problem) for row in answer.context["form"].rows] == ["", "This holds no e-mail address."]


def test_request_invite_with_nobody_is_an_error(people, client):
    asked = asking.draft(people)
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(reverse("learning:request_invite", args=[asked.slug]), {"addresses": "  "}).status_code == 422


def test_request_step_by_each_person(people, client):
    asked = asking.opened(people, "dora@south.example")
    address = reverse("learning:feedbackrequest_step", args=[asked.slug, "close_request"])
    for who, status in ((people.dora, 403), (people.carla, 404), (people.ben, 302)):
        client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert client.post(address).status_code == status, who
    asked.refresh_from_db()
    assert asked.status == "closed"
    assert client.post(address).status_code == 409


def test_request_step_extend_asks_for_a_time_first(people, client):
    asked = asking.opened(people)
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("learning:feedbackrequest_step", args=[asked.slug, "extend_request"])
    assert client.get(address).status_code == 200
    assert client.post(address, {"closes_at": "2001-01-01T10:00"}).status_code == 422
    later = (asked.closes_at + dt.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(address, {"closes_at": later}).status_code == 302
    before = asked.closes_at
    asked.refresh_from_db()
    assert asked.closes_at > before


def test_request_link_withdraw_ends_the_link(people, client):
    asked = asking.opened(people)
    row = asking.invitation(asked)
    client.force_login(people.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.post(reverse("learning:request_link_withdraw", args=[asked.slug, row.public_id]))
    client.logout()
    assert client.get(reverse("learning:feedback_link", args=[asking.token(row)])).status_code == 404


def test_request_list_is_searched_as_other_lists_are(people, client):
    """By words in any order, with or without accents; each row tells how many answered of those who were invited."""
    found = asking.answered(people, "one@example.org", title="Hóban a pályán")
    asking.draft(people, title="Another")
    shown = page(client, people.ben, "request_list", q="palyan hoban").content.decode()
    assert found.title in shown
    assert "1/1" in shown
    assert "Another" not in shown


@pytest.mark.parametrize("name", ["request_detail", "request_list"])
def test_request_pages_cost_the_same_with_one_and_with_thirty(name, people, client, django_assert_max_num_queries):
    def cost(args):
        with django_assert_max_num_queries(12) as counted:
            assert client.get(reverse(f"learning:{name}", args=args)).status_code == 200
        return len(counted)

    asked = asking.opened(people, "one@example.org")
    args = [asked.slug] if name == "request_detail" else []
    page(client, people.ben, name, *args)
    first = cost(args)
    acts.invite_to_answer(asked, people=[Invitee(f"p{n}@example.org", cluster=make.cluster()) for n in range(30)], by=people.ben_acts)
    for n in range(20):
        asking.draft(people, title=f"Another {n}", questionnaire=asked.questionnaire)
    assert cost(args) == first
