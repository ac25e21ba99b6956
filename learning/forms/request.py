"""Asking for feedback: the request, who is asked, and a new closing time."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster
from clusters.search import matching
from inno4sports.core import clock
from inno4sports.core.forms import LinesField, MomentInput, PortalForm, valid_address

from ..domain.request import Invitee
from ..models import FeedbackRequest, Questionnaire, Registration, Session
from ..states import RequestStatus

INTRODUCTION_WORDS = 15  # with title, names and closing time at most 60 words stand before the first question
PEOPLE_AT_ONCE = 500


class MomentField(forms.DateTimeField):
    """A moment typed in the local time of `zone`, whatever the reader's own zone is."""

    widget = MomentInput
    zone = "Europe/Brussels"

    def prepare_value(self, value: Any) -> Any:
        with timezone.override(clock.zone(self.zone)):
            return super().prepare_value(value)

    def to_python(self, value: Any) -> dt.datetime | None:
        with timezone.override(clock.zone(self.zone)):
            moment: dt.datetime | None = super().to_python(value)
        try:  # PostgreSQL takes no offset of sixteen hours or more, and no year has more than four digits
            return moment and moment.astimezone(dt.UTC)
        except OverflowError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


def default_closing(zone: str) -> dt.datetime:
    """In 14 days at 22:59 of the host's zone."""
    day = clock.today(zone) + dt.timedelta(days=14)
    return dt.datetime.combine(day, dt.time(22, 59), tzinfo=clock.zone(zone))


def ahead(moment: dt.datetime) -> None:
    if moment <= clock.now():
        raise ValidationError(_("This is in the past. Choose a later time."))


def few_words(text: str) -> None:
    if len(text.split()) > INTRODUCTION_WORDS:
        raise ValidationError(
            _("This is longer than %(n)s words. Shorten it, so that people soon reach the first question."), params={"n": INTRODUCTION_WORDS}
        )


def safe_address(text: str) -> None:
    """An address of the portal or a web address."""
    if not (text.startswith("/") and not text.startswith(("//", "/\\"))):
        URLValidator(schemes=["https", "http"])(text)


class RequestFilter(PortalForm):
    """What the list of requests can be narrowed by; an unknown value narrows nothing."""

    q = forms.CharField(label=_("Words"), required=False)
    cluster = forms.ModelChoiceField(label=_("Region"), queryset=Cluster.objects.none(), to_field_name="slug", required=False, empty_label=_("all"))
    status = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("all")), *RequestStatus.choices])

    def __init__(self, data: Any = None, *, user: Any) -> None:
        super().__init__(data)
        self.fields["cluster"].queryset = Cluster.objects.visible_to(user)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def narrowed(self, rows: Any) -> Any:
        self.is_valid()
        if words := self.cleaned_data.get("q"):
            rows = matching(rows, words)
        if cluster := self.cleaned_data.get("cluster"):
            rows = rows.filter(cluster=cluster)
        if status := self.cleaned_data.get("status"):
            rows = rows.filter(status=status)
        return rows


