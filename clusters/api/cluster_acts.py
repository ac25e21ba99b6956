"""What may be done to a region besides editing it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inno4sports.core.api.problems import Problem
from inno4sports.core.api.writing import Act, Call
from inno4sports.core.forms import PortalForm
from inno4sports.core.models import Actor

from ..domain import cluster as acts
from ..domain import organisation as members
from ..forms.cluster import NeedForm, StrengthForm
from ..forms.organisation import PasteForm, SignUpForm
from ..models import Cluster, LearningNeed, Organisation, Strength
from ..states import ClusterStatus


class StrengthPick(PortalForm):
    """One of the region's excellences."""

    strength = forms.ModelChoiceField(label=_("Excellence"), queryset=Strength.objects.none())

    def __init__(self, data: Any = None, *, cluster: Cluster) -> None:
        super().__init__(data)
        self.fields["strength"].queryset = cluster.strengths.all()  # type: ignore[attr-defined]  # a ModelChoiceField


class NeedPick(PortalForm):
    """One of the region's learning needs."""

    need = forms.ModelChoiceField(label=_("Learning need"), queryset=LearningNeed.objects.none())

    def __init__(self, data: Any = None, *, cluster: Cluster) -> None:
        super().__init__(data)
        self.fields["need"].queryset = cluster.needs.all()  # type: ignore[attr-defined]  # a ModelChoiceField


class PasteBody(PasteForm):
    """Many organisations at once, all or none. With `dry_run` nothing is kept: the answer says what would be."""

    dry_run = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for line in self.lines:
            for words in line.errors:
                self.add_error("text", f"{line.number}. {words}")
        return data

    @property
    def values(self) -> dict[str, Any]:
        return {"rows": [] if self.cleaned_data["dry_run"] else self.rows}


TEXT = {"type": "string"}
PASTED: dict[str, Any] = {
    "type": "object",
    "properties": {
        "lines": {"type": "array", "items": {"type": "object", "properties": {
            "number": {"type": "integer"}, "name": TEXT, "segment": TEXT, "city": TEXT, "website": TEXT, "known": {"type": "boolean"},
            "notes": {"type": "array", "items": TEXT}}}},
        "added": {"type": "array", "items": TEXT},
    },
    "required": ["lines", "added"],
    "additionalProperties": False,
}  # fmt: skip


def pasted(made: list[Organisation], form: PasteBody) -> dict[str, Any]:
    lines = [
        {"number": line.number, "name": line.name, "segment": line.segment, "city": line.city, "website": line.website, "known": line.known, "notes": line.notes}
        for line in form.lines
    ]  # fmt: skip
    return {"lines": lines, "added": [organisation.slug for organisation in made]}


def sign_up(cluster: Cluster, *, by: Actor, caller: str, **said: Any) -> Organisation:
    """As the page of the region does it: for active regions, so many an hour."""
    if cluster.status != ClusterStatus.ACTIVE:
        raise Problem("wrong-state")
    if members.too_many_sign_ups(caller):
        raise Problem("too-many-requests", headers={"Retry-After": "3600"})
    return members.sign_up_organisation(cluster, by=by, **said)


def signed_up_by(form: SignUpForm, call: Call) -> dict[str, Any]:
    return {**form.cleaned_data, "caller": f"user-{call.user.pk}"}


ACTS = (
    Act("activate_cluster", acts.activate_cluster),
    Act("archive_cluster", acts.archive_cluster),
    Act("restore_cluster", acts.restore_cluster),
    Act(
        "add_strength", acts.add_strength, StrengthForm, lambda data, _files, _call: StrengthForm(data),
        label=_("Add an excellence"), permission="clusters.edit_cluster",
    ),
    Act(
        "remove_strength", lambda _cluster, strength, by: acts.remove_strength(strength, by=by), StrengthPick,
        lambda data, _files, call: StrengthPick(data, cluster=call.thing), label=_("Remove an excellence"), permission="clusters.edit_cluster",
    ),
    Act(
        "add_need", acts.add_need, NeedForm, lambda data, _files, _call: NeedForm(data),
        label=_("Add a learning need"), permission="clusters.edit_cluster",
    ),
    Act(
        "remove_need", lambda _cluster, need, by: acts.remove_need(need, by=by), NeedPick,
        lambda data, _files, call: NeedPick(data, cluster=call.thing), label=_("Remove a learning need"), permission="clusters.edit_cluster",
    ),
    Act(
        "add_organisations", members.add_organisations, PasteBody, lambda data, files, call: PasteBody(data, files, cluster=call.thing),
        lambda form, _call: form.values, label=_("Paste member organisations"), permission="clusters.add_organisation", answer=pasted, answer_schema=PASTED,
    ),
    Act(
        "sign_up_organisation", sign_up, SignUpForm, lambda data, _files, call: SignUpForm(data, cluster=call.thing), signed_up_by,
        label=_("Sign your organisation up"), open=lambda cluster: cluster.status == ClusterStatus.ACTIVE, creates="clusters.organisation",
    ),
)  # fmt: skip
