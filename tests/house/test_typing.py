"""Every form of the portal, with nonsense in every field: never an exception, a sentence by the field, the input shown back, nothing written."""

import datetime as dt
import pathlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpRequest, QueryDict
from django.urls import get_resolver
from django.utils import translation
from django.utils.html import escape

from actionplans.forms.ambition import AmbitionForm, AnswerPointForm, OpenForm, PointForm, ReasonForm
from actionplans.forms.plan import ActionForm, EndorsementForm, PlanForm, ReportForm, ResultForm, WithdrawForm
from clusters.forms.account import AcceptForm, SettingsForm
from clusters.forms.cluster import ClusterCreateForm, ClusterFilter, ClusterForm, NeedForm, StrengthForm
from clusters.forms.filters import ListFilter
from clusters.forms.member import InviteForm as MemberForm
from clusters.forms.organisation import MemberFilter, OrganisationForm, PasteForm, SignUpForm
from clusters.forms.program import ProgramForm
from clusters.forms.token import TokenForm
from clusters.forms.webhook import WebhookForm
from clusters.models import Cluster, Program
from dissemination import forms as dissemination
from inno4sports.core.forms import PortalForm, PortalModelForm, clean_text
from learning.forms import practice as practices
from learning.forms.feedback import AnswerForm, ReplyPointForm
from learning.forms.lesson import LessonForm
from learning.forms.questionnaire import QuestionForm, QuestionnaireForm
from learning.forms.request import ClosingForm, InviteForm, RequestFilter, RequestForm
from learning.forms.session import AttendanceForm, PersonForm, SessionForm
from tests.conftest import WRITE
from tests.factories import things

pytestmark = pytest.mark.django_db
ROOT = pathlib.Path(__file__).resolve().parents[2]
APPS = ("clusters", "learning", "actionplans", "dissemination")


def asked(user: Any, data: QueryDict) -> HttpRequest:
    request = HttpRequest()
    request.GET, request.user = data, user
    return request


