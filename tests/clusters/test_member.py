"""People of a cluster: invited, joining by their link, removed."""

import datetime as dt
import re

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from clusters.domain import member as acts
from clusters.mails import PURPOSE
from clusters.models import Invitation, Membership, User
from inno4sports.core import clock
from inno4sports.core.lifecycle import WrongState
from inno4sports.core.models import Notification, OutboxMail
from inno4sports.core.outbox import MAILS
from inno4sports.core.tokens import make_token
from tests import factories as make
from tests.clusters.pages import as_person, post
from tests.clusters.test_cluster import verbs_of

INVITE = reverse("clusters:member_invite", args=["north"])
NEW = {"name": "Nina", "email": "Nina@north.example", "role": "partner", "language": "fi"}
ACCOUNT = {"name": "Nina North", "password": "a long pass phrase", "language": "fi"}


def invited(people, **changed):
    given = {"email": "nina@north.example", "name": "Nina", "role": "partner", "language": "fi"} | changed
    return acts.invite_member(people.north, by=people.ben_acts, **given)


def address(invitation, prefix=""):
    return f"{prefix}/invitation/{make_token(PURPOSE, invitation.public_id, invitation.generation)}/"


def follow(client, invitation, prefix=""):
    """Open the link of the mail; answers the address without the token."""
    answer = client.get(address(invitation, prefix))
    assert answer.status_code == 303
    return answer["Location"]


# Inviting ---------------------------------------------------------------------------------------------------------------------


def test_member_invite_owes_a_mail_in_the_chosen_language(people, client):
    as_person(client, people.ben)
    answer = post(client, INVITE, NEW | {"organisation": people.club.slug})
    assert answer.status_code == 302
    made = Invitation.objects.get()
    assert (made.email, made.role, made.organisation, made.invited_by) == ("nina@north.example", "partner", people.club, people.ben_acts)
    assert made.expires_at - made.invited_at == dt.timedelta(days=14)
    mail = OutboxMail.objects.get()
    assert (mail.template, mail.to, mail.language) == ("clusters.invited", "nina@north.example", "fi")
    assert verbs_of(people.north) == ["invite_member"]
    assert "nina@north.example" in client.get(reverse("clusters:cluster_members", args=["north"])).content.decode()


def test_member_invite_of_an_existing_account_is_in_its_language_and_told(people):
    invited(people, email=people.carla.email)
    assert OutboxMail.objects.get().language == "es"
    told = Notification.objects.get()
    assert (told.user, told.cause, told.settled_by_way) == (people.carla, "invitation", "instant")


