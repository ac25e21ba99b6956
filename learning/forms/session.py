"""Forms of a session: what it is, a person's place, who was there."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import URLValidator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clusters.forms.choices import languages, zones
from clusters.models import Cluster, Topic
from inno4sports.core import clock
from inno4sports.core.forms import AddressField, DayInput, PortalForm, PortalModelForm

from ..domain.session import WIDER, SessionFacts
from ..models import Audience, Registration, Session
from ..states import SessionStatus


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


def web_address(label: Any, help_text: Any = "") -> forms.URLField:
    """A field for an address on the web."""
    return forms.URLField(
        label=label, help_text=help_text, required=False, max_length=200, assume_scheme="https", validators=[URLValidator(schemes=["http", "https"])]
    )


class SessionForm(PortalModelForm):
    """A session as its hosts describe it. `hosts` are those the person may plan for, None among them for EPSI."""

    cluster = forms.ChoiceField(label=_("Host"), required=False)
    link = web_address(_("Link, if people take part online"))
    timezone = forms.ChoiceField(label=_("Time zone of the place"))
    capacity = forms.IntegerField(
        label=_("Places"), required=False, min_value=1, max_value=100_000, help_text=_("Leave empty if everybody finds a place")
    )
    topics = forms.ModelMultipleChoiceField(label=_("Topics"), queryset=Topic.objects.all(), required=False, widget=forms.CheckboxSelectMultiple)
    language = forms.ChoiceField(label=_("Language of the text"))

    class Meta:
        model = Session
        fields = [
            "title", "session_kind", "summary", "programme", "place", "starts_on", "ends_on", "starts_time", "ends_time",
            "timezone", "capacity", "registration_closes_on", "audience", "language", "topics",
        ]  # fmt: skip
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 5}),
            "programme": forms.Textarea(attrs={"rows": 8}),
            "starts_on": DayInput,
            "ends_on": DayInput,
            "registration_closes_on": DayInput,
            "starts_time": TimeInput,
            "ends_time": TimeInput,
            "audience": forms.RadioSelect,
        }
        help_texts = {
            "programme": _("One item a line, with its hour"),
            "place": _("Town, and house if you know it"),
            "starts_on": _("May stay open in a draft"),
            "ends_on": _("Leave empty for one day"),
            "registration_closes_on": _("This day still counts. Left empty, it is the first day."),
        }

    def __init__(self, data: Any = None, *, hosts: list[Cluster | None], stored: Session | None = None) -> None:
        self._hosts = {host.slug if host else "": host for host in hosts}
        super().__init__(data, instance=stored, initial=initial_of(stored, hosts))
        fields: dict[str, Any] = self.fields
        fields["cluster"].choices = [(key, str(host) if host else "EPSI") for key, host in self._hosts.items()]
        if len(hosts) == 1:
            self.settle("cluster", next(iter(self._hosts)))
        fields["session_kind"].empty_label = _("choose a kind")
        fields["language"].choices = languages()
        fields["timezone"].choices = zones(self.initial["timezone"])
        fields["audience"].choices = self._audiences(hosts)
        if self.was_announced:
            fields["starts_on"].required = True

    def _audiences(self, hosts: list[Cluster | None]) -> list[tuple[str, Any]]:
        """What was told to many is not hidden from them again; EPSI has no cluster of its own."""
        offered = [a for a in WIDER if a != Audience.CLUSTER or hosts != [None]]
        if self.was_announced:
            offered = offered[offered.index(Audience(self.instance.audience)) :]
        return [(a.value, a.label) for a in offered]

    @property
    def was_announced(self) -> bool:
        return self.instance.pk is not None and self.instance.status != SessionStatus.DRAFT

    @property
    def host(self) -> Cluster | None:
        """The cluster that plans it; None is EPSI."""
        return self._hosts.get(str(self.data.get("cluster", "")), next(iter(self._hosts.values())))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self._check_days(data.get("starts_on"), data.get("ends_on"), data.get("registration_closes_on"))
        self._check_hours(data)
        if self.was_announced and not (data.get("place") or data.get("link")) and "link" not in self.errors:
            self.add_error("place", _("People were told where it is. Name a place or a link."))
        if self.host is None and data.get("audience") == Audience.CLUSTER:
            self.add_error("audience", _("EPSI has no cluster of its own. Choose the network or everybody."))
        self._check_capacity(data.get("capacity"))
        return data

    def _check_days(self, first: dt.date | None, last: dt.date | None, closing: dt.date | None) -> None:
        if last and not first and "starts_on" not in self.errors:
            self.add_error("starts_on", _("The last day is set, the first is not. Choose the first day."))
        if not first:
            return
        if last and last < first:
            self.add_error("ends_on", _("This is before the first day (%(day)s). Choose a later day.") % {"day": clock.in_words(first)})
        if closing and closing > first:
            self.add_error(
                "registration_closes_on", _("This is after the session starts (%(day)s). Choose an earlier day.") % {"day": clock.in_words(first)}
            )

    def _check_hours(self, data: dict[str, Any]) -> None:
        begins, ends = data.get("starts_time"), data.get("ends_time")
        if ends and not begins and "starts_time" not in self.errors:
            self.add_error("starts_time", _("The end is set, the beginning is not. Say when it begins."))
        one_day = data.get("ends_on") in (None, data.get("starts_on"))
        if begins and ends and one_day and ends <= begins:
            self.add_error("ends_time", _("This is not after the beginning (%(time)s). Choose a later time.") % {"time": f"{begins:%H:%M}"})

    def _check_capacity(self, capacity: int | None) -> None:
        if capacity is None or self.instance.pk is None:
            return
        registered = self.instance.registrations.current().count()
        if capacity < registered:
            self.add_error("capacity", _("Registered already: %(n)s. Choose at least as many places.") % {"n": registered})

    @property
    def facts(self) -> SessionFacts:
        """What the acts take, named one by one. Call after is_valid."""
        data = self.cleaned_data
        return {
            "title": data["title"], "session_kind": data["session_kind"], "summary": data["summary"], "programme": data["programme"],
            "place": data["place"], "link": data["link"], "starts_on": data["starts_on"], "ends_on": data["ends_on"],
            "starts_time": data["starts_time"], "ends_time": data["ends_time"], "timezone": data["timezone"], "capacity": data["capacity"],
            "registration_closes_on": data["registration_closes_on"], "audience": data["audience"], "language": data["language"],
        }  # fmt: skip


def initial_of(stored: Session | None, hosts: list[Cluster | None]) -> dict[str, Any]:
    """What the form opens with beside the stored fields: the host's zone and the page's language, so that less has to be typed."""
    if stored is not None:
        return {"link": stored.link, "timezone": stored.timezone, "topics": list(stored.topics.all())}
    host = hosts[0]
    return {
        "cluster": host.slug if host else "",
        "timezone": host.timezone if host else "Europe/Brussels",
        "language": get_language() or "en",
    }


class PersonForm(PortalForm):
    """A person of the own cluster whom a manager registers."""

    cluster = forms.ChoiceField(label=_("Cluster"))
    name = forms.CharField(label=_("Name"), max_length=120)
    email = AddressField(label=_("E-mail address"), help_text=_("The confirmation goes there. No account is needed."))
    language = forms.ChoiceField(label=_("Language of the e-mails"), choices=settings.LANGUAGES)

    def __init__(self, data: Any = None, *, clusters: list[Cluster]) -> None:
        self._clusters = {c.slug: c for c in clusters}
        spoken = dict(settings.LANGUAGES)
        first = next((code for code in clusters[0].content_languages if code in spoken), "en")
        super().__init__(data, initial={"language": first})
        self.fields["cluster"].choices = [(key, str(c)) for key, c in self._clusters.items()]  # type: ignore[attr-defined]  # a ChoiceField
        if len(clusters) == 1:
            self.settle("cluster", next(iter(self._clusters)))

    @property
    def chosen(self) -> Cluster:
        return self._clusters.get(self.cleaned_data.get("cluster", ""), next(iter(self._clusters.values())))


class AttendanceForm(PortalForm):
    """Who of the registered was there. Before anything was recorded all are ticked: fewer are missing than come."""

    present = forms.MultipleChoiceField(label=_("Who was there"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None, *, registrations: Iterable[Registration]) -> None:
        self._rows = {str(r.public_id): r for r in registrations}
        super().__init__(data, initial={"present": [key for key, r in self._rows.items() if r.attended is not False]})
        labels = ((key, f"{r.name}, {r.cluster}" if r.cluster else r.name) for key, r in self._rows.items())
        self.fields["present"].choices = list(labels)  # type: ignore[attr-defined]  # a MultipleChoiceField

    def clean_present(self) -> list[int]:
        """Ids of the registrations that are ticked."""
        return [self._rows[key].pk for key in self.cleaned_data["present"]]