# How each form is made for Ben, of what he sees; `data` comes from the test.
MADE = {
    ClusterFilter: lambda p, data: ClusterFilter(data, regions=Cluster.objects.all()),
    ClusterCreateForm: lambda p, data: ClusterCreateForm(data),
    ClusterForm: lambda p, data: ClusterForm(data, instance=p.north),
    NeedForm: lambda p, data: NeedForm(data),
    StrengthForm: lambda p, data: StrengthForm(data),
    ListFilter: lambda p, data: ListFilter(asked(p.ben, data)),
    dissemination.FindingFilter: lambda p, data: dissemination.FindingFilter(asked(p.ben, data)),
    MemberFilter: lambda p, data: MemberFilter(data),
    MemberForm: lambda p, data: MemberForm(data, cluster=p.north, managers_only=False),
    OrganisationForm: lambda p, data: OrganisationForm(data, instance=p.club, cluster=p.north),
    SignUpForm: lambda p, data: SignUpForm(data, cluster=p.north),
    ProgramForm: lambda p, data: ProgramForm(data, cluster=p.north),
    TokenForm: lambda p, data: TokenForm(data),
    WebhookForm: lambda p, data: WebhookForm(data, programs=Program.objects.filter(cluster=p.north)),
    PasteForm: lambda p, data: PasteForm(data, cluster=p.north),
    AcceptForm: lambda p, data: AcceptForm(data, email="new@example.org"),
    SettingsForm: lambda p, data: SettingsForm(data, instance=p.ben),
    QuestionnaireForm: lambda p, data: QuestionnaireForm(data, hosts=[p.north, p.south]),
    QuestionForm: lambda p, data: QuestionForm(data, languages=["en", "fi"]),
    LessonForm: lambda p, data: LessonForm(data, user=p.ben, clusters=[p.north, p.south]),
    practices.PracticeForm: lambda p, data: practices.PracticeForm(data, user=p.ben, clusters=[p.north, p.south]),
    practices.ReturnForm: lambda p, data: practices.ReturnForm(data),
    practices.OpinionForm: lambda p, data: practices.OpinionForm(data),
    AnswerForm: lambda p, data: AnswerForm(p.asked.questionnaire.questions.all(), names="named", data=data),
    ReplyPointForm: lambda p, data: ReplyPointForm(data),
    SessionForm: lambda p, data: SessionForm(data, hosts=[p.north, None]),
    PersonForm: lambda p, data: PersonForm(data, clusters=[p.north, p.south]),
    AttendanceForm: lambda p, data: AttendanceForm(data, registrations=p.places),
    RequestFilter: lambda p, data: RequestFilter(data, user=p.ben),
    RequestForm: lambda p, data: RequestForm(data, user=p.ben, hosts=[p.north, None]),
    ClosingForm: lambda p, data: ClosingForm(data, stored=p.asked),
    InviteForm: lambda p, data: InviteForm(data, registrations=p.places, invited=set(), language="en"),
    AmbitionForm: lambda p, data: AmbitionForm(data, user=p.ben, cited=[]),
    OpenForm: lambda p, data: OpenForm(data, ambition=p.ambition, user=p.ben),
    ReasonForm: lambda p, data: ReasonForm(data),
    PointForm: lambda p, data: PointForm(data, text="More light", language="en"),
    AnswerPointForm: lambda p, data: AnswerPointForm(data),
    PlanForm: lambda p, data: PlanForm(data, user=p.ben),
    ActionForm: lambda p, data: ActionForm(data, user=p.ben, cluster=p.north, cited=[]),
    EndorsementForm: lambda p, data: EndorsementForm(data, cluster=p.north),
    ReportForm: lambda p, data: ReportForm(data, action=p.action),
    ResultForm: lambda p, data: ResultForm(data, cluster=p.north),
    WithdrawForm: lambda p, data: WithdrawForm(data),
    dissemination.ProposeForm: lambda p, data: dissemination.ProposeForm(data, user=p.ben, cited=[]),
    dissemination.FindingForm: lambda p, data: dissemination.FindingForm(data, user=p.edda, cited=[]),
    dissemination.ReturnForm: lambda p, data: dissemination.ReturnForm(data),
    dissemination.CorrectionForm: lambda p, data: dissemination.CorrectionForm(data),
    dissemination.PreferencesForm: lambda p, data: dissemination.PreferencesForm(data),
}
NAMES = {form: f"{form.__module__.split('.')[0]}-{form.__name__}" for form in MADE}
# What a browser can send.
TYPED = [
    "x" * 10_000, "\x00", "", "\u202egnp.exe\u2066", "👩‍🚀👍🏽", "<script>alert(1)</script>", "9" * 400, "-1", "1e400", "NaN", "٣", "0000-00-00", "0001-01-01",
    "9999-12-31", "0001-01-01T00:00", "9999-12-31T23:59", "24:61", "no-such-choice", "[]", "=1+1", "a\nb\r\nc\x0b\x85", "' OR 1=1 --", "%s {0}", "   ",
]  # fmt: skip
# What a program can send instead of a text; what is of another shape is refused before a form sees it (inno4sports/core/api).
SENT = ["\ud800", "\udfff\x00", 10**400, -1, 1.5, float("inf"), float("nan"), ""]
LISTS = [[], ["\x00"], ["\ud800"], ["x" * 10_000], ["no-such-choice", ""]]
ROWS = [[], [1], [[]], [None], [{}], [{"title": None}], [{"label": {"a": []}, "value": 1}], [{"name": "\ud800\x00", "role": "x" * 9000}], "\ud800"]


@pytest.fixture
def here(people):
    """The people, and what some forms are about."""
    people.asked = things.request(people.north)
    people.ambition = things.ambition(people.north, "draft")
    people.action = things.action(people.north)
    session = things.session(people.north)
    people.places = [session.registrations.create(name="Ana", email="ana@north.example", cluster=people.north)]
    return people


def test_every_form_of_a_page_has_its_row():
    """What only programs send is tried with the interface for programs (tests/api)."""
    views = "".join(path.read_text() for app in APPS for path in (ROOT / app / "views").glob("*.py"))
    get_resolver().url_patterns  # noqa: B018 -- brings in every view, so every form
    found = {form for base in (PortalForm, PortalModelForm) for form in below(base) if form.__module__.partition(".")[0] in APPS}
    used = {form for form in found if re.search(rf"\b{form.__name__}\b", views) and ".forms" in form.__module__}
    assert {NAMES.get(form, form) for form in used} - set(NAMES.values()) == set()


def below(base: type) -> Iterator[type]:
    for form in base.__subclasses__():
        if not form.__name__.endswith("FormForm"):
            yield form
        yield from below(form)