@pytest.mark.parametrize(("data", "field"), [
    ({"email": "ana@north.example"}, "email"), ({"email": "nobody"}, "email"), ({"email": f"{'x' * 65}@north.example"}, "email"), ({"role": "king"}, "role"), ({"organisation": "beach-lab"}, "organisation"), ({"name": ""}, "name"),
])  # fmt: skip
def test_member_invite_shows_what_is_wrong(people, client, data, field):
    people.lab.slug = "beach-lab"
    people.lab.save()
    as_person(client, people.ben)
    answer = post(client, INVITE, NEW | data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Invitation.objects.exists()


def test_member_invite_refuses_a_second_open_invitation(people, client):
    invited(people)
    as_person(client, people.ben)
    assert post(client, INVITE, NEW).status_code == 422
    with pytest.raises(WrongState):
        invited(people, email="NINA@north.example")


def test_member_invite_can_raise_a_partner_to_manager(people):
    acts.accept_invitation(invited(people, email=people.ana.email, role="manager"), by=people.ana_acts)
    membership = Membership.objects.get(user=people.ana)
    assert (membership.role, membership.organisation) == ("manager", people.club)


@pytest.mark.parametrize("name", ["ana", "carla", "lena", "edda"])
def test_member_invite_is_for_its_managers(people, client, name):
    as_person(client, getattr(people, name))
    assert client.get(INVITE).status_code == 403
    assert post(client, INVITE, NEW).status_code == 403


def test_member_invite_by_the_administrator_makes_managers_only(people, client):
    as_person(client, people.ari)
    assert post(client, INVITE, NEW).status_code == 422
    assert post(client, INVITE, NEW | {"role": "manager"}).status_code == 302
    assert Invitation.objects.get().role == "manager"
    with pytest.raises(PermissionDenied):
        acts.invite_member(people.north, email="x@y.example", name="X", role="partner", language="en", by=people.ari_acts)


def test_member_invite_begins_with_the_contact_of_the_organisation(people, client):
    people.club.contact_name, people.club.contact_email = "Hanna", "hanna@ski.example"
    people.club.save()
    as_person(client, people.ben)
    assert "hanna@ski.example" in client.get(INVITE, {"organisation": people.club.slug}).content.decode()


def test_invitation_withdraw_stops_the_link_and_the_mail(people, client):
    invitation = invited(people)
    link = address(invitation)
    as_person(client, people.ben)
    url = reverse("clusters:invitation_withdraw", args=["north", invitation.public_id])
    assert post(client, url).status_code == 302
    assert post(client, url).status_code == 409
    mail = OutboxMail.objects.get()
    assert MAILS["clusters.invited"](mail.ids) is None
    client.logout()
    answer = client.get(client.get(link)["Location"])
    assert answer.status_code == 410
    assert "was withdrawn" in answer.content.decode()


def test_invitation_withdraw_is_for_its_managers(people, client):
    url = reverse("clusters:invitation_withdraw", args=["north", invited(people).public_id])
    for name in ("ana", "carla", "ari"):
        as_person(client, getattr(people, name))
        assert post(client, url).status_code == 403, name


# Accepting --------------------------------------------------------------------------------------------------------------------


def test_invitation_moves_the_token_into_a_cookie_of_that_page_alone(people, client):
    invitation = invited(people)
    answer = client.get(address(invitation))
    assert answer.status_code == 303
    assert answer["Location"] == f"/invitation/accept/{invitation.public_id}/"
    assert answer["Referrer-Policy"] == "no-referrer"
    cookies = {c["path"]: c for c in answer.cookies.values()}
    assert len(cookies) == 6
    for path, cookie in cookies.items():
        assert path.endswith(f"/invitation/accept/{invitation.public_id}/")
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
    page = client.get(answer["Location"])
    assert page["Referrer-Policy"] == "same-origin", "under no-referrer a browser sends its form with the origin null"
    assert page.status_code == 200


def test_invitation_works_under_each_prefix(people, client):
    invitation = invited(people)
    for prefix in ("", "/nl", "/es", "/hu", "/fi", "/pl"):
        where = follow(client, invitation, prefix)
        assert where.startswith(f"{prefix}/invitation/accept/")
        assert client.get(where).status_code == 200


def test_invitation_mail_carries_the_link_under_the_prefix_of_its_language(people):
    from django.utils import translation

    invited(people)
    mail = OutboxMail.objects.get()
    with translation.override(mail.language):
        letter = MAILS["clusters.invited"](mail.ids)
    assert letter.context["url"].startswith("http://testserver/fi/invitation/")


def test_invitation_with_a_mutilated_token_is_404(people, client):
    good = address(invited(people))
    for bad in (good[:-4] + "AAA/", good[:30] + "/", "/invitation/x/"):
        assert client.get(bad).status_code == 404, bad
    other = make_token("feedback", Invitation.objects.get().public_id, 1)
    assert client.get(f"/invitation/{other}/").status_code == 404


def test_invitation_accept_without_the_link_is_404(people, client):
    invitation = invited(people)
    where = reverse("clusters:invitation_accept", args=[invitation.public_id])
    assert client.get(where).status_code == 404
    assert post(client, where, ACCOUNT).status_code == 404
    follow(client, invited(people, email="other@north.example"))
    assert client.get(where).status_code == 404, "the cookie of one invitation opens no other"


def test_invitation_accept_with_a_new_account(people, client):
    invitation = invited(people, organisation=people.club)
    where = follow(client, invitation)
    answer = post(client, where, ACCOUNT)
    assert answer["Location"] == "/fi/dashboard/"
    nina = User.objects.get(email="nina@north.example")
    assert (nina.name, nina.language, nina.timezone) == ("Nina North", "fi", people.north.timezone)
    assert nina.check_password("a long pass phrase")
    assert EmailAddress.objects.filter(user=nina, email=nina.email, verified=True, primary=True).exists()
    assert client.session["_auth_user_id"] == str(nina.pk)
    membership = Membership.objects.get(user=nina)
    assert (membership.cluster, membership.role, membership.organisation) == (people.north, "partner", people.club)
    assert verbs_of(people.north) == ["invite_member", "join_cluster"]
    told = Notification.objects.get()
    assert (told.user, told.cause) == (people.ben, "member_joined")


def test_invitation_accept_sent_twice_acts_once(people, client):
    where = follow(client, invited(people))
    data = ACCOUNT | {"once": "0d6f3f0a-8d7c-4c5e-9a51-0ad0f0c3f0ac"}
    first = client.post(where, data)
    client.logout()
    second = client.post(where, data)
    assert first["Location"] == second["Location"]
    assert Membership.objects.filter(user__email="nina@north.example").count() == 1


@pytest.mark.parametrize(("field", "value"), [("password", "short"), ("password", "1234567890"), ("name", ""), ("language", "xx")])
def test_invitation_accept_shows_what_is_wrong(people, client, field, value):
    where = follow(client, invited(people))
    answer = post(client, where, ACCOUNT | {field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not User.objects.filter(email="nina@north.example").exists()
    assert "a long pass phrase" not in answer.content.decode()


def test_invitation_accept_ignores_another_address_in_the_form(people, client):
    where = follow(client, invited(people))
    post(client, where, ACCOUNT | {"email": "evil@example.org", "is_staff": "1", "role": "manager"})
    nina = User.objects.get(name="Nina North")
    assert (nina.email, nina.is_staff) == ("nina@north.example", False)
    assert Membership.objects.get(user=nina).role == "partner"


def test_invitation_accept_of_an_existing_account_asks_to_sign_in_first(people, client):
    where = follow(client, invited(people, email=people.dora.email))
    page = client.get(where).content.decode()
    assert f"/accounts/login/?next={where}" in page
    assert 'name="password"' not in page
    post(client, where, ACCOUNT)
    assert not Membership.objects.filter(user=people.dora, cluster=people.north).exists()
    as_person(client, people.dora)
    follow(client, Invitation.objects.get())
    assert post(client, where)["Location"] == "/es/dashboard/"
    assert Membership.objects.filter(user=people.dora, cluster=people.north, role="partner").exists()


def test_invitation_accept_signed_in_as_another_person_joins_nobody(people, client):
    invitation = invited(people)
    as_person(client, people.carla)
    where = follow(client, invitation)
    assert "The invitation is for another address" in client.get(where).content.decode()
    post(client, where, ACCOUNT)
    assert not User.objects.filter(email="nina@north.example").exists()
    with pytest.raises(PermissionDenied):
        acts.accept_invitation(invitation, by=people.carla_acts)


def test_invitation_accept_after_its_end_says_so(people, client):
    where = follow(client, invited(people))
    with clock.at(clock.now() + dt.timedelta(days=15)):
        answer = client.get(where)
        assert answer.status_code == 410
        assert "has expired" in answer.content.decode()
        assert post(client, where, ACCOUNT).status_code == 410
        assert MAILS["clusters.invited"](OutboxMail.objects.get().ids) is None
    assert not User.objects.filter(email="nina@north.example").exists()


def test_invitation_accept_a_second_time_says_that_it_was_used(people, client):
    where = follow(client, invited(people))
    post(client, where, ACCOUNT)
    assert client.get(where)["Location"] == "/dashboard/", "whoever joined by it opens it again, or goes back"
    client.logout()
    where = follow(client, Invitation.objects.get())
    answer = client.get(where)
    assert answer.status_code == 410
    assert "was used already" in answer.content.decode()


def test_accept_with_new_account_refuses_an_address_that_has_one(people):
    with pytest.raises(WrongState):
        acts.accept_with_new_account(invited(people, email=people.dora.email), name="D", password="x", language="en")


def test_invitation_page_hides_the_token(people, client):
    where = follow(client, invited(people))
    token = re.search(r"/invitation/([^/]+)/", address(Invitation.objects.get()))[1]
    assert token not in client.get(where).content.decode()


# Removing ---------------------------------------------------------------------------------------------------------------------


def remove_url(cluster, user):
    return reverse("clusters:member_remove", args=[cluster.slug, user.public_id])


def test_member_remove_asks_then_takes_access_at_once(people, client):
    as_person(client, people.ben)
    assert "Remove Ana from the cluster?" in client.get(remove_url(people.north, people.ana)).content.decode()
    assert Membership.objects.get(user=people.ana).removed_at is None
    assert post(client, remove_url(people.north, people.ana)).status_code == 302
    membership = Membership.objects.get(user=people.ana)
    assert membership.removed_by == people.ben_acts
    assert verbs_of(people.north) == ["remove_member"]
    told = Notification.objects.get()
    assert (told.user, told.cause) == (people.ana, "member_removed")
    as_person(client, people.ana)
    assert client.get(reverse("clusters:organisation_edit", args=[people.club.slug])).status_code == 403


def test_member_remove_keeps_the_last_manager(people, client):
    as_person(client, people.ben)
    assert post(client, remove_url(people.north, people.ben)).status_code == 409
    make.member(people.north, people.stranger, "manager")
    assert post(client, remove_url(people.north, people.ben))["Location"] == people.north.get_absolute_url()


def test_member_remove_is_for_its_managers(people, client):
    for name in ("ana", "carla", "ari"):
        as_person(client, getattr(people, name))
        assert client.get(remove_url(people.north, people.ana)).status_code == 403, name
    as_person(client, people.carla)
    assert client.get(remove_url(people.south, people.ana)).status_code == 404


def test_removed_member_can_be_invited_again(people):
    acts.remove_member(Membership.objects.get(user=people.ana), by=people.ben_acts)
    with pytest.raises(WrongState):
        acts.remove_member(Membership.objects.get(user=people.ana), by=people.ben_acts)
    acts.accept_invitation(invited(people, email=people.ana.email), by=people.ana_acts)
    assert Membership.objects.current().filter(user=people.ana).count() == 1


def test_people_and_invitations_are_shown_to_managers_only(people, client):
    invited(people)
    url = reverse("clusters:cluster_members", args=["north"])
    for name, seen in (("ben", True), ("ana", False), ("carla", False), ("edda", False), ("ari", False)):
        as_person(client, getattr(people, name))
        page = client.get(url).content.decode()
        assert ("mailto:ben@north.example" in page, "nina@north.example" in page) == (seen, seen), name
