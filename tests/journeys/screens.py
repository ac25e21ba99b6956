"""Every page of the portal in one table: its template, who opens it, and how they come to it.

The rows stand on the demo data. An address is a text or a function that answers one, making what the demo does not have;
`fill` is typed into the page's form and sent, for pages that come as an answer. A new page template needs a row here.
"""

import datetime as dt
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from unittest import mock

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.idp.oidc.internal.oauthlib.device_codes import cache_device_code_key, cache_user_code_key
from django.conf import settings
from django.core.cache import cache

from actionplans.models import ActionPlan, Ambition, Result
from clusters.domain.member import invite_member, withdraw_invitation
from clusters.domain.program import create_program
from clusters.domain.token import create_token, revoke_leaked_token
from clusters.domain.webhook import create_webhook
from clusters.models import Cluster, Invitation, Membership, Organisation, Program, User, Webhook, WebhookDelivery
from dissemination.models import Finding
from inno4sports.core import clock
from inno4sports.core.tokens import make_token
from learning.models import FeedbackInvitation, FeedbackRequest, GoodPractice, Lesson, Questionnaire, Session
from tests import factories as make
from tests.factories import things

ROOT = Path(__file__).resolve().parents[2]
MANAGER, PARTNER, HOST = "manager@lapland.demo.example", "partner@lapland.demo.example", "manager@valencia.demo.example"
EDITOR, REVIEWER, ADMIN = "editor@epsi.demo.example", "reviewer@epsi.demo.example", "admin@portal.demo.example"
SOUTH, LODZ = "manager@south-netherlands.demo.example", "manager@lodzkie.demo.example"
LEAD = "lead@portal.demo.example"
VISITOR = ""
# What people write is longer than what we imagine, and in another language than the page.
LONG = {"title": "Hyvinvointiliikuntapalveluketjun kehittämissuunnitelman valmistelutyöpaja Rovaniemellä ja Kemijärvellä", "language": "fi"}


@dataclass(frozen=True)
class Screen:
    """One page. `at` is without language prefix; `calm` pages are reached by a personal link and have no breadcrumb."""

    template: str
    at: str | Callable[[], str]
    who: str = VISITOR
    status: int = 200
    fill: dict[str, str] = field(default_factory=dict)
    crumbs: bool = True
    indexed: bool = True  # a page by a personal link is in no other language's index
    prefixed: bool = True
    around: Callable[[], Any] = nullcontext  # what must hold while the page is made
    note: str = ""

    @property
    def area(self) -> str:
        folder, _slash, name = self.template.partition("/")
        if not name:
            return "errors"
        noun = name.partition("_")[0]
        return {"learning": "asking" if noun in ASKING else "learning", "actionplans": "plans" if noun in PLANS else "ambitions"}.get(folder, folder)

    def __str__(self) -> str:
        return self.template.removesuffix(".html") + (f" ({self.note})" if self.note else "")


ASKING = ("feedback", "questionnaire", "reply", "request", "summary")
PLANS = ("plan", "action", "record", "withdraw", "report")


def page_templates() -> set[str]:
    """Every template that is a page of its own; not mails, parts, and the frames."""
    folder = ROOT / "templates"
    pages = {p for p in folder.rglob("*.html") if p.read_text().startswith("{% extends base_template %}")}
    return {str(p.relative_to(folder)) for p in pages} - {"allauth/layouts/base.html"} | {"500.html"}


# Programs ---------------------------------------------------------------------------------------------------------------------


def manager() -> User:
    return User.objects.get(email=MANAGER)


def with_tokens() -> str:
    who = manager()
    for name in ("Spreadsheet", "Leaked"):
        facts = {"name": name, "scopes": ["learning:read", "learning:write"], "expires_on": clock.today() + dt.timedelta(days=9)}
        token = create_token(who, by=make.actor(who), **facts)
    revoke_leaked_token(token.secret)
    return "/settings/tokens/"