class RequestForm(PortalForm):
    """A feedback request. `hosts` are the clusters the person may ask for, None among them for EPSI."""

    cluster = forms.TypedChoiceField(label=_("Who asks"), required=False)
    title = forms.CharField(label=_("Title"), max_length=150)
    introduction = forms.CharField(
        label=_("A word to those who are asked"),
        max_length=200,
        required=False,
        validators=[few_words],
        help_text=_("At most 15 words. You may leave it empty."),
    )
    about_title = forms.CharField(label=_("What it is about"), max_length=200, required=False)
    about_url = forms.CharField(label=_("Address of its page"), max_length=300, required=False, validators=[safe_address])
    questionnaire = forms.ModelChoiceField(label=_("Questionnaire"), queryset=Questionnaire.objects.none(), empty_label=None)
    names = forms.ChoiceField(label=_("Who sees the names"), choices=FeedbackRequest.Names, widget=forms.RadioSelect)
    closes_at = MomentField(label=_("Closes"), validators=[ahead])
    remind_days = forms.TypedChoiceField(
        label=_("Reminder"),
        coerce=int,
        choices=[(3, _("3 days before it closes")), (1, _("1 day before it closes")), (0, _("no reminder"))],
        help_text=_("Only who has not answered is reminded."),
    )
    language = forms.ChoiceField(label=_("Language of title and introduction"), choices=settings.LANGUAGES)

    def __init__(
        self, data: Any = None, *, user: Any, hosts: Sequence[Cluster | None], stored: FeedbackRequest | None = None, session: Session | None = None
    ) -> None:
        self._hosts = {host.slug if host else "": host for host in hosts}
        super().__init__(data, initial=initial_of(stored) if stored else defaults_for(session, hosts))
        self.fields["cluster"].choices = [(key, str(host) if host else "EPSI") for key, host in self._hosts.items()]
        self.fields["questionnaire"].queryset = Questionnaire.objects.visible_to(user).current()
        if len(self._hosts) == 1:
            self.settle("cluster", next(iter(self._hosts)))
        if session is not None:
            del self.fields["about_title"], self.fields["about_url"]
        self.fields["closes_at"].zone = zone_of(self.host)
        self.fields["closes_at"].help_text = _("Time in %(zone)s") % {"zone": zone_of(self.host).replace("_", " ")}
        if data is None and not stored:
            self.initial["questionnaire"] = shipped_for(self.fields["questionnaire"].queryset)

    @property
    def host(self) -> Cluster | None:
        """The cluster that asks, also while the form is not valid; None is EPSI."""
        chosen = self.data.get("cluster", "") if self.is_bound else self.initial.get("cluster", "")
        return self._hosts.get(str(chosen), next(iter(self._hosts.values())))

    @property
    def remind_at(self) -> dt.datetime | None:
        """When to remind; None if not wished, or if that moment has passed."""
        days = self.cleaned_data["remind_days"]
        moment = self.cleaned_data["closes_at"] - dt.timedelta(days=days)
        return moment if days and moment > clock.now() else None

    @property
    def request_data(self) -> dict[str, Any]:
        """What an act takes, named one by one."""
        names = ("title", "introduction", "language", "questionnaire", "names", "closes_at")
        return {name: self.cleaned_data[name] for name in names} | {"remind_at": self.remind_at}


def zone_of(cluster: Cluster | None) -> str:
    return cluster.timezone if cluster else "Europe/Brussels"


def defaults_for(session: Session | None, hosts: Sequence[Cluster | None]) -> dict[str, Any]:
    """Everything right for feedback after a session, so that nothing has to be typed."""
    host = hosts[0]
    title = _("Feedback on %(title)s") % {"title": session.title} if session else ""
    return {
        "cluster": host.slug if host else "",
        "title": str(title)[:150],
        "names": FeedbackRequest.Names.TO_MANAGERS,
        "closes_at": default_closing(zone_of(host)),
        "remind_days": 3,
        "language": get_language() or "en",
    }


def shipped_for(offered: Any) -> Questionnaire | None:
    """The portal's questionnaire for sessions stands first: it is the oldest shipped one."""
    return offered.filter(shipped=True).order_by("id").first() or offered.first()


def initial_of(stored: FeedbackRequest) -> dict[str, Any]:
    names = ("title", "introduction", "about_title", "about_url", "questionnaire", "names", "closes_at", "language")
    days = (stored.closes_at - stored.remind_at).days if stored.remind_at else 0
    return {name: getattr(stored, name) for name in names} | {
        "cluster": stored.cluster.slug if stored.cluster else "",
        "remind_days": days if days in (1, 3) else 0,
    }


class ClosingForm(PortalForm):
    """A new closing time, in the host's zone."""

    closes_at = MomentField(label=_("Closes"), validators=[ahead])

    def __init__(self, data: Any = None, *, stored: FeedbackRequest) -> None:
        zone = zone_of(stored.cluster)
        later = max(stored.closes_at, clock.now()) + dt.timedelta(days=7)
        closing = dt.datetime.combine(later.astimezone(clock.zone(zone)).date(), dt.time(22, 59), tzinfo=clock.zone(zone))
        super().__init__(data, initial={"closes_at": closing})
        self._after = stored.closes_at if stored.status == "open" else clock.now()
        self.fields["closes_at"].zone = zone
        self.fields["closes_at"].help_text = _("Time in %(zone)s") % {"zone": zone.replace("_", " ")}

    def clean_closes_at(self) -> dt.datetime:
        moment: dt.datetime = self.cleaned_data["closes_at"]
        if moment <= self._after:
            raise ValidationError(_("This is not later than the present closing time. Choose a later one."))
        return moment


