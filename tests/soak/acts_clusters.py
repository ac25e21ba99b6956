"""The acts of `clusters` for the sweep: how to come to each, and the act itself."""

import datetime as dt

from allauth.idp.oidc.models import Token

from clusters.domain import cluster as regions
from clusters.domain import delivery as telling
from clusters.domain import member as members
from clusters.domain import organisation as organisations
from clusters.domain import program as programs
from clusters.domain import settings as persons
from clusters.domain import token as tokens
from clusters.domain import webhook as webhooks
from clusters.models import Invitation, LearningNeed, Membership, PersonalToken, Strength, Webhook, WebhookDelivery
from inno4sports.core import clock
from tests import factories as make
from tests.factories import things

NEW_REGION = {
    "name": "Cluster West", "region_name": "West", "code": "WES", "country": "PT", "content_languages": ["en"], "timezone": "Europe/Lisbon",
    "host": None, "manager_email": "dora@south.example", "manager_name": "Dora", "manager_language": "es",
}  # fmt: skip
PROFILE = {
    "name": "Cluster North", "own_name": "Pohjoinen", "region_names": {"en": "North"}, "city": "Town", "nuts_code": "FI1D7",
    "timezone": "Europe/Helsinki", "content_languages": ["en", "fi"], "website": "", "summary": "Snow.", "began": "", "language": "en",
    "latitude": None, "longitude": None,
}  # fmt: skip
SIGNED_UP = {
    "name": "Tennis Club", "segment": "other", "city": "Town", "website": "", "summary": "Tennis.", "contact_name": "Dora",
    "contact_email": "dora@south.example", "contact_language": "es",
}  # fmt: skip
DIRECTORY = {
    "name": "Tennis Club", "segment": "other", "city": "Town", "website": "", "summary": "Tennis.", "language": "en",
    "contact_name": "Dora", "contact_email": "dora@south.example",
}  # fmt: skip
OWN_SETTINGS = {
    "name": "Ana North", "language": "fi", "timezone": "Europe/Helsinki", "theme": "dark", "digest": "daily", "digest_hour": 9,
}  # fmt: skip
INVITED = {"email": "dora@south.example", "name": "Dora", "role": "manager", "language": "es"}


def invitation(people, **more):
    return members.invite_member(people.north, by=people.ben_acts, **(INVITED | more))


def candidate(people):
    thing = make.cluster(status="candidate")
    make.member(thing, people.ana)
    return thing


def membership(people):
    return Membership.objects.get(user=people.ana)


def strength(people):
    return Strength.objects.create(cluster=people.north, topic=make.topic(), text="Ski tracks")


def need(people):
    return LearningNeed.objects.create(cluster=people.north, topic=make.topic(), text="Beaches")


def pending(people, status="pending"):
    return make.organisation(people.north, status=status, contact_name="Dora", contact_email="dora@south.example")


def expired(people):
    Invitation.objects.filter(pk=invitation(people).pk).update(expires_at=clock.now() - dt.timedelta(days=400))


def declined_long_ago(people):
    thing = pending(people)
    thing.status, thing.decided_at, thing.decided_by = "declined", clock.now() - dt.timedelta(days=400), people.ben_acts
    thing.save()


def token(people):
    return tokens.create_token(
        people.ana, name="Sheet", scopes=["learning:read"], expires_on=clock.today() + dt.timedelta(days=9), by=people.ana_acts
    )


def secret(people):
    return token(people).secret


def used_long_ago(people):
    held = token(people)
    PersonalToken.objects.filter(pk=held.pk).update(last_used_at=clock.now() - dt.timedelta(days=2))
    return held.secret


def ended_token(people):
    PersonalToken.objects.filter(pk=token(people).pk).update(expires_at=clock.now() - dt.timedelta(days=400))


def program(people, role="manager"):
    return programs.create_program(people.north, name="Site", role=role, scopes=["learning:read"], by=people.ben_acts)