def program(role: str = "manager") -> Program:
    who = manager()
    return create_program(who.home_cluster, name="Hyvinvointiliikuntapalveluketju", role=role, scopes=["learning:read"], by=make.actor(who))


def webhook() -> Webhook:
    made = create_webhook(program(), address="https://example.org/a/long/way/to/go", kinds=["lessons"], by=make.actor(manager()))
    for status, answered in (("queued", None), ("sent", 204), ("given_up", 500)):
        facts = {"status": status, "answered": answered, "final_at": None if status == "queued" else clock.now(), "next_at": clock.now()}
        WebhookDelivery.objects.create(webhook=made, thing_kind="learning.lesson", thing_id=made.public_id, **facts)
    return made


def device() -> str:
    """The page that a program's code opens, as allauth keeps it for a waiting program."""
    made = program("person")
    held = {"device_code": "waits", "user_code": "BCDF-GHJK", "expires_in": 600, "interval": 5}
    state = {"expires_at": time.time() + 600, "granted": None, "last_poll_at": 0, "client_id": made.client_id, "scope": ["learning:read"]}
    cache.set(cache_user_code_key("BCDF-GHJK"), "waits", 600)
    cache.set(cache_device_code_key("waits"), {**state, "device": held, "resources": []}, 600)
    return "/device/?code=BCDF-GHJK"


# What the demo has -----------------------------------------------------------------------------------------------------------


def lapland() -> Cluster:
    return Cluster.objects.get(slug="lapland")


def user(email: str) -> User:
    return User.objects.get(email=email)


def of(model: Any, **fields: Any) -> str:
    """The address of the first row with these fields; no row is an error of the table."""
    rows = model.objects.filter(**fields).order_by("pk")
    assert rows.exists(), f"no {model.__name__} with {fields}"
    return rows.first().get_absolute_url()


def step(thing: Any, name: str) -> str:
    return f"{thing if isinstance(thing, str) else thing.get_absolute_url()}steps/{name}/"


def written(maker: Callable[..., Any], *args: Any, **fields: Any) -> str:
    return maker(*args, **fields, **LONG).get_absolute_url()


def draft_plan() -> Any:
    plan = things.plan(lapland(), "draft", policy_instrument="ERDF Northern Finland", **LONG)
    things.action(plan, title=LONG["title"], costs_eur=40_000, timeframe="From spring 2027 to autumn 2028")
    return plan


def demo_request(**fields: Any) -> FeedbackRequest:
    return FeedbackRequest.objects.filter(origin="demo", **fields).order_by("pk").first()


def answered_by(status: str) -> FeedbackInvitation:
    rows = FeedbackInvitation.objects.filter(feedback__status="submitted", request__status=status, user__isnull=False)
    return rows.select_related("user").order_by("pk").first()


def draft_to_invite() -> str:
    return written(things.request, lapland(), "draft") + "invite/"


def answering(screen: str, status: str) -> str:
    return f"/feedback/on/{answered_by(status).public_id}/{screen}"


def feedback_link() -> str:
    row = FeedbackInvitation.objects.filter(request__status="open", feedback=None, withdrawn_at=None).order_by("pk").first()
    return f"/feedback/{make_token('feedback', row.public_id, row.generation)}/"


def invitation(withdrawn: bool = False) -> str:
    row = invite_member(
        lapland(),
        email=f"new{Invitation.objects.count()}@club.example",
        name="New Person",
        role="partner",
        language="fi",
        by=make.actor(user(MANAGER)),
    )
    address = f"/invitation/{make_token('invitation', row.public_id, row.generation)}/"
    if withdrawn:
        withdraw_invitation(row, by=make.actor(user(MANAGER)))
    return address


def token_of(purpose: str, who: str = "") -> str:
    me = user(who or MANAGER)
    return make_token(purpose, me.public_id, 1)