# Who is asked -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One line as it was understood: whom it would ask, or why not."""

    text: str
    invitee: Invitee | None = None
    problem: Any = ""


_ANGLE = re.compile(r"^(?P<name>[^<>;]*)<\s*(?P<email>[^<>\s]+)\s*>\s*(?P<language>[\w-]*)$")


def read_line(line: str, default_language: str) -> tuple[str, str, str]:
    """E-mail, name and language of `name <mail> language`, `mail;language;name` or a bare address."""
    if match := _ANGLE.match(line):
        return match["email"], match["name"].strip(" \"'"), match["language"].lower() or default_language
    email, _sep, rest = line.partition(";")
    language, _sep, name = rest.partition(";")
    return email.strip(), name.strip(), language.strip().lower() or default_language


class InviteForm(PortalForm):
    """Registered persons, ticked beforehand, and pasted addresses; `people` and `rows` are read after validation."""

    persons = forms.MultipleChoiceField(label=_("Registered for the session"), required=False, widget=forms.CheckboxSelectMultiple)
    addresses = LinesField(
        label=_("More people, one a line"),
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Name <name@example.org> pl, or name@example.org;pl;Name. The language is en, nl, es, hu, fi or pl."),
    )

    def __init__(self, data: Any = None, *, registrations: Sequence[Registration], invited: set[str], language: str) -> None:
        super().__init__(data)
        self._language, self._invited = language, invited
        self._registered = {str(r.public_id): r for r in registrations if r.email.lower() not in invited}
        self.fields["persons"].choices = [(key, f"{r.name}, {r.email}") for key, r in self._registered.items()]
        self.initial["persons"] = [key for key, r in self._registered.items() if r.attended is not False]
        if not self._registered:
            del self.fields["persons"]
        self.rows: list[Row] = []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for key in data.get("persons", []):
            r = self._registered[key]
            invitee = Invitee(email=r.email.lower(), name=r.name, language=r.language, user=r.user, cluster=r.cluster)
            self.rows.append(Row(f"{r.name}, {r.email}", invitee))
        seen = {row.invitee.email for row in self.rows if row.invitee}
        for line in filter(None, (text.strip() for text in data.get("addresses", "").splitlines())):
            row = self._row(line, seen)
            if row.invitee:
                seen.add(row.invitee.email)
            self.rows.append(row)
        if not self.rows and not self.errors:
            raise ValidationError(_("Nobody is chosen. Tick somebody or paste addresses."))
        if len(self.rows) > PEOPLE_AT_ONCE:
            raise ValidationError(_("More than %(n)s people at once. Invite them in several parts."), params={"n": PEOPLE_AT_ONCE})
        return data

    def _row(self, line: str, seen: set[str]) -> Row:
        email, name, language = read_line(line, self._language)
        try:
            valid_address(email)
        except ValidationError:
            return Row(line, problem=_("This holds no e-mail address."))
        if language not in dict(settings.LANGUAGES):
            return Row(line, problem=_("This language is not known. Use en, nl, es, hu, fi or pl."))
        if email.lower() in self._invited:
            return Row(line, problem=_("This person is invited already."))
        if email.lower() in seen:
            return Row(line, problem=_("This address stands further up already."))
        return Row(line, Invitee(email=email.lower(), name=name[:120], language=language))

    @property
    def people(self) -> list[Invitee]:
        return [row.invitee for row in self.rows if row.invitee]


def invite_form(data: Any, asked: FeedbackRequest, form: type[InviteForm] = InviteForm) -> Any:
    """The form for who may still be asked: those registered for its session are offered."""
    registered = Registration.objects.current().filter(session__feedback_request=asked).select_related("user", "cluster")
    invited = {email.lower() for email in asked.invitations.filter(withdrawn_at=None).values_list("email", flat=True)}
    return form(data, registrations=list(registered), invited=invited, language=asked.language)