def judged(form: forms.BaseForm) -> dict[str, list[str]]:
    """The sentences by field, of a form that wrote nothing while it looked."""

    def watch(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        assert not WRITE.match(sql), f"a form wrote: {sql[:100]}"
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        return {name: [str(error) for error in errors] for name, errors in form.errors.items()}


@pytest.mark.parametrize("kind", MADE, ids=NAMES.get)
def test_form_full_of_what_somebody_typed(kind, here):
    """Over the rounds every field holds everything once, so that fields are also wrong together."""
    names = list(MADE[kind](here, None).fields)
    for n in range(len(TYPED)):
        data = QueryDict(mutable=True)
        for i, name in enumerate(names):
            data.setlist(name, [TYPED[(n + i) % len(TYPED)], TYPED[(n + i + 5) % len(TYPED)]][: 1 + n % 2])
        form = MADE[kind](here, data)
        for name, sentences in judged(form).items():
            for sentence in sentences:
                assert sentence.strip().endswith((".", "?", "!", "https://")), f"{name}: {sentence!r} is no sentence"
                assert "%(" not in sentence, f"{name}: {sentence!r} has a hole"
                assert "onstraint" not in sentence, f"{name}: {sentence!r} is the database's word"
        check_kept(form)


def check_kept(form: forms.BaseForm) -> None:
    for bound in form:
        box, html = bound.field, str(bound)
        typed = form.data.get(bound.html_name, "")
        shown = isinstance(box.widget, forms.TextInput | forms.Textarea) and not isinstance(box.widget, forms.PasswordInput)
        if shown:
            assert escape(typed) in html, f"{bound.name}: what was typed is not shown back"
        assert "<script>" not in html
        if getattr(box, "max_length", None) and len(typed.strip()) > box.max_length:
            assert bound.errors, f"{bound.name} took {len(typed)} characters"


@pytest.mark.parametrize("kind", MADE, ids=NAMES.get)
def test_form_full_of_what_a_program_sent(kind, here):
    fields = MADE[kind](here, None).fields
    for n in range(len(ROWS)):
        data = {}
        for i, (name, box) in enumerate(fields.items()):
            many = isinstance(box, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
            offered = LISTS if many else ROWS if hasattr(box, "columns") else SENT
            value = offered[(n + i) % len(offered)]
            # A number is sent to what takes numbers, and as the choice it may be.
            takes_numbers = isinstance(box, forms.IntegerField | forms.FloatField | forms.ChoiceField) and not many
            data[name] = (
                value
                if isinstance(value, str | list) or (takes_numbers and (isinstance(value, int) or not isinstance(box, forms.ChoiceField)))
                else "1"
            )
        form = MADE[kind](here, data)
        judged(form)
        for value in getattr(form, "cleaned_data", {}).values():
            if isinstance(value, str):
                value.encode()  # what cannot be stored is gone
                assert "\x00" not in value


@pytest.mark.parametrize("language", ["nl", "es", "hu", "fi", "pl"])
def test_sentences_are_in_the_language_of_the_reader(language, here):
    english, foreign = ({kind: set(said(kind, here, code)) for kind in MADE} for code in ("en", language))
    same = {NAMES[kind]: english[kind] & foreign[kind] for kind in MADE if english[kind] & foreign[kind]}
    assert same == {}
    assert sum(len(sentences) for sentences in english.values()) > 150


def said(kind: type, here: Any, language: str) -> Iterator[str]:
    with translation.override(language):
        for n in (0, 2, 6, 11, 17):
            form = MADE[kind](here, dict.fromkeys(MADE[kind](here, None).fields, TYPED[n]))
            for sentences in judged(form).values():
                yield from sentences


def test_text_of_half_a_letter_is_left_out():
    assert ascii(clean_text("a\ud800b\udfff")) == "'ab'"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("letter.pdf", b"", "The file is empty"),
        ("letter.pdf", b"MZ\x90\x00 a program", "This kind of file is not taken"),
        ("letter.exe", b"%PDF-1.4\n", "This kind of file is not taken"),
        ("page.html", b"<script>alert(1)</script>", "This kind of file is not taken"),
        ("drawing.svg", b"<svg onload='alert(1)'/>", "This kind of file is not taken"),
        ("table.csv", b"\xff\xfe\x00", "This kind of file is not taken"),
    ],
)
def test_forms_with_files_name_what_is_wrong_and_keep_the_rest(name, content, sentence, here):
    day = dt.date(2026, 1, 5).isoformat()
    upload = SimpleUploadedFile(name, content, content_type="application/pdf")
    form = EndorsementForm({"body": "Province", "endorsed_on": day}, {"upload": upload}, cluster=Cluster(timezone="Europe/Helsinki"))
    assert sentence in str(form.errors["upload"])
    assert form["body"].value() == "Province"