def person_to_remove() -> str:
    row = Membership.objects.current().filter(cluster=lapland(), role="partner").select_related("user").first()
    return f"/clusters/lapland/people/{row.user.public_id}/remove/"


def held_session() -> str:
    """A session of Lapland with a place taken, that has begun."""
    session = things.session(lapland(), "held", **LONG)
    row = {"name": "Guest", "email": "guest@example.org", "language": "es"}
    session.registrations.create(**row)
    return session.get_absolute_url()


def coming_session() -> str:
    day = clock.today() + dt.timedelta(days=10)
    return things.session(lapland(), "announced", starts_on=day, ends_on=day, **LONG).get_absolute_url()


def letter() -> str:
    """A mail as the demo shows it."""
    mail = EmailMessage()
    mail["Subject"], mail["To"], mail["Date"] = "Palaute tilaisuudesta", MANAGER, "Sun, 01 Nov 2026 10:00:00 +0000"
    mail["Content-Language"] = "fi"
    mail.set_content("Hei!\n\nVastaa tästä: https://portal.example/fi/feedback/" + "x" * 60 + "/\n")
    mail.add_alternative("<html lang=fi><head><title>Palaute</title></head><body><p>Hei!</p></body></html>", subtype="html")
    settings.MAIL_DIR.mkdir(parents=True, exist_ok=True)
    (settings.MAIL_DIR / "20261101T100000-abc.eml").write_bytes(mail.as_bytes())
    return "/demo/mail/20261101T100000-abc/"


def without_password() -> str:
    person = user("lead@portal.demo.example")
    person.set_unusable_password()
    person.save(update_fields=["password"])
    return "/accounts/password/set/"


def confirm_address() -> str:
    row = EmailAddress.objects.create(user=user(MANAGER), email="other@lapland.demo.example")
    return f"/accounts/confirm-email/{EmailConfirmationHMAC(row).key}/"


def new_password() -> str:
    person = user(PARTNER)
    return f"/accounts/password/reset/key/{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}/"


def shipped() -> Questionnaire:
    return Questionnaire.objects.filter(shipped=True).order_by("pk").first()


def answered_request() -> FeedbackRequest:
    """Closed and answered, what was said is not shared yet."""
    return demo_request(cluster__slug="lodzkie", status="closed")


def demo_plan() -> str:
    return of(ActionPlan, origin="demo", cluster__slug="south-netherlands")


def members_to_decide() -> str:
    """The demo has an organisation that waits; here also an invitation."""
    invitation()
    return "/clusters/lapland/members/"


def too_many_sign_ups() -> str:
    cache.set("sign-up-127.0.0.1", 99, 3600)
    return "/clusters/lapland/members/join/"


def broken() -> Any:
    return mock.patch("inno4sports.views.bench_of", side_effect=ZeroDivisionError("for the page of errors"))


CLUB = {"name": "Hiihtokerho", "segment": "other", "contact_name": "Aino", "contact_email": "aino@club.example", "contact_language": "fi"}

PASTED = "name;segment;city\nHiihtokerho;sport;Rovaniemi\nUiniversity of Nowhere;nonsense;Kemi\n" + ";".join(
    (150 * "x", "company", 90 * "y", 60 * "z" + ".example")
)
INVITED = "guest@example.org; es; Guest\naino@club.example; fi; Aino\n" + "x" * 64 + "@" + "y" * 60 + ".example; fi; " + "z" * 120