def access_token(people, days=3650):
    """As /identity/ gives it; `days` ago it ended when negative."""
    made = program(people)
    row = Token(type=Token.Type.ACCESS_TOKEN, client=made.client, scopes="learning:read", expires_at=clock.now() + dt.timedelta(days=days))
    row.set_value("access")
    row.save()
    return "access"


def approval(people):
    made = program(people, "person")
    row = Token(type=Token.Type.ACCESS_TOKEN, client=made.client, user=people.ana, expires_at=clock.now() + dt.timedelta(days=1))
    row.set_value("access")
    row.save()
    return made


HOOK = {"address": "https://93.184.215.14/hook", "kinds": ["lessons"]}


def webhook(people):
    return webhooks.create_webhook(program(people), by=people.ben_acts, **HOOK)


def webhook_off(people):
    made = webhook(people)
    Webhook.objects.filter(pk=made.pk).update(off_at=clock.now())
    return made


def told(people, **more):
    made = webhook(people)
    lesson = things.lesson(people.north, "shared")
    facts = {"thing_kind": lesson.kind, "thing_id": lesson.public_id, "next_at": clock.now()} | more
    return WebhookDelivery.objects.create(webhook=made, **facts)


def untold(people):
    webhook(people)
    things.lesson(people.north, "shared")
    things.number_changes()


ACTS = {
    # cluster
    "create_cluster": (lambda p: None, lambda p, _n: regions.create_cluster(by=p.ari_acts, **NEW_REGION)),
    "edit_cluster": (lambda p: p.north, lambda p, c: regions.edit_cluster(c, by=p.ben_acts, **PROFILE)),
    "activate_cluster": (candidate, lambda p, c: regions.activate_cluster(c, by=p.ari_acts)),
    "archive_cluster": (lambda p: p.south, lambda p, c: regions.archive_cluster(c, by=p.ari_acts)),
    "restore_cluster": (lambda p: make.cluster(status="archived"), lambda p, c: regions.restore_cluster(c, by=p.ari_acts)),
    "add_strength": (
        lambda p: make.topic(),
        lambda p, t: regions.add_strength(p.north, topic=t, text="Ski tracks", language="en", sources=["https://example.org/"], by=p.ben_acts),
    ),
    "remove_strength": (strength, lambda p, s: regions.remove_strength(s, by=p.ben_acts)),
    "add_need": (lambda p: make.topic(), lambda p, t: regions.add_need(p.north, topic=t, text="Beaches", language="en", by=p.ben_acts)),
    "remove_need": (need, lambda p, n: regions.remove_need(n, by=p.ben_acts)),
    # member
    "invite_member": (lambda p: None, lambda p, _n: members.invite_member(p.north, by=p.ben_acts, **INVITED)),
    "withdraw_invitation": (invitation, lambda p, i: members.withdraw_invitation(i, by=p.ben_acts)),
    "accept_invitation": (invitation, lambda p, i: members.accept_invitation(i, by=p.dora_acts)),
    "accept_invitation of a member": (
        lambda p: invitation(p, email="ana@north.example"),
        lambda p, i: members.accept_invitation(i, by=p.ana_acts),
    ),
    "accept_with_new_account": (
        lambda p: invitation(p, email="nina@north.example"),
        lambda p, i: members.accept_with_new_account(i, name="Nina", password="a long pass phrase", language="fi"),
    ),
    "create_account": (lambda p: None, lambda p, _n: members.create_account(email="nina@north.example", name="Nina")),
    "remove_member": (membership, lambda p, m: members.remove_member(m, by=p.ben_acts)),
    "forget_old_invitations": (expired, lambda p, _n: members.forget_old_invitations(before=clock.now())),
    # organisation
    "sign_up_organisation": (lambda p: None, lambda p, _n: organisations.sign_up_organisation(p.north, by=None, **SIGNED_UP)),
    "add_organisation": (
        lambda p: make.topic(),
        lambda p, t: organisations.add_organisation(p.north, topics=[t], by=p.ben_acts, **DIRECTORY),
    ),
    "add_organisations": (
        lambda p: None,
        lambda p, _n: organisations.add_organisations(
            p.north, rows=[organisations.Row("Tennis Club", "other"), organisations.Row("Golf Club", "other")], by=p.ben_acts
        ),
    ),
    "edit_organisation": (
        lambda p: (p.club, make.topic()),
        lambda p, x: organisations.edit_organisation(x[0], topics=[x[1]], by=p.ben_acts, **DIRECTORY),
    ),
    "approve_organisation": (pending, lambda p, o: organisations.approve_organisation(o, by=p.ben_acts)),
    "decline_organisation": (pending, lambda p, o: organisations.decline_organisation(o, by=p.ben_acts)),
    "archive_organisation": (lambda p: p.club, lambda p, o: organisations.archive_organisation(o, by=p.ben_acts)),
    "restore_organisation": (lambda p: pending(p, "archived"), lambda p, o: organisations.restore_organisation(o, by=p.ben_acts)),
    "forget_declined_contacts": (declined_long_ago, lambda p, _n: organisations.forget_declined_contacts(before=clock.now())),
    # settings
    "edit_settings": (
        lambda p: (p.ana, make.topic()),
        lambda p, x: persons.edit_settings(x[0], topics=[x[1]], by=p.ana_acts, **OWN_SETTINGS),
    ),
    "appoint": (
        lambda p: p.stranger,
        lambda p, u: persons.appoint(u, editor=True, coordinator=False, administrator=False, active=True, by=p.ari_acts),
    ),
    # token
    "create_token": (lambda p: None, lambda p, _n: token(p)),
    "revoke_token": (token, lambda p, t: tokens.revoke_token(t, by=p.ana_acts)),
    "revoke_leaked_token": (secret, lambda p, s: tokens.revoke_leaked_token(s)),
    "use_token": (used_long_ago, lambda p, s: tokens.use_token(s)),
    "forget_old_tokens": (ended_token, lambda p, _n: tokens.forget_old_tokens(before=clock.now())),
    # program
    "create_program": (lambda p: None, lambda p, _n: program(p)),
    "renew_secret": (program, lambda p, x: programs.renew_secret(x, by=p.ben_acts)),
    "revoke_program": (program, lambda p, x: programs.revoke_program(x, by=p.ben_acts)),
    "use_access_token": (access_token, lambda p, s: programs.use_access_token(s)),
    "withdraw_approval": (approval, lambda p, x: programs.withdraw_approval(p.ana, x, by=p.ana_acts)),
    "revoke_leaked_access_token": (access_token, lambda p, s: programs.revoke_leaked_access_token(s)),
    "forget_ended_access_tokens": (
        lambda p: access_token(p, days=-1),
        lambda p, _n: programs.forget_ended_access_tokens(before=clock.now()),
    ),
    # webhook
    "create_webhook": (program, lambda p, x: webhooks.create_webhook(x, by=p.ben_acts, **HOOK)),
    "edit_webhook": (webhook, lambda p, x: webhooks.edit_webhook(x, by=p.ben_acts, **HOOK)),
    "renew_webhook_secret": (webhook, lambda p, x: webhooks.renew_webhook_secret(x, by=p.ben_acts)),
    "switch_on_webhook": (webhook_off, lambda p, x: webhooks.switch_on_webhook(x, by=p.ben_acts)),
    "delete_webhook": (webhook, lambda p, x: webhooks.delete_webhook(x, by=p.ben_acts)),
    "send_again": (lambda p: told(p, status="sent", final_at=clock.now()), lambda p, d: webhooks.send_again(d, by=p.ben_acts)),
    # delivery
    "tell_webhooks": (untold, lambda p, _n: telling.tell_webhooks()),
    "forget_waiting_deliveries": (told, lambda p, _d: telling.forget_waiting_deliveries()),
    "forget_old_deliveries": (
        lambda p: told(p, status="sent", final_at=clock.now() - dt.timedelta(days=90)),
        lambda p, _n: telling.forget_old_deliveries(before=clock.now()),
    ),
}