SCREENS = [
    # The roof
    Screen("inno4sports/home.html", "/", crumbs=False),
    Screen("inno4sports/home.html", "/", MANAGER, crumbs=False, note="signed in"),
    Screen("inno4sports/dashboard.html", "/dashboard/", MANAGER),
    Screen("inno4sports/dashboard.html", "/dashboard/", EDITOR, note="editor"),
    Screen("inno4sports/dashboard.html", "/dashboard/", ADMIN, note="nothing waits"),
    Screen("inno4sports/search.html", "/search/?q=sport"),
    Screen("inno4sports/search.html", "/search/?q=xyzzy", note="nothing found"),
    Screen("inno4sports/privacy.html", "/privacy/"),
    Screen("inno4sports/accessibility.html", "/accessibility/"),
    Screen("inno4sports/imprint.html", "/imprint/"),
    Screen("inno4sports/contact.html", "/contact/"),
    Screen("inno4sports/docs.html", "/api/v1/docs/", indexed=False, prefixed=False),
    Screen("inno4sports/demo.html", "/demo/"),
    Screen("inno4sports/demo_mail.html", lambda: letter() and "/demo/mail/"),
    Screen("inno4sports/demo_letter.html", letter),
    # Errors
    Screen("400.html", "/search/?" + "a&" * 1001, status=400),
    Screen("403.html", "/clusters/new/", PARTNER, status=403),
    Screen("404.html", "/nowhere/", status=404),
    Screen("409.html", lambda: of(Ambition, status="adopted", cluster=lapland()) + "edit/", MANAGER, status=409),
    Screen("429.html", too_many_sign_ups, status=429, fill=CLUB),
    Screen("500.html", "/dashboard/", MANAGER, status=500, crumbs=False, indexed=False, around=broken),
    # Accounts
    Screen("account/login.html", "/accounts/login/"),
    Screen("account/login.html", "/accounts/login/", status=200, fill={"login": "nobody@example.org", "password": "wrong"}, note="refused"),
    Screen("account/request_login_code.html", "/accounts/login/code/"),
    Screen("account/confirm_login_code.html", "/accounts/login/code/", fill={"email": "person{n}@example.org"}),
    Screen("account/logout.html", "/accounts/logout/", MANAGER),
    Screen("account/signup_closed.html", "/accounts/signup/"),
    Screen("account/password_reset.html", "/accounts/password/reset/"),
    Screen("account/password_reset_done.html", "/accounts/password/reset/done/"),
    Screen("account/password_reset_from_key.html", new_password, indexed=False),
    Screen("account/password_reset_from_key.html", "/accounts/password/reset/key/x-y/", indexed=False, note="too old"),
    Screen("account/password_reset_from_key_done.html", "/accounts/password/reset/key/done/"),
    Screen("account/password_change.html", "/accounts/password/change/", MANAGER),
    Screen("account/password_set.html", without_password, LEAD),
    Screen("account/reauthenticate.html", "/accounts/reauthenticate/", MANAGER),
    Screen("account/email.html", "/accounts/email/", MANAGER),
    Screen("account/email_confirm.html", confirm_address, indexed=False),
    Screen("account/email_confirm.html", "/accounts/confirm-email/xyz/", indexed=False, note="too old"),
    Screen("account/verification_sent.html", "/accounts/confirm-email/"),
    Screen("account/account_inactive.html", "/accounts/inactive/"),
    # Regions and members
    Screen("clusters/cluster_list.html", "/clusters/"),
    Screen("clusters/cluster_list.html", "/clusters/?q=xyzzy", note="nothing found"),
    Screen("clusters/cluster_detail.html", "/clusters/lapland/"),
    Screen("clusters/cluster_detail.html", "/clusters/lapland/", MANAGER, note="manager"),
    Screen("clusters/cluster_performance.html", "/clusters/lapland/performance/"),
    Screen("clusters/cluster_history.html", "/clusters/lapland/history/", MANAGER),
    Screen("clusters/cluster_members.html", "/clusters/south-netherlands/members/"),
    Screen("clusters/cluster_members.html", members_to_decide, MANAGER, note="manager"),
    Screen("clusters/cluster_create.html", "/clusters/new/", ADMIN),
    Screen("clusters/cluster_edit.html", "/clusters/lapland/edit/", MANAGER),
    Screen("clusters/strength_add.html", "/clusters/lapland/excellences/new/", MANAGER),
    Screen("clusters/need_add.html", "/clusters/lapland/learning-needs/new/", MANAGER),
    Screen("clusters/organisation_detail.html", lambda: of(Organisation, cluster=lapland(), status="approved")),
    Screen("clusters/organisation_detail.html", lambda: of(Organisation, cluster=lapland(), status="approved"), MANAGER, note="manager"),
    Screen("clusters/organisation_edit.html", lambda: of(Organisation, cluster=lapland()) + "edit/", MANAGER),
    Screen("clusters/organisation_add.html", "/clusters/lapland/members/new/", MANAGER),
    Screen("clusters/organisation_sign_up.html", "/clusters/lapland/members/join/"),
    Screen("clusters/organisation_sign_up.html", "/clusters/lapland/members/join/", status=422, fill={"name": "x"}, note="errors"),
    Screen("clusters/organisation_signed_up.html", "/clusters/lapland/members/join/sent/"),
    Screen("clusters/members_paste.html", "/clusters/lapland/members/paste/", MANAGER),
    Screen("clusters/members_paste.html", "/clusters/lapland/members/paste/", MANAGER, status=422, fill={"text": PASTED}, note="checked"),
    Screen("clusters/member_invite.html", "/clusters/lapland/members/invite/", MANAGER),
    Screen("clusters/member_remove.html", person_to_remove, MANAGER),
    Screen("clusters/invitation_accept.html", invitation, indexed=False),
    Screen("clusters/invitation_closed.html", lambda: invitation(withdrawn=True), status=410, indexed=False),
    Screen("clusters/settings.html", "/settings/", MANAGER),
    Screen("clusters/token_list.html", with_tokens, MANAGER),
    Screen("clusters/token_list.html", "/settings/tokens/", EDITOR, status=422, fill={"name": ""}, note="errors"),
    Screen("clusters/program_list.html", lambda: f"/clusters/{program().cluster.slug}/programs/", MANAGER),
    Screen("clusters/program_list.html", "/programs/", EDITOR, note="EPSI"),
    Screen("clusters/webhook_list.html", lambda: f"/programs/{webhook().program.public_id}/webhooks/", MANAGER),
    Screen("clusters/webhook_detail.html", lambda: webhook().get_absolute_url(), MANAGER),
    Screen("clusters/device_approve.html", "/device/", PARTNER),
    Screen("clusters/device_approve.html", device, PARTNER, note="known"),
    # Learning
    Screen("learning/learning_home.html", "/learning/"),
    Screen("learning/learning_home.html", "/learning/", MANAGER, note="manager"),
    Screen("learning/session_list.html", "/learning/sessions/"),
    Screen("learning/session_detail.html", lambda: of(Session, origin="recorded")),
    Screen("learning/session_detail.html", coming_session, PARTNER, note="to come"),
    Screen("learning/session_detail.html", held_session, MANAGER, note="held"),
    Screen("learning/session_create.html", "/learning/sessions/new/", MANAGER),
    Screen("learning/session_edit.html", lambda: written(things.session, lapland(), "draft") + "edit/", MANAGER),
    Screen("learning/session_attendance.html", lambda: held_session() + "attendance/", MANAGER),
    Screen("learning/session_register_person.html", lambda: coming_session() + "register-person/", MANAGER),
    Screen("learning/practice_list.html", "/learning/practices/"),
    Screen("learning/practice_detail.html", lambda: of(GoodPractice, origin="recorded")),
    Screen("learning/practice_detail.html", lambda: of(GoodPractice, status="submitted"), LODZ, note="submitted"),
    Screen("learning/practice_create.html", "/learning/practices/new/", PARTNER),
    Screen("learning/practice_edit.html", lambda: written(things.practice, lapland(), "draft") + "edit/", MANAGER),
    Screen("learning/practice_step.html", lambda: step(written(things.practice, lapland(), "submitted"), "return_practice"), MANAGER),
    Screen("learning/practice_step.html", lambda: step(written(things.practice, lapland(), "published"), "admit_practice"), EDITOR, note="admit"),
    Screen("learning/lesson_list.html", "/learning/lessons/"),
    Screen("learning/lesson_detail.html", lambda: of(Lesson, origin="demo", audience="public")),
    Screen("learning/lesson_detail.html", lambda: written(things.lesson, lapland(), "draft"), MANAGER, note="draft"),
    Screen("learning/lesson_create.html", "/learning/lessons/new/", MANAGER),
    Screen("learning/lesson_edit.html", lambda: written(things.lesson, lapland(), "draft") + "edit/", MANAGER),
    Screen("learning/lesson_delete.html", lambda: written(things.lesson, lapland(), "draft") + "delete/", MANAGER),
    # Asking for feedback, answering, what was said
    Screen("learning/request_list.html", "/feedback-requests/", MANAGER),
    Screen("learning/request_detail.html", lambda: demo_request(status="open", sessions__isnull=False).get_absolute_url(), HOST),
    Screen("learning/request_create.html", "/feedback-requests/new/", MANAGER),
    Screen("learning/request_edit.html", lambda: written(things.request, lapland(), "draft") + "edit/", MANAGER),
    Screen("learning/request_invite.html", draft_to_invite, MANAGER),
    Screen(
        "learning/request_invite.html",
        lambda: written(things.request, lapland(), "draft") + "invite/",
        MANAGER,
        fill={"addresses": INVITED},
        note="checked",
    ),
    Screen("learning/request_step.html", lambda: step(written(things.request, lapland(), "open"), "extend_request"), MANAGER),
    Screen("learning/reply_edit.html", lambda: step(answered_request(), "reply_to_feedback"), LODZ),
    Screen("learning/summary_detail.html", lambda: f"{answered_request().get_absolute_url()}summary/", LODZ),
    Screen(
        "learning/summary_detail.html",
        lambda: f"{demo_request(shared_at__isnull=False, cluster=lapland()).get_absolute_url()}summary/",
        PARTNER,
        note="shared",
    ),
    Screen("learning/questionnaire_list.html", "/questionnaires/", MANAGER),
    Screen("learning/questionnaire_detail.html", lambda: shipped().get_absolute_url(), MANAGER),
    Screen("learning/questionnaire_create.html", "/questionnaires/new/", MANAGER),
    Screen("learning/questionnaire_create.html", lambda: f"/questionnaires/new/?from={shipped().public_id}", MANAGER, note="from another"),
    Screen("learning/questionnaire_edit.html", lambda: things.questionnaire(lapland()).get_absolute_url() + "edit/", MANAGER),
    Screen("learning/feedback_answer.html", feedback_link, crumbs=False, indexed=False),
    Screen("learning/feedback_closed.html", lambda: answering("", "closed"), SOUTH, crumbs=False, indexed=False),
    Screen("learning/feedback_receipt.html", lambda: answering("receipt/", "closed"), SOUTH, crumbs=False, indexed=False),
    Screen("learning/feedback_gone.html", "/feedback/nothing/", status=404, crumbs=False, indexed=False),
    # Ambitions and results
    Screen("actionplans/ambition_list.html", "/ambitions/"),
    Screen("actionplans/ambition_detail.html", lambda: of(Ambition, origin="recorded")),
    Screen("actionplans/ambition_detail.html", lambda: of(Ambition, status="open_for_feedback"), HOST, note="open"),
    Screen("actionplans/ambition_create.html", "/ambitions/new/", MANAGER),
    Screen("actionplans/ambition_edit.html", lambda: written(things.ambition, lapland(), "draft") + "edit/", MANAGER),
    Screen("actionplans/ambition_open.html", lambda: step(written(things.ambition, lapland(), "draft"), "open_ambition"), MANAGER),
    Screen("actionplans/ambition_drop.html", lambda: step(written(things.ambition, lapland(), "draft"), "drop_ambition"), MANAGER),
    Screen("actionplans/ambition_points.html", lambda: of(Ambition, status="open_for_feedback") + "points/", HOST),
    Screen("actionplans/result_detail.html", lambda: of(Result, status="published")),
    Screen("actionplans/result_detail.html", lambda: written(things.result, lapland(), "draft"), MANAGER, note="draft"),
    Screen("actionplans/result_create.html", lambda: demo_plan() + "actions/1/results/new/", SOUTH),
    Screen("actionplans/result_edit.html", lambda: written(things.result, lapland(), "draft") + "edit/", MANAGER),
    # Plans
    Screen("actionplans/plan_list.html", "/action-plans/"),
    Screen("actionplans/plan_detail.html", lambda: of(ActionPlan, origin="recorded", cluster=lapland())),
    Screen("actionplans/plan_detail.html", lambda: draft_plan().get_absolute_url(), MANAGER, note="draft"),
    Screen("actionplans/plan_create.html", "/action-plans/new/", MANAGER),
    Screen("actionplans/plan_edit.html", lambda: draft_plan().get_absolute_url() + "edit/", MANAGER),
    Screen("actionplans/plan_history.html", lambda: demo_plan() + "history/", MANAGER),
    Screen("actionplans/plan_revision.html", lambda: demo_plan() + "revisions/1/"),
    Screen("actionplans/record_endorsement.html", lambda: step(written(things.plan, lapland(), "decided"), "record_endorsement"), MANAGER),
    Screen("actionplans/withdraw_plan.html", lambda: step(draft_plan(), "withdraw_plan"), MANAGER),
    Screen("actionplans/action_detail.html", lambda: demo_plan() + "actions/1/"),
    Screen("actionplans/action_detail.html", lambda: demo_plan() + "actions/1/", SOUTH, note="manager"),
    Screen("actionplans/action_create.html", lambda: draft_plan().get_absolute_url() + "actions/new/", MANAGER),
    Screen("actionplans/action_edit.html", lambda: draft_plan().get_absolute_url() + "actions/1/edit/", MANAGER),
    Screen("actionplans/report_create.html", lambda: demo_plan() + "actions/1/report/", SOUTH),
    # Findings, evidence, digests
    Screen("dissemination/finding_list.html", "/findings/"),
    Screen("dissemination/finding_list.html", "/findings/", EDITOR, note="editor"),
    Screen("dissemination/finding_detail.html", lambda: of(Finding, origin="demo", status="published")),
    Screen("dissemination/finding_detail.html", lambda: of(Finding, status="in_review"), REVIEWER, note="in review"),
    Screen("dissemination/finding_create.html", "/findings/new/", EDITOR),
    Screen(
        "dissemination/finding_edit.html", lambda: written(things.finding, lapland(), "draft", created_by=make.actor(user(EDITOR))) + "edit/", EDITOR
    ),
    Screen("dissemination/finding_propose.html", "/findings/propose/", MANAGER),
    Screen("dissemination/return_finding.html", lambda: step(of(Finding, status="in_review"), "return_finding"), REVIEWER),
    Screen("dissemination/correct_finding.html", lambda: step(of(Finding, status="published"), "correct_finding"), EDITOR),
    Screen("dissemination/evidence.html", "/evidence/"),
    Screen("dissemination/evidence.html", "/evidence/", MANAGER, note="manager"),
    Screen("dissemination/gap_list.html", "/gaps/", MANAGER),
    Screen("dissemination/gap_list.html", "/gaps/", EDITOR, note="editor"),
    Screen("dissemination/preferences_edit.html", lambda: f"/preferences/{token_of('preferences')}/", indexed=False),
    Screen("dissemination/unsubscribe.html", lambda: f"/unsubscribe/{token_of('preferences', EDITOR)}/", indexed=False, prefixed=False),
]
